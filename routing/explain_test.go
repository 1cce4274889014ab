package routing

import "testing"

// Every rule that a route can cost money by has its part, worked out by hand for the small problem's route (13,000 m,
// 2,380 s on the way, 1,600 s of them driving, 180 s of service, 2,890 g CO2e), and the parts add up to the cost.
func TestCostPartsOverEveryRule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(p *Problem)
		want map[string]int64
	}{
		"as it is": {func(*Problem) {}, map[string]int64{"vehicle": 1000, "distance": 520, "hours": 1190}},
		"driving": {func(p *Problem) { p.Vehicles[0].CostCentsPerDriveHour = 900 },
			map[string]int64{"vehicle": 1000, "distance": 520, "hours": 1190, "driving": 400}},
		"tasks": {func(p *Problem) { p.Vehicles[0].CostCentsPerTaskHour = 2000 },
			map[string]int64{"vehicle": 1000, "distance": 520, "hours": 1190, "tasks": 100}},
		"legs": {func(p *Problem) { p.Matrix.CostCents = []int32{0, 7, 0, 0, 0, 11, 13, 0, 0} },
			map[string]int64{"vehicle": 1000, "distance": 520, "hours": 1190, "legs": 31}},
		"emissions": {func(p *Problem) { p.CO2CentsPerKg = 100 },
			map[string]int64{"vehicle": 1000, "distance": 520, "hours": 1190, "emissions": 289}},
		"lateness": {func(p *Problem) {
			p.Stops[1].Window.EndSec = 30_000 // 420 s late at 6,000 an hour
			p.Stops[1].LateCentsPerHour = 6000
		}, map[string]int64{"vehicle": 1000, "distance": 520, "hours": 1190, "lateness": 700}},
	} {
		p, s := small()
		c.edit(&p)
		r := &s.Routes[0]
		r.CostCents = 0
		for _, cents := range c.want {
			r.CostCents += cents
		}
		parts, err := p.CostParts(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := map[string]int64{}
		for _, part := range parts {
			got[part.What] = part.Cents
		}
		for what, cents := range c.want {
			if got[what] != cents {
				t.Errorf("%s: %s costs %d, want %d", name, what, got[what], cents)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: parts %v, want %v", name, got, c.want)
		}
	}
	p, s := small()
	s.Routes[0].Vehicle = 3
	if _, err := p.CostParts(&s.Routes[0]); err == nil {
		t.Error("the parts of a route of no vehicle were told")
	}
}
