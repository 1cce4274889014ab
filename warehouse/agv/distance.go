package agv

import (
	"container/heap"

	"quartermaster/warehouse"
)

// unreachable is far above any distance and far below overflow.
const unreachable = int32(1 << 28)

// neighbourLists gives for each cell the neighbours that some robot can enter.
func neighbourLists(f *warehouse.Floor) [][4]int32 {
	near := make([][4]int32, len(f.Kinds))
	for cell := range near {
		near[cell] = [4]int32{-1, -1, -1, -1}
		if f.Kinds[cell] == warehouse.CellShelf {
			continue
		}
		for i, next := range f.Neighbours(int32(cell)) {
			if next >= 0 && f.Kinds[next] != warehouse.CellShelf {
				near[cell][i] = next
			}
		}
	}
	return near
}

// anyPark lets distances cross every park.
const anyPark = int32(-1)

// distances gives for each cell the least of (steps to a source + the source's start value), Dijkstra with unit steps.
// Of the parks only the robot's own is entered, which it may also cross.
func distances(f *warehouse.Floor, near [][4]int32, park int32, start func(cell int32) int32) []int32 {
	dist := make([]int32, len(near))
	q := make(distanceQueue, 0, len(near))
	for cell := range dist {
		dist[cell] = start(int32(cell))
		if dist[cell] < unreachable {
			q = append(q, distanceEntry{dist[cell], int32(cell)})
		}
	}
	heap.Init(&q)
	for len(q) > 0 {
		e := heap.Pop(&q).(distanceEntry)
		if e.dist > dist[e.cell] {
			continue
		}
		for _, next := range near[e.cell] {
			if next >= 0 && e.dist+1 < dist[next] && (park == anyPark || next == park || f.Kinds[next] != warehouse.CellPark) {
				dist[next] = e.dist + 1
				heap.Push(&q, distanceEntry{e.dist + 1, next})
			}
		}
	}
	return dist
}

type distanceEntry struct{ dist, cell int32 }

type distanceQueue []distanceEntry

func (q distanceQueue) Len() int           { return len(q) }
func (q distanceQueue) Less(i, j int) bool { return q[i].dist < q[j].dist }
func (q distanceQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *distanceQueue) Push(x any)        { *q = append(*q, x.(distanceEntry)) }
func (q *distanceQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// legs gives for each cell the steps that remain in each phase, without other robots: by a station and an induction to
// the end, whose own distance is given.
func legs(f *warehouse.Floor, near [][4]int32, park, loadSteps, unloadSteps int32, end []int32) [phases][]int32 {
	via := func(kind warehouse.CellKind, dwell int32, then []int32) []int32 {
		return distances(f, near, park, func(cell int32) int32 {
			if f.Kinds[cell] == kind && then[cell] < unreachable {
				return then[cell] + dwell
			}
			return unreachable
		})
	}
	induct := via(warehouse.CellInduct, unloadSteps, end)
	return [phases][]int32{via(warehouse.CellPick, loadSteps, induct), induct, end}
}

// homeward gives for each cell the steps to a robot's park.
func homeward(f *warehouse.Floor, near [][4]int32, park int32) []int32 {
	return distances(f, near, park, func(cell int32) int32 {
		if cell == park {
			return 0
		}
		return unreachable
	})
}
