package vrplib

import (
	"fmt"
	"slices"
	"strings"

	"quartermaster/routing"
)

// readVRPLIB reads CVRPLIB files and the dialect with sections for windows, fleets, depots, prizes and more.
func readVRPLIB(lines []string) (*Instance, error) {
	s, err := takeApart(lines)
	if err != nil {
		return nil, err
	}
	kind := strings.ToUpper(s.head["TYPE"])
	c, ok := conventions[kind]
	if !ok {
		c = convention{1, routing.RoundNearest, 1}
	}
	dimension, _, err := s.number("DIMENSION")
	if err != nil {
		return nil, err
	}
	n := int(dimension)
	if n < 2 || n > 1<<21 {
		return nil, fmt.Errorf("%w: DIMENSION is %v; give 2…%d", ErrFormat, dimension, 1<<21)
	}
	inst := &Instance{Name: s.head["NAME"], Format: "vrplib", Kind: kind, Scale: c.scale}
	d := dialect{sections: s, n: n, c: c, p: &inst.Problem}
	if d.p.Matrix, err = s.matrix(n, c); err != nil {
		return nil, err
	}
	if err := d.depotsOf(); err != nil {
		return nil, err
	}
	if err := d.stops(); err != nil {
		return nil, err
	}
	return inst, d.vehicles()
}

type dialect struct {
	*sections
	n      int
	c      convention
	p      *routing.Problem
	depots []int // nodes from 0
	stopOf []int // node → stop, -1 = a depot
	opens  []float64
	shuts  []float64
}

func (d *dialect) depotsOf() error {
	d.stopOf = make([]int, d.n)
	for _, row := range d.rows["DEPOT"] {
		for _, v := range row {
			if v < 0 {
				break
			}
			if v < 1 || int(v) > d.n || slices.Contains(d.depots, int(v)-1) {
				return fmt.Errorf("%w: DEPOT_SECTION: %v is no node or named before", ErrFormat, v)
			}
			d.depots = append(d.depots, int(v)-1)
		}
	}
	if len(d.depots) == 0 {
		d.depots = []int{0}
	}
	for _, node := range d.depots {
		d.stopOf[node] = -1
	}
	return nil
}

func (d *dialect) windows() error {
	d.opens, d.shuts = make([]float64, d.n), make([]float64, d.n)
	for i := range d.shuts {
		d.shuts[i] = -1
	}
	for k, r := range d.rows["TIME_WINDOW"] {
		if len(r) < 3 || r[0] < 1 || int(r[0]) > d.n {
			return fmt.Errorf("%w: TIME_WINDOW_SECTION, row %d: wants a number 1…%d, begin and end", ErrFormat, k+1, d.n)
		}
		d.opens[int(r[0])-1], d.shuts[int(r[0])-1] = r[1], r[2]
	}
	return nil
}

func (d *dialect) window(node int) routing.Window {
	if d.shuts[node] < 0 {
		return routing.Window{EndSec: forever}
	}
	return routing.Window{StartSec: d.scaled(d.opens[node]), EndSec: d.scaled(d.shuts[node])}
}

func (d *dialect) scaled(v float64) int64 {
	return whole(v, d.c.scale, d.c.rounding == routing.RoundDown)
}

func (d *dialect) stops() error {
	if err := d.windows(); err != nil {
		return err
	}
	names := []string{"DEMAND", "SERVICE_TIME", "PRIZE", "RELEASE_TIME", "BACKHAUL"}
	columns := map[string][]float64{}
	for _, name := range names {
		var err error
		if columns[name], err = d.column(name, d.n, 0); err != nil {
			return err
		}
	}
	for node := range d.n {
		if d.stopOf[node] < 0 {
			continue
		}
		d.stopOf[node] = len(d.p.Stops)
		s := routing.Stop{ID: idOf(node + 1), Location: int32(node), WeightG: int64(columns["DEMAND"][node]),
			ServiceSec: d.scaled(columns["SERVICE_TIME"][node]), ReadySec: d.scaled(columns["RELEASE_TIME"][node]), Window: d.window(node)}
		s.PrizeCents = d.scaled(columns["PRIZE"][node])
		if back := int64(columns["BACKHAUL"][node]); back > 0 {
			s.Collect, s.Backhaul = []int64{back}, true
		}
		d.p.Stops = append(d.p.Stops, s)
	}
	for k, r := range d.rows["PICKUP_AND_DELIVERY"] {
		if len(r) < 2 || r[0] < 1 || r[1] < 1 || int(r[0]) > d.n || int(r[1]) > d.n || d.stopOf[int(r[0])-1] < 0 || d.stopOf[int(r[1])-1] < 0 {
			return fmt.Errorf("%w: PICKUP_AND_DELIVERY_SECTION, row %d: wants two customers", ErrFormat, k+1)
		}
		d.p.Pairs = append(d.p.Pairs, routing.Pair{Pickup: d.stopOf[int(r[0])-1], Delivery: d.stopOf[int(r[1])-1]})
	}
	return nil
}

// vehicles groups the fleet's rows into vehicles that stand for several alike.
func (d *dialect) vehicles() error {
	fleet, ok, err := d.number("VEHICLES")
	if err != nil {
		return err
	}
	if !ok {
		fleet = float64(len(d.p.Stops))
	}
	if fleet < 1 || fleet > 1<<20 {
		return fmt.Errorf("%w: VEHICLES is %v; give 1…%d", ErrFormat, fleet, 1<<20)
	}
	count := int(fleet)
	col := map[string][]float64{}
	for name, fallback := range map[string]float64{"CAPACITY": 0, "VEHICLES_FIXED_COST": 0, "VEHICLES_UNIT_DISTANCE_COST": 1, "VEHICLES_DEPOT": float64(d.depots[0] + 1),
		"VEHICLES_MAX_DURATION": 0, "VEHICLES_MAX_DISTANCE": 0, "VEHICLES_MAX_RELOADS": float64(len(d.p.Stops))} {
		if col[name], err = d.column(name, count, fallback); err != nil {
			return err
		}
	}
	reloads, allowed := d.lists("VEHICLES_RELOAD_DEPOT"), d.lists("VEHICLES_ALLOWED_CLIENTS")
	known := map[string]int{}
	for v := range count {
		depot := int(col["VEHICLES_DEPOT"][v]) - 1
		if depot < 0 || depot >= d.n || d.stopOf[depot] >= 0 {
			return fmt.Errorf("%w: vehicle %d starts at node %d, which is no depot", ErrFormat, v+1, depot+1)
		}
		x := routing.Vehicle{Depot: int32(depot), MaxWeightG: int64(col["CAPACITY"][v]), MaxVolumeCm3: 1, Shift: d.window(depot),
			FixedCostCents: int64(col["VEHICLES_FIXED_COST"][v] * d.c.scale), CostCentsPerKm: int64(col["VEHICLES_UNIT_DISTANCE_COST"][v] * 1000)}
		x.MaxDurationSec, x.MaxDistanceM = d.scaled(col["VEHICLES_MAX_DURATION"][v]), d.scaled(col["VEHICLES_MAX_DISTANCE"][v])
		if len(reloads[v+1]) > 0 {
			x.Trips = int(min(col["VEHICLES_MAX_RELOADS"][v], 999)) + 1
		}
		id := fmt.Sprint(x, allowed[v+1])
		if at, ok := known[id]; ok {
			d.p.Vehicles[at].Count++
			continue
		}
		known[id] = len(d.p.Vehicles)
		x.ID, x.Count = fmt.Sprint("vehicle ", v+1), 1
		d.p.Vehicles = append(d.p.Vehicles, x)
		if err := d.allow(allowed, v); err != nil {
			return err
		}
	}
	return nil
}

// lists are the sections that give each vehicle a list of nodes.
func (d *dialect) lists(name string) map[int][]float64 {
	out := map[int][]float64{}
	for _, r := range d.rows[name] {
		if len(r) > 1 {
			out[int(r[0])] = r[1:]
		}
	}
	return out
}

// allow turns the clients that the newest vehicle may visit into skills: its own number is the skill that the others ask.
func (d *dialect) allow(allowed map[int][]float64, v int) error {
	if len(allowed) == 0 {
		return nil
	}
	at := len(d.p.Vehicles) - 1
	may := map[int]bool{}
	for _, node := range allowed[v+1] {
		if node < 1 || int(node) > d.n {
			return fmt.Errorf("%w: VEHICLES_ALLOWED_CLIENTS_SECTION, vehicle %d: %v is no node", ErrFormat, v+1, node)
		}
		if s := d.stopOf[int(node)-1]; s >= 0 {
			may[s] = true
		}
	}
	for s := range d.p.Stops {
		if may[s] {
			d.p.Stops[s].Vehicles = append(d.p.Stops[s].Vehicles, at)
		}
	}
	return nil
}
