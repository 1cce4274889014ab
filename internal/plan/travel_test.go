package plan

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"quartermaster/routing/road"
)

// around is a box about a point, so many degrees to each side.
func around(p orb.Point, deg float64) orb.Polygon {
	return road.Area([][2]float64{{p[0] - deg, p[1] - deg}, {p[0] + deg, p[1] - deg}, {p[0] + deg, p[1] + deg}, {p[0] - deg, p[1] + deg}})
}

// closureOn is a closure of an area that holds for a plan's day number day, from 9 to 10 in the morning.
func closureOn(day int, area orb.Polygon) road.Condition {
	from := int64(testOrigin+day)*daySec + 9*3600
	return road.Condition{ID: "c1", Kind: road.Closure, Source: "police", FromSec: from, UntilSec: from + 3600, Area: area, Closed: true}
}

// onTheWay is a point half way between a site and the first stop of its longest route of a day.
func onTheWay(t *testing.T, s *Snapshot, p *Plan, day int) orb.Point {
	t.Helper()
	var best road.Path
	for i, d := range p.SiteDays {
		for _, r := range d.Routes {
			for _, o := range s.Orders {
				if d.Day != day || o.ID != r.StopIDs[0] {
					continue
				}
				site := s.Sites[i%len(s.Sites)]
				from, _ := s.Roads.Snap(orb.Point{site.Lon, site.Lat})
				to, _ := s.Roads.Snap(o.Point)
				if way, ok := s.Roads.Route(from, to); ok && way.DistanceM > best.DistanceM {
					best = way
				}
			}
		}
	}
	if len(best.Geometry) == 0 {
		t.Fatal("no route leaves on that day")
	}
	return best.Geometry[len(best.Geometry)/2]
}

// A closure on one day changes that day's routes and no other's; the plan says what it costs, by whom it was told and where.
func TestPlanGoesRoundAClosure(t *testing.T) {
	t.Parallel()
	s := shop(t, 3)
	o := Options{Seed: 1, RoutingIterations: 100}
	free := build(t, s, o)
	if free.Travel.Kind != TravelStreets || len(free.Travel.Conditions) > 0 {
		t.Fatalf("without conditions: %+v", free.Travel)
	}
	s.Conditions = []road.Condition{closureOn(1, around(onTheWay(t, s, free, 1), 0.002))}
	hash := s.Hash()
	now := build(t, s, o)
	if len(now.Travel.Conditions) != 1 {
		t.Fatalf("effects %+v", now.Travel.Conditions)
	}
	e := now.Travel.Conditions[0]
	if e.ID != "c1" || e.Day != 1 || e.Routes+e.CutOff == 0 || !strings.Contains(e.Sentence, "closure on ") || !strings.Contains(e.Sentence, "(police)") {
		t.Errorf("effect %+v", e)
	}
	driven := func(p *Plan, day int) (sec int64) {
		for _, d := range p.SiteDays {
			if d.Day == day {
				for _, r := range d.Routes {
					sec += r.Route.DriveSec
				}
			}
		}
		return sec
	}
	if driven(free, 0) != driven(now, 0) {
		t.Error("the routes of a day without the closure changed")
	}
	s.Conditions[0].UntilSec++
	if s.Hash() == hash {
		t.Error("another condition has the same hash")
	}
	s.Conditions[0].ID = ""
	if err := s.Validate(); err == nil {
		t.Error("a condition without an id passed")
	}
}

// A closure around every site leaves no way: nobody is promised anything on that day, the reason names the closure, and the
// orders are served on the next day.
func TestClosureCutsDepotsOff(t *testing.T) {
	t.Parallel()
	s := shop(t, 4)
	s.Days = 1
	s.Conditions = []road.Condition{closureOn(0, around(orb.Point{9.53, 47.14}, 0.2))}
	s.Conditions[0].UntilSec = s.Conditions[0].FromSec + 1
	p := build(t, s, Options{Seed: 1, RoutingIterations: 20})
	if len(p.Promises) > 0 || len(p.Unserved) == 0 {
		t.Fatalf("%d promises, %d not served", len(p.Promises), len(p.Unserved))
	}
	told := 0
	for _, u := range p.Unserved {
		if u.Code == "no_road" && strings.Contains(u.Reason, "closure on ") {
			told++
		}
	}
	if told == 0 {
		t.Errorf("nobody is told of the closure: %+v", p.Unserved[0])
	}
	s.Days = 2
	if p := build(t, s, Options{Seed: 1, RoutingIterations: 20}); len(p.Promises) == 0 {
		t.Error("the day after the closure serves nobody")
	}
}

// Without streets the plan goes by straight lines and says so with the factor; its distances are those of the factor.
func TestPlanOnStraightLines(t *testing.T) {
	t.Parallel()
	s := shop(t, 5)
	s.Roads = nil
	s.Straight = road.Straight{Detour: 1.3}
	s.RoadsVersion = s.Straight.Version()
	p := build(t, s, Options{Seed: 1, RoutingIterations: 50})
	if p.Travel.Kind != TravelStraight || p.Travel.DetourFactor != 1.3 || p.Totals.Routes == 0 {
		t.Fatalf("travel %+v, %d routes", p.Travel, p.Totals.Routes)
	}
	short := p.Totals.DistanceM
	s.Straight = road.Straight{}
	if p = build(t, s, Options{Seed: 1, RoutingIterations: 50}); p.Travel.DetourFactor != road.DetourFactor || p.Totals.DistanceM <= short {
		t.Errorf("travel %+v, %d m after %d m", p.Travel, p.Totals.DistanceM, short)
	}
}

// Speeds that were learned to be half of free flow at the hours of the shifts make the same tours take longer.
func TestPlanByLearnedSpeeds(t *testing.T) {
	t.Parallel()
	s := shop(t, 6)
	o := Options{Seed: 1, RoutingIterations: 50}
	free := build(t, s, o)
	s.Speeds = &road.Pattern{}
	for c := range s.Speeds.Class {
		for h := range s.Speeds.Class[c] {
			s.Speeds.Class[c][h] = 0.5
		}
	}
	slow := build(t, s, o)
	if !slow.Travel.Hourly {
		t.Error("the plan does not say that speeds go by the hour")
	}
	pace := func(p *Plan) float64 {
		sec := int64(0)
		for _, d := range p.SiteDays {
			for _, r := range d.Routes {
				sec += r.Route.DriveSec
			}
		}
		return float64(sec) / float64(p.Totals.DistanceM)
	}
	if ratio := pace(slow) / pace(free); ratio < 1.6 || ratio > 2.2 {
		t.Errorf("at half the speed a metre takes %.2f times as long", ratio)
	}
}
