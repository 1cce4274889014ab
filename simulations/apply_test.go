package simulations_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"quartermaster/forecast"
	"quartermaster/internal/plan"
	sim "quartermaster/simulations"
)

func share(x float64) *float64 { return &x }

// ordered sums the quantities ordered, of one item or of all ("").
func ordered(s *plan.Snapshot, item string) (qty int64) {
	for _, o := range s.Orders {
		for _, l := range o.Lines {
			if item == "" || item == l.ItemID {
				qty += l.Qty
			}
		}
	}
	return qty
}

func close64(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

// Each change does to the snapshot what it says, never touches the base, and gives a snapshot that can be planned.
func TestEachChangeDoesWhatItSays(t *testing.T) {
	t.Parallel()
	base := shop(t, 1)
	for name, c := range map[string]struct {
		change sim.Change
		look   func(s *plan.Snapshot) bool
	}{
		"demand of all": {sim.Change{Demand: &sim.Demand{Factor: 1.3}}, func(s *plan.Snapshot) bool {
			f, g := base.Forecasts[5], s.Forecasts[5]
			return close64(g.Mean[3], 1.3*f.Mean[3]) && close64(g.Quantiles[6][2], 1.3*f.Quantiles[6][2]) &&
				close64(g.LeadTime.SD, 1.3*f.LeadTime.SD) && g.Tested == f.Tested && ordered(s, "") == ordered(base, "")
		}},
		"demand with orders": {sim.Change{Demand: &sim.Demand{Factor: 1.3, Orders: true, Items: []string{"item05", "item09"}}}, func(s *plan.Snapshot) bool {
			want := func(id string) bool { return ordered(s, id) == int64(math.Round(1.3*float64(ordered(base, id)))) }
			return want("item05") && want("item09") && ordered(s, "item06") == ordered(base, "item06") && s.Forecasts[6].Mean[0] == base.Forecasts[6].Mean[0]
		}},
		"demand falls to nothing": {sim.Change{Demand: &sim.Demand{Factor: 0.001, Orders: true}}, func(s *plan.Snapshot) bool {
			return len(s.Orders) == 0 && len(base.Orders) == 30
		}},
		"demand of an area": {sim.Change{Demand: &sim.Demand{Factor: 2, SiteArea: "s2", Orders: true}}, func(s *plan.Snapshot) bool {
			row := s.SiteShare[4] // 0.5, 0.2 × 2, 0.3 of 1.2
			return close64(s.Forecasts[4].Mean[0], 1.2*base.Forecasts[4].Mean[0]) && close64(row[0], 0.5/1.2) && close64(row[1], 0.4/1.2) &&
				ordered(s, "") > ordered(base, "") && ordered(s, "") < 2*ordered(base, "")
		}},
		"site closed": {sim.Change{SiteClosed: &sim.SiteClosed{Site: "s1"}}, func(s *plan.Snapshot) bool {
			for _, p := range s.Positions {
				if p.SiteID == "s1" {
					return false
				}
			}
			return close64(s.SiteShare[0][1], 0.4) && close64(s.SiteShare[0][2], 0.6) && s.SiteShare[0][0] == 0 && len(s.Inbound) == 1 &&
				len(s.Sites[0].Vehicles) == 0 && s.Sites[0].OrdersPerDay == 0 && len(base.Sites[0].Vehicles) == 3
		}},
		"lead time factor": {sim.Change{LeadTime: &sim.LeadTime{Factor: 2}}, func(s *plan.Snapshot) bool {
			return s.Suppliers[1].LeadTime == forecast.LeadTime{MeanDays: 24, SDDays: 2} && s.Forecasts[3].LeadTime.MeanDays == 27 &&
				s.Forecasts[3].LeadTime.Mean > 1.5*base.Forecasts[3].LeadTime.Mean && s.Forecasts[3].Tested == base.Forecasts[3].Tested
		}},
		"lead time days": {sim.Change{LeadTime: &sim.LeadTime{Days: 20, Supplier: "acme"}}, func(s *plan.Snapshot) bool {
			return s.Suppliers[0].LeadTime.MeanDays == 20 && s.Suppliers[0].LeadTime.SDDays == 1 && s.Suppliers[1].LeadTime.MeanDays == 12 &&
				s.Forecasts[0].DataHash != base.Forecasts[0].DataHash && s.Forecasts[1].DataHash == base.Forecasts[1].DataHash
		}},
		"capacity": {sim.Change{SiteCapacity: &sim.SiteCapacity{Site: "s3", Factor: 0.5}}, func(s *plan.Snapshot) bool {
			return s.Sites[2].OrdersPerDay == 50 && s.Sites[0].OrdersPerDay == 100
		}},
		"more vans": {sim.Change{Fleet: &sim.Fleet{Site: "s2", Vehicle: "van", Add: 2}}, func(s *plan.Snapshot) bool {
			v := s.Sites[1].Vehicles
			return len(v) == 5 && v[4].ID == "s2-van-5" && v[4].CostCentsPerKm == 35
		}},
		"fewer vans": {sim.Change{Fleet: &sim.Fleet{Site: "s2", Vehicle: "van", Remove: 3}}, func(s *plan.Snapshot) bool {
			return len(s.Sites[1].Vehicles) == 0 && len(base.Sites[1].Vehicles) == 3
		}},
		"prices": {sim.Change{Price: &sim.Price{Items: []string{"item02"}, CostFactor: 1.1, PriceFactor: 0.5}}, func(s *plan.Snapshot) bool {
			return s.Items[2].PriceCents == 1000 && s.Items[3].PriceCents == 2000 &&
				s.Items[2].UnitCostCents == int64(math.Round(1.1*float64(base.Items[2].UnitCostCents)))
		}},
		"service": {sim.Change{Service: &sim.Service{Cycle: share(0.99)}}, func(s *plan.Snapshot) bool {
			return s.Service.Cycle == 0.99 && s.Service.FillRate == 0.95
		}},
		"cut-off": {sim.Change{Cutoff: &sim.Cutoff{Time: "09:30"}}, func(s *plan.Snapshot) bool { return s.Calendar.CutoffSec == 34200 }},
		"review": {sim.Change{Review: &sim.Review{Days: 10}}, func(s *plan.Snapshot) bool {
			return s.Review.ReviewDays == 10 && s.Forecasts[0].LeadTime.MeanDays == 15
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if s := applied(t, base, c.change); !c.look(s) {
				t.Errorf("%+v did something else", c.change)
			}
		})
	}
}

// What several changes say together does not depend on whether a site's closing comes first; and a scenario without
// changes is the base itself.
func TestChangesTogether(t *testing.T) {
	t.Parallel()
	base := shop(t, 2)
	closed := sim.Change{SiteClosed: &sim.SiteClosed{Site: "s2"}}
	more := sim.Change{Demand: &sim.Demand{Factor: 1.5, SiteArea: "s2", Orders: true}}
	if a, b := applied(t, base, closed, more), applied(t, base, more, closed); a.Hash() != b.Hash() {
		t.Error("closing a site before and after its area's demand grows give different facts")
	}
	if applied(t, base).Hash() != base.Hash() {
		t.Error("no change changes something")
	}
	again := applied(t, base, sim.Change{LeadTime: &sim.LeadTime{Factor: 2}}, sim.Change{Demand: &sim.Demand{Factor: 2}})
	alone := applied(t, base, sim.Change{LeadTime: &sim.LeadTime{Factor: 2}})
	if !close64(again.Forecasts[7].LeadTime.Mean, 2*alone.Forecasts[7].LeadTime.Mean) {
		t.Error("demand is not scaled where the forecast is made anew")
	}
}

// What is wrong is refused with change and field, all of it at once, and where it is not known to the business as well.
func TestBadScenarios(t *testing.T) {
	t.Parallel()
	base := shop(t, 1)
	for want, c := range map[string]sim.Change{
		"changes[0]: a change has exactly one of": {},
		"this one has 2":                             {Review: &sim.Review{Days: 1}, Cutoff: &sim.Cutoff{Time: "10:00"}},
		"demand.factor: NaN":                         {Demand: &sim.Demand{Factor: math.NaN()}},
		"demand.factor: -1":                          {Demand: &sim.Demand{Factor: -1}},
		"demand.items[1]: item \"x\"":                {Demand: &sim.Demand{Factor: 1, Items: []string{"item01", "x"}}},
		"demand.site_area: site \"s9\"":              {Demand: &sim.Demand{Factor: 1, SiteArea: "s9"}},
		"site_closed.site: name the site":            {SiteClosed: &sim.SiteClosed{}},
		"site_closed.site: site \"s9\" is unknown":   {SiteClosed: &sim.SiteClosed{Site: "s9"}},
		"lead_time: give either":                     {LeadTime: &sim.LeadTime{Factor: 2, Days: 3}},
		"lead_time.days: +Inf":                       {LeadTime: &sim.LeadTime{Days: math.Inf(1)}},
		"lead_time.supplier: supplier \"z\"":         {LeadTime: &sim.LeadTime{Factor: 2, Supplier: "z"}},
		"lead_time: supplier bolt would need 1200":   {LeadTime: &sim.LeadTime{Factor: 100}},
		"site_capacity.factor: 0 is not":             {SiteCapacity: &sim.SiteCapacity{Site: "s1"}},
		"site_capacity.site: site \"s9\"":            {SiteCapacity: &sim.SiteCapacity{Site: "s9", Factor: 1}},
		"fleet: give either add or remove":           {Fleet: &sim.Fleet{Site: "s1", Vehicle: "van"}},
		"fleet.add: -1":                              {Fleet: &sim.Fleet{Site: "s1", Vehicle: "van", Add: -1}},
		"fleet.remove: 4 van are to go, 3 are there": {Fleet: &sim.Fleet{Site: "s1", Vehicle: "van", Remove: 4}},
		"fleet.vehicle: there is no vehicle of type": {Fleet: &sim.Fleet{Site: "s1", Vehicle: "ship", Add: 1}},
		"price: give cost_factor":                    {Price: &sim.Price{}},
		"price.cost_factor: 1000":                    {Price: &sim.Price{CostFactor: 1000}},
		"service: give cycle":                        {Service: &sim.Service{}},
		"service.cycle: 1 is not":                    {Service: &sim.Service{Cycle: share(1)}},
		"cutoff.time: \"9:30\" is no time of day":    {Cutoff: &sim.Cutoff{Time: "9:30"}},
		"cutoff.time: \"25:00\"":                     {Cutoff: &sim.Cutoff{Time: "25:00"}},
		"review.days: 0 is not between 1 and 90":     {Review: &sim.Review{}},
	} {
		_, err := sim.Apply(t.Context(), base, one(c), 1)
		var invalid *sim.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "scenarios[0].changes[0]") {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	all := []sim.Change{}
	for _, id := range []string{"s1", "s2", "s3"} {
		all = append(all, sim.Change{SiteClosed: &sim.SiteClosed{Site: id}})
	}
	if _, err := sim.Apply(t.Context(), base, one(all...), 1); err == nil || !strings.Contains(err.Error(), "changes[2].site_closed.site: \"s3\" is the last open site") {
		t.Errorf("closing all sites: %v", err)
	}
	for want, list := range map[string][]sim.Scenario{
		"scenarios: there is none":               {},
		"scenarios[1].name: \"a\" stands twice":  {{Name: "a"}, {Name: " a"}},
		"scenarios[0].name: want a name":         {{Name: "  "}},
		"scenarios: 21 are more than 20":         make([]sim.Scenario, 21),
		"scenarios[0].changes: 51 are more than": {{Name: "a", Changes: make([]sim.Change, 51)}},
	} {
		if err := sim.Validate(base, list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
