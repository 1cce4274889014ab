package vrp

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"quartermaster/routing"
)

// drawPlain is a problem without any rule: stops in a square, enough roomy vehicles.
func drawPlain(r *rand.Rand, stops, vehicles int) routing.Problem {
	n := stops + 2
	p := routing.Problem{Matrix: routing.Matrix{N: n, DurationSec: make([]int32, n*n), DistanceM: make([]int32, n*n)}}
	x, y := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i], y[i] = r.Float64()*1000, r.Float64()*1000
	}
	plane := routing.Plane{X: x, Y: y, Scale: 1}
	for i := range n {
		for j := range n {
			d := plane.Between(int32(i), int32(j))
			p.Matrix.DistanceM[i*n+j], p.Matrix.DurationSec[i*n+j] = d, d
		}
	}
	for i := range stops {
		p.Stops = append(p.Stops, routing.Stop{ID: fmt.Sprint("s", i), Location: int32(i + 2), WeightG: int64(1 + r.IntN(5)), VolumeCm3: 1,
			ServiceSec: int64(r.IntN(200)), Window: routing.Window{EndSec: 40_000}})
	}
	for k := range vehicles {
		p.Vehicles = append(p.Vehicles, routing.Vehicle{ID: fmt.Sprint("v", k), Depot: int32(k % 2), MaxWeightG: 20, MaxVolumeCm3: 1000,
			Shift: routing.Window{EndSec: 40_000}, FixedCostCents: 100, CostCentsPerKm: 1000, CostCentsPerHour: int64(r.IntN(2)) * 3600,
			CO2eGPerKmEmpty: 100, CO2eGPerKmFull: 150})
	}
	return p
}

// rules turn a plain problem into one with a single further rule.
var rules = map[string]func(r *rand.Rand, p *routing.Problem){
	"several windows": func(r *rand.Rand, p *routing.Problem) {
		for i := range p.Stops {
			a := int64(r.IntN(8000))
			p.Stops[i].Window = routing.Window{StartSec: a, EndSec: a + 500}
			p.Stops[i].More = []routing.Window{{StartSec: a + 3000, EndSec: a + 4000}, {StartSec: a + 9000, EndSec: a + 9500}}
		}
	},
	"soft windows": func(r *rand.Rand, p *routing.Problem) {
		for i := range p.Stops {
			a := int64(r.IntN(3000))
			p.Stops[i].Window, p.Stops[i].LateCentsPerHour = routing.Window{StartSec: a, EndSec: a + 300}, 3600
		}
	},
	"collecting": func(r *rand.Rand, p *routing.Problem) {
		for i := range p.Stops {
			p.Stops[i].Collect = []int64{int64(r.IntN(6)), int64(r.IntN(3))}
		}
	},
	"further amounts": func(r *rand.Rand, p *routing.Problem) {
		for i := range p.Stops {
			p.Stops[i].Extra = []int64{int64(r.IntN(4))}
		}
		for k := range p.Vehicles {
			p.Vehicles[k].Extra = []int64{7}
		}
	},
	"setup and types": func(r *rand.Rand, p *routing.Problem) {
		for i := range p.Stops {
			p.Stops[i].SetupSec, p.Stops[i].Location = 300, int32(2+i/2)
			p.Stops[i].ServiceSecByType = map[string]int64{"fast": 10}
		}
		p.Vehicles[0].Type = "fast"
	},
	"skills and vehicles": func(r *rand.Rand, p *routing.Problem) {
		for i := range p.Stops {
			p.Stops[i].Skills = []int{r.IntN(2)}
			if i == 0 {
				p.Stops[i].Skills, p.Stops[i].Vehicles = nil, []int{1}
			}
		}
		p.Vehicles[0].Skills, p.Vehicles[1].Skills = []int{0, 1}, []int{1}
	},
	"prizes": func(r *rand.Rand, p *routing.Problem) {
		for i := range p.Stops {
			p.Stops[i].PrizeCents = int64(500 + r.IntN(2500))
		}
	},
	"backhauls": func(r *rand.Rand, p *routing.Problem) {
		for i := range p.Stops {
			if i%3 == 0 {
				p.Stops[i].Backhaul, p.Stops[i].Collect, p.Stops[i].WeightG = true, []int64{3}, 0
			}
		}
	},
	"open ends": func(_ *rand.Rand, p *routing.Problem) {
		p.Vehicles[0].OpenEnd, p.Vehicles[1].OpenStart = true, true
	},
	"other end": func(_ *rand.Rand, p *routing.Problem) {
		p.Vehicles[0].EndsElsewhere, p.Vehicles[0].End = true, 1
	},
	"limits": func(_ *rand.Rand, p *routing.Problem) {
		for k := range p.Vehicles {
			p.Vehicles[k].MaxDurationSec, p.Vehicles[k].MaxDistanceM, p.Vehicles[k].MaxDriveSec, p.Vehicles[k].MaxStops = 4000, 3000, 3000, 4
		}
	},
	"breaks": func(_ *rand.Rand, p *routing.Problem) {
		for k := range p.Vehicles {
			p.Vehicles[k].Breaks = []routing.Break{{ID: "noon", ServiceSec: 600, Windows: []routing.Window{{StartSec: 800, EndSec: 1500}}},
				{ID: "later", ServiceSec: 300, Windows: []routing.Window{{StartSec: 2500, EndSec: 3500}}, MaxLoad: []int64{20}}}
		}
	},
	"trips": func(r *rand.Rand, p *routing.Problem) {
		for k := range p.Vehicles {
			p.Vehicles[k].MaxWeightG, p.Vehicles[k].Trips, p.Vehicles[k].ReloadSec = 8, 4, 120
		}
		for i := range p.Stops {
			p.Stops[i].ReadySec = int64(r.IntN(2000))
		}
	},
	"hours": func(_ *rand.Rand, p *routing.Problem) {
		for k := range p.Matrix.DurationSec {
			p.Matrix.DurationSec[k] *= 10
		}
		for i := range p.Stops {
			p.Stops[i].Window.EndSec = 200_000
		}
		for k := range p.Vehicles {
			p.Vehicles[k].Shift.EndSec = 200_000
		}
		p.Vehicles[0].Hours, p.Vehicles[1].Hours = routing.HoursEU, routing.HoursUS
	},
	"battery": func(_ *rand.Rand, p *routing.Problem) {
		p.Chargers = []int32{0, 1}
		for k := range p.Vehicles {
			p.Vehicles[k].RangeM, p.Vehicles[k].ChargeSecPerKm = 2500, 100
		}
	},
	"traffic": func(_ *rand.Rand, p *routing.Problem) {
		p.Traffic = []routing.Slice{{StartSec: 500, SpeedPercent: 50}, {StartSec: 2000, SpeedPercent: 90}}
	},
	"emissions": func(_ *rand.Rand, p *routing.Problem) { p.CO2CentsPerKg = 500 },
	"task cost": func(_ *rand.Rand, p *routing.Problem) {
		for k := range p.Vehicles {
			p.Vehicles[k].CostCentsPerDriveHour, p.Vehicles[k].CostCentsPerTaskHour = 1800, 900
		}
	},
	"shipments": func(_ *rand.Rand, p *routing.Problem) {
		for i := 0; i+1 < len(p.Stops); i += 2 {
			p.Stops[i].WeightG, p.Stops[i].VolumeCm3 = 0, 0
			p.Pairs = append(p.Pairs, routing.Pair{Pickup: i, Delivery: i + 1})
		}
	},
	"relations": func(_ *rand.Rand, p *routing.Problem) {
		p.Relations = []routing.Relation{{Kind: routing.RelationSameRoute, Stops: []int{0, 1}}, {Kind: routing.RelationDifferentRoute, Stops: []int{0, 2}},
			{Kind: routing.RelationSequence, Stops: []int{3, 4}}, {Kind: routing.RelationOrder, Stops: []int{5, 2}}}
	},
	"fixed": func(_ *rand.Rand, p *routing.Problem) { p.Vehicles[0].Fixed = []int{1, 0} },
	"profiles and leg costs": func(_ *rand.Rand, p *routing.Problem) {
		slow := routing.Matrix{N: p.Matrix.N, DistanceM: p.Matrix.DistanceM, DurationSec: make([]int32, len(p.Matrix.DurationSec)), CostCents: p.Matrix.DistanceM}
		for k, sec := range p.Matrix.DurationSec {
			slow.DurationSec[k] = 2 * sec
		}
		p.Profiles, p.Vehicles[0].Profile = []routing.Matrix{slow}, 1
	},
	"balance":     func(_ *rand.Rand, p *routing.Problem) { p.BalanceCents = 1000 },
	"fewer first": func(_ *rand.Rand, p *routing.Problem) { p.VehiclesFirst = true },
}

// Under each rule, on small and middling problems, every plan passes the check, whatever the seed.
func TestEveryRuleHolds(t *testing.T) {
	t.Parallel()
	for name, add := range rules {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(8) {
				r := rand.New(rand.NewPCG(seed, 5))
				p := drawPlain(r, 6+int(seed)*3, 3+int(seed))
				add(r, &p)
				s, err := Solve(t.Context(), p, Options{Seed: seed, Iterations: 150})
				if err != nil {
					t.Fatal(err)
				}
				if err := routing.Check(p, s); err != nil {
					t.Errorf("seed %d: %v", seed, err)
				}
				if len(s.Routes) == 0 {
					t.Errorf("seed %d: nobody drives: %+v", seed, s.Unassigned)
				}
			}
		})
	}
}
