package agv

import (
	"context"

	"quartermaster/internal/rng"
)

// lanes are ways that robots would take if each chose in turn the cheapest one through the traffic of the others: steps into
// busy vertices and against others cost more (Chen, Harabor, Li, Stuckey 2024, arXiv 2308.11234). Priority inheritance that
// follows them meets fewer others than one that follows shortest ways, as after the scattering of Okumura (2024, arXiv
// 2308.04292), which counts meetings in space and time.
type lanes struct {
	m     *meeting
	ahead []uint8 // [r*Len()+v]: 1 + the direction of r's way at v, 0 = off its way
	flow  []int32 // [v*4+d]: ways that take the step
	into  []int32 // vertex → ways that come to it
	on    int     // visits of all ways

	cost   []int32 // A*: by search
	came   []uint8
	stamp  []uint32
	search uint32
	bucket [][]int32
}

// maxLanes bounds robots × vertices of lanes, one byte each and some 30 ns of search; laneRounds is how often each robot chooses.
const (
	maxLanes   = 1 << 25
	laneRounds = 2
)

// laneStep is what an unhindered step costs; busy and contrary are what it costs more at the mean traffic. Plans after them
// lost least on random floors and warehouses.
const (
	laneStep = 16
	busy     = 12
	contrary = 36
)

// newLanes lets each robot choose, in random order. nil where there are too many, or ctx ends first.
func newLanes(ctx context.Context, m *meeting) *lanes {
	n, cells := len(m.starts), m.g.Len()
	if n > maxLanes/cells {
		return nil
	}
	l := &lanes{m: m, ahead: make([]uint8, n*cells), flow: make([]int32, 4*cells), into: make([]int32, cells),
		cost: make([]int32, cells), came: make([]uint8, cells), stamp: make([]uint32, cells)}
	random := rng.New(m.seed, "agv", "lanes")
	order := random.Perm(n)
	for round := range laneRounds {
		for _, r := range order {
			if ctx.Err() != nil {
				return nil
			}
			if round > 0 {
				l.walk(int32(r), -1)
			}
			l.choose(int32(r))
			l.walk(int32(r), 1)
		}
	}
	return l
}

// walk counts r's way in or out.
func (l *lanes) walk(r int32, by int32) {
	row := l.ahead[int(r)*l.m.g.Len() : (int(r)+1)*l.m.g.Len()]
	for v := l.m.starts[r]; v != l.m.goals[r]; {
		d := int32(row[v] - 1)
		l.flow[v*4+d] += by
		v = l.m.g.next[v*4+d]
		l.into[v] += by
		l.on += int(by)
	}
}

// choose finds r's cheapest way by A* with the exact distance as bound.
func (l *lanes) choose(r int32) {
	start, goal, cells := l.m.starts[r], l.m.goals[r], l.m.g.Len()
	dist := l.m.dist[int(r)*cells : (int(r)+1)*cells]
	row := l.ahead[int(r)*cells : (int(r)+1)*cells]
	clear(row)
	for f := range l.bucket {
		l.bucket[f] = l.bucket[f][:0]
	}
	l.search++
	mean := int32(max(1, l.on/cells))
	bound := laneStep * int32(dist[start])
	l.open(start, 0, 0, 0)
	for f := 0; f < len(l.bucket); f++ {
		for len(l.bucket[f]) > 0 {
			last := len(l.bucket[f]) - 1
			v := l.bucket[f][last]
			l.bucket[f] = l.bucket[f][:last]
			cost := l.cost[v]
			if cost+laneStep*int32(dist[v])-bound != int32(f) {
				continue
			}
			if v == goal {
				l.trace(start, goal, row)
				return
			}
			for d := range int32(4) {
				u := l.m.g.next[v*4+d]
				if u < 0 {
					continue
				}
				c := cost + laneStep + busy*l.into[u]/mean + contrary*l.flow[u*4+(d+2)&3]/mean
				if l.stamp[u] != l.search || c < l.cost[u] {
					l.open(u, c, uint8(d+1), int(c+laneStep*int32(dist[u])-bound))
				}
			}
		}
	}
}

func (l *lanes) open(v, cost int32, came uint8, f int) {
	l.stamp[v], l.cost[v], l.came[v] = l.search, cost, came
	for len(l.bucket) <= f {
		l.bucket = append(l.bucket, nil)
	}
	l.bucket[f] = append(l.bucket[f], v)
}

// trace writes the way that was found into row.
func (l *lanes) trace(start, goal int32, row []uint8) {
	for v := goal; v != start; {
		d := int32(l.came[v] - 1)
		v = l.m.behind[v*4+d]
		row[v] = uint8(d + 1)
	}
}

// next is the vertex that follows v on r's way, −1 where v is off it or its end.
func (l *lanes) next(r, v int32) int32 {
	d := l.ahead[int(r)*l.m.g.Len()+int(v)]
	if d == 0 {
		return -1
	}
	return l.m.g.next[v*4+int32(d)-1]
}
