// Package picking turns the orders of one site and day into waves, batches and pick tours with start and end.
//
// Takes a warehouse.Floor with its racks, cart and pickers and the orders with the slot of each line, and gives one pick
// task for each tour, or the reason why an order is not picked today. Method: waves by release and due time, seed
// batching with savings by true tour length (de Koster, van der Poort, Wolters 1999) and a local search over moves and
// swaps, tours by the exact dynamic programme of Ratliff and Rosenthal (1983), tours to pickers by earliest due date list
// scheduling; about O(orders × 32) tours of O(aisles) each, and Iterations more. Never: it does not choose the slots of
// lines (Slot does, beforehand), and it knows one block of aisles with two cross aisles only.
//
// Words: a load is what of one order goes on one cart (the whole order, unless a cart is too small for it); a batch is the
// loads of one tour; a wave is a set of orders that are batched among themselves.
package picking

import (
	"context"
	"fmt"
	"math"

	"quartermaster/warehouse"
)

// Options steer Plan. The zero value works.
type Options struct {
	// Prefix begins each task id: Prefix + "-P001". Default: the floor's SiteID.
	Prefix string
	Seed   uint64
	// WaveSec is the width of the bands of due and release time that make a wave. Default 7200. Longer waves give shorter
	// tours and later first tours.
	WaveSec int64
	// WaveOrders is the most orders in one wave; larger ones are cut in equal parts, by zone. Default 400.
	WaveOrders int
	// Iterations bounds the local search over all waves together. Default 40 for each order, at most 20,000; negative = none.
	Iterations int
	// TailSec is kept free between the end of the last tour and CloseSec for carrying, packing and sorting. Default: both
	// dwells, two crossings of the robots' floor, PackSec and SortSec.
	TailSec int64
}

// Result is what Plan found.
type Result struct {
	Tasks []warehouse.Task // TaskPick, by StartSec, then picker; Batch counts them from 1
	// Late are the orders of which at least one load is not picked today (LateSec −1), in the order given.
	Late             []warehouse.Late
	Waves            int
	DistanceCm       int64 // of all tours
	SingleDistanceCm int64 // the same if each load were a tour of its own
	Iterations       int   // of the local search
	Seed             uint64
}

// Plan makes the pick tasks of one site and day. The floor's OpenSec and CloseSec are those of the planned day. Tasks lie
// within [OpenSec, CloseSec − TailSec] and start no earlier than the ReleaseSec of their orders.
//
// An error names the field of the floor, the order or the option that cannot be planned with, or is ctx's.
func Plan(ctx context.Context, floor warehouse.Floor, orders []warehouse.Order, opts Options) (Result, error) {
	if err := warehouse.ValidateFloor(floor); err != nil {
		return Result{}, err
	}
	if err := warehouse.ValidateOrders(floor, orders); err != nil {
		return Result{}, err
	}
	opts, err := opts.withDefaults(floor, len(orders))
	if err != nil {
		return Result{}, err
	}
	p := newPlanner(floor, orders, opts)
	waves := p.waves()
	var batches []batch
	for w, loads := range waves {
		made, err := p.batchWave(ctx, w+1, loads)
		if err != nil {
			return Result{}, fmt.Errorf("picking: batching wave %d of site %s: %w", w+1, floor.SiteID, err)
		}
		batches = append(batches, made...)
	}
	tours := p.schedule(batches)
	result := Result{Waves: len(waves), Iterations: p.iterations, Seed: opts.Seed, Tasks: p.tasks(tours), Late: p.late()}
	for i := range result.Tasks {
		result.DistanceCm += result.Tasks[i].DistanceCm
	}
	for i := range tours {
		for _, l := range tours[i].loads {
			result.SingleDistanceCm += p.loads[l].lengthCm
		}
	}
	return result, nil
}

func (o Options) withDefaults(f warehouse.Floor, orders int) (Options, error) {
	if o.WaveSec < 0 || o.WaveOrders < 0 || o.TailSec < 0 {
		return o, fmt.Errorf("picking: Options.WaveSec %d, WaveOrders %d and TailSec %d must not be negative", o.WaveSec, o.WaveOrders, o.TailSec)
	}
	if o.Prefix == "" {
		o.Prefix = f.SiteID
	}
	if o.WaveSec == 0 {
		o.WaveSec = 7200
	}
	if o.WaveOrders == 0 {
		o.WaveOrders = 400
	}
	if o.Iterations == 0 {
		o.Iterations = min(40*orders, 20_000)
	}
	if o.TailSec == 0 {
		o.TailSec = f.LoadSec + f.UnloadSec + 2*int64(f.Width+f.Height)*f.StepSec + f.PackSec + f.SortSec
	}
	return o, nil
}

// planner holds one call's working state.
type planner struct {
	floor  warehouse.Floor
	orders []warehouse.Order
	opts   Options
	loads  []load
	tour   *tourLength
	// reason says why an order is not picked today; empty = it is.
	reason     []string
	iterations int
}

func newPlanner(floor warehouse.Floor, orders []warehouse.Order, opts Options) *planner {
	p := &planner{floor: floor, orders: orders, opts: opts, tour: newTourLength(&floor), reason: make([]string, len(orders))}
	for i := range orders {
		loads, reason := splitOrder(&floor, &orders[i], i)
		p.reason[i] = reason
		p.loads = append(p.loads, loads...)
	}
	for i := range p.loads {
		l := &p.loads[i]
		l.bits = p.tour.bitsOf(l.picks)
		l.aisles = p.tour.aislesOf(l.bits)
		l.lengthCm = p.tour.length(l.bits)
	}
	return p
}

// late lists the orders with a reason, in input order.
func (p *planner) late() []warehouse.Late {
	var late []warehouse.Late
	for i, reason := range p.reason {
		if reason != "" {
			late = append(late, warehouse.Late{OrderID: p.orders[i].ID, LateSec: -1, Reason: reason})
		}
	}
	return late
}

// limitOr gives a limit where 0 means none.
func limitOr(limit int64) int64 {
	if limit == 0 {
		return math.MaxInt64
	}
	return limit
}
