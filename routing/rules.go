package routing

import "math"

// StopRules are what a stop may ask for beyond weight, volume, service and one window. The zero value asks for nothing.
type StopRules struct {
	More             []Window         // further windows, each after the one before it; Window is the first
	LateCentsPerHour int64            // above 0: the end of the last window may be passed at this price
	Extra            []int64          // amounts delivered of further kinds, matched with Vehicle.Extra
	Collect          []int64          // amounts taken along to the end of the tour: weight, volume, then the further kinds
	SetupSec         int64            // before the service, where the visit before it lies elsewhere
	ServiceSecByType map[string]int64 // instead of ServiceSec for vehicles of that Type
	SetupSecByType   map[string]int64 // instead of SetupSec for vehicles of that Type
	Skills           []int            // all of these the vehicle must have
	Vehicles         []int            // only these may visit, by index; empty = any
	PrizeCents       int64            // what leaving it out costs; 0 = it is left out only where it cannot be served
	Priority         int              // 0…100; among stops that must be left out those of low priority are
	Backhaul         bool             // collected after all deliveries of its tour, of which there must be one
}

// VehicleRules are what a vehicle may have beyond two capacities, a shift and a depot. The zero value has none of it.
type VehicleRules struct {
	Count                 int   // that many alike; 0 = 1
	OpenStart             bool  // the tour begins at its first visit
	OpenEnd               bool  // the tour ends at its last visit
	EndsElsewhere         bool  // the tour ends at End instead of Depot
	End                   int32 //
	Extra                 []int64
	Type                  string
	Profile               int // 0 = Problem.Matrix, k = Problem.Profiles[k-1]
	Skills                []int
	MaxDurationSec        int64 // from departure to return; 0 = no limit, as for all below
	MaxDriveSec           int64
	MaxDistanceM          int64
	MaxStops              int
	CostCentsPerDriveHour int64 // of driving alone
	CostCentsPerTaskHour  int64 // of setup and service alone
	Breaks                []Break
	Trips                 int   // tours from the depot within the shift, loading anew between them; 0 = 1
	ReloadSec             int64 // loading before each further trip
	Hours                 HoursRule
	RangeM                int64 // metres a full battery lasts; charging stops are taken from Problem.Chargers
	ChargeSecPerKm        int64 // charging time for each kilometre of range
	Fixed                 []int // stops that are visited first, in this order: the part of the tour already promised or driven
}

// Break is a rest that must begin within one of its windows. Where nothing is planned within the shift it is still due.
type Break struct {
	ID         string
	Windows    []Window
	ServiceSec int64
	MaxLoad    []int64 // most on board during the break: weight, volume, further kinds; empty = any
}

// HoursRule is a law on driving and working hours of one day.
type HoursRule string

const (
	HoursNone HoursRule = ""
	// HoursEU is Regulation (EC) 561/2006, articles 6 and 7: 45 minutes of break after at most 4.5 hours of driving, and
	// at most 9 hours of driving a day.
	HoursEU HoursRule = "eu"
	// HoursUS is 49 CFR 395.3: 30 minutes without driving after at most 8 hours of driving, at most 11 hours of driving,
	// and no driving after the 14th hour on duty.
	HoursUS HoursRule = "us"
)

// ProblemRules are what holds for the whole task. The zero value holds nothing.
type ProblemRules struct {
	Profiles      []Matrix // travel for Vehicle.Profile 1, 2, …; of the same locations
	Pairs         []Pair
	Relations     []Relation
	Traffic       []Slice // sorted by StartSec; before the first and without any, legs take what the matrix says
	Chargers      []int32 // locations with a charging point
	CO2CentsPerKg int64   // price of emissions in the objective and in each route's cost
	BalanceCents  int64   // per hour between the longest and the shortest used tour, in the objective alone
	VehiclesFirst bool    // fewer vehicles go before lower cost
}

// Pair is a shipment: what the delivery stop's amounts say is on board between the two stops, in one tour.
type Pair struct{ Pickup, Delivery int }

// RelationKind says how some stops belong together.
type RelationKind string

const (
	RelationSameRoute      RelationKind = "same-route"      // on one tour, or all left out
	RelationDifferentRoute RelationKind = "different-route" // no two on one tour
	RelationOrder          RelationKind = "order"           // those on one tour in this order
	RelationSequence       RelationKind = "sequence"        // on one tour, directly after one another
)

// Relation binds two or more stops.
type Relation struct {
	Kind  RelationKind
	Stops []int
}

// Slice is a span of time, until the next one begins, in which all legs are driven at SpeedPercent of the matrix's speed.
type Slice struct {
	StartSec     int64
	SpeedPercent int64
}

// VisitKind tells a rest from a stop.
type VisitKind string

const (
	KindStop   VisitKind = ""
	KindBreak  VisitKind = "break"
	KindReload VisitKind = "reload"
	KindCharge VisitKind = "charge"
	KindRest   VisitKind = "rest" // asked for by Vehicle.Hours
)

// Rounding says how a length in the plane becomes a whole number.
type Rounding int

const (
	RoundNearest Rounding = iota // floor(d + 0.5)
	RoundDown
	RoundUp
)

// Plane gives travel as the Euclidean distance between coordinates times Scale, rounded; metres and seconds alike.
type Plane struct {
	X, Y     []float64
	Scale    float64
	Rounding Rounding
}

// nearlyWhole keeps a length that is a whole number but for the last bits of a float from being rounded up.
const nearlyWhole = 1e-7

// Between is the distance from place i to place j.
func (p *Plane) Between(i, j int32) int32 {
	dx, dy := p.X[i]-p.X[j], p.Y[i]-p.Y[j]
	d := math.Sqrt(dx*dx+dy*dy) * p.Scale
	switch p.Rounding {
	case RoundDown:
		return int32(d)
	case RoundUp:
		return int32(math.Ceil(d - nearlyWhole))
	default:
		return int32(math.Floor(d + 0.5))
	}
}

// Begin is when a service may begin at or after arrival, and how many seconds late that is; -1 where it may not.
func (s *Stop) Begin(arrivalSec int64) (startSec, lateSec int64) {
	if arrivalSec <= s.Window.EndSec {
		return max(arrivalSec, s.Window.StartSec), 0
	}
	last := s.Window.EndSec
	for _, w := range s.More {
		if arrivalSec <= w.EndSec {
			return max(arrivalSec, w.StartSec), 0
		}
		last = w.EndSec
	}
	if s.LateCentsPerHour > 0 {
		return arrivalSec, arrivalSec - last
	}
	return -1, 0
}

// Begin is when the break may begin at or after a time, or -1.
func (b *Break) Begin(atSec int64) int64 {
	for _, w := range b.Windows {
		if atSec <= w.EndSec {
			return max(atSec, w.StartSec)
		}
	}
	return -1
}

// TravelSec is how long a leg takes that the matrix gives sec seconds, when it is begun at a time: the speed changes at
// the borders of slices, not the arrival's order, so that who leaves later never arrives earlier (Ichoua, Gendreau,
// Potvin, European Journal of Operational Research 144, 2003). Rounded up.
func (p *ProblemRules) TravelSec(atSec, sec int64) int64 {
	if len(p.Traffic) == 0 || sec == 0 {
		return sec
	}
	left, clock := sec*100, atSec // hundredths of a second at full speed
	for k := -1; k < len(p.Traffic); k++ {
		percent, until := int64(100), int64(math.MaxInt64)
		if k >= 0 {
			percent = p.Traffic[k].SpeedPercent
		}
		if k+1 < len(p.Traffic) {
			until = p.Traffic[k+1].StartSec
		}
		if clock >= until {
			continue
		}
		if need := (left + percent - 1) / percent; until == math.MaxInt64 || clock+need <= until {
			return clock + need - atSec
		}
		left -= (until - clock) * percent
		clock = until
	}
	return clock - atSec
}
