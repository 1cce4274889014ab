package plan

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"quartermaster/routing"
	"quartermaster/routing/road"
)

// TravelView says what ways a plan was made on, and what conditions on the road do to it.
type TravelView struct {
	Kind         string            // streets or straight_line
	DetourFactor float64           `json:",omitempty"` // metres driven per metre of straight line, where there are no streets
	Conditions   []ConditionEffect `json:",omitempty"` // by day, the largest delay first
	// Hourly says that speeds go by the hour of the day, as learned from traces.
	Hourly bool `json:",omitempty"`
}

// The kinds of travel.
const (
	TravelStreets  = "streets"
	TravelStraight = "straight_line"
)

// ConditionEffect is what one condition does to the routes of one day.
type ConditionEffect struct {
	ID, Kind       string
	Source, Reason string
	Day            int
	DelaySec       int64 // over all routes, against the same order of stops under free flow
	Routes         int   // that drive through it or round it
	Detours        int   // legs that go round it
	CutOff         int   // orders that it keeps every site from
	Sentence       string
}

// roadDay is how a day drives.
type roadDay struct {
	travel  travel
	toOrder road.Table
	percent [][]int64 // per site and hour: of the speed of toOrder; nil = at all hours alike
}

// drive makes the streets of a day those that its plan goes by. A condition that holds at some time while vehicles are out
// counts for the whole day: a plan that is sure to hold goes round a street that is closed for a part of it.
func (b *builder) drive(ctx context.Context, day int) error {
	if b.s.Roads == nil || len(b.s.Conditions) == 0 && b.s.Speeds == nil {
		return nil
	}
	holding := b.holding(day)
	key := ""
	for i := range holding {
		key += fmt.Sprintf("%d ", holding[i])
	}
	r, known := b.roadDays[key]
	if !known {
		var err error
		if r, err = b.roadDay(ctx, holding); err != nil {
			return err
		}
		b.roadDays[key] = r
	}
	b.travel, b.toOrder, b.percent = r.travel, r.toOrder, r.percent
	return nil
}

// holding lists the conditions that hold while the day's vehicles are out.
func (b *builder) holding(day int) []int {
	from, until := int64(math.MaxInt64), int64(math.MinInt64)
	for i := range b.s.Sites {
		for _, v := range b.s.Sites[i].Vehicles {
			from, until = min(from, v.Shift.StartSec), max(until, v.Shift.EndSec)
		}
	}
	midnight := int64(b.s.OriginDay+day) * daySec
	var out []int
	for i, c := range b.s.Conditions {
		if c.FromSec < midnight+until && c.UntilSec > midnight+from {
			out = append(out, i)
		}
	}
	return out
}

func (b *builder) roadDay(ctx context.Context, holding []int) (roadDay, error) {
	conditions := make([]road.Condition, len(holding))
	for k, i := range holding {
		conditions[k] = b.s.Conditions[i]
		conditions[k].FromSec, conditions[k].UntilSec = 0, daySec
	}
	graph, err := b.s.Roads.At(ctx, 0, nil, conditions, workers(b.o.Workers))
	if err != nil {
		return roadDay{}, err
	}
	r := roadDay{travel: travel{graph: graph}}
	if r.toOrder, err = r.travel.table(ctx, b.sitePlace, b.orderPlace, workers(b.o.Workers)); err != nil {
		return r, err
	}
	if b.s.Speeds == nil {
		return r, nil
	}
	r.percent = make([][]int64, len(b.s.Sites))
	for hour := range road.Hours {
		then, err := graph.At(ctx, int64(hour)*3600, b.s.Speeds, conditions, workers(b.o.Workers))
		if err != nil {
			return r, err
		}
		table, err := then.Table(ctx, b.sitePlace, b.orderPlace, workers(b.o.Workers))
		if err != nil {
			return r, err
		}
		for site := range r.percent {
			r.percent[site] = append(r.percent[site], r.toOrder.SpeedPercent(&table, site))
		}
	}
	return r, nil
}

// traffic gives the speeds of a site's day by the hour, hours that drive alike taken together.
func (b *builder) traffic(site, day int) []routing.Slice {
	if b.percent == nil {
		return nil
	}
	var out []routing.Slice
	for d := day - 1; d <= day+1; d++ { // shifts may begin the day before and end the day after
		for hour, p := range b.percent[site] {
			if len(out) == 0 || out[len(out)-1].SpeedPercent != p {
				out = append(out, routing.Slice{StartSec: int64(d)*daySec + int64(hour)*3600, SpeedPercent: p})
			}
		}
	}
	return out
}

// effects works out what the day's conditions do to a site's routes.
func (b *builder) effects(day int, places []road.Place, s routing.Solution) []ConditionEffect {
	if b.travel.graph == nil || b.travel.graph.Moment() == nil {
		return nil
	}
	by := map[string]*ConditionEffect{}
	for k := range s.Routes {
		met := map[string]bool{}
		at := places[0]
		leg := func(to road.Place) {
			e, ok := b.travel.graph.Explain(at, to)
			at = to
			if !ok {
				return
			}
			for _, c := range e.Causes {
				x := by[c.ID]
				if x == nil {
					x = &ConditionEffect{ID: c.ID, Kind: string(c.Kind), Source: c.Source, Reason: c.Reason + " on " + c.Street, Day: day}
					by[c.ID] = x
				}
				x.DelaySec += c.DelaySec
				if c.Detour {
					x.Detours++
				}
				if !met[c.ID] {
					met[c.ID] = true
					x.Routes++
				}
			}
		}
		for _, v := range s.Routes[k].Visits {
			if v.Stop >= 0 {
				leg(places[v.Stop+1])
			}
		}
		leg(places[0])
	}
	out := make([]ConditionEffect, 0, len(by))
	for _, x := range by {
		out = append(out, *x)
	}
	slices.SortFunc(out, func(a, b ConditionEffect) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// tellTravel adds what conditions do to one site's day to the plan.
func (b *builder) tellTravel(effects []ConditionEffect) {
	for _, e := range effects {
		all := b.plan.Travel.Conditions
		k := slices.IndexFunc(all, func(x ConditionEffect) bool { return x.ID == e.ID && x.Day == e.Day })
		if k < 0 {
			b.plan.Travel.Conditions = append(all, e)
			continue
		}
		all[k].DelaySec, all[k].Routes, all[k].Detours, all[k].CutOff = all[k].DelaySec+e.DelaySec, all[k].Routes+e.Routes, all[k].Detours+e.Detours, all[k].CutOff+e.CutOff
	}
}

// cutOff says which conditions keep every site from a consignee that could be reached otherwise, "" where none do.
func (b *builder) cutOff(order, day int) string {
	if b.travel.graph == nil || b.travel.graph.Moment() == nil || b.noRoad[order] != "" {
		return ""
	}
	for site := range b.s.Sites {
		if _, _, ok := b.way(site, order); ok {
			return ""
		}
	}
	for site := range b.s.Sites {
		e, ok := b.travel.graph.Explain(b.sitePlace[site], b.orderPlace[order])
		if !ok || len(e.Causes) == 0 {
			continue
		}
		var words []string
		for _, c := range e.Causes {
			words = append(words, fmt.Sprintf("%s on %s", c.Reason, c.Street))
			b.tellTravel([]ConditionEffect{{ID: c.ID, Kind: string(c.Kind), Source: c.Source, Reason: c.Reason + " on " + c.Street, Day: day, CutOff: 1}})
		}
		return "no way leads to the consignee on day " + fmt.Sprint(day) + ": " + strings.Join(words, ", ")
	}
	return ""
}

// closeTravel puts the effects in order and into sentences.
func (b *builder) closeTravel() {
	all := b.plan.Travel.Conditions
	for i := range all {
		all[i].Sentence = all[i].sentence()
	}
	slices.SortStableFunc(all, func(x, y ConditionEffect) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(y.DelaySec, x.DelaySec), cmp.Compare(x.ID, y.ID))
	})
}

// sentence is the effect as people read it: "+7 min: closure on Landstrasse (police), 3 routes".
func (e *ConditionEffect) sentence() string {
	var s strings.Builder
	if e.Routes == 0 {
		s.WriteString("no way")
	} else {
		s.WriteString(road.DelayWords(e.DelaySec))
	}
	s.WriteString(": " + e.Reason)
	if e.Source != "" {
		s.WriteString(" (" + e.Source + ")")
	}
	if e.Routes > 0 {
		fmt.Fprintf(&s, ", %d routes", e.Routes)
	}
	if e.CutOff > 0 {
		fmt.Fprintf(&s, ", keeps %d lines of orders from every site", e.CutOff)
	}
	return s.String()
}
