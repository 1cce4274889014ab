package simulations

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"quartermaster/internal/plan"
)

// told is what one plan says of one order.
type told struct {
	state    OrderState
	routes   string // of its parcels
	why      []string
	unserved []plan.Unserved
}

// answers gathers what a plan tells each order.
func answers(p *plan.Plan) map[string]*told {
	out := make(map[string]*told, p.Totals.Orders)
	for i := range p.Promises {
		pr := &p.Promises[i]
		t := &told{why: pr.Why, state: OrderState{
			Answer: AnswerPartial, ArrivalSec: arrivalSec(pr), Qty: units(pr), CostCents: pr.CostCents, CO2eG: pr.CO2eG,
		}}
		if pr.Complete {
			t.state.Answer = AnswerPromised
		}
		var routes []string
		for _, part := range pr.Parts {
			t.state.Sites = append(t.state.Sites, part.SiteID)
			routes = append(routes, part.RouteID)
		}
		slices.Sort(t.state.Sites)
		t.state.Sites = slices.Compact(t.state.Sites)
		t.routes = strings.Join(routes, ", ")
		out[pr.OrderID] = t
	}
	for _, u := range p.Unserved {
		t := out[u.OrderID]
		if t == nil {
			t = &told{state: OrderState{Answer: AnswerUnserved}}
			out[u.OrderID] = t
		}
		t.unserved = append(t.unserved, u)
	}
	return out
}

// rank puts answers in order, best first.
func (a Answer) rank() int {
	return slices.Index([]Answer{AnswerPromised, AnswerPartial, AnswerUnserved, AnswerAbsent}, a)
}

// orders lists and counts the orders that differ: changed answers first, then other sites, then the rest, by id.
func (r *Report) orders(base, changed *plan.Plan) {
	was, is := answers(base), answers(changed)
	absent := &told{state: OrderState{Answer: AnswerAbsent}}
	compare := func(id string, b, a *told) {
		if o, ok := r.order(id, b, a); ok {
			r.Orders = append(r.Orders, o)
		}
	}
	for id, b := range was { // sorted below
		a := is[id]
		if a == nil {
			a = absent
		}
		compare(id, b, a)
	}
	for id, a := range is {
		if was[id] == nil {
			compare(id, absent, a)
		}
	}
	weight := func(o *Order) int {
		switch {
		case o.Before.Answer != o.After.Answer:
			return 0
		case !slices.Equal(o.Before.Sites, o.After.Sites):
			return 1
		}
		return 2
	}
	slices.SortFunc(r.Orders, func(x, y Order) int {
		return cmp.Or(cmp.Compare(weight(&x), weight(&y)), strings.Compare(x.OrderID, y.OrderID))
	})
}

// order compares one order's answers and counts what differs; ok is false where nothing does.
func (r *Report) order(id string, b, a *told) (o Order, ok bool) {
	o = Order{
		OrderID: id, Before: b.state, After: a.state,
		CostChangeCents: a.state.CostCents - b.state.CostCents, CO2eChangeG: a.state.CO2eG - b.state.CO2eG,
	}
	c := &r.OrdersChanged
	answer := a.state.Answer != b.state.Answer
	sites := !slices.Equal(a.state.Sites, b.state.Sites)
	if len(a.state.Sites) > 0 && len(b.state.Sites) > 0 {
		shift := a.state.ArrivalSec - b.state.ArrivalSec
		o.ArrivalShiftSec = &shift
	}
	arrival := o.ArrivalShiftSec != nil && *o.ArrivalShiftSec != 0
	if !answer && !sites && !arrival && a.state.Qty == b.state.Qty && o.CostChangeCents == 0 && o.CO2eChangeG == 0 {
		return o, false
	}
	for _, count := range []struct {
		is bool
		n  *int
	}{
		{true, &c.Any}, {answer, &c.Answer}, {sites, &c.Sites}, {arrival, &c.Arrival},
		{o.CostChangeCents != 0, &c.Cost}, {o.CO2eChangeG != 0, &c.CO2e},
		{a.state.Answer.rank() < b.state.Answer.rank(), &c.Better}, {a.state.Answer.rank() > b.state.Answer.rank(), &c.Worse},
	} {
		if count.is {
			*count.n++
		}
	}
	o.Reason = reason(b, a, answer, sites)
	return o, true
}

// reason says why an order differs, in the words of the plan that says more about it.
func reason(b, a *told, answer, sites bool) string {
	switch {
	case a.state.Answer == AnswerAbsent:
		return "the scenario leaves nothing of it"
	case b.state.Answer == AnswerAbsent:
		return "the base has no such order"
	case answer && len(a.unserved) > 0 && a.state.Answer.rank() > b.state.Answer.rank():
		return a.unserved[0].Reason
	case answer && len(b.unserved) > 0:
		return "no longer: " + b.unserved[0].Reason
	case sites && len(a.why) > 0:
		return a.why[0]
	case b.state.Qty != a.state.Qty && len(a.unserved) > 0:
		return a.unserved[0].Reason
	case b.state.Qty != a.state.Qty:
		return fmt.Sprintf("%d units instead of %d", a.state.Qty, b.state.Qty)
	case b.routes != a.routes:
		return "the same sites serve it, on " + a.routes + " instead of " + b.routes
	}
	return "the same sites serve it, its tour has other stops or another way"
}
