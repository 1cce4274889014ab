package road

// Sky is the weather at a place and hour.
type Sky struct {
	RainMmH, SnowMmH float64 // water equivalent
	WindMs           float64
	VisibilityM      float64 // 0 = not known
}

// SpeedFactor is what remains of the free speed under a sky. The steps are the middles of the ranges that the US Federal
// Highway Administration gives for freeways ("How Do Weather Events Impact Roads?", after Goodwin 2002 and Pisano 2004:
// light rain 2–13 %, heavy rain 3–17 %, light snow 3–10 %, heavy snow 5–40 %, low visibility 10–12 % slower); wind, which it
// leaves open, costs light vans and high trucks a tenth above 17 m/s, gale on Beaufort's scale, a planning value of ours. The
// worst of them counts.
func (s Sky) SpeedFactor() float64 {
	f := 1.0
	switch {
	case s.RainMmH >= 6.4:
		f = min(f, 0.90)
	case s.RainMmH >= 0.25:
		f = min(f, 0.93)
	}
	switch {
	case s.SnowMmH >= 1.3:
		f = min(f, 0.775)
	case s.SnowMmH > 0:
		f = min(f, 0.935)
	}
	if s.VisibilityM > 0 && s.VisibilityM < 400 {
		f = min(f, 0.89)
	}
	if s.WindMs >= 17.2 {
		f = min(f, 0.9)
	}
	return f
}
