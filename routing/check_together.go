package routing

import "fmt"

// checkTogether tests what binds several routes: relations, and vehicles whose fixed stops are not driven.
func checkTogether(p *Problem, s *Solution) error {
	route, place := map[int]int{}, map[int]int{}
	for k := range s.Routes {
		for n := range s.Routes[k].Visits {
			if v := &s.Routes[k].Visits[n]; v.Kind == KindStop {
				route[v.Stop], place[v.Stop] = k, n
			}
		}
	}
	for k := range p.Relations {
		if err := checkRelation(&p.Relations[k], route, place, s); err != nil {
			return fmt.Errorf("relations[%d] (%s): %w", k, p.Relations[k].Kind, err)
		}
	}
	return nil
}

func checkRelation(r *Relation, route, place map[int]int, s *Solution) error {
	on := map[int]int{} // route → members on it
	last, lastRoute := -1, -1
	for _, i := range r.Stops {
		k, ok := route[i]
		if !ok {
			continue
		}
		on[k]++
		if r.Kind == RelationOrder || r.Kind == RelationSequence {
			if k == lastRoute && place[i] < last {
				return fmt.Errorf("stop %d comes too early", i)
			}
			if r.Kind == RelationSequence && lastRoute >= 0 && stopsBetween(&s.Routes[k], last, place[i]) > 0 {
				return fmt.Errorf("stop %d does not follow directly", i)
			}
		}
		last, lastRoute = place[i], k
	}
	var served int
	for _, n := range on {
		served += n
		if r.Kind == RelationDifferentRoute && n > 1 {
			return fmt.Errorf("%d stops share a route", n)
		}
	}
	if r.Kind != RelationDifferentRoute && served > 0 && (len(on) != 1 || served != len(r.Stops)) {
		return fmt.Errorf("%d of %d stops are served, on %d routes", served, len(r.Stops), len(on))
	}
	return nil
}

// stopsBetween counts the stops between two visits of a route.
func stopsBetween(r *Route, from, to int) int {
	n := 0
	for k := from + 1; k < to; k++ {
		if r.Visits[k].Kind == KindStop {
			n++
		}
	}
	return n
}
