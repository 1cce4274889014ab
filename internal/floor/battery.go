package floor

import "quartermaster/warehouse/agv"

// detour is how many cells a robot drives more than the shortest way, as far as batteries are planned for.
const detour = 1.5

// batteries sends robots to chargers while what they hold still takes them there.
type batteries struct {
	g        *agv.Graph
	o        *TryOptions
	chargers []int32
	bound    []int     // charger → robots on their way to it or at it
	ahead    [][]int32 // vertex → those one step from it
	behind   [][]int32 // vertex → those it is one step from
	near     []int32   // vertex → cells to the nearest charger
	hubTo    []int32   // vertex → cells to the first charger, and from it: a way over it bounds every other
	hubFrom  []int32
	to       [][]int32 // charger → cells to it from each vertex; nil where that would be too many
}

// maxChargerCells bounds chargers × vertices whose distances are kept.
const maxChargerCells = 1 << 25

func newBatteries(g *agv.Graph, chargers []int32, o *TryOptions) *batteries {
	b := &batteries{g: g, o: o, chargers: chargers, bound: make([]int, len(chargers)), ahead: make([][]int32, g.Len()), behind: make([][]int32, g.Len())}
	for v := range int32(g.Len()) {
		for d := range uint8(4) {
			if to := g.Ahead(v, d); to >= 0 {
				b.ahead[v] = append(b.ahead[v], to)
				b.behind[to] = append(b.behind[to], v)
			}
		}
	}
	if len(chargers) > 0 {
		b.near, b.hubTo, b.hubFrom = flood(b.behind, chargers), flood(b.behind, chargers[:1]), flood(b.ahead, chargers[:1])
	}
	if len(chargers)*g.Len() <= maxChargerCells {
		for i := range chargers {
			b.to = append(b.to, flood(b.behind, chargers[i:i+1]))
		}
	}
	return b
}

// flood tells how many cells each vertex is from the nearest of some along steps, 1<<30 where there is no way.
func flood(steps [][]int32, from []int32) []int32 {
	far := make([]int32, len(steps))
	for v := range far {
		far[v] = 1 << 30
	}
	queue := append([]int32(nil), from...)
	for _, v := range from {
		far[v] = 0
	}
	for head := 0; head < len(queue); head++ {
		v := queue[head]
		for _, u := range steps[v] {
			if far[u] == 1<<30 {
				far[u] = far[v] + 1
				queue = append(queue, u)
			}
		}
	}
	return far
}

// lacks tells whether a robot must charge before it drives from a vertex to a goal.
func (b *batteries) lacks(charge float64, at, goal int32) bool {
	return len(b.chargers) > 0 && charge < 100 && (charge < b.o.ChargeBelow || !b.lasts(charge, at, goal))
}

// lasts tells whether a charge takes a robot from a vertex to a goal and from there to a charger.
func (b *batteries) lasts(charge float64, at, goal int32) bool {
	cells := charge / (b.o.Drain * detour)
	if float64(b.hubTo[at]+b.hubFrom[goal]+b.near[goal]) <= cells {
		return true
	}
	return float64(flood(b.behind, []int32{goal})[at]+b.near[goal]) <= cells
}

// choose finds the charger for a robot at a vertex that is soonest free for it, of those that its charge takes it to; every robot
// bound for one takes a whole charge of time. Where the charge takes it to none, the nearest; −1 where zones close them all.
func (b *batteries) choose(charge float64, at int32, g *gate) (charger int) {
	var far []int32 // vertex → cells, where those to chargers are not kept
	if b.to == nil {
		far = flood(b.ahead, []int32{at})
	}
	cells := charge / (b.o.Drain * detour)
	least, within := 0.0, false
	charger = -1
	for i, v := range b.chargers {
		if !g.open(at, v) {
			continue
		}
		way := int32(0)
		if b.to != nil {
			way = b.to[i][at]
		} else {
			way = far[v]
		}
		cost, reached := float64(way), float64(way) <= cells
		if reached {
			cost += float64(b.bound[i]) * 100 / b.o.Gain
		}
		if charger < 0 || (reached && !within) || (reached == within && cost < least) {
			charger, least, within = i, cost, reached
		}
	}
	return charger
}
