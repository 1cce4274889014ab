package road

import (
	"math"
	"testing"
)

func tagsOf(kv ...string) []tag {
	var tags []tag
	for k := 0; k < len(kv); k += 2 {
		tags = append(tags, tag{kv[k], kv[k+1]})
	}
	return tags
}

// Streets, directions and speeds follow the documented rules, case by case.
func TestStreetOf(t *testing.T) {
	t.Parallel()
	p := Van()
	for _, c := range []struct {
		tags     []tag
		ok       bool
		fwd, bwd bool
		kmh      float64
	}{
		{tagsOf("highway", "residential"), true, true, true, 28},
		{tagsOf("highway", "residential", "maxspeed", "50"), true, true, true, 45},
		{tagsOf("highway", "primary", "maxspeed", "30 mph"), true, true, true, 0.9 * 48.28032},
		{tagsOf("highway", "primary", "maxspeed", "50 km/h"), true, true, true, 45},
		{tagsOf("highway", "motorway"), true, true, false, 100},
		{tagsOf("highway", "motorway", "maxspeed", "130"), true, true, false, 110},
		{tagsOf("highway", "motorway_link"), true, true, false, 50},
		{tagsOf("highway", "tertiary", "oneway", "yes"), true, true, false, 45},
		{tagsOf("highway", "tertiary", "oneway", "-1"), true, false, true, 45},
		{tagsOf("highway", "tertiary", "junction", "roundabout"), true, true, false, 45},
		{tagsOf("highway", "tertiary", "junction", "roundabout", "oneway", "no"), true, true, true, 45},
		{tagsOf("highway", "secondary", "maxspeed", "none"), true, true, true, 55},
		{tagsOf("highway", "secondary", "maxspeed", "0"), true, true, true, 55},
		{tagsOf("highway", "secondary", "maxspeed", "-50"), true, true, true, 55},
		{tagsOf("highway", "residential", "maxspeed", "CH:zone30"), true, true, true, 27},
		{tagsOf("highway", "living_street", "maxspeed", "walk"), true, true, true, 6.3},
		{tagsOf("highway", "road"), true, true, true, 40},
		{tagsOf("highway", "service", "access", "private"), false, false, false, 0},
		{tagsOf("highway", "service", "access", "private", "motor_vehicle", "delivery"), true, true, true, 14},
		{tagsOf("highway", "residential", "access", "yes", "motor_vehicle", "no"), false, false, false, 0},
		{tagsOf("highway", "residential", "motor_vehicle", "destination"), true, true, true, 28},
		{tagsOf("highway", "unclassified", "motor_vehicle", "agricultural"), false, false, false, 0},
		{tagsOf("highway", "secondary", "oneway", "reversible"), false, false, false, 0},
		{tagsOf("highway", "footway"), false, false, false, 0},
		{tagsOf("highway", "track"), false, false, false, 0},
		{tagsOf("route", "ferry"), true, true, true, 15},
		{tagsOf("highway", "construction"), false, false, false, 0},
		{tagsOf("highway", "service", "area", "yes"), false, false, false, 0},
		{tagsOf("building", "yes"), false, false, false, 0},
	} {
		s, ok := streetOf(&p, c.tags)
		if ok != c.ok || s.forward != c.fwd || s.backward != c.bwd || math.Abs(s.forwardKmh-c.kmh) > 1e-6 {
			t.Errorf("%v: %+v %v; want drivable %v, forward %v, backward %v, %v km/h", c.tags, s, ok, c.ok, c.fwd, c.bwd, c.kmh)
		}
	}
}

// Each direction of a street has its own limit where both are tagged.
func TestLimitsByDirection(t *testing.T) {
	t.Parallel()
	p := Van()
	s, _ := streetOf(&p, tagsOf("highway", "primary", "maxspeed:forward", "80", "maxspeed:backward", "50", "maxspeed", "60"))
	if s.forwardKmh != 72 || s.backKmh != 45 {
		t.Errorf("forward %v, backward %v; want 72 and 45", s.forwardKmh, s.backKmh)
	}
}

func TestPointOf(t *testing.T) {
	t.Parallel()
	p := Van()
	for _, c := range []struct {
		tags []tag
		want point
	}{
		{tagsOf("highway", "traffic_signals"), signal},
		{tagsOf("highway", "stop"), stopSign},
		{tagsOf("railway", "level_crossing"), stopSign},
		{tagsOf("barrier", "bollard"), closed},
		{tagsOf("barrier", "gate"), closed},
		{tagsOf("barrier", "gate", "access", "yes"), plain},
		{tagsOf("barrier", "lift_gate"), plain},
		{tagsOf("barrier", "lift_gate", "access", "private"), closed},
		{tagsOf("barrier", "bollard", "motor_vehicle", "yes"), plain},
		{tagsOf("name", "x"), plain},
	} {
		if got := pointOf(&p, c.tags); got != c.want {
			t.Errorf("%v: %d, want %d", c.tags, got, c.want)
		}
	}
}

// A signal costs its delay on arriving at it, in either direction, and nothing on leaving.
func TestSignalDelay(t *testing.T) {
	t.Parallel()
	p := Van()
	c := newCollector(&p)
	c.node(1, 9.5, 47, nil)
	c.node(2, 9.501, 47, tagsOf("highway", "traffic_signals"))
	c.node(3, 9.502, 47, nil)
	c.way(1, []int64{1, 2, 3}, tagsOf("highway", "residential", "maxspeed", "40"))
	n := c.network()
	drive := int32(math.Round(metresBetween(n.at[0], n.at[1]) * 3600 / 36))
	if a, b := n.pieces[0], n.pieces[1]; a.fwdMs != drive+11000 || a.bwdMs != drive || b.fwdMs != drive || b.bwdMs != drive+11000 {
		t.Errorf("pieces %+v %+v, want %d ms and 11,000 more towards the signal", a, b, drive)
	}
}
