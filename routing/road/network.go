package road

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// network is the street graph as it is drawn: one vertex per point of a street, one piece per stretch between two.
type network struct {
	at     []orb.Point
	pieces []piece
}

// piece is a straight stretch of street from vertex u to vertex v.
type piece struct {
	u, v  int32
	cm    int32
	fwdMs int32 // driving u → v, with what is lost at v; noDrive when forbidden
	bwdMs int32 // driving v → u, with what is lost at u
	class Class
}

const noDrive = int32(-1)

// maxPieceM is longer than any straight stretch of real street; beyond it a coordinate must be damaged.
const maxPieceM = 100_000

// collector gathers points and streets from a stream; it is the sink of scan.
type collector struct {
	profile *Profile
	ids     []int64
	at      []orb.Point
	special map[int64]point
	streets []street
	refs    []int64
	refEnd  []int // end of the refs of each street
	report  Report
}

func (c *collector) node(id int64, lon, lat float64, tags []tag) {
	c.report.Points++
	if !(math.Abs(lon) <= 180) || !(math.Abs(lat) <= 90) {
		return // streets that need it will find it missing
	}
	c.ids = append(c.ids, id)
	c.at = append(c.at, orb.Point{lon, lat})
	if len(tags) > 0 {
		if kind := pointOf(tags); kind != plain {
			c.special[id] = kind
		}
	}
}

func (c *collector) way(_ int64, refs []int64, tags []tag) {
	c.report.Ways++
	s, ok := streetOf(c.profile, tags)
	if !ok || len(refs) < 2 {
		return
	}
	c.report.Streets++
	c.streets = append(c.streets, s)
	c.refs = append(c.refs, refs...)
	c.refEnd = append(c.refEnd, len(c.refs))
}

// network links the streets collected. Points that the extract lacks, as at its rim, interrupt their street.
func (c *collector) network() *network {
	c.sortPoints()
	n := &network{}
	vertex := make([]int32, len(c.ids))
	for i := range vertex {
		vertex[i] = -1
	}
	begin := 0
	for k, s := range c.streets {
		refs := c.refs[begin:c.refEnd[k]]
		begin = c.refEnd[k]
		last, lastKind := int32(-1), plain
		for _, ref := range refs {
			i, ok := slices.BinarySearch(c.ids, ref)
			if !ok {
				c.report.MissingPoints++
				last = -1
				continue
			}
			kind := c.special[ref]
			v := vertex[i]
			if v < 0 || kind == closed {
				// A closed point is a new dead end each time it is met, so that no way leads through it.
				v = int32(len(n.at))
				vertex[i] = v
				n.at = append(n.at, c.at[i])
			}
			if last >= 0 && last != v {
				c.link(n, s, last, v, lastKind, kind)
			}
			if kind == closed {
				c.report.Barriers++
				v = int32(len(n.at))
				n.at = append(n.at, c.at[i])
			}
			last, lastKind = v, kind
		}
	}
	return n
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

func (c *collector) link(n *network, s street, u, v int32, atU, atV point) {
	metres := metresBetween(n.at[u], n.at[v])
	if metres > maxPieceM {
		c.report.MissingPoints++
		return
	}
	p := piece{u: u, v: v, cm: int32(math.Round(metres * 100)), fwdMs: noDrive, bwdMs: noDrive, class: s.class}
	if s.forward {
		p.fwdMs = int32(math.Round(metres*3600/s.forwardKmh)) + c.lostMs(atV)
	}
	if s.backward {
		p.bwdMs = int32(math.Round(metres*3600/s.backKmh)) + c.lostMs(atU)
	}
	n.pieces = append(n.pieces, p)
}

// lostMs is the time lost on arriving at a point.
func (c *collector) lostMs(kind point) int32 {
	switch kind {
	case signal:
		return int32(math.Round(c.profile.SignalSec * 1000))
	case stopSign:
		return int32(math.Round(c.profile.StopSec * 1000))
	}
	return 0
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
