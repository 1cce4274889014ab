package routing

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// small is two stops and one van, worked out by hand:
//
//	depot 0 → stop a at 1: 600 s, 5,000 m · a → b at 2: 300 s, 2,000 m · b → depot: 700 s, 6,000 m
//
// Ready at 28,800 (08:00), so the van leaves then; a opens at 30,000: wait 600 s, serve 120 s; b reached at 30,420,
// served 60 s; home at 31,180. 13,000 m and 2,380 s cost 1000 + 13·40 + 2380/3600·1800 = 2,710 cents. CO2e: 200 g/km empty,
// 300 full at 100 kg: 5 km with 50 kg at 250, 2 km with 20 kg at 220, 6 km empty = 1250 + 440 + 1200 = 2,890 g.
func small() (Problem, Solution) {
	p := Problem{
		Stops: []Stop{
			{ID: "a", Location: 1, WeightG: 30_000, VolumeCm3: 10, ServiceSec: 120, ReadySec: 28_800, Window: Window{30_000, 40_000}},
			{ID: "b", Location: 2, WeightG: 20_000, VolumeCm3: 20, ServiceSec: 60, ReadySec: 20_000, Window: Window{0, 30_420}},
		},
		Vehicles: []Vehicle{{ID: "van", MaxWeightG: 100_000, MaxVolumeCm3: 30, Shift: Window{25_000, 31_180}, FixedCostCents: 1000,
			CostCentsPerKm: 40, CostCentsPerHour: 1800, CO2eGPerKmEmpty: 200, CO2eGPerKmFull: 300}},
		Matrix: Matrix{N: 3, DurationSec: []int32{0, 600, 650, 610, 0, 300, 700, 310, 0},
			DistanceM: []int32{0, 5000, 5500, 5100, 0, 2000, 6000, 2100, 0}},
	}
	s := Solution{Status: StatusComplete, CostCents: 2710, DistanceM: 13_000, CO2eG: 2890, Routes: []Route{{
		DepartSec: 28_800, ReturnSec: 31_180, DistanceM: 13_000, DriveSec: 1600, WaitSec: 600, CostCents: 2710, CO2eG: 2890,
		WeightG: 50_000, VolumeCm3: 30, Visits: []Visit{
			{Stop: 0, ArrivalSec: 29_400, StartSec: 30_000, DepartSec: 30_120, DistanceM: 5000},
			{Stop: 1, ArrivalSec: 30_420, StartSec: 30_420, DepartSec: 30_480, DistanceM: 2000},
		}}}}
	return p, s
}

func TestCheckAcceptsTheWorkedExample(t *testing.T) {
	t.Parallel()
	if err := Check(small()); err != nil {
		t.Fatal(err)
	}
}

// Each single falsehood is found, whether the solution breaks the problem or misstates a figure.
func TestCheckFindsEveryFalsehood(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(p *Problem, s *Solution){
		"stop left out":         func(_ *Problem, s *Solution) { s.Routes[0].Visits = s.Routes[0].Visits[:1] },
		"stop twice":            func(_ *Problem, s *Solution) { s.Routes[0].Visits[1].Stop = 0 },
		"stop unknown":          func(_ *Problem, s *Solution) { s.Routes[0].Visits[1].Stop = 7 },
		"also unassigned":       func(_ *Problem, s *Solution) { s.Unassigned = []Unassigned{{0, "x"}} },
		"vehicle unknown":       func(_ *Problem, s *Solution) { s.Routes[0].Vehicle = 1 },
		"vehicle twice":         func(_ *Problem, s *Solution) { s.Routes = append(s.Routes, s.Routes[0]) },
		"too heavy":             func(p *Problem, _ *Solution) { p.Vehicles[0].MaxWeightG = 49_999 },
		"too large":             func(p *Problem, _ *Solution) { p.Vehicles[0].MaxVolumeCm3 = 29 },
		"leaves before ready":   func(p *Problem, _ *Solution) { p.Stops[1].ReadySec = 28_801 },
		"leaves before shift":   func(p *Problem, _ *Solution) { p.Vehicles[0].Shift.StartSec = 28_801 },
		"back after shift":      func(p *Problem, _ *Solution) { p.Vehicles[0].Shift.EndSec = 31_179 },
		"late for the window":   func(p *Problem, _ *Solution) { p.Stops[1].Window.EndSec = 30_419 },
		"early for the window":  func(p *Problem, _ *Solution) { p.Stops[0].Window.StartSec = 30_001 },
		"no way":                func(p *Problem, _ *Solution) { p.Matrix.DurationSec[5] = Unreachable },
		"no way home":           func(p *Problem, _ *Solution) { p.Matrix.DistanceM[6] = Unreachable },
		"arrival":               func(_ *Problem, s *Solution) { s.Routes[0].Visits[0].ArrivalSec-- },
		"start before arrival":  func(_ *Problem, s *Solution) { s.Routes[0].Visits[1].StartSec-- },
		"service too short":     func(_ *Problem, s *Solution) { s.Routes[0].Visits[0].DepartSec-- },
		"leg length":            func(_ *Problem, s *Solution) { s.Routes[0].Visits[0].DistanceM++ },
		"return":                func(_ *Problem, s *Solution) { s.Routes[0].ReturnSec-- },
		"route length":          func(_ *Problem, s *Solution) { s.Routes[0].DistanceM--; s.DistanceM-- },
		"drive":                 func(_ *Problem, s *Solution) { s.Routes[0].DriveSec-- },
		"wait":                  func(_ *Problem, s *Solution) { s.Routes[0].WaitSec++ },
		"weight":                func(_ *Problem, s *Solution) { s.Routes[0].WeightG-- },
		"volume":                func(_ *Problem, s *Solution) { s.Routes[0].VolumeCm3-- },
		"cost":                  func(_ *Problem, s *Solution) { s.Routes[0].CostCents--; s.CostCents-- },
		"CO2e":                  func(_ *Problem, s *Solution) { s.Routes[0].CO2eG -= 2; s.CO2eG -= 2 },
		"departs past all time": func(_ *Problem, s *Solution) { s.Routes[0].DepartSec = math.MaxInt64 - 10 },
		"total cost":            func(_ *Problem, s *Solution) { s.CostCents++ },
		"total length":          func(_ *Problem, s *Solution) { s.DistanceM++ },
		"total CO2e":            func(_ *Problem, s *Solution) { s.CO2eG++ },
		"status":                func(_ *Problem, s *Solution) { s.Status = StatusPartial },
		"empty route":           func(_ *Problem, s *Solution) { s.Routes[0].Visits = nil },
	} {
		p, s := small()
		spoil(&p, &s)
		if err := Check(p, s); !errors.Is(err, ErrCheck) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Stops may stay out with a reason, and only with one; the status then says so.
func TestCheckUnassigned(t *testing.T) {
	t.Parallel()
	p, _ := small()
	s := Solution{Status: StatusInfeasible, Unassigned: []Unassigned{{0, "x"}, {1, "y"}}}
	if err := Check(p, s); err != nil {
		t.Error(err)
	}
	s.Status = StatusComplete
	if Check(p, s) == nil {
		t.Error("complete without any stop served passed")
	}
	s.Status, s.Unassigned[1].Reason = StatusInfeasible, ""
	if Check(p, s) == nil {
		t.Error("a stop left out without reason passed")
	}
	if err := Check(Problem{Matrix: Matrix{N: 1, DurationSec: []int32{0}, DistanceM: []int32{0}}}, Solution{Status: StatusComplete}); err != nil {
		t.Error("nothing to do:", err)
	}
}

// Validate names the field, the row and the value of each mistake.
func TestValidateNamesTheField(t *testing.T) {
	t.Parallel()
	for say, spoil := range map[string]func(p *Problem){
		"matrix.n is 0":                       func(p *Problem) { p.Matrix.N = 0 },
		"matrix.durationSec has 8 cells":      func(p *Problem) { p.Matrix.DurationSec = p.Matrix.DurationSec[:8] },
		"matrix.distanceM from location 1":    func(p *Problem) { p.Matrix.DistanceM[4] = -1 },
		"matrix.durationSec from location 2":  func(p *Problem) { p.Matrix.DurationSec[6] = Unreachable - 1 },
		`stops[1] (id ""): id is empty`:       func(p *Problem) { p.Stops[1].ID = "" },
		`stops[1] has the id "a" of stops[0]`: func(p *Problem) { p.Stops[1].ID = "a" },
		"location 3 is not in the matrix":     func(p *Problem) { p.Stops[0].Location = 3 },
		"weightG is -1":                       func(p *Problem) { p.Stops[0].WeightG = -1 },
		"volumeCm3 is -1":                     func(p *Problem) { p.Stops[0].VolumeCm3 = -1 },
		"serviceSec is -1":                    func(p *Problem) { p.Stops[0].ServiceSec = -1 },
		"readySec is 9223372036854775807":     func(p *Problem) { p.Stops[0].ReadySec = math.MaxInt64 },
		"window ends at 5 s, before":          func(p *Problem) { p.Stops[0].Window.EndSec = 5 },
		"shift ends at 5 s, before":           func(p *Problem) { p.Vehicles[0].Shift.EndSec = 5 },
		"depot -1 is not in the matrix":       func(p *Problem) { p.Vehicles[0].Depot = -1 },
		"capacity missing":                    func(p *Problem) { p.Vehicles[0].MaxVolumeCm3 = 0 },
		"fixedCostCents is -1":                func(p *Problem) { p.Vehicles[0].FixedCostCents = -1 },
		"costCentsPerKm is -1":                func(p *Problem) { p.Vehicles[0].CostCentsPerKm = -1 },
		"costCentsPerHour is -1":              func(p *Problem) { p.Vehicles[0].CostCentsPerHour = -1 },
		"co2eGPerKm empty NaN":                func(p *Problem) { p.Vehicles[0].CO2eGPerKmEmpty = math.NaN() },
		"full 1e+300":                         func(p *Problem) { p.Vehicles[0].CO2eGPerKmFull = 1e300 },
		"vehicles[1] has the id":              func(p *Problem) { p.Vehicles = append(p.Vehicles, p.Vehicles[0]) },
	} {
		p, _ := small()
		spoil(&p)
		if err := Validate(p); !errors.Is(err, ErrProblem) || !strings.Contains(err.Error(), say) {
			t.Errorf("got %v, want %q", err, say)
		}
	}
}

// cutOff leaves no way to a location.
func cutOff(m *Matrix, to int) {
	for i := range m.N {
		m.DurationSec[i*m.N+to] = Unreachable
	}
}

// Every obstacle is told by its word, and by the vehicle that comes nearest to taking the stop.
func TestUnservable(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(p *Problem){
		"":                           func(*Problem) {},
		"no vehicle: the problem":    func(p *Problem) { p.Vehicles = nil },
		"capacity: weighs 100001 g":  func(p *Problem) { p.Stops[0].WeightG = 100_001 },
		"capacity: takes 31 cm³":     func(p *Problem) { p.Stops[0].VolumeCm3 = 31 },
		"unreachable: no way":        func(p *Problem) { cutOff(&p.Matrix, 1) },
		"window: leaving at 08:00:0": func(p *Problem) { p.Stops[0].Window = Window{0, 29_399} },
		"shift: vehicle van would":   func(p *Problem) { p.Vehicles[0].Shift.EndSec = 30_729 },
	} {
		p, _ := small()
		spoil(&p)
		if got := Unservable(p)[0]; !strings.HasPrefix(got, want) || (want == "") != (got == "") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	p, _ := small()
	p.Stops[0].WeightG = 100_001
	larger := p.Vehicles[0]
	larger.ID, larger.MaxWeightG, larger.Shift.EndSec = "truck", 200_000, 30_000
	p.Vehicles = append(p.Vehicles, larger)
	if got := Unservable(p)[0]; !strings.Contains(got, "shift: vehicle truck") {
		t.Errorf("the truck comes nearer than the van, yet: %q", got)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	for sec, want := range map[int64]string{0: "00:00:00", 32_705: "09:05:05", 88_200: "day 1 00:30:00", -3600: "day -1 23:00:00"} {
		if got := Clock(sec); got != want {
			t.Errorf("Clock(%d) = %q, want %q", sec, got, want)
		}
	}
}
