package simulations

import (
	"fmt"
	"slices"

	"quartermaster/routing/road"
)

// Roads lets something hold on the road on all days of the plan, beside what is known to hold: exactly one of a closure, a
// factor on the speed, or weather.
type Roads struct {
	Closed      bool    `json:"closed,omitempty" yaml:"closed"`             // nobody passes
	SpeedFactor float64 `json:"speed_factor,omitempty" yaml:"speed_factor"` // on the speed, 0.01…3
	RainMmH     float64 `json:"rain_mm_h,omitempty" yaml:"rain_mm_h"`
	SnowMmH     float64 `json:"snow_mm_h,omitempty" yaml:"snow_mm_h"` // of water
	// Area is the corners of where it holds, in order around it; none = everywhere. A closure has one.
	Area   []Corner `json:"area,omitempty" yaml:"area"`
	Reason string   `json:"reason,omitempty" yaml:"reason"`
}

// Corner is one corner of an area, degrees.
type Corner struct {
	Lon float64 `json:"lon" yaml:"lon"`
	Lat float64 `json:"lat" yaml:"lat"`
}

const maxCorners = 1000

func (*Roads) kind() string { return "roads" }

func (c *Roads) check(p *problems, at string) {
	effects := 0
	for _, set := range []bool{c.Closed, c.SpeedFactor != 0, c.RainMmH != 0 || c.SnowMmH != 0} {
		if set {
			effects++
		}
	}
	if !p.want(effects == 1, at, "give exactly one of closed, speed_factor, and rain_mm_h or snow_mm_h") {
		return
	}
	p.want(!c.Closed || len(c.Area) > 0, at+".area", "say where the streets are closed")
	p.want(len(c.Area) <= maxCorners, at+".area", "%d corners are more than %d", len(c.Area), maxCorners)
	p.want(c.RainMmH >= 0 && c.RainMmH <= 500 && c.SnowMmH >= 0 && c.SnowMmH <= 500, at, "rain and snow are 0 to 500 mm an hour")
	if x := c.condition(1, 0, 1); !c.calm() {
		if err := x.Check(); err != nil {
			p.want(false, at, "%v", err)
		}
	}
}

// calm is weather too light to slow anybody.
func (c *Roads) calm() bool {
	return (c.RainMmH != 0 || c.SnowMmH != 0) && c.sky().SpeedFactor() == 1
}

func (c *Roads) sky() road.Sky { return road.Sky{RainMmH: c.RainMmH, SnowMmH: c.SnowMmH} }

// condition is the change as the road engine takes it.
func (c *Roads) condition(number int, fromSec, untilSec int64) road.Condition {
	x := road.Condition{
		ID: fmt.Sprintf("what-if %d", number), Kind: road.Congestion, Source: "what-if", Reason: c.Reason,
		FromSec: fromSec, UntilSec: untilSec, Closed: c.Closed, SpeedFactor: c.SpeedFactor,
	}
	switch {
	case c.Closed:
		x.Kind = road.Closure
	case c.SpeedFactor == 0:
		x.Kind, x.SpeedFactor = road.Weather, c.sky().SpeedFactor()
	}
	corners := [][2]float64{{-180, -90}, {180, -90}, {180, 90}, {-180, 90}}
	if len(c.Area) > 0 {
		corners = corners[:0]
		for _, p := range c.Area {
			corners = append(corners, [2]float64{p.Lon, p.Lat})
		}
	}
	x.Area = road.Area(corners)
	return x
}

func (c *Roads) edit(e *editor, _ string) {
	e.roads = true
	if c.calm() {
		return
	}
	const daySec = 24 * 3600
	from, until := int64(e.base.OriginDay-1)*daySec, int64(e.base.OriginDay+e.base.Days+1)*daySec // shifts may pass midnight
	all := slices.Clone(e.out.Conditions)
	e.out.Conditions = append(all, c.condition(len(all)+1, from, until))
}

func (c *Roads) sentence() string {
	where := "everywhere"
	if len(c.Area) > 0 {
		where = fmt.Sprintf("in an area of %d corners", len(c.Area))
	}
	what := fmt.Sprintf("streets driven at × %g", c.SpeedFactor)
	switch {
	case c.Closed:
		what = "streets closed"
	case c.SpeedFactor == 0:
		what = fmt.Sprintf("weather of %g mm rain and %g mm snow an hour", c.RainMmH, c.SnowMmH)
	}
	if c.Reason != "" {
		where += " (" + c.Reason + ")"
	}
	return what + " " + where
}
