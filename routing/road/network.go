package road

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// network is the street graph as it is drawn: one vertex per point of a street, one piece per stretch between two.
type network struct {
	at     []orb.Point
	id     []int64 // of the point on the map
	keep   []bool  // a junction even where two alike pieces meet: a turn is restricted here
	pieces []piece
	attrs  []attr
}

// attr is what all pieces of an edge share.
type attr struct {
	class       Class
	round, ramp bool
	name, ref   string
}

// piece is a straight stretch of street from vertex u to vertex v.
type piece struct {
	u, v  int32
	cm    int32
	fwdMs int32 // driving u → v, with what is lost at v; noDrive when forbidden
	bwdMs int32 // driving v → u, with what is lost at u
	attr  int32
	way   int64
}

const noDrive = int32(-1)

// maxPieceM is longer than any straight stretch of real street or ferry; beyond it a coordinate must be damaged.
const (
	maxPieceM = 100_000
	maxFerryM = 1_000_000
)

// collector gathers points, streets and restrictions; it is the sink of scan.
type collector struct {
	profile      *Profile
	ids          []int64
	at           []orb.Point
	special      map[int64]point
	streets      []street
	wayID        []int64
	refs         []int64
	refEnd       []int // end of the refs of each street
	restrictions []restriction
	report       Report
}

func newCollector(p *Profile) *collector { return &collector{profile: p, special: map[int64]point{}} }

func (c *collector) node(id int64, lon, lat float64, tags []tag) {
	c.report.Points++
	if !(math.Abs(lon) <= 180) || !(math.Abs(lat) <= 90) {
		return // streets that need it will find it missing
	}
	c.ids = append(c.ids, id)
	c.at = append(c.at, orb.Point{lon, lat})
	if len(tags) > 0 {
		if kind := pointOf(c.profile, tags); kind != plain {
			c.special[id] = kind
		}
	}
}

func (c *collector) way(id int64, refs []int64, tags []tag) {
	c.report.Ways++
	s, ok := streetOf(c.profile, tags)
	if !ok || len(refs) < 2 {
		return
	}
	c.report.Streets++
	c.streets = append(c.streets, s)
	c.wayID = append(c.wayID, id)
	c.refs = append(c.refs, refs...)
	c.refEnd = append(c.refEnd, len(c.refs))
}

// linking turns the collected streets into a network.
type linking struct {
	c      *collector
	n      *network
	vertex []int32 // of each point
	attrs  map[attr]int32
	via    map[int64]bool
}

// network links the streets collected. Points that the extract lacks, as at its rim, interrupt their street.
func (c *collector) network() *network {
	c.sortPoints()
	l := &linking{c: c, n: &network{}, vertex: make([]int32, len(c.ids)), attrs: map[attr]int32{}, via: map[int64]bool{}}
	for i := range l.vertex {
		l.vertex[i] = -1
	}
	l.markVias()
	begin := 0
	for k := range c.streets {
		l.street(&c.streets[k], c.wayID[k], c.refs[begin:c.refEnd[k]])
		begin = c.refEnd[k]
	}
	return l.n
}

// markVias notes the points where restricted turns are made: the via points and the ends of via ways.
func (l *linking) markVias() {
	ways := map[int64]bool{}
	for _, r := range l.c.restrictions {
		if r.viaNode != 0 {
			l.via[r.viaNode] = true
		}
		for _, w := range r.viaWays {
			ways[w] = true
		}
	}
	if len(ways) == 0 {
		return
	}
	begin := 0
	for k, end := range l.c.refEnd {
		if ways[l.c.wayID[k]] {
			l.via[l.c.refs[begin]], l.via[l.c.refs[end-1]] = true, true
		}
		begin = end
	}
}

func (l *linking) street(s *street, way int64, refs []int64) {
	if s.durationSec > 0 {
		l.timetable(s, refs)
	}
	a := l.attr(s)
	last, lastKind := int32(-1), plain
	for _, ref := range refs {
		i, ok := slices.BinarySearch(l.c.ids, ref)
		if !ok {
			l.c.report.MissingPoints++
			last = -1
			continue
		}
		kind := l.c.special[ref]
		v := l.vertex[i]
		if v < 0 || kind == closed {
			// A closed point is a new dead end each time it is met, so that no way leads through it.
			v = l.add(i)
			l.vertex[i] = v
		}
		if last >= 0 && last != v {
			l.link(s, a, way, last, v, lastKind, kind)
		}
		if kind == closed {
			l.c.report.Barriers++
			v = l.add(i)
		}
		last, lastKind = v, kind
	}
}

func (l *linking) add(i int) int32 {
	l.n.at = append(l.n.at, l.c.at[i])
	l.n.id = append(l.n.id, l.c.ids[i])
	l.n.keep = append(l.n.keep, l.via[l.c.ids[i]])
	return int32(len(l.n.at) - 1)
}

func (l *linking) attr(s *street) int32 {
	key := attr{s.class, s.round, s.ramp, s.name, s.ref}
	a, ok := l.attrs[key]
	if !ok {
		a = int32(len(l.n.attrs))
		l.n.attrs = append(l.n.attrs, key)
		l.attrs[key] = a
	}
	return a
}

// timetable sets the speed of a ferry from its stated duration.
func (l *linking) timetable(s *street, refs []int64) {
	metres, last := 0.0, -1
	for _, ref := range refs {
		i, ok := slices.BinarySearch(l.c.ids, ref)
		if ok && last >= 0 {
			metres += metresBetween(l.c.at[last], l.c.at[i])
		}
		if ok {
			last = i
		}
	}
	if kmh := metres * 3.6 / s.durationSec; kmh >= 0.5 && kmh <= maxKmh {
		s.forwardKmh, s.backKmh = kmh, kmh
	}
}

// sortPoints brings the points into the order of their ids, the last one winning where an id comes twice.
func (c *collector) sortPoints() {
	if slices.IsSorted(c.ids) {
		return
	}
	order := make([]int, len(c.ids))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case c.ids[a] < c.ids[b]:
			return -1
		case c.ids[a] > c.ids[b]:
			return 1
		}
		return 0
	})
	ids, at := make([]int64, 0, len(order)), make([]orb.Point, 0, len(order))
	for _, i := range order {
		if n := len(ids); n > 0 && ids[n-1] == c.ids[i] {
			at[n-1] = c.at[i]
			continue
		}
		ids, at = append(ids, c.ids[i]), append(at, c.at[i])
	}
	c.ids, c.at = ids, at
}

func (l *linking) link(s *street, a int32, way int64, u, v int32, atU, atV point) {
	metres := metresBetween(l.n.at[u], l.n.at[v])
	if metres > maxFerryM || metres > maxPieceM && s.class != Ferry {
		l.c.report.MissingPoints++
		return
	}
	p := piece{u: u, v: v, cm: int32(math.Round(metres * 100)), fwdMs: noDrive, bwdMs: noDrive, attr: a, way: way}
	if s.forward {
		p.fwdMs = int32(math.Round(metres*3600/s.forwardKmh)) + l.c.lostMs(atV)
	}
	if s.backward {
		p.bwdMs = int32(math.Round(metres*3600/s.backKmh)) + l.c.lostMs(atU)
	}
	l.n.pieces = append(l.n.pieces, p)
}

// lostMs is the time lost on arriving at a point.
func (c *collector) lostMs(kind point) int32 {
	sec := 0.0
	switch kind {
	case signal:
		sec = c.profile.SignalSec
	case stopSign:
		sec = c.profile.StopSec
	case gate:
		sec = c.profile.GateSec
	}
	return int32(math.Round(sec * 1000))
}

const earthRadiusM = 6_371_008.8 // mean radius, IUGG 1980

// metresBetween is the great-circle distance (haversine).
func metresBetween(a, b orb.Point) float64 {
	const rad = math.Pi / 180
	sLat := math.Sin((b.Lat() - a.Lat()) * rad / 2)
	sLon := math.Sin((b.Lon() - a.Lon()) * rad / 2)
	h := sLat*sLat + math.Cos(a.Lat()*rad)*math.Cos(b.Lat()*rad)*sLon*sLon
	return 2 * earthRadiusM * math.Asin(math.Sqrt(min(h, 1)))
}
