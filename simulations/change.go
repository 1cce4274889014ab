package simulations

import (
	"fmt"
	"strings"
	"time"
)

// step is what every kind of change can do.
type step interface {
	kind() string                 // its name in JSON and YAML
	check(p *problems, at string) // its own numbers, without a business
	edit(e *editor, at string)    // make it
	sentence() string             // for people
}

// kinds are the names of all changes.
var kinds = []string{"demand", "site_closed", "lead_time", "site_capacity", "fleet", "price", "service", "cutoff", "review", "roads"}

// set lists the fields that are set.
func (c Change) set() []step {
	var out []step
	if c.Demand != nil {
		out = append(out, c.Demand)
	}
	if c.SiteClosed != nil {
		out = append(out, c.SiteClosed)
	}
	if c.LeadTime != nil {
		out = append(out, c.LeadTime)
	}
	if c.SiteCapacity != nil {
		out = append(out, c.SiteCapacity)
	}
	if c.Fleet != nil {
		out = append(out, c.Fleet)
	}
	if c.Price != nil {
		out = append(out, c.Price)
	}
	if c.Service != nil {
		out = append(out, c.Service)
	}
	if c.Cutoff != nil {
		out = append(out, c.Cutoff)
	}
	if c.Review != nil {
		out = append(out, c.Review)
	}
	if c.Roads != nil {
		out = append(out, c.Roads)
	}
	return out
}

// Sentences says the changes of a scenario for people, in their order.
func (s Scenario) Sentences() []string {
	out := []string{}
	for _, c := range s.Changes {
		for _, x := range c.set() {
			out = append(out, x.sentence())
		}
	}
	return out
}

func (*Demand) kind() string       { return "demand" }
func (*SiteClosed) kind() string   { return "site_closed" }
func (*LeadTime) kind() string     { return "lead_time" }
func (*SiteCapacity) kind() string { return "site_capacity" }
func (*Fleet) kind() string        { return "fleet" }
func (*Price) kind() string        { return "price" }
func (*Service) kind() string      { return "service" }
func (*Cutoff) kind() string       { return "cutoff" }
func (*Review) kind() string       { return "review" }

// factor refuses NaN too: no comparison with it holds.
func (p *problems) factor(f float64, at string) {
	p.want(f >= minFactor && f <= maxFactor, at, "%v is not between %v and %v", f, minFactor, maxFactor)
}

func (c *Demand) check(p *problems, at string) {
	p.factor(c.Factor, at+".factor")
	p.want(len(c.Items) <= MaxNamed, at+".items", "%d are more than %d", len(c.Items), MaxNamed)
}

func (c *SiteClosed) check(p *problems, at string) {
	p.want(c.Site != "", at+".site", "name the site")
}

func (c *LeadTime) check(p *problems, at string) {
	if !p.want((c.Factor != 0) != (c.Days != 0), at, "give either factor or days") {
		return
	}
	if c.Factor != 0 {
		p.factor(c.Factor, at+".factor")
	} else {
		p.want(c.Days > 0 && c.Days <= 730, at+".days", "%v is not above 0 and at most 730", c.Days)
	}
}

func (c *SiteCapacity) check(p *problems, at string) { p.factor(c.Factor, at+".factor") }

func (c *Fleet) check(p *problems, at string) {
	p.want(c.Site != "", at+".site", "name the site")
	p.want(c.Vehicle != "", at+".vehicle", "name the type of vehicle")
	p.want(c.Add >= 0 && c.Add <= 1000, at+".add", "%d is not between 0 and 1000", c.Add)
	p.want(c.Remove >= 0 && c.Remove <= 1000, at+".remove", "%d is not between 0 and 1000", c.Remove)
	p.want((c.Add != 0) != (c.Remove != 0), at, "give either add or remove")
}

func (c *Price) check(p *problems, at string) {
	p.want(c.CostFactor != 0 || c.PriceFactor != 0, at, "give cost_factor, price_factor, or both")
	if c.CostFactor != 0 {
		p.factor(c.CostFactor, at+".cost_factor")
	}
	if c.PriceFactor != 0 {
		p.factor(c.PriceFactor, at+".price_factor")
	}
	p.want(len(c.Items) <= MaxNamed, at+".items", "%d are more than %d", len(c.Items), MaxNamed)
}

func (c *Service) check(p *problems, at string) {
	p.want(c.Cycle != nil || c.FillRate != nil, at, "give cycle, fill_rate, or both")
	if c.Cycle != nil {
		p.want(*c.Cycle >= 0 && *c.Cycle < 1, at+".cycle", "%v is not at least 0 and below 1", *c.Cycle)
	}
	if c.FillRate != nil {
		p.want(*c.FillRate >= 0 && *c.FillRate < 1, at+".fill_rate", "%v is not at least 0 and below 1", *c.FillRate)
	}
}

func (c *Cutoff) check(p *problems, at string) {
	_, ok := c.seconds()
	p.want(ok, at+".time", "%q is no time of day such as 14:00", c.Time)
}

// seconds reads the time of day.
func (c *Cutoff) seconds() (int64, bool) {
	if c.Time == "24:00" {
		return 24 * 3600, true
	}
	t, err := time.Parse("15:04", c.Time)
	return int64(t.Hour()*3600 + t.Minute()*60), err == nil && len(c.Time) == 5
}

func (c *Review) check(p *problems, at string) {
	p.want(c.Days >= 1 && c.Days <= 90, at+".days", "%d is not between 1 and 90", c.Days)
}

func (c *Demand) sentence() string {
	s := fmt.Sprintf("demand of %s × %g", named(c.Items, "item"), c.Factor)
	if c.SiteArea != "" {
		s += " in the area of " + c.SiteArea
	}
	if c.Orders {
		s += ", orders included"
	}
	return s
}

func (c *SiteClosed) sentence() string { return "site " + c.Site + " closed" }

func (c *LeadTime) sentence() string {
	who := "all suppliers"
	if c.Supplier != "" {
		who = "supplier " + c.Supplier
	}
	if c.Factor != 0 {
		return fmt.Sprintf("lead time of %s × %g", who, c.Factor)
	}
	return fmt.Sprintf("lead time of %s: %g days", who, c.Days)
}

func (c *SiteCapacity) sentence() string {
	where := "all sites"
	if c.Site != "" {
		where = "site " + c.Site
	}
	return fmt.Sprintf("orders per day at %s × %g", where, c.Factor)
}

func (c *Fleet) sentence() string {
	if c.Add > 0 {
		return fmt.Sprintf("%d more %s at %s", c.Add, c.Vehicle, c.Site)
	}
	return fmt.Sprintf("%d fewer %s at %s", c.Remove, c.Vehicle, c.Site)
}

func (c *Price) sentence() string {
	var parts []string
	if c.CostFactor != 0 {
		parts = append(parts, fmt.Sprintf("purchase cost × %g", c.CostFactor))
	}
	if c.PriceFactor != 0 {
		parts = append(parts, fmt.Sprintf("sales price × %g", c.PriceFactor))
	}
	return strings.Join(parts, " and ") + " of " + named(c.Items, "item")
}

func (c *Service) sentence() string {
	var parts []string
	if c.Cycle != nil {
		parts = append(parts, fmt.Sprintf("cycle service %g", *c.Cycle))
	}
	if c.FillRate != nil {
		parts = append(parts, fmt.Sprintf("fill rate %g", *c.FillRate))
	}
	return strings.Join(parts, ", ")
}

func (c *Cutoff) sentence() string { return "orders taken until " + c.Time }

func (c *Review) sentence() string { return fmt.Sprintf("stock reviewed every %d days", c.Days) }

// named writes a list of ids for people: all, the only one, or how many.
func named(ids []string, what string) string {
	switch len(ids) {
	case 0:
		return "all " + what + "s"
	case 1:
		return what + " " + ids[0]
	}
	return fmt.Sprintf("%d %ss", len(ids), what)
}
