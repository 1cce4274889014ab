package simulations

import (
	"context"
	"fmt"
	"slices"

	"quartermaster/internal/plan"
)

// Apply gives the snapshot as it would be under the scenario. The base is not changed; the branch shares with it whatever
// the scenario leaves alone, so neither may be written to afterwards. Forecasts that came with the base are scaled or,
// where a lead time changed, made anew by workers goroutines (0 = all); a base without forecasts gets them where demand
// changes. It returns an *InvalidError that names change and field (scenarios[0] stands for s), or the context's error.
func Apply(ctx context.Context, base *plan.Snapshot, s Scenario, workers int) (*plan.Snapshot, error) {
	if err := Validate(base, []Scenario{s}); err != nil {
		return nil, err
	}
	e := newEditor(base)
	e.make(s, "scenarios[0]")
	// A declared business that is only looked at has no streets; one that is planned without them drives straight lines.
	if !e.want(!e.roads || base.Roads != nil, "scenarios[0].changes", "there are no streets here: nothing can hold on straight lines") {
		return nil, e.err()
	}
	if err := e.forecasts(ctx, workers); err != nil {
		return nil, fmt.Errorf("simulations: scenario %q: forecasts: %w", s.Name, err)
	}
	return &e.out, nil
}

// editor makes one branch of a snapshot. What it may write to it has copied before.
type editor struct {
	base *plan.Snapshot
	out  plan.Snapshot
	problems

	items, sites, suppliers map[string]int

	ownItems, ownSites, ownSuppliers bool

	demand []float64   // factor per item; nil = none changed
	area   [][]float64 // [item][site]: where demand arises, before closed sites hand theirs on
	closed []bool      // per site
	roads  bool        // something holds on the road
}

func newEditor(base *plan.Snapshot) *editor {
	e := &editor{
		base: base, out: *base, area: base.SiteShare, closed: make([]bool, len(base.Sites)),
		items: make(map[string]int, len(base.Items)), sites: map[string]int{}, suppliers: map[string]int{},
	}
	for i, x := range base.Items {
		e.items[x.ID] = i
	}
	for i, x := range base.Sites {
		e.sites[x.ID] = i
	}
	for i, x := range base.Suppliers {
		e.suppliers[x.ID] = i
	}
	return e
}

// make makes all changes but those of forecasts, which take long.
func (e *editor) make(s Scenario, at string) {
	for i, c := range s.Changes {
		for _, x := range c.set() {
			x.edit(e, fmt.Sprintf("%s.changes[%d].%s", at, i, x.kind()))
		}
	}
	e.handOn()
}

// site finds a site by its id; "" is no site and no problem.
func (e *editor) site(id, at string) (int, bool) {
	i, known := e.sites[id]
	return i, e.want(known, at, "site %q is unknown", id)
}

// chosen are the indices of the items named, in order; none named = all.
func (e *editor) chosen(ids []string, at string) []int {
	if len(ids) == 0 {
		all := make([]int, len(e.base.Items))
		for i := range all {
			all[i] = i
		}
		return all
	}
	var out []int
	for k, id := range ids {
		if i, known := e.items[id]; e.want(known, fmt.Sprintf("%s[%d]", at, k), "item %q is unknown", id) {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (e *editor) writeItems() {
	if !e.ownItems {
		e.out.Items, e.ownItems = slices.Clone(e.base.Items), true
	}
}

func (e *editor) writeSites() {
	if !e.ownSites {
		e.out.Sites, e.ownSites = slices.Clone(e.base.Sites), true
	}
}

func (e *editor) writeSuppliers() {
	if !e.ownSuppliers {
		e.out.Suppliers, e.ownSuppliers = slices.Clone(e.base.Suppliers), true
	}
}
