// Package sortation gives each parcel of one site and day its chute and its time on the sorter.
//
// Takes the parcels with the second at which the last of their goods is at an induction, and gives one sort task each and
// the zones of every chute. Method: zones to chutes by longest processing time first (Graham 1969: the fullest chute takes
// at most 4/3 of the least possible), parcels onto the sorter by earliest due date among those that are there, one every
// FeedSec; O(parcels · log parcels). Never: it does not model recirculation or full chutes, and packing places are not
// scarce: each parcel is packed (PackSec) as soon as it is fed.
package sortation

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"

	"quartermaster/warehouse"
)

// Parcel is one order whose goods have come to the sorter.
type Parcel struct {
	OrderID  string
	Zone     string // parcels of one zone leave by one chute
	ReadySec int64  // the last of its goods is there
	DueSec   int64
	Wave     int
	Batch    int      // the last one that brought goods of it
	After    []string // ids of the move tasks that bring its goods
}

// Options steer Plan. The zero value works.
type Options struct {
	// Prefix begins each task id: Prefix + "-S001". Default: the floor's SiteID.
	Prefix string
}

// Result is what Plan found.
type Result struct {
	Tasks []warehouse.Task // TaskSort, by StartSec
	Late  []warehouse.Late // parcels that the sorter cannot take before the site closes, LateSec −1
	Zones [][]string       // [chute − 1] → its zones, sorted
	Load  []int            // [chute − 1] → parcels given to it
}

// Parcels gives the parcels of the orders that the move tasks bring complete: all orders that some move carries and that
// are not among the late ones.
func Parcels(orders []warehouse.Order, moves []warehouse.Task, late []warehouse.Late) []Parcel {
	index := make(map[string]int, len(orders))
	parcels := make([]Parcel, len(orders))
	for i := range orders {
		o := &orders[i]
		index[o.ID] = i
		parcels[i] = Parcel{OrderID: o.ID, Zone: o.Zone, DueSec: o.DueSec}
	}
	for i := range moves {
		m := &moves[i]
		if m.Kind != warehouse.TaskMove {
			continue
		}
		for _, id := range m.OrderIDs {
			if k, known := index[id]; known {
				p := &parcels[k]
				if len(p.After) == 0 || m.EndSec > p.ReadySec {
					p.ReadySec, p.Wave, p.Batch = m.EndSec, m.Wave, m.Batch
				}
				p.After = append(p.After, m.ID)
			}
		}
	}
	for _, l := range late {
		if k, known := index[l.OrderID]; known && l.LateSec < 0 {
			parcels[k].After = nil
		}
	}
	return slices.DeleteFunc(parcels, func(p Parcel) bool { return len(p.After) == 0 })
}

// Plan makes the sort tasks of one site and day. A task starts when its parcel is put on the sorter and ends PackSec +
// SortSec later with the parcel in its chute.
//
// An error names the floor's field or the parcel that cannot be planned with.
func Plan(floor warehouse.Floor, parcels []Parcel, opts Options) (Result, error) {
	if err := warehouse.ValidateFloor(floor); err != nil {
		return Result{}, err
	}
	ids := make(map[string]bool, len(parcels))
	for i := range parcels {
		if id := parcels[i].OrderID; id == "" || ids[id] {
			return Result{}, fmt.Errorf("sortation: Parcels[%d].OrderID %q is empty or given twice", i, id)
		}
		ids[parcels[i].OrderID] = true
	}
	if opts.Prefix == "" {
		opts.Prefix = floor.SiteID
	}
	result := Result{Zones: make([][]string, floor.Chutes), Load: make([]int, floor.Chutes)}
	chuteOf := result.assign(parcels)
	for _, f := range feed(&floor, parcels) {
		p := &parcels[f.parcel]
		endSec := f.startSec + floor.PackSec + floor.SortSec
		if endSec > floor.CloseSec {
			result.Late = append(result.Late, warehouse.Late{OrderID: p.OrderID, LateSec: -1, Reason: fmt.Sprintf(
				"picked and at the sorter by %s, but the sorter cannot take it before the site closes at %s", warehouse.ClockText(p.ReadySec), warehouse.ClockText(floor.CloseSec))})
			continue
		}
		result.Tasks = append(result.Tasks, warehouse.Task{
			ID: fmt.Sprintf("%s-S%03d", opts.Prefix, len(result.Tasks)+1), Kind: warehouse.TaskSort, Worker: "sorter",
			Wave: p.Wave, Batch: p.Batch, StartSec: f.startSec, EndSec: endSec,
			OrderIDs: []string{p.OrderID}, Chute: chuteOf[p.Zone], DependsOn: p.After,
		})
	}
	return result, nil
}

// assign gives each zone its chute, from 1: the zone with most parcels first, each to the chute with fewest parcels. While
// there are empty chutes every zone gets one of its own.
func (r *Result) assign(parcels []Parcel) map[string]int {
	count := make(map[string]int)
	for i := range parcels {
		count[parcels[i].Zone]++
	}
	zones := make([]string, 0, len(count))
	for zone := range count {
		zones = append(zones, zone)
	}
	slices.SortFunc(zones, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	chuteOf := make(map[string]int, len(zones))
	for _, zone := range zones {
		least := 0
		for chute, load := range r.Load {
			if load < r.Load[least] {
				least = chute
			}
		}
		r.Load[least] += count[zone]
		r.Zones[least] = append(r.Zones[least], zone)
		chuteOf[zone] = least + 1
	}
	for _, z := range r.Zones {
		slices.Sort(z)
	}
	return chuteOf
}

// fed is one parcel's turn on the sorter.
type fed struct {
	parcel   int
	startSec int64
}

// feed gives the parcels their turns: at each turn the parcel with the earliest due time of those that are ready.
func feed(f *warehouse.Floor, parcels []Parcel) []fed {
	byReady := make([]int, len(parcels))
	for i := range byReady {
		byReady[i] = i
	}
	slices.SortFunc(byReady, func(a, b int) int {
		return cmp.Or(cmp.Compare(parcels[a].ReadySec, parcels[b].ReadySec), cmp.Compare(parcels[a].OrderID, parcels[b].OrderID))
	})
	waiting := dueQueue{parcels: parcels}
	turns := make([]fed, 0, len(parcels))
	freeSec := f.OpenSec
	for next := 0; next < len(byReady) || waiting.Len() > 0; {
		if waiting.Len() == 0 {
			freeSec = max(freeSec, parcels[byReady[next]].ReadySec)
		}
		for next < len(byReady) && parcels[byReady[next]].ReadySec <= freeSec {
			heap.Push(&waiting, byReady[next])
			next++
		}
		turns = append(turns, fed{heap.Pop(&waiting).(int), freeSec})
		freeSec += f.FeedSec
	}
	return turns
}

// dueQueue is a heap of parcel indices, earliest due first.
type dueQueue struct {
	parcels []Parcel
	index   []int
}

func (q *dueQueue) Len() int { return len(q.index) }
func (q *dueQueue) Less(i, j int) bool {
	a, b := &q.parcels[q.index[i]], &q.parcels[q.index[j]]
	return cmp.Or(cmp.Compare(a.DueSec, b.DueSec), cmp.Compare(a.OrderID, b.OrderID)) < 0
}
func (q *dueQueue) Swap(i, j int) { q.index[i], q.index[j] = q.index[j], q.index[i] }
func (q *dueQueue) Push(x any)    { q.index = append(q.index, x.(int)) }
func (q *dueQueue) Pop() any {
	last := q.index[len(q.index)-1]
	q.index = q.index[:len(q.index)-1]
	return last
}
