// Package sourcing decides which site serves which order lines of one day, all orders together.
//
// Takes orders with the cost of shipping each from each site, stock, reorder points and parcel capacities, and gives parcels
// per order, what stays unserved and why, the cost, a proved lower bound and the price of every scarce unit of stock.
// Method: Lagrangian relaxation of the stock and capacity rows (Fisher 1981) by subgradients scaled by their own mean squares
// (Kingma & Ba 2015), partings of short orders' demands and site subsets of long ones enumerated exactly, then repair in the
// order of regret and local search on true marginal costs; the convex price of
// scarcity stands for the value of stock that stays (Xu, Allgor & Graves 2009; Jasin & Sinha 2015).
// Never: it knows no streets, days or names; it ships nothing from a site without stock or beyond its parcels.
package sourcing

import (
	"context"
	"fmt"
	"math"
	"math/bits"
)

// Problem is one day's orders and what the sites have. Items and sites are numbered from 0.
type Problem struct {
	Items, Sites int
	Orders       []Order
	// Stock is units that may be shipped today, [item*Sites+site], ≥ 0.
	Stock []int64
	// Threshold is the reorder point, [item*Sites+site], ≥ 0; nil = no scarcity anywhere.
	Threshold []int64
	// ParcelCapacity is parcels per site today, ≥ 0.
	ParcelCapacity []int64
	// PerParcelCents is paid for each parcel (a site that takes part in an order ships one): the price of a split.
	PerParcelCents int64
	// PerLineCents is paid for each item picked at a site for an order, however many units.
	PerLineCents int64
	// ScarcityCents is the price of taking the last unit below the threshold. It rises evenly from ScarcityCents/Threshold
	// for the first unit below: taking v units below costs ScarcityCents·v·(v+1)/(2·Threshold), rounded up per item and site.
	ScarcityCents int64
	// UnservedCents is the price of one unit left unserved; 0 = more than any two parcels, so that service comes first.
	UnservedCents int64
}

// Order is what one customer asked for.
type Order struct {
	Lines []Line
	// ShipCents is the cost of one parcel from each site to the customer, ≥ 0; negative = no way from there.
	ShipCents []int64
}

// Line is one item and how many units of it, > 0. Two lines of an order may name the same item.
type Line struct {
	Item int
	Qty  int64
}

// Options bound the work; the zero value works and the work never depends on time.
type Options struct {
	Iterations int     // subgradient steps, 0 = 80
	Passes     int     // passes of local search, 0 = 4
	MaxSites   int     // sites enumerated per long order, 0 = 8, most 12; beyond them the best and a weaker, still valid bound
	GapTarget  float64 // stop when (objective − bound)/objective is no more than this, 0 = 0.0005; 1e-12 goes on to a proof
}

// Status says how far an assignment is proved.
type Status string

const (
	StatusOptimal  Status = "optimal"  // objective equals the bound
	StatusFeasible Status = "feasible" // valid, gap reported
)

// Reason says why units stay unserved.
type Reason string

const (
	ReasonNoStock      Reason = "no_stock"      // no site that could ship to this order has a unit left
	ReasonSiteCapacity Reason = "site_capacity" // units are left, but those sites ship no further parcel today
	ReasonNoRoad       Reason = "no_road"       // units are left, but only at sites with no way to the customer
	ReasonTooDear      Reason = "too_dear"      // serving costs more than UnservedCents says it is worth
)

// Assignment is who serves what.
type Assignment struct {
	Parts    [][]Part      // per order, by site
	Unserved [][]Shortfall // per order, by line

	CostCents      int64 // shipping, parcels, lines and scarcity
	ScarcityCents  int64 // the part of CostCents that is the price of scarce stock, and no money paid
	UnservedUnits  int64
	ObjectiveCents int64   // CostCents + UnservedUnits × the price of an unserved unit
	BoundCents     int64   // no assignment has a lower objective
	Gap            float64 // (ObjectiveCents − BoundCents) / CostCents, so that the price of unserved units cannot thin it
	Status         Status
	Iterations     int

	// StockPrices is what one more unit would save, cents, [item*Sites+site]; ParcelPrices one more parcel, [site].
	StockPrices  []float64
	ParcelPrices []float64
}

// Part is one parcel of an order.
type Part struct {
	Site      int
	Lines     []PartLine // by line
	CostCents int64      // shipping, parcel and lines; scarcity belongs to the stock
}

// PartLine is the units of one line, an index into Order.Lines, in a parcel.
type PartLine struct {
	Line int
	Qty  int64
}

// Shortfall is the units of one line that nobody serves.
type Shortfall struct {
	Line   int
	Qty    int64
	Reason Reason
}

const (
	maxCents = 1 << 40 // one cost; sums over a million orders still fit
	maxUnits = 1 << 30 // one quantity, stock or threshold
	// maxScarcityCents keeps the price of a whole threshold, about maxScarcityCents × maxUnits / 2, inside 64 bits.
	maxScarcityCents = 1 << 32
)

// UnservedPrice is the price of one unserved unit in force.
func (p *Problem) UnservedPrice() int64 {
	if p.UnservedCents > 0 {
		return p.UnservedCents
	}
	var dearest int64
	for i := range p.Orders {
		for _, c := range p.Orders[i].ShipCents {
			dearest = max(dearest, c)
		}
	}
	return 2*(dearest+p.PerParcelCents+p.PerLineCents+p.ScarcityCents) + 1
}

// scarcityCents is the price of taking `taken` units from stock s with threshold t, rounded up; 128-bit inside.
func scarcityCents(price, stock, threshold, taken int64) int64 {
	if price == 0 || threshold == 0 {
		return 0
	}
	before := max(0, threshold-stock)
	after := max(0, threshold-stock+taken)
	if after <= before {
		return 0
	}
	hi, lo := bits.Mul64(uint64(after*(after+1)-before*(before+1)), uint64(price))
	lo, carry := bits.Add64(lo, uint64(2*threshold-1), 0)
	quo, _ := bits.Div64(hi+carry, lo, uint64(2*threshold))
	return int64(quo)
}

// Validate says what is wrong with p, naming the field and its place.
func (p *Problem) Validate() error {
	if p.Items < 0 || p.Sites < 1 || p.Items > maxUnits/p.Sites {
		return fmt.Errorf("sourcing: %d items and %d sites; give at least one site and fewer than %d pairs", p.Items, p.Sites, maxUnits)
	}
	if len(p.Stock) != p.Items*p.Sites {
		return fmt.Errorf("sourcing: stock has %d entries, want %d items × %d sites", len(p.Stock), p.Items, p.Sites)
	}
	if p.Threshold != nil && len(p.Threshold) != len(p.Stock) {
		return fmt.Errorf("sourcing: threshold has %d entries, want %d or none", len(p.Threshold), len(p.Stock))
	}
	if len(p.ParcelCapacity) != p.Sites {
		return fmt.Errorf("sourcing: parcel capacity has %d entries, want %d sites", len(p.ParcelCapacity), p.Sites)
	}
	for _, c := range []struct {
		name        string
		cents, most int64
	}{
		{"per-parcel cost", p.PerParcelCents, maxCents},
		{"per-line cost", p.PerLineCents, maxCents},
		{"scarcity price", p.ScarcityCents, maxScarcityCents},
		{"price of an unserved unit", p.UnservedCents, maxCents},
	} {
		if c.cents < 0 || c.cents > c.most {
			return fmt.Errorf("sourcing: %s is %d cents; it must lie in 0…%d", c.name, c.cents, c.most)
		}
	}
	if err := p.validateStock(); err != nil {
		return err
	}
	return p.validateOrders()
}

func (p *Problem) validateStock() error {
	for k, units := range p.Stock {
		if units < 0 || units > maxUnits {
			return fmt.Errorf("sourcing: stock of item %d at site %d is %d; it must lie in 0…%d", k/p.Sites, k%p.Sites, units, int64(maxUnits))
		}
	}
	for k, units := range p.Threshold {
		if units < 0 || units > maxUnits {
			return fmt.Errorf("sourcing: threshold of item %d at site %d is %d; it must lie in 0…%d", k/p.Sites, k%p.Sites, units, int64(maxUnits))
		}
	}
	for s, parcels := range p.ParcelCapacity {
		if parcels < 0 {
			return fmt.Errorf("sourcing: parcel capacity of site %d is %d; it may not be negative", s, parcels)
		}
	}
	return nil
}

func (p *Problem) validateOrders() error {
	var worst float64 // no sum of costs exceeds this
	dearestUnit := float64(p.UnservedPrice()) + float64(p.ScarcityCents)
	for o := range p.Orders {
		order := &p.Orders[o]
		if len(order.ShipCents) != p.Sites {
			return fmt.Errorf("sourcing: order %d has %d shipping costs, want one per site (%d)", o, len(order.ShipCents), p.Sites)
		}
		for s, c := range order.ShipCents {
			if c > maxCents {
				return fmt.Errorf("sourcing: order %d: shipping from site %d costs %d cents; the most is %d", o, s, c, int64(maxCents))
			}
			worst += float64(max(0, c)) + float64(p.PerParcelCents) + float64(len(order.Lines))*float64(p.PerLineCents)
		}
		for l, line := range order.Lines {
			if line.Item < 0 || line.Item >= p.Items {
				return fmt.Errorf("sourcing: order %d line %d names item %d of %d", o, l, line.Item, p.Items)
			}
			if line.Qty <= 0 || line.Qty > maxUnits {
				return fmt.Errorf("sourcing: order %d line %d asks for %d units; it must lie in 1…%d", o, l, line.Qty, int64(maxUnits))
			}
			worst += float64(line.Qty) * dearestUnit
		}
	}
	if worst > math.MaxInt64/8 {
		return fmt.Errorf("sourcing: costs may add up to %g cents, which overflows; lower the price of unserved units (%d)", worst, p.UnservedPrice())
	}
	return nil
}

// Solve assigns p's orders. The answer depends on p and opt alone. It returns an error for a problem that makes no sense,
// and ctx's error when cancelled; orders that cannot be served are part of the answer, not an error.
func Solve(ctx context.Context, p Problem, opt Options) (Assignment, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return Assignment{}, err
	}
	if err := p.Validate(); err != nil {
		return Assignment{}, err
	}
	m := newModel(&p, opt)
	if err := m.search(ctx); err != nil {
		return Assignment{}, err
	}
	return m.assignment(), nil
}

func (o Options) withDefaults() (Options, error) {
	if o.Iterations < 0 || o.Passes < 0 || o.MaxSites < 0 || o.MaxSites > 12 || !(o.GapTarget >= 0) {
		return o, fmt.Errorf("sourcing: options %+v: nothing may be negative and at most 12 sites are enumerated", o)
	}
	if o.Iterations == 0 {
		o.Iterations = 80
	}
	if o.Passes == 0 {
		o.Passes = 4
	}
	if o.GapTarget == 0 {
		o.GapTarget = 0.0005
	}
	if o.MaxSites == 0 {
		o.MaxSites = 8
	}
	return o, nil
}
