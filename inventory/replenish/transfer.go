package replenish

import (
	"context"
	"fmt"
	"math"
	"sort"

	"quartermaster/internal/flow"
)

// Supply is units of an item that a site can spare.
type Supply struct {
	Item, Site int
	Qty        int64
	Value      float64 // of a unit that leaves: what its idle stay would cost, ≥ 0
}

// Need is units of an item that a site lacks.
type Need struct {
	Item, Site int
	Qty        int64
	Value      float64 // of a unit that comes, ≥ 0
}

// Lane joins two sites.
type Lane struct {
	From, To int
	Cost     float64 // per volume, ≥ 0
	Capacity float64 // volume today; 0 = unlimited
}

// Moves is the problem of moving stock between sites. Dock is the volume that each site can take in, 0 = unlimited.
type Moves struct {
	Volume []float64 // of a unit, per item
	Dock   []float64 // per site
	Supply []Supply
	Need   []Need
	Lanes  []Lane
}

// Move is units of an item on a lane.
type Move struct {
	Item, Lane int
	Qty        int64
	Saving     float64 // of all its units, costs of the lane taken off
}

// MovePlan is what to move.
type MovePlan struct {
	Moves  []Move // by item, then lane
	Saving float64
	Bound  float64 // no moves save more
}

const maxMoves = 1 << 30

// Validate says what is wrong with m, naming entry and field.
func (m *Moves) Validate() error {
	for i, v := range m.Volume {
		if !(v >= 0) || v > 1e9 {
			return fmt.Errorf("replenish: volume of item %d is %g", i, v)
		}
	}
	sites := len(m.Dock)
	for k, s := range m.Supply {
		if s.Item < 0 || s.Item >= len(m.Volume) || s.Site < 0 || s.Site >= sites || s.Qty < 0 || s.Qty > maxMoves || !(s.Value >= 0) || s.Value > 1e9 {
			return fmt.Errorf("replenish: supply %d makes no sense: %+v", k, s)
		}
	}
	for k, s := range m.Need {
		if s.Item < 0 || s.Item >= len(m.Volume) || s.Site < 0 || s.Site >= sites || s.Qty < 0 || s.Qty > maxMoves || !(s.Value >= 0) || s.Value > 1e9 {
			return fmt.Errorf("replenish: need %d makes no sense: %+v", k, s)
		}
	}
	seen := map[[2]int]bool{}
	for k, l := range m.Lanes {
		if l.From < 0 || l.To < 0 || l.From >= sites || l.To >= sites || l.From == l.To || seen[[2]int{l.From, l.To}] {
			return fmt.Errorf("replenish: lane %d runs from site %d to site %d, or stands twice", k, l.From, l.To)
		}
		if !(l.Cost >= 0) || l.Cost > 1e9 || !(l.Capacity >= 0) || math.IsInf(l.Capacity, 1) {
			return fmt.Errorf("replenish: lane %d costs %g a volume and takes %g", k, l.Cost, l.Capacity)
		}
		seen[[2]int{l.From, l.To}] = true
	}
	for s, d := range m.Dock {
		if !(d >= 0) || math.IsInf(d, 1) {
			return fmt.Errorf("replenish: dock of site %d takes %g", s, d)
		}
	}
	return nil
}

// Transfer moves spare stock to where it is lacking so that most is saved: a minimum-cost flow per item, lanes and docks shared by
// Lagrangian prices, then each item's flow once more in the room that is left, dearest saving first. The bound is the least
// dual value; without limits that bind it equals the saving. It gives ctx's error when cancelled.
func Transfer(ctx context.Context, m Moves) (MovePlan, error) {
	if err := m.Validate(); err != nil {
		return MovePlan{}, err
	}
	t := newTransfer(&m)
	free, err := t.plain(ctx)
	if err != nil || t.fits(free) {
		return free, err
	}
	u := make([]float64, len(t.limit))
	var failed error
	best := math.Inf(1)
	oracle := func(u, slack []float64) float64 {
		value := 0.0
		used := make([]float64, len(t.limit))
		for r, limit := range t.limit {
			value += u[r] * limit
		}
		for _, item := range t.items {
			saving, err := t.solve(ctx, item, u, func(l int, q int64) {
				for _, r := range t.rows[l] {
					used[r] += float64(q) * m.Volume[item]
				}
			}, nil)
			if err != nil {
				failed = err
				return math.Inf(-1)
			}
			value += saving
		}
		best = math.Min(best, value)
		for r := range slack {
			slack[r] = used[r] - t.limit[r]
		}
		return -value
	}
	if _, _, err := flow.Volume(ctx, u, oracle, flow.VolumeOptions{Iterations: 60}); err != nil || failed != nil {
		if err == nil {
			err = failed
		}
		return MovePlan{}, err
	}
	out, err := t.repair(ctx, u)
	out.Bound = math.Min(math.Max(best, out.Saving), free.Saving)
	return out, err
}

// transfer is the state of one problem: rows are limits of lanes and docks.
type transfer struct {
	m          *Moves
	items      []int
	supply     map[int][]int
	need       map[int][]int
	lane       map[[2]int]int
	limit      []float64
	rows       [][]int // per lane
	scaleValue float64
}

func newTransfer(m *Moves) *transfer {
	t := &transfer{m: m, supply: map[int][]int{}, need: map[int][]int{}, lane: map[[2]int]int{}, rows: make([][]int, len(m.Lanes)), scaleValue: 1 << 12}
	for k, s := range m.Supply {
		t.supply[s.Item] = append(t.supply[s.Item], k)
	}
	for k, s := range m.Need {
		if len(t.supply[s.Item]) > 0 && len(t.need[s.Item]) == 0 {
			t.items = append(t.items, s.Item)
		}
		t.need[s.Item] = append(t.need[s.Item], k)
	}
	sort.Ints(t.items)
	dock := map[int]int{}
	for k, l := range m.Lanes {
		t.lane[[2]int{l.From, l.To}] = k
		if l.Capacity > 0 {
			t.rows[k] = append(t.rows[k], len(t.limit))
			t.limit = append(t.limit, l.Capacity)
		}
		if m.Dock[l.To] > 0 {
			r, known := dock[l.To]
			if !known {
				r = len(t.limit)
				dock[l.To] = r
				t.limit = append(t.limit, m.Dock[l.To])
			}
			t.rows[k] = append(t.rows[k], r)
		}
	}
	return t
}

// solve finds the best flow of one item at prices of the rows, at most room on each lane, and gives its saving at those prices.
func (t *transfer) solve(ctx context.Context, item int, price []float64, use func(lane int, qty int64), room []float64) (float64, error) {
	var p flow.Problem
	from, to := t.supply[item], t.need[item]
	var lanes []int
	var gains []float64
	for a, s := range from {
		for b, d := range to {
			l, ok := t.lane[[2]int{t.m.Supply[s].Site, t.m.Need[d].Site}]
			if !ok {
				continue
			}
			gain := t.m.Supply[s].Value + t.m.Need[d].Value - t.m.Volume[item]*t.m.Lanes[l].Cost
			for _, r := range t.rows[l] {
				gain -= price[r] * t.m.Volume[item]
			}
			most := int64(flow.Unlimited)
			if room != nil && t.m.Volume[item] > 0 {
				for _, r := range t.rows[l] {
					most = min(most, int64(math.Max(0, room[r]/t.m.Volume[item])))
				}
			}
			if gain <= 0 || most == 0 {
				continue
			}
			p.From, p.To = append(p.From, int32(a)), append(p.To, int32(len(from)+b))
			p.Capacity, p.Cost = append(p.Capacity, most), append(p.Cost, -int64(gain*t.scaleValue))
			lanes, gains = append(lanes, l), append(gains, gain)
		}
	}
	if len(lanes) == 0 {
		return 0, nil
	}
	if len(from) == 1 && len(to) == 1 { // the usual case
		q := min(t.m.Supply[from[0]].Qty, t.m.Need[to[0]].Qty, p.Capacity[0])
		use(lanes[0], q)
		return gains[0] * float64(q), nil
	}
	// Needs are no duties: a sink takes what comes, and supply that stays pays nothing.
	sink := int32(len(from) + len(to))
	p.Supply = make([]int64, sink+1)
	var total int64
	for a, s := range from {
		p.Supply[a] = t.m.Supply[s].Qty
		total += t.m.Supply[s].Qty
		p.From, p.To = append(p.From, int32(a)), append(p.To, sink)
		p.Capacity, p.Cost = append(p.Capacity, flow.Unlimited), append(p.Cost, 0)
	}
	for b, d := range to {
		p.From, p.To = append(p.From, int32(len(from)+b)), append(p.To, sink)
		p.Capacity, p.Cost = append(p.Capacity, t.m.Need[d].Qty), append(p.Cost, 0)
	}
	p.Supply[sink] = -total
	r, err := flow.Solve(ctx, p)
	if err != nil {
		return 0, err
	}
	saving := 0.0
	for k, l := range lanes {
		if r.Flow[k] > 0 {
			use(l, r.Flow[k])
			saving += gains[k] * float64(r.Flow[k])
		}
	}
	return saving, nil
}

// plain solves every item on its own.
func (t *transfer) plain(ctx context.Context) (MovePlan, error) {
	var out MovePlan
	none := make([]float64, len(t.limit))
	for _, item := range t.items {
		if err := t.keep(ctx, &out, item, none, nil); err != nil {
			return out, err
		}
	}
	out.Bound = out.Saving
	return out, nil
}

// keep adds an item's flow, valued without prices, to a plan.
func (t *transfer) keep(ctx context.Context, out *MovePlan, item int, price, room []float64) error {
	first := len(out.Moves)
	_, err := t.solve(ctx, item, price, func(l int, q int64) {
		out.Moves = append(out.Moves, Move{Item: item, Lane: l, Qty: q})
	}, room)
	for k := first; k < len(out.Moves); k++ {
		v := &out.Moves[k]
		lane := t.m.Lanes[v.Lane]
		gain := -t.m.Volume[item] * lane.Cost
		for _, s := range t.supply[item] {
			if t.m.Supply[s].Site == lane.From {
				gain += t.m.Supply[s].Value
			}
		}
		for _, d := range t.need[item] {
			if t.m.Need[d].Site == lane.To {
				gain += t.m.Need[d].Value
			}
		}
		v.Saving = gain * float64(v.Qty)
		out.Saving += v.Saving
	}
	return err
}

func (t *transfer) fits(p MovePlan) bool {
	used := make([]float64, len(t.limit))
	for _, v := range p.Moves {
		for _, r := range t.rows[v.Lane] {
			used[r] += float64(v.Qty) * t.m.Volume[v.Item]
		}
	}
	for r, u := range used {
		if u > t.limit[r] {
			return false
		}
	}
	return true
}

// repair gives room to the items whose volume saves most, each by its own flow within what is left.
func (t *transfer) repair(ctx context.Context, price []float64) (MovePlan, error) {
	room := append([]float64(nil), t.limit...)
	none := make([]float64, len(t.limit))
	type worth struct {
		item  int
		value float64
	}
	var order []worth
	for _, item := range t.items {
		volume := 0.0
		saving, err := t.solve(ctx, item, price, func(_ int, q int64) { volume += float64(q) * t.m.Volume[item] }, nil)
		if err != nil {
			return MovePlan{}, err
		}
		order = append(order, worth{item, saving / math.Max(volume, 1e-12)})
	}
	sort.SliceStable(order, func(a, b int) bool { return order[a].value > order[b].value })
	var out MovePlan
	for _, x := range order {
		for _, prices := range [][]float64{price, none} { // at the prices first, then what still fits and pays
			first := len(out.Moves)
			if first > 0 && out.Moves[first-1].Item == x.item {
				break
			}
			if err := t.keep(ctx, &out, x.item, prices, t.tightest(room, x.item)); err != nil {
				return out, err
			}
			for _, v := range out.Moves[first:] {
				for _, r := range t.rows[v.Lane] {
					room[r] -= float64(v.Qty) * t.m.Volume[x.item]
				}
			}
		}
	}
	sort.SliceStable(out.Moves, func(a, b int) bool {
		return out.Moves[a].Item < out.Moves[b].Item || out.Moves[a].Item == out.Moves[b].Item && out.Moves[a].Lane < out.Moves[b].Lane
	})
	return out, nil
}

// tightest divides the room of a row over the lanes of an item that share it, so that all of them together fit.
func (t *transfer) tightest(room []float64, item int) []float64 {
	share := append([]float64(nil), room...)
	count := make([]float64, len(room))
	for _, s := range t.supply[item] {
		for _, d := range t.need[item] {
			if l, ok := t.lane[[2]int{t.m.Supply[s].Site, t.m.Need[d].Site}]; ok {
				for _, r := range t.rows[l] {
					count[r]++
				}
			}
		}
	}
	for r, n := range count {
		if n > 1 {
			share[r] /= n
		}
	}
	return share
}

// CheckMoves holds moves against their problem: no more leaves than is spare, none comes beyond the need, lanes and docks hold.
func CheckMoves(m Moves, p MovePlan) error {
	left, lack := map[[2]int]int64{}, map[[2]int]int64{}
	value := map[[2]int]float64{}
	for _, s := range m.Supply {
		left[[2]int{s.Item, s.Site}] += s.Qty
		value[[2]int{s.Item, s.Site}] = s.Value
	}
	worth := map[[2]int]float64{}
	for _, s := range m.Need {
		lack[[2]int{s.Item, s.Site}] += s.Qty
		worth[[2]int{s.Item, s.Site}] = s.Value
	}
	used, dock := make([]float64, len(m.Lanes)), make([]float64, len(m.Dock))
	saving := 0.0
	for k, v := range p.Moves {
		if v.Lane < 0 || v.Lane >= len(m.Lanes) || v.Qty <= 0 {
			return fmt.Errorf("replenish check: move %d: %d units on lane %d", k, v.Qty, v.Lane)
		}
		l := m.Lanes[v.Lane]
		from, to := [2]int{v.Item, l.From}, [2]int{v.Item, l.To}
		left[from] -= v.Qty
		lack[to] -= v.Qty
		if left[from] < 0 || lack[to] < 0 {
			return fmt.Errorf("replenish check: move %d takes more of item %d than site %d can spare or site %d lacks", k, v.Item, l.From, l.To)
		}
		used[v.Lane] += float64(v.Qty) * m.Volume[v.Item]
		dock[l.To] += float64(v.Qty) * m.Volume[v.Item]
		saving += float64(v.Qty) * (value[from] + worth[to] - m.Volume[v.Item]*l.Cost)
	}
	for k, l := range m.Lanes {
		if l.Capacity > 0 && used[k] > l.Capacity*(1+1e-9) {
			return fmt.Errorf("replenish check: lane %d takes %g of %g", k, used[k], l.Capacity)
		}
	}
	for s, most := range m.Dock {
		if most > 0 && dock[s] > most*(1+1e-9) {
			return fmt.Errorf("replenish check: dock of site %d takes %g of %g", s, dock[s], most)
		}
	}
	if math.Abs(saving-p.Saving) > 1e-6*math.Max(1, math.Abs(saving)) || p.Saving > p.Bound*(1+1e-9)+1e-9 {
		return fmt.Errorf("replenish check: moves save %g, said %g of at most %g", saving, p.Saving, p.Bound)
	}
	return nil
}
