package road

import (
	"strconv"
	"strings"
)

// street is what the tags of a way say to a driver.
type street struct {
	class       Class
	round       bool // a roundabout
	ramp        bool
	forward     bool // may be driven in the order of its points
	backward    bool
	forwardKmh  float64
	backKmh     float64
	durationSec float64 // of the whole way, of a ferry; 0 = not stated
	name, ref   string
}

// streetOf reads the tags of a way; false when it is no street for the profile's vehicle.
//
// Left out: building sites and areas; streets closed to the vehicle or open only to their owner, to farm or forest
// traffic, to buses; streets too low, narrow or weak for it; and lanes whose direction changes with the hour. Streets for
// residents, customers, destinations and deliveries are open: a delivery is what they are open for.
func streetOf(p *Profile, tags []tag) (street, bool) {
	t := wayTags(p, tags)
	class, ramp, ok := t.class()
	if !ok || t.area == "yes" && class != Pedestrian {
		return street{}, false
	}
	free := p.SpeedKmh[class]
	if ramp && p.RampKmh[class] > 0 {
		free = p.RampKmh[class]
	}
	verdict := judge(t.access)
	if free == 0 && verdict == opens {
		free = p.PermittedKmh
	}
	if free == 0 || verdict == closes || t.motorroad == "yes" && p.SpeedKmh[Motorway] == 0 || !t.limits.fit(p) {
		return street{}, false
	}
	s := street{class: class, ramp: ramp, round: t.junction == "roundabout" || t.junction == "circular", name: t.name, ref: t.ref}
	if s.forward, s.backward = directions(p, &t, class); !s.forward && !s.backward {
		return street{}, false
	}
	if class == Ferry {
		s.durationSec = durationSec(t.duration)
	}
	if p.UnpavedShare > 0 && unpaved[t.surface] {
		free *= p.UnpavedShare
	}
	s.forwardKmh = speed(p, free, t.maxspeedForward, t.maxspeed)
	s.backKmh = speed(p, free, t.maxspeedBackward, t.maxspeed)
	return s, true
}

// keys are the values of the tags that matter, "" when absent.
type keys struct {
	highway, route, area, oneway, onewayBicycle, cycleway, junction, motorroad, surface, duration, name, ref string
	maxspeed, maxspeedForward, maxspeedBackward                                                              string
	access                                                                                                   string // of the most specific key of the profile
	accessAt                                                                                                 int    // its place in Profile.Access, -1 without
	limits                                                                                                   limits
}

func wayTags(p *Profile, tags []tag) keys {
	k := keys{accessAt: -1}
	for _, t := range tags {
		switch t.key {
		case "highway":
			k.highway = t.value
		case "route":
			k.route = t.value
		case "area":
			k.area = t.value
		case "oneway":
			k.oneway = t.value
		case "oneway:bicycle":
			k.onewayBicycle = t.value
		case "cycleway", "cycleway:left", "cycleway:right", "cycleway:both":
			if strings.HasPrefix(t.value, "opposite") {
				k.cycleway = t.value
			}
		case "junction":
			k.junction = t.value
		case "motorroad":
			k.motorroad = t.value
		case "surface":
			k.surface = t.value
		case "duration":
			k.duration = t.value
		case "name":
			k.name = t.value
		case "ref":
			k.ref = t.value
		case "maxspeed":
			k.maxspeed = t.value
		case "maxspeed:forward":
			k.maxspeedForward = t.value
		case "maxspeed:backward":
			k.maxspeedBackward = t.value
		default:
			k.accessTag(p, t)
			k.limits.read(t)
		}
	}
	return k
}

func (k *keys) accessTag(p *Profile, t tag) {
	for i := len(p.Access) - 1; i > k.accessAt; i-- {
		if p.Access[i] == t.key {
			k.access, k.accessAt = t.value, i
		}
	}
}

func (k *keys) class() (c Class, ramp, ok bool) {
	if k.highway == "" {
		return Ferry, false, k.route == "ferry"
	}
	name, ramp := strings.CutSuffix(k.highway, "_link")
	switch name {
	case "road": // a street whose class nobody has seen yet
		return Unclassified, ramp, true
	case "bridleway":
		return PathClass, false, true
	case "ferry":
		return 0, false, false
	}
	c, ok = ClassOf(name)
	return c, ramp, ok
}

// verdict is what an access value says.
type verdict uint8

const (
	silent verdict = iota
	opens
	closes
)

func judge(access string) verdict {
	switch access {
	case "":
		return silent
	case "no", "private", "agricultural", "forestry", "agricultural;forestry", "military", "emergency", "bus", "psv", "use_sidepath",
		"dismount":
		return closes
	}
	return opens
}

func directions(p *Profile, t *keys, class Class) (forward, backward bool) {
	if p.BothWays && class != Ferry {
		return true, true
	}
	against := p.ContraFlow && (t.onewayBicycle == "no" || t.cycleway != "")
	switch t.oneway {
	case "yes", "true", "1":
		return true, against
	case "-1", "reverse":
		return against, true
	case "reversible", "alternating":
		return false, false
	case "no", "false", "0":
		return true, true
	}
	round := t.junction == "roundabout" || t.junction == "circular"
	return true, !round && class != Motorway || against
}

// speed returns the driven speed: a share of the first limit that can be read, or else the free speed. A limit does not
// make anyone faster than MaxKmh, nor a vehicle to which limits do not matter slower.
func speed(p *Profile, free float64, limits ...string) float64 {
	if p.LimitShare == 0 {
		return min(free, p.MaxKmh)
	}
	for _, text := range limits {
		if kmh, ok := limitKmh(text); ok {
			return max(minKmh, min(kmh*p.LimitShare, p.MaxKmh))
		}
	}
	return min(free, p.MaxKmh)
}

// limitKmh reads a maxspeed value: "50", "50 km/h", "30 mph", and the named zones whose meaning is the same in every
// country ("walk", "CH:zone30"). Others, and numbers no sign shows, are not read.
func limitKmh(text string) (float64, bool) {
	if strings.HasSuffix(text, "walk") || strings.HasSuffix(text, "living_street") {
		return 7, true
	}
	if _, zone, ok := strings.Cut(text, "zone"); ok {
		text = strings.TrimLeft(zone, ":")
	}
	text, mph := strings.CutSuffix(strings.TrimSpace(text), "mph")
	text = strings.TrimSuffix(text, "km/h")
	kmh, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if mph {
		kmh *= 1.609344
	}
	if err != nil || !(kmh >= 3 && kmh <= maxKmh) {
		return 0, false
	}
	return kmh, true
}

// durationSec reads "H:MM", "H:MM:SS" or minutes; 0 when it is none of these.
func durationSec(text string) float64 {
	parts := strings.Split(text, ":")
	if len(parts) > 3 {
		return 0
	}
	total := 0.0
	for _, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || n > 10_000 {
			return 0
		}
		total = 60*total + float64(n)
	}
	if len(parts) < 3 { // minutes, or hours and minutes
		total *= 60
	}
	return total
}

var unpaved = map[string]bool{"unpaved": true, "gravel": true, "ground": true, "dirt": true, "earth": true, "grass": true, "sand": true,
	"mud": true, "compacted": true, "fine_gravel": true, "pebblestone": true, "cobblestone": true, "sett": true, "rock": true}

// point is what the tags of a node on a street say.
type point uint8

const (
	plain point = iota
	signal
	stopSign
	gate   // opens, after a while
	closed // nobody passes
)

// pointOf reads the tags of a node. Lift gates, toll booths and cattle grids let a delivery through, as does any barrier
// whose access tags say so; locked gates, walls and, but for the narrow, bollards and blocks do not.
func pointOf(p *Profile, tags []tag) point {
	kind := plain
	barrier := ""
	k := keys{accessAt: -1}
	for _, t := range tags {
		switch t.key {
		case "highway":
			switch t.value {
			case "traffic_signals":
				kind = signal
			case "stop":
				kind = stopSign
			}
		case "railway":
			if t.value == "level_crossing" {
				kind = stopSign
			}
		case "barrier":
			barrier = t.value
		default:
			k.accessTag(p, t)
			k.limits.read(t)
		}
	}
	switch judge(k.access) {
	case closes:
		return closed
	case silent:
		if bars(p, barrier) {
			return closed
		}
	}
	if !k.limits.fit(p) {
		return closed
	}
	if kind == plain && p.GateSec > 0 && (barrier == "gate" || barrier == "lift_gate" || barrier == "swing_gate" || barrier == "toll_booth") {
		return gate
	}
	return kind
}

func bars(p *Profile, barrier string) bool {
	switch barrier {
	case "bollard", "block", "cycle_barrier", "motorcycle_barrier", "planter", "bus_trap", "sump_buster", "chain", "log", "debris",
		"jersey_barrier":
		return !p.Bollards
	case "stile", "kissing_gate", "turnstile", "full-height_turnstile":
		return !p.BothWays // those on foot climb
	case "wall", "fence":
		return true
	case "gate":
		// A plain gate is most often the gate of a field or a yard; through traffic does not open it.
		return !p.Gates
	}
	return false
}
