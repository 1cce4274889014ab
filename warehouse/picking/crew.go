package picking

import (
	"cmp"
	"fmt"
	"slices"

	"quartermaster/warehouse"
)

// tour is a batch with its picker and time.
type tour struct {
	batch
	picker           int
	startSec, endSec int64
}

// schedule gives batches to pickers: whenever a picker is free, the batch with the earliest due time of those whose orders
// are all released goes next (earliest due date list scheduling). A batch that would end too late for the site to ship it
// today leaves behind its latest orders until it fits; those get a reason.
func (p *planner) schedule(batches []batch) []tour {
	lastSec := p.floor.CloseSec - min(p.opts.TailSec, p.floor.CloseSec-p.floor.OpenSec+1) // a longer tail leaves no time either
	freeSec := make([]int64, min(p.floor.Pickers, max(1, len(batches))))
	for i := range freeSec {
		freeSec[i] = p.floor.OpenSec
	}
	slices.SortStableFunc(batches, func(a, b batch) int {
		return cmp.Or(cmp.Compare(a.dueSec, b.dueSec), cmp.Compare(a.wave, b.wave))
	})
	var tours []tour
	for len(batches) > 0 {
		picker := 0
		for i := range freeSec {
			if freeSec[i] < freeSec[picker] {
				picker = i
			}
		}
		next := nextBatch(batches, freeSec[picker])
		b := batches[next]
		batches = slices.Delete(batches, next, next+1)
		startSec := p.shrink(&b, freeSec[picker], lastSec)
		if len(b.loads) == 0 {
			continue
		}
		endSec := startSec + p.floor.TourSec(b.lengthCm, b.lines)
		tours = append(tours, tour{batch: b, picker: picker + 1, startSec: startSec, endSec: endSec})
		freeSec[picker] = endSec
	}
	slices.SortStableFunc(tours, func(a, b tour) int {
		return cmp.Or(cmp.Compare(a.startSec, b.startSec), cmp.Compare(a.picker, b.picker))
	})
	return tours
}

// nextBatch gives the first batch, by due time, that is released when the picker is free, or else the one released first.
func nextBatch(batches []batch, freeSec int64) int {
	next := 0
	for i := range batches {
		if batches[i].releaseSec <= freeSec {
			return i
		}
		if batches[i].releaseSec < batches[next].releaseSec {
			next = i
		}
	}
	return next
}

// shrink takes orders off a batch, the last released and last due first, until it ends by lastSec or is empty. It gives
// the start of what is left.
func (p *planner) shrink(b *batch, freeSec, lastSec int64) int64 {
	for {
		startSec := max(freeSec, b.releaseSec)
		if len(b.loads) == 0 || startSec+p.floor.TourSec(b.lengthCm, b.lines) <= lastSec {
			return startSec
		}
		worst := 0
		for i := range b.loads {
			x, y := &p.orders[p.loads[b.loads[i]].order], &p.orders[p.loads[b.loads[worst]].order]
			if cmp.Or(cmp.Compare(x.ReleaseSec, y.ReleaseSec), cmp.Compare(x.DueSec, y.DueSec)) >= 0 {
				worst = i
			}
		}
		order := p.loads[b.loads[worst]].order
		p.reason[order] = p.noTimeReason(&p.orders[order], startSec, lastSec)
		b.loads = slices.Delete(b.loads, worst, worst+1)
		p.refresh(b)
	}
}

func (p *planner) noTimeReason(o *warehouse.Order, startSec, lastSec int64) string {
	closing := warehouse.ClockText(p.floor.CloseSec)
	if o.ReleaseSec > lastSec {
		return fmt.Sprintf("released at %s, too late to be picked before the site closes at %s", warehouse.ClockText(o.ReleaseSec), closing)
	}
	return fmt.Sprintf("no picker is free before %s, too late to pick, carry and sort it before the site closes at %s", warehouse.ClockText(startSec), closing)
}

// tasks writes the tours as tasks.
func (p *planner) tasks(tours []tour) []warehouse.Task {
	tasks := make([]warehouse.Task, len(tours))
	for i := range tours {
		t := &tours[i]
		tasks[i] = warehouse.Task{
			ID: fmt.Sprintf("%s-P%03d", p.opts.Prefix, i+1), Kind: warehouse.TaskPick, Worker: fmt.Sprintf("picker-%02d", t.picker),
			Wave: t.wave, Batch: i + 1, StartSec: t.startSec, EndSec: t.endSec,
			OrderIDs: p.orderIDs(&t.batch), Stops: p.stops(&t.batch), DistanceCm: t.lengthCm,
		}
	}
	return tasks
}
