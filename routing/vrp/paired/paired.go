// Package paired plans shipments, each a pickup and its delivery in one tour, with vehicles that are alike.
//
// Solves the pickup and delivery problem with time windows, up to two kinds of load and some 1,500 shipments, from a plan that holds. Takes
// a Problem and the tours of a first plan and gives those of a better one. Method: vehicles dropped by guided ejection search (Nagata,
// Kobayashi, "Guided Ejection Search for the Pickup and Delivery Problem with Time Windows", EvoCOP 2010); distance by ruin and recreate of
// adjacent strings with annealing (Christiaens, Vanden Berghe, Transportation Science 54(2), 2020). A pair of places for a shipment is
// judged in constant time by earliest departures and latest arrivals (Savelsbergh, ORSA Journal on Computing 4(2), 1992), the best one on
// a tour kept until that tour changes. Never: it does not read the clock, it knows no bound, and every tour it holds keeps all rules.
package paired

import (
	"math/rand/v2"
	"slices"

	"quartermaster/internal/rng"
)

// Loads is how many kinds of load there may be.
const Loads = 2

// Load is an amount of each kind.
type Load [Loads]int64

// Visit is what a stop asks for in time: the service begins within the window.
type Visit struct{ OpenSec, CloseSec, ServiceSec int64 }

// Problem is what is planned. Stop 2h is the pickup of shipment h and stop 2h+1 its delivery; the last two places are where tours begin
// and end. It is only read.
type Problem struct {
	Length []int32 // [i*places+j]: what a leg costs, in any unit
	Sec    []int32 // [i*places+j]: what it takes; may be the same table
	Visits []Visit // per stop
	Loads  []Load  // per shipment
	Room   Load
	// OpenSec and CloseSec are the shift of each vehicle.
	OpenSec, CloseSec int64
	Opening           int64     // what using one vehicle costs, in the unit of Length
	Around            [][]int32 // per stop: near stops, the nearest first
	Fleet             int
}

// layout is a Problem with its tables towards a place row by row too.
type layout struct {
	Problem
	places             int
	begin, end         int32
	lengthTo, secondTo []int32 // [j*places+i]: from i to j
}

func newLayout(p Problem) *layout {
	l := &layout{Problem: p, places: len(p.Visits) + 2}
	l.begin, l.end = int32(len(p.Visits)), int32(len(p.Visits)+1)
	l.lengthTo = turned(p.Length, l.places)
	l.secondTo = l.lengthTo
	if &p.Sec[0] != &p.Length[0] {
		l.secondTo = turned(p.Sec, l.places)
	}
	return l
}

// turned is a table with rows and columns exchanged: itself where that is the same.
func turned(cells []int32, n int) []int32 {
	out := make([]int32, n*n)
	for i := range n {
		for j := range n {
			out[j*n+i] = cells[i*n+j]
		}
	}
	if slices.Equal(out, cells) {
		return cells
	}
	return out
}

// Search is one run. The same problem, tours, seed and answers of the caller's functions give the same plan.
type Search struct {
	*plan
	rng     *rand.Rand
	best    best
	limit   int // most tours
	finder  finder
	known   []known // [shipment*width+slot]
	width   int
	order   []int32
	keys    []int64
	stamp   []int32 // per slot: the step in which it was torn
	clock   int32
	out     []int32
	hard    []int64 // per shipment: how often it fitted nowhere
	pool    []int32 // shipments without a seat, the last is the next
	ejected ejection
	trials  [2]tour
}

// New begins with tours, which list stops in order and keep all rules; shipments on none of them are absent. It returns nil where the
// tours do not hold.
func New(p Problem, tours [][]int32, seed uint64) *Search {
	l := newLayout(p)
	s := &Search{plan: newPlan(l), rng: rng.New(seed, "vrp", "paired"), hard: make([]int64, len(p.Loads))}
	for _, seq := range tours {
		t := s.fresh()
		if !l.fill(t, seq) {
			return nil
		}
		s.put(t)
	}
	s.commit()
	s.limit = min(p.Fleet, len(p.Loads), len(tours)+len(tours)/4+spareTours)
	s.width = max(s.limit, len(tours))
	s.known = make([]known, len(p.Loads)*s.width)
	for h, slot := range s.slot {
		if slot < 0 {
			s.pool = append(s.pool, int32(h))
		}
	}
	s.best.save(s.plan)
	return s
}

// spareTours may be used beyond a quarter more than the first plan has.
const spareTours = 4

// Tours are the stops of the best plan's tours, in order.
func (s *Search) Tours() [][]int32 {
	out := make([][]int32, 0, len(s.best.tours))
	for _, t := range s.best.tours {
		out = append(out, t.stops(nil))
	}
	return out
}

// Cost is what the best plan costs, in the unit of Problem.Length.
func (s *Search) Cost() int64 { return s.best.cost }

// Used is how many tours the best plan has.
func (s *Search) Used() int { return len(s.best.tours) }
