package vrp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"quartermaster/routing"
)

// r101 holds the depot and the first 25 customers of Solomon's R101 (M. M. Solomon, "Algorithms for the Vehicle Routing
// and Scheduling Problems with Time Window Constraints", Operations Research 35(2), 1987): x, y, demand, window, service.
var r101 = [][6]int{{35, 35, 0, 0, 230, 0}, {41, 49, 10, 161, 171, 10}, {35, 17, 7, 50, 60, 10}, {55, 45, 13, 116, 126, 10},
	{55, 20, 19, 149, 159, 10}, {15, 30, 26, 34, 44, 10}, {25, 30, 3, 99, 109, 10}, {20, 50, 5, 81, 91, 10}, {10, 43, 9, 95, 105, 10},
	{55, 60, 16, 97, 107, 10}, {30, 60, 16, 124, 134, 10}, {20, 65, 12, 67, 77, 10}, {50, 35, 19, 63, 73, 10}, {30, 25, 23, 159, 169, 10},
	{15, 10, 20, 32, 42, 10}, {30, 5, 8, 61, 71, 10}, {10, 20, 19, 75, 85, 10}, {5, 30, 2, 157, 167, 10}, {20, 40, 12, 87, 97, 10},
	{15, 60, 17, 76, 86, 10}, {45, 65, 9, 126, 136, 10}, {45, 20, 11, 62, 72, 10}, {45, 10, 18, 97, 107, 10}, {55, 5, 29, 68, 78, 10},
	{65, 35, 3, 153, 163, 10}, {65, 20, 6, 172, 182, 10}}

// solomon makes a problem of an instance, in tenths, distances cut to one decimal as in the exact literature. One tenth
// of distance costs one cent, a vehicle fixed cents.
func solomon(rows [][6]int, vehicles int, capacity, fixed int64) routing.Problem {
	n := len(rows)
	p := routing.Problem{Matrix: routing.Matrix{N: n, DurationSec: make([]int32, n*n), DistanceM: make([]int32, n*n)}}
	for i, a := range rows {
		for k, b := range rows {
			d := int32(10 * math.Hypot(float64(a[0]-b[0]), float64(a[1]-b[1])))
			p.Matrix.DurationSec[i*n+k], p.Matrix.DistanceM[i*n+k] = d, d
		}
		if i > 0 {
			p.Stops = append(p.Stops, routing.Stop{ID: fmt.Sprint(i), Location: int32(i), WeightG: int64(a[2]), ServiceSec: int64(10 * a[5]),
				Window: routing.Window{StartSec: int64(10 * a[3]), EndSec: int64(10 * a[4])}})
		}
	}
	for k := range vehicles {
		p.Vehicles = append(p.Vehicles, routing.Vehicle{ID: fmt.Sprint("v", k), MaxWeightG: capacity, MaxVolumeCm3: 1,
			Shift: routing.Window{EndSec: int64(10 * rows[0][4])}, FixedCostCents: fixed, CostCentsPerKm: 1000})
	}
	return p
}

// R101 with 25 customers: the proved optimum is 617.1 with 8 vehicles (Kohl, Desrosiers, Madsen, Solomon, Soumis, "2-Path
// Cuts for the Vehicle Routing Problem with Time Windows", Transportation Science 33(1), 1999, table of R1 problems).
func TestSolomonR101With25(t *testing.T) {
	t.Parallel()
	p := solomon(r101, 25, 200, 0)
	s, err := Solve(context.Background(), p, Options{Seed: 1, Iterations: 1500})
	if err != nil {
		t.Fatal(err)
	}
	if err := routing.Check(p, s); err != nil {
		t.Fatal(err)
	}
	if s.CostCents != 6171 || len(s.Routes) != 8 || s.Status != routing.StatusComplete {
		t.Errorf("%s: %d tenths with %d vehicles, want 6171 with 8", s.Status, s.CostCents, len(s.Routes))
	}
}

// town is n deliveries around one depot, spread at random, with half-day windows and parcels ready through the morning.
func town(seed uint64, n, vehicles int) routing.Problem {
	rng := rand.New(rand.NewPCG(seed, 1))
	rows := make([][2]float64, n+1)
	for i := range rows {
		rows[i] = [2]float64{rng.Float64() * 12_000, rng.Float64() * 12_000}
	}
	m := n + 1
	p := routing.Problem{Matrix: routing.Matrix{N: m, DurationSec: make([]int32, m*m), DistanceM: make([]int32, m*m)}}
	for i, a := range rows {
		for k, b := range rows {
			d := 1.3 * math.Hypot(a[0]-b[0], a[1]-b[1])
			p.Matrix.DistanceM[i*m+k], p.Matrix.DurationSec[i*m+k] = int32(d), int32(d/9)
		}
	}
	for i := range n {
		s := routing.Stop{ID: fmt.Sprint("order-", i), Location: int32(i + 1), WeightG: int64(500 + rng.IntN(15_000)),
			VolumeCm3: int64(1000 + rng.IntN(40_000)), ServiceSec: 180, ReadySec: int64(6*3600 + rng.IntN(3*3600)),
			Window: routing.Window{StartSec: 8 * 3600, EndSec: 18 * 3600}}
		if rng.IntN(2) == 0 {
			s.Window.StartSec = int64(9+2*rng.IntN(4)) * 3600
			s.Window.EndSec = s.Window.StartSec + 4*3600
		}
		p.Stops = append(p.Stops, s)
	}
	for k := range vehicles {
		v := routing.Vehicle{ID: fmt.Sprint("van-", k), MaxWeightG: 800_000, MaxVolumeCm3: 2_000_000, FixedCostCents: 6000,
			Shift: routing.Window{StartSec: 7 * 3600, EndSec: 19 * 3600}, CostCentsPerKm: 35, CostCentsPerHour: 2400,
			CO2eGPerKmEmpty: 180, CO2eGPerKmFull: 240}
		if k%3 == 0 {
			v.MaxWeightG, v.MaxVolumeCm3, v.FixedCostCents, v.CostCentsPerKm = 300_000, 1_000_000, 4500, 22
		}
		p.Vehicles = append(p.Vehicles, v)
	}
	return p
}

// The same problem, options and seed give the same solution; another seed may give another. Progress rises from 0 to 1
// while the best cost falls, and listening to it changes nothing.
func TestSolveIsRepeatable(t *testing.T) {
	t.Parallel()
	p := town(1, 80, 6)
	a, err := Solve(context.Background(), p, Options{Seed: 3, Iterations: 300})
	if err != nil {
		t.Fatal(err)
	}
	if err := routing.Check(p, a); err != nil {
		t.Fatal(err)
	}
	lastDone, lastCost, calls := -1.0, int64(math.MaxInt64), 0
	b, err := Solve(context.Background(), p, Options{Seed: 3, Iterations: 300, Progress: func(done float64, cents int64) {
		if done < lastDone || cents > lastCost {
			t.Errorf("progress went from %v, %d to %v, %d", lastDone, lastCost, done, cents)
		}
		lastDone, lastCost = done, cents
		calls++
	}})
	if err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("two runs of one seed differ (%v)", err)
	}
	if calls < 50 || lastDone != 1 {
		t.Errorf("%d calls, the last at %v", calls, lastDone)
	}
}

// More iterations never make it worse by much and in the end better: the search is worth its time. With the ceilings a
// later change that spoils it shows up.
func TestSearchImproves(t *testing.T) {
	t.Parallel()
	p := town(2, 120, 6)
	first, err := Solve(context.Background(), p, Options{Seed: 1, Iterations: -1})
	if err != nil {
		t.Fatal(err)
	}
	long, err := Solve(context.Background(), p, Options{Seed: 1, Iterations: 3000})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(routing.Check(p, first), routing.Check(p, long)); err != nil {
		t.Fatal(err)
	}
	if long.Status != routing.StatusComplete || float64(long.CostCents) > 0.97*float64(first.CostCents) {
		t.Errorf("%s: %d cents after 3,000 iterations, %d after construction", long.Status, long.CostCents, first.CostCents)
	}
}

// An ended context still gives a plan that holds.
func TestSolveCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	p := town(3, 60, 6)
	s, err := Solve(ctx, p, Options{Progress: func(done float64, _ int64) {
		if done > 0.2 {
			cancel()
		}
	}})
	if err != nil || s.Status != routing.StatusCancelled || len(s.Routes) == 0 || s.Iterations == 0 {
		t.Fatalf("%s with %d routes after %d iterations, %v", s.Status, len(s.Routes), s.Iterations, err)
	}
	if err := routing.Check(p, s); err != nil {
		t.Error(err)
	}
}

// expiring is a context that ends when it has been asked left times.
type expiring struct {
	context.Context
	left int
}

func (e *expiring) Err() error {
	if e.left--; e.left < 0 {
		return context.Canceled
	}
	return nil
}

// Wherever the context ends, in the tables, the construction, the search or the last descent, what comes back holds, is
// marked as cancelled, and blames nobody else for the stops it has no place for. The search is asked often enough.
func TestSolveCancelledAnywhere(t *testing.T) {
	t.Parallel()
	p := town(8, 60, 4)
	p.Stops[7].WeightG = 1e7
	partial, asked := 0, 0
	for left := 0; ; left += 1 + left/100*9 {
		ctx := &expiring{t.Context(), left}
		s, err := Solve(ctx, p, Options{Iterations: 100})
		if err != nil {
			t.Fatal(err)
		}
		if err := routing.Check(p, s); err != nil {
			t.Fatalf("ended after %d questions: %v", left, err)
		}
		if ctx.left >= 0 {
			break // never ended
		}
		if asked = left; s.Status != routing.StatusCancelled || ctx.left < -60 {
			t.Fatalf("ended after %d questions: %s, asked %d times more", left, s.Status, -ctx.left)
		}
		for _, u := range s.Unassigned {
			want := routing.ReasonStopped
			if u.Stop == 7 {
				want = routing.ReasonCapacity
			}
			if !strings.HasPrefix(u.Reason, want) {
				t.Errorf("ended after %d questions: stop %d is left out for %q", left, u.Stop, u.Reason)
			}
		}
		if len(s.Unassigned) > 1 && len(s.Routes) > 0 {
			partial++
		}
	}
	if partial == 0 || asked < 200 {
		t.Errorf("%d answers in part, asked up to %d times", partial, asked)
	}
}

// A tour leaves as late as it can without coming back later: the hours paid hold no waiting that a later start saves.
func TestLeavesAsLateAsPossible(t *testing.T) {
	t.Parallel()
	p := town(4, 1, 1)
	p.Stops[0].Window = routing.Window{StartSec: 12 * 3600, EndSec: 13 * 3600}
	s, err := Solve(context.Background(), p, Options{})
	if err != nil || len(s.Routes) != 1 {
		t.Fatal(s, err)
	}
	if r := s.Routes[0]; r.WaitSec != 0 || r.Visits[0].StartSec != 12*3600 {
		t.Errorf("leaves at %s, waits %d s, serves at %s", routing.Clock(r.DepartSec), r.WaitSec, routing.Clock(r.Visits[0].StartSec))
	}
	p.Stops[0].ReadySec = 12*3600 + 600 // ready so late that the vehicle cannot be there when the window opens
	if s, err = Solve(context.Background(), p, Options{}); err != nil || s.Routes[0].DepartSec != 12*3600+600 {
		t.Errorf("ready at 12:10:00, leaves at %s, %v", routing.Clock(s.Routes[0].DepartSec), err)
	}
}

// Each stop left out says why in the words of the domain.
func TestReasons(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(p *routing.Problem, o *Options){
		"capacity:":    func(p *routing.Problem, _ *Options) { p.Stops[0].WeightG = 1e6 },
		"window:":      func(p *routing.Problem, _ *Options) { p.Stops[0].Window = routing.Window{StartSec: 0, EndSec: 100} },
		"shift:":       func(p *routing.Problem, _ *Options) { p.Stops[0].ServiceSec = 13 * 3600 },
		"price:":       func(_ *routing.Problem, o *Options) { o.UnassignedCents = 1 },
		"unreachable:": func(p *routing.Problem, _ *Options) { cutOff(p, 1) },
		"no vehicle: of 1 vehicles 1 have no room left": func(p *routing.Problem, _ *Options) {
			p.Vehicles = p.Vehicles[1:2]
			p.Vehicles[0].MaxWeightG = 15_500
		},
		"no vehicle: of 1 vehicles 0 have no room left, 0 would miss its window, its ready time or those of their other stops, 1 would": func(p *routing.Problem, _ *Options) {
			p.Vehicles = p.Vehicles[1:2]
			p.Vehicles[0].Shift.StartSec = 9 * 3600
			for i := range p.Stops {
				p.Stops[i].ServiceSec = 8 * 3600
				p.Stops[i].Window.EndSec = 30 * 3600
				p.Stops[i].Window.StartSec = 0
			}
		},
	} {
		p, o := town(5, 5, 2), Options{Iterations: 200}
		spoil(&p, &o)
		s, err := Solve(context.Background(), p, o)
		if err != nil {
			t.Fatal(want, err)
		}
		if err := routing.Check(p, s); err != nil {
			t.Errorf("%s %v", want, err)
		}
		if len(s.Unassigned) == 0 || !strings.HasPrefix(s.Unassigned[0].Reason, want) {
			t.Errorf("want %q, got %+v", want, s.Unassigned)
		}
	}
}

// A stop is left out for its price only where its cheapest place does cost more, and never where none was stated; a
// search that overlooks places and takes stops at a loss now and then must mend both before it answers.
func TestPriceReasonIsTrue(t *testing.T) {
	t.Parallel()
	told := 0
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 23))
		p := drawProblem(random, 10, 2)
		o := Options{Seed: seed, Iterations: int(seed%3)*20 - 1}
		if seed%2 == 0 {
			o.UnassignedCents = int64(20 + random.IntN(60))
		}
		last := int64(math.MaxInt64)
		o.Progress = func(done float64, cents int64) {
			if cents > last {
				t.Errorf("seed %d: the best cost rises from %d to %d cents at %v", seed, last, cents, done)
			}
			last = cents
		}
		s, err := Solve(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range s.Unassigned {
			var adds, leaving int64
			if n, _ := fmt.Sscanf(u.Reason, "price: the cheapest place for it adds %d cents, leaving it out costs %d", &adds, &leaving); n == 2 {
				if told++; adds < leaving || o.UnassignedCents == 0 {
					t.Errorf("seed %d: %s", seed, u.Reason)
				}
			}
		}
	}
	if told == 0 {
		t.Error("no stop was left out for its price")
	}
}

func cutOff(p *routing.Problem, location int) {
	for k := range p.Matrix.N {
		p.Matrix.DurationSec[location*p.Matrix.N+k] = routing.Unreachable
	}
}

// Nothing to do, nobody to do it, and wrong input each get their answer.
func TestEdges(t *testing.T) {
	t.Parallel()
	p := town(6, 4, 2)
	none := p
	none.Stops = nil
	if s, err := Solve(context.Background(), none, Options{}); err != nil || s.Status != routing.StatusComplete {
		t.Errorf("no stops: %v, %v", s.Status, err)
	}
	none = p
	none.Vehicles = nil
	s, err := Solve(context.Background(), none, Options{})
	if err != nil || s.Status != routing.StatusInfeasible || len(s.Unassigned) != 4 || routing.Check(none, s) != nil {
		t.Errorf("no vehicles: %+v, %v", s, err)
	}
	for _, o := range []Options{{UnassignedCents: -1}, {UnassignedCents: math.MaxInt64}, {Neighbours: -1}, {Neighbours: 201}} {
		if _, err := Solve(context.Background(), p, o); !errors.Is(err, errOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	p.Stops[2].WeightG = -4
	if _, err := Solve(context.Background(), p, Options{}); !errors.Is(err, routing.ErrProblem) || !strings.Contains(err.Error(), "stops[2]") {
		t.Errorf("negative weight: %v", err)
	}
}

// A small extra tour is not driven where one vehicle can do it all, and a dear vehicle hands its tour to a cheap one.
func TestPicksTheCheapVehicle(t *testing.T) {
	t.Parallel()
	p := town(7, 12, 3)
	p.Vehicles[0].FixedCostCents, p.Vehicles[2].FixedCostCents = 50_000, 40_000
	p.Vehicles[1].FixedCostCents = 100
	s, err := Solve(context.Background(), p, Options{Iterations: 200})
	if err != nil || len(s.Routes) != 1 || s.Routes[0].Vehicle != 1 {
		t.Errorf("%d routes, %v", len(s.Routes), err)
	}
}

func ExampleSolve() {
	p := routing.Problem{
		Stops: []routing.Stop{
			{ID: "order 7", Location: 1, WeightG: 2000, VolumeCm3: 9000, ServiceSec: 180, ReadySec: 8 * 3600, Window: routing.Window{StartSec: 9 * 3600, EndSec: 11 * 3600}},
			{ID: "order 8", Location: 2, WeightG: 900_000, VolumeCm3: 9000, Window: routing.Window{EndSec: 86_400}},
		},
		Vehicles: []routing.Vehicle{{ID: "van 1", MaxWeightG: 800_000, MaxVolumeCm3: 6_000_000, Shift: routing.Window{StartSec: 7 * 3600, EndSec: 17 * 3600},
			FixedCostCents: 5000, CostCentsPerKm: 30, CostCentsPerHour: 2400, CO2eGPerKmEmpty: 190, CO2eGPerKmFull: 230}},
		Matrix: routing.Matrix{N: 3, DurationSec: []int32{0, 600, 500, 600, 0, 200, 500, 200, 0}, DistanceM: []int32{0, 7000, 6000, 7000, 0, 2000, 6000, 2000, 0}},
	}
	s, err := Solve(context.Background(), p, Options{Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := s.Routes[0]
	fmt.Println(s.Status, "leaves", routing.Clock(r.DepartSec), "serves", p.Stops[r.Visits[0].Stop].ID, "at", routing.Clock(r.Visits[0].StartSec))
	fmt.Println(p.Stops[s.Unassigned[0].Stop].ID, s.Unassigned[0].Reason)
	// Output:
	// partial leaves 08:50:00 serves order 7 at 09:00:00
	// order 8 capacity: weighs 900000 g, vehicle van 1 carries 800000 g
}

// Ten stops of which each is reached from the one before alone are all served, though only the first is reached from the depot.
func TestChainOfStopsIsServed(t *testing.T) {
	t.Parallel()
	const n = 11
	m := routing.Matrix{N: n, DurationSec: make([]int32, n*n), DistanceM: make([]int32, n*n)}
	for i := range n {
		for j := range n {
			if m.DurationSec[i*n+j] = routing.Unreachable; j == 0 || i == j || j == i+1 {
				m.DurationSec[i*n+j] = 10
			}
			m.DistanceM[i*n+j] = m.DurationSec[i*n+j]
		}
	}
	p := routing.Problem{Matrix: m, Vehicles: []routing.Vehicle{{ID: "v", MaxWeightG: 1, MaxVolumeCm3: 1, Shift: routing.Window{EndSec: 1000}, CostCentsPerKm: 100}}}
	for i := 1; i < n; i++ {
		p.Stops = append(p.Stops, routing.Stop{ID: string(rune('a' + i)), Location: int32(i), Window: routing.Window{EndSec: 1000}})
	}
	s, err := Solve(context.Background(), p, Options{Iterations: 2000})
	if err != nil {
		t.Fatal(err)
	}
	if err := routing.Check(p, s); err != nil || len(s.Unassigned) > 0 {
		t.Errorf("%v; left out: %v", err, s.Unassigned)
	}
}
