package road

import (
	"errors"
	"fmt"
)

// Class is the kind of a street, after OpenStreetMap's highway tag, its ramps included.
type Class uint8

// The classes a delivery vehicle may use, the largest first.
const (
	Motorway Class = iota
	Trunk
	Primary
	Secondary
	Tertiary
	Unclassified
	Residential
	LivingStreet
	Service
	classes
)

var classNames = [classes]string{"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
	"living_street", "service"}

// String returns the value of the highway tag.
func (c Class) String() string { return classNames[c] }

// consigneeClasses are the streets on which RandomPlace draws: where people live and shops stand.
var consigneeClasses = [classes]bool{Tertiary: true, Unclassified: true, Residential: true, LivingStreet: true}

// Profile says how fast one kind of vehicle drives. The zero value is not usable; start from Van.
type Profile struct {
	Name string
	// SpeedKmh is the speed reached on a street of each class that carries no maxspeed tag.
	SpeedKmh [classes]float64
	// RampKmh is the same for ramps (highway=…_link) of each class.
	RampKmh [classes]float64
	// LimitShare is the part of a tagged speed limit that is reached on average between junctions.
	LimitShare float64
	// MaxKmh is never exceeded.
	MaxKmh float64
	// SignalSec is lost on average at each traffic signal, StopSec at each stop sign or level crossing.
	SignalSec, StopSec float64
}

// Van returns the profile of a delivery van up to 3.5 t.
//
//	class         km/h  why
//	motorway       100  vans keep to the slow lane; many fleets are limited to 100–110
//	trunk           85  two-lane country road, limit 80–100
//	primary         65  mix of village (50) and country (80)
//	secondary       55  the same with more villages
//	tertiary        45  through roads of villages, limit 50
//	unclassified    40  narrow country and farm roads
//	residential     28  limit 30–50, parked cars, give way to the right
//	living_street    8  walking pace is the law
//	service         14  yards, car parks, drives
//	ramps            ½  curves, about half of the road they lead to, never below 25
//
// Where a limit is tagged, 90 % of it is driven: the share that free-flow profiles of open routers use for limits, as
// acceleration and curves keep the mean below the sign. A signal costs 11 s on average (30 s red in 60 s: half of all
// arrivals wait 15 s, plus 3–4 s to start), a stop sign 5 s. These are planning values of this program, not measured here.
func Van() Profile {
	p := Profile{
		Name:       "van",
		SpeedKmh:   [classes]float64{100, 85, 65, 55, 45, 40, 28, 8, 14},
		LimitShare: 0.9,
		MaxKmh:     110,
		SignalSec:  11,
		StopSec:    5,
	}
	for c, v := range p.SpeedKmh {
		p.RampKmh[c] = min(v, max(25, v/2))
	}
	return p
}

var errProfile = errors.New("road: profile out of range")

func (p Profile) validate() error {
	for c := range classes {
		for _, kmh := range []float64{p.SpeedKmh[c], p.RampKmh[c]} {
			if !(kmh >= minKmh && kmh <= maxKmh) {
				return fmt.Errorf("%w: speed of %s is %v km/h; give %v…%v", errProfile, c, kmh, minKmh, maxKmh)
			}
		}
	}
	if !(p.LimitShare > 0 && p.LimitShare <= 2) {
		return fmt.Errorf("%w: LimitShare %v; give above 0, at most 2", errProfile, p.LimitShare)
	}
	if !(p.MaxKmh >= minKmh && p.MaxKmh <= maxKmh) {
		return fmt.Errorf("%w: MaxKmh %v; give %v…%v", errProfile, p.MaxKmh, minKmh, maxKmh)
	}
	if !(p.SignalSec >= 0 && p.SignalSec <= 600) || !(p.StopSec >= 0 && p.StopSec <= 600) {
		return fmt.Errorf("%w: SignalSec %v, StopSec %v; give 0…600", errProfile, p.SignalSec, p.StopSec)
	}
	return nil
}

// Speeds outside are taken for tagging mistakes.
const (
	minKmh = 3.0
	maxKmh = 200.0
)
