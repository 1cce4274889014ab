package road

import (
	"strconv"
	"strings"
)

// street is what the tags of a way say to a driver.
type street struct {
	class      Class
	forward    bool // may be driven in the order of its points
	backward   bool
	forwardKmh float64
	backKmh    float64
}

// streetOf reads the tags of a way; false when it is no street for the profile's vehicle.
//
// Left out: paths, tracks, building sites, areas; streets closed to motor vehicles or open only to their owner, to farm
// or forest traffic, to buses; and lanes whose direction changes with the hour. Streets for residents, customers,
// destinations and deliveries are open: a delivery is what they are open for.
func streetOf(p *Profile, tags []tag) (street, bool) {
	t := wayTags(tags)
	if t.highway == "" || t.area == "yes" {
		return street{}, false
	}
	name, ramp := strings.CutSuffix(t.highway, "_link")
	class, ok := classOf(name)
	if !ok || !mayDrive(t.motorcar, t.motorVehicle, t.vehicle, t.access) {
		return street{}, false
	}
	s := street{class: class}
	if s.forward, s.backward = directions(&t, class); !s.forward && !s.backward {
		return street{}, false
	}
	free := p.SpeedKmh[class]
	if ramp {
		free = p.RampKmh[class]
	}
	s.forwardKmh = speed(p, free, t.maxspeedForward, t.maxspeed)
	s.backKmh = speed(p, free, t.maxspeedBackward, t.maxspeed)
	return s, true
}

// keys are the values of the tags that matter, "" when absent.
type keys struct {
	highway, area, access, vehicle, motorVehicle, motorcar, oneway, junction string
	maxspeed, maxspeedForward, maxspeedBackward                              string
}

func wayTags(tags []tag) keys {
	var k keys
	for _, t := range tags {
		switch t.key {
		case "highway":
			k.highway = t.value
		case "area":
			k.area = t.value
		case "access":
			k.access = t.value
		case "vehicle":
			k.vehicle = t.value
		case "motor_vehicle":
			k.motorVehicle = t.value
		case "motorcar":
			k.motorcar = t.value
		case "oneway":
			k.oneway = t.value
		case "junction":
			k.junction = t.value
		case "maxspeed":
			k.maxspeed = t.value
		case "maxspeed:forward":
			k.maxspeedForward = t.value
		case "maxspeed:backward":
			k.maxspeedBackward = t.value
		}
	}
	return k
}

func classOf(name string) (Class, bool) {
	for c, n := range classNames {
		if n == name {
			return Class(c), true
		}
	}
	return Unclassified, name == "road" // highway=road: a street whose class nobody has seen yet
}

// mayDrive takes access values from the most specific key to the most general; the first one set decides.
func mayDrive(values ...string) bool {
	for _, v := range values {
		switch v {
		case "":
			continue
		case "no", "private", "agricultural", "forestry", "agricultural;forestry", "military", "emergency", "bus", "psv":
			return false
		}
		return true
	}
	return true
}

func directions(t *keys, class Class) (forward, backward bool) {
	switch t.oneway {
	case "yes", "true", "1":
		return true, false
	case "-1", "reverse":
		return false, true
	case "reversible":
		return false, false
	case "no", "false", "0":
		return true, true
	}
	round := t.junction == "roundabout" || t.junction == "circular"
	return true, !round && class != Motorway
}

// speed returns the driven speed: a share of the first limit that can be read, or else the free speed.
func speed(p *Profile, free float64, limits ...string) float64 {
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
	if err != nil || !(kmh >= minKmh && kmh <= maxKmh) {
		return 0, false
	}
	return kmh, true
}

// point is what the tags of a node on a street say.
type point uint8

const (
	plain point = iota
	signal
	stopSign
	closed // nobody drives through
)

// pointOf reads the tags of a node. Lift gates, toll booths and cattle grids let a delivery through, as does any barrier
// whose access tags say so; bollards, locked gates, blocks and walls do not.
func pointOf(tags []tag) point {
	kind := plain
	barrier := ""
	var access [4]string
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
		case "motorcar":
			access[0] = t.value
		case "motor_vehicle":
			access[1] = t.value
		case "vehicle":
			access[2] = t.value
		case "access":
			access[3] = t.value
		}
	}
	stated := access != [4]string{}
	if stated && !mayDrive(access[:]...) {
		return closed
	}
	switch barrier {
	case "bollard", "block", "jersey_barrier", "cycle_barrier", "motorcycle_barrier", "chain", "log", "debris", "wall", "fence",
		"stile", "kissing_gate", "turnstile", "full-height_turnstile", "bus_trap", "sump_buster", "planter", "gate":
		// A plain gate is most often the gate of a field or a yard; through traffic does not open it.
		if !stated {
			return closed
		}
	}
	return kind
}
