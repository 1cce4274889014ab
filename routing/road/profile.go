package road

import (
	"errors"
	"fmt"
	"slices"
)

// Class is the kind of a street, after OpenStreetMap's highway tag, its ramps included, or a ferry.
type Class uint8

// The classes, those for motor vehicles first and the largest first.
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
	Track
	Pedestrian
	Cycleway
	Footway
	PathClass
	Steps
	Ferry
	classes
)

// ClassCount is the number of classes.
const ClassCount = int(classes)

var classNames = [classes]string{"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
	"living_street", "service", "track", "pedestrian", "cycleway", "footway", "path", "steps", "ferry"}

// String returns the value of the highway tag, or "ferry".
func (c Class) String() string { return classNames[c] }

// ClassOf returns the class of that name.
func ClassOf(name string) (Class, bool) {
	k := slices.Index(classNames[:], name)
	return Class(max(k, 0)), k >= 0
}

// consigneeClasses are the streets on which RandomPlace draws: where people live and shops stand.
var consigneeClasses = [classes]bool{Tertiary: true, Unclassified: true, Residential: true, LivingStreet: true}

// Profile says where one kind of vehicle may go and how fast it is there. The zero value is not usable; start from Van or
// from one of the program's profile files.
type Profile struct {
	Name string
	// Access lists the access keys that concern the vehicle, the most general first: access, vehicle, motor_vehicle, …
	// The most specific one that is tagged decides.
	Access []string
	// SpeedKmh is the speed reached on a street of each class that carries no maxspeed tag; 0 = closed to the vehicle.
	SpeedKmh [classes]float64
	// RampKmh is the same for ramps (highway=…_link) of each class.
	RampKmh [classes]float64
	// PermittedKmh is the speed on streets whose class is closed but whose access tag opens them; 0 = they stay closed.
	PermittedKmh float64
	// LimitShare is the part of a tagged speed limit that is reached on average between junctions; 0 = limits do not matter.
	LimitShare float64
	// MaxKmh is never exceeded.
	MaxKmh float64
	// UnpavedShare is the part of the speed that is left on unpaved streets; 0 counts as 1.
	UnpavedShare float64

	// SignalSec is lost on average at each traffic signal, StopSec at each stop sign or level crossing, GateSec at each
	// barrier that opens, FerryWaitSec at each boarding of a ferry.
	SignalSec, StopSec, GateSec, FerryWaitSec float64
	// TurnSec is lost on a full turn at a junction of three streets or more, half of it on a right angle, little on a bend;
	// AcrossSec comes on top, in the same measure, for turns across oncoming traffic.
	TurnSec, AcrossSec float64
	// UTurnSec is lost on turning round, which is done at dead ends only, or anywhere with UTurns.
	UTurnSec float64
	UTurns   bool
	// LeftHand says that traffic keeps left.
	LeftHand bool
	// BothWays says that one-way rules do not concern the vehicle, as one on foot; ContraFlow, that streets and lanes open to
	// bicycles against the one-way are open to it.
	BothWays, ContraFlow bool
	// Gates says that gates, lift gates and the like without access tags are passed.
	Gates bool
	// Bollards says that bollards, blocks and other narrow passages are passed.
	Bollards bool

	// Size, weight and load; 0 = the limit does not matter.
	HeightM, WidthM, LengthM, WeightT, AxleLoadT float64
	Hazardous                                    bool
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
//	ferry           15  where the map states no duration
//	ramps            ½  curves, about half of the road they lead to, never below 25
//
// Where a limit is tagged, 90 % of it is driven: the share that free-flow profiles of open routers use for limits, as
// acceleration and curves keep the mean below the sign. A signal costs 11 s on average (30 s red in 60 s: half of all
// arrivals wait 15 s, plus 3–4 s to start), a stop sign 5 s. A right-angled turn costs 3 s of braking and starting, one
// across oncoming traffic 4 s; turning round at a dead end costs 20 s. These are planning values of this program, not
// measured here.
func Van() Profile {
	p := Profile{
		Name:   "van",
		Access: []string{"access", "vehicle", "motor_vehicle", "motorcar"},
		SpeedKmh: [classes]float64{Motorway: 100, Trunk: 85, Primary: 65, Secondary: 55, Tertiary: 45, Unclassified: 40,
			Residential: 28, LivingStreet: 8, Service: 14, Ferry: 15},
		LimitShare:   0.9,
		MaxKmh:       110,
		UnpavedShare: 1,
		SignalSec:    11,
		StopSec:      5,
		FerryWaitSec: 300,
		TurnSec:      6,
		AcrossSec:    2,
		UTurnSec:     20,
	}
	p.FillRamps()
	return p
}

// FillRamps sets the speeds of ramps that are not set: half of the road's, never below 25 km/h nor above the road's.
func (p *Profile) FillRamps() {
	for c, v := range p.SpeedKmh {
		if p.RampKmh[c] == 0 && Class(c) <= Tertiary && v > 0 {
			p.RampKmh[c] = min(v, max(25, v/2))
		}
	}
}

var errProfile = errors.New("road: profile out of range")

// Validate names the first field that is out of range.
func (p Profile) Validate() error {
	open := false
	for c := range classes {
		for _, kmh := range []float64{p.SpeedKmh[c], p.RampKmh[c]} {
			if kmh != 0 && !(kmh >= minKmh && kmh <= maxKmh) {
				return fmt.Errorf("%w: speed of %s is %v km/h; give %v…%v, or 0 where it is closed", errProfile, c, kmh, minKmh, maxKmh)
			}
			open = open || kmh > 0
		}
	}
	if !open {
		return fmt.Errorf("%w: every class is closed", errProfile)
	}
	if !(p.MaxKmh >= minKmh && p.MaxKmh <= maxKmh) {
		return fmt.Errorf("%w: MaxKmh %v; give %v…%v", errProfile, p.MaxKmh, minKmh, maxKmh)
	}
	for _, f := range []struct {
		name     string
		v, limit float64
	}{
		{"LimitShare", p.LimitShare, 2}, {"UnpavedShare", p.UnpavedShare, 1}, {"PermittedKmh", p.PermittedKmh, maxKmh},
		{"SignalSec", p.SignalSec, 600}, {"StopSec", p.StopSec, 600}, {"GateSec", p.GateSec, 600},
		{"FerryWaitSec", p.FerryWaitSec, 24 * 3600}, {"TurnSec", p.TurnSec, 600}, {"AcrossSec", p.AcrossSec, 600},
		{"UTurnSec", p.UTurnSec, 3600}, {"HeightM", p.HeightM, 20}, {"WidthM", p.WidthM, 20}, {"LengthM", p.LengthM, 100},
		{"WeightT", p.WeightT, 1000}, {"AxleLoadT", p.AxleLoadT, 100},
	} {
		if !(f.v >= 0 && f.v <= f.limit) {
			return fmt.Errorf("%w: %s is %v; give 0…%v", errProfile, f.name, f.v, f.limit)
		}
	}
	return nil
}

// Speeds outside are taken for tagging mistakes.
const (
	minKmh = 1.0
	maxKmh = 200.0
)
