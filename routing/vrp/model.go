package vrp

import (
	"context"
	"slices"
	"sync"

	"quartermaster/routing"
)

// unit is how many parts of a cent the search counts in: the common denominator of a price per kilometre at whole
// metres and a price per hour at whole seconds, so that every cost is a whole number.
const (
	unit          = 18000
	unitsPerM     = unit / 1000
	unitsPerSec   = unit / 3600
	maxPriceCents = int64(1) << 40
	never         = int64(1) << 58 // later than any time, dearer than any plan
	noWay         = int64(1) << 50 // seconds or units of a leg that does not exist
	softClose     = int64(1) << 45 // end of a window that may be passed at a price
	reload        = int32(-1)      // stands in a tour where the vehicle loads anew
)

// nearby is a stop that another may well stand beside, and how far it is from it and to it in metres.
type nearby struct{ stop, to, from int32 }

// model is a problem laid out for the search. It never changes during one.
type model struct {
	p     *routing.Problem
	n     int // stops
	dims  int
	kinds []kind

	loc         []int32
	open, close []int64 // first moment of the first window, last of the last
	ready       []int64
	deliver     []int64 // [stop*dims+k]
	collect     []int64
	first       []int64 // [stop*dims+k]: on board from the start of the trip
	delta       []int64 // [stop*dims+k]: change of what is on board at the stop
	gramsFirst  []int64
	gramsDelta  []int64
	simple      bool // nothing is collected and there are no pairs
	prices      []int64
	optional    bool    // leaving out some stop is a choice, not a last resort
	compulsory  bool    // leaving out some stop is not
	windowed    bool    // some stop is not open all the time
	ways        []int   // orders to place stops in; see orders
	mate        []int32 // other stop of a pair, or -1
	pickup      []bool  // the first of a pair
	pairs       bool
	backhaul    []bool    // nil where there are none
	deepStop    bool      // some stop asks for the exact pass
	bound       [][]int32 // per stop: relations it is in; nil where there are none
	released    bool

	reach  int
	near   []nearby // [stop*reach+k]: stops it may well stand beside, the best first
	around []int32  // by distance alone
	movers []int32  // stops that the search may place: neither hopeless nor fixed

	asks   map[string][]ask // by vehicle type
	desks  sync.Pool
	setups map[string][]int64
	grids  map[*routing.Matrix]*grid
}

func newModel(ctx context.Context, p *routing.Problem, o Options, hopeless []string) *model {
	m := &model{p: p, n: len(p.Stops), dims: 2, asks: map[string][]ask{}, setups: map[string][]int64{}, grids: map[*routing.Matrix]*grid{}}
	for i := range p.Vehicles {
		m.dims = max(m.dims, 2+len(p.Vehicles[i].Extra))
	}
	m.addStops()
	m.addPairs()
	m.addKinds()
	m.addLoads()
	m.gramsFirst, m.gramsDelta = make([]int64, m.n), make([]int64, m.n)
	for i := range m.n {
		m.gramsFirst[i], m.gramsDelta[i] = m.first[i*m.dims], m.delta[i*m.dims]
	}
	m.trimDims()
	m.addLoads()
	m.addRoomier()
	m.addPrices(o.UnassignedCents)
	m.ways = m.orders()
	m.addRelations()
	fixed := make([]bool, m.n)
	for k := range m.kinds {
		for _, i := range m.kinds[k].fixed {
			fixed[i] = true
		}
	}
	for i := range int32(m.n) {
		if hopeless[i] == "" && !fixed[i] && (m.mate[i] < 0 || hopeless[m.mate[i]] == "") {
			m.movers = append(m.movers, i)
		}
	}
	m.addNeighbours(ctx, o)
	return m
}

func (m *model) addStops() {
	m.loc, m.open, m.close, m.ready = make([]int32, m.n), make([]int64, m.n), make([]int64, m.n), make([]int64, m.n)
	m.deliver, m.collect = make([]int64, m.n*m.dims), make([]int64, m.n*m.dims)
	m.simple = true
	for i := range m.p.Stops {
		s := &m.p.Stops[i]
		m.loc[i], m.open[i], m.close[i], m.ready[i] = s.Location, s.Window.StartSec, s.Window.EndSec, s.ReadySec
		m.released = m.released || s.ReadySec > 0
		m.windowed = m.windowed || s.Window != m.p.Stops[0].Window
		if k := len(s.More); k > 0 {
			m.close[i] = s.More[k-1].EndSec
		}
		if s.LateCentsPerHour > 0 {
			m.close[i] = softClose
		}
		m.deepStop = m.deepStop || len(s.More) > 0 || s.LateCentsPerHour > 0 || s.SetupSec > 0 || len(s.SetupSecByType) > 0
		d := m.deliver[i*m.dims : (i+1)*m.dims]
		d[0], d[1] = s.WeightG, s.VolumeCm3
		copy(d[2:], s.Extra)
		copy(m.collect[i*m.dims:(i+1)*m.dims], s.Collect)
		for _, q := range s.Collect {
			m.simple = m.simple && q == 0
		}
		if s.Backhaul {
			if m.backhaul == nil {
				m.backhaul = make([]bool, m.n)
			}
			m.backhaul[i] = true
		}
	}
}

// addPairs moves what a shipment carries from the delivery stop to both: taken up at one, set down at the other.
func (m *model) addPairs() {
	m.mate, m.pickup = make([]int32, m.n), make([]bool, m.n)
	for i := range m.mate {
		m.mate[i] = -1
	}
	for _, pair := range m.p.Pairs {
		m.mate[pair.Pickup], m.mate[pair.Delivery] = int32(pair.Delivery), int32(pair.Pickup)
		m.pickup[pair.Pickup] = true
		m.pairs, m.simple = true, false
	}
}

// trimDims drops kinds of capacity that can never be exceeded, because all amounts together fit every vehicle.
func (m *model) trimDims() {
	var keep []int
	lightBreaks := false
	for k := range m.kinds {
		for _, b := range m.kinds[k].v.Breaks {
			lightBreaks = lightBreaks || len(b.MaxLoad) > 0
		}
	}
	for d := range m.dims {
		var sum int64
		if lightBreaks {
			keep = append(keep, d)
			continue
		}
		for i := range m.n {
			sum += m.deliver[i*m.dims+d] + m.collect[i*m.dims+d]
		}
		for k := range m.kinds {
			if m.kinds[k].caps[d] < sum {
				keep = append(keep, d)
				break
			}
		}
	}
	pick := func(from []int64) []int64 {
		to := make([]int64, 0, len(from)/m.dims*len(keep))
		for i := 0; i < len(from); i += m.dims {
			for _, d := range keep {
				to = append(to, from[i+d])
			}
		}
		return to
	}
	m.deliver, m.collect = pick(m.deliver), pick(m.collect)
	for k := range m.kinds {
		m.kinds[k].caps = pick(m.kinds[k].caps)
	}
	m.dims = len(keep)
}

// addLoads says for each stop what it means for the load: what is on board from the start, and the change at the stop.
func (m *model) addLoads() {
	m.first, m.delta = slices.Clone(m.deliver), slices.Clone(m.collect)
	for i := range m.deliver {
		m.delta[i] -= m.deliver[i]
	}
	for _, pair := range m.p.Pairs {
		for d := range m.dims {
			a, b := pair.Pickup*m.dims+d, pair.Delivery*m.dims+d
			m.first[a], m.first[b] = 0, 0
			m.delta[a], m.delta[b] = m.deliver[b], -m.deliver[b]
		}
	}
}

func (m *model) addRelations() {
	if len(m.p.Relations) == 0 {
		return
	}
	m.bound = make([][]int32, m.n)
	for r := range m.p.Relations {
		for _, i := range m.p.Relations[r].Stops {
			m.bound[i] = append(m.bound[i], int32(r))
		}
	}
}
