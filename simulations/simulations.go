// Package simulations answers "what if": named changes to the facts of a business, planned through the same corridor.
//
// Takes a plan.Snapshot and scenarios, and gives for each the difference of its plan to the plan of the unchanged facts:
// figure by figure, order by order, site by site, supplier by supplier. Method: each scenario is a branch of the snapshot
// that copies only what it changes; base and branches go through plan.Build with one seed (common random numbers: Law,
// Simulation Modeling and Analysis, section 11.2), so that what differs comes from the change; Check recounts each report.
// Never: it changes no given snapshot, saves nothing, and knows no files, clock or global random source.
package simulations

// Limits of one request.
const (
	MaxScenarios = 20
	MaxChanges   = 50 // of one scenario
	MaxNamed     = 10_000
	maxFactor    = 100.0
	minFactor    = 0.001
)

// Scenario is a named set of changes. They are made in their order; where two touch the same thing, both count.
type Scenario struct {
	Name    string   `json:"name" yaml:"name"`
	Changes []Change `json:"changes" yaml:"changes"` // none = the base itself
}

// Change is one change: exactly one of its fields is set.
type Change struct {
	Demand       *Demand       `json:"demand,omitempty" yaml:"demand"`
	SiteClosed   *SiteClosed   `json:"site_closed,omitempty" yaml:"site_closed"`
	LeadTime     *LeadTime     `json:"lead_time,omitempty" yaml:"lead_time"`
	SiteCapacity *SiteCapacity `json:"site_capacity,omitempty" yaml:"site_capacity"`
	Fleet        *Fleet        `json:"fleet,omitempty" yaml:"fleet"`
	Price        *Price        `json:"price,omitempty" yaml:"price"`
	Service      *Service      `json:"service,omitempty" yaml:"service"`
	Cutoff       *Cutoff       `json:"cutoff,omitempty" yaml:"cutoff"`
	Review       *Review       `json:"review,omitempty" yaml:"review"`
	Roads        *Roads        `json:"roads,omitempty" yaml:"roads"`
}

// Demand multiplies what will be asked for. The forecasts' means, quantiles and lead-time demand are scaled; the sales
// history stays as it was, for it is the past. With Orders the quantities ordered are scaled as well: per item their sum
// is the rounded product, divided by largest remainder; a line that falls to nothing is dropped, and so is an order
// without lines.
type Demand struct {
	Factor   float64  `json:"factor" yaml:"factor"`
	Items    []string `json:"items,omitempty" yaml:"items"`         // none = all
	SiteArea string   `json:"site_area,omitempty" yaml:"site_area"` // only demand that arises nearest to this site; "" = everywhere
	Orders   bool     `json:"orders,omitempty" yaml:"orders"`
}

// SiteClosed shuts a site for the whole plan: its stock and what is on its way there are out of reach, its share of
// demand goes to the other sites in proportion to theirs, its vehicles and robots do nothing.
type SiteClosed struct {
	Site string `json:"site" yaml:"site"`
}

// LeadTime changes what suppliers need from order to shelf: Factor multiplies mean and standard deviation, Days sets the
// mean and leaves the standard deviation. What is already on its way comes as it was announced. Forecasts of demand over
// the lead time are made anew.
type LeadTime struct {
	Supplier string  `json:"supplier,omitempty" yaml:"supplier"` // "" = all
	Factor   float64 `json:"factor,omitempty" yaml:"factor"`
	Days     float64 `json:"days,omitempty" yaml:"days"`
}

// SiteCapacity multiplies the orders that a site can pick, pack and ship in a day.
type SiteCapacity struct {
	Site   string  `json:"site,omitempty" yaml:"site"` // "" = all
	Factor float64 `json:"factor" yaml:"factor"`
}

// Fleet adds vehicles of a type to a site or removes some, the last first. A vehicle's type is its id without the site
// before it and the number behind it: van in schaan-van-3.
type Fleet struct {
	Site    string `json:"site" yaml:"site"`
	Vehicle string `json:"vehicle" yaml:"vehicle"`
	Add     int    `json:"add,omitempty" yaml:"add"`
	Remove  int    `json:"remove,omitempty" yaml:"remove"`
}

// Price multiplies what items cost in purchase and what they are sold for, rounded to whole cents. Of the two only the
// purchase cost reaches today's plans: orders carry the prices they were placed at.
type Price struct {
	Items       []string `json:"items,omitempty" yaml:"items"` // none = all
	CostFactor  float64  `json:"cost_factor,omitempty" yaml:"cost_factor"`
	PriceFactor float64  `json:"price_factor,omitempty" yaml:"price_factor"`
}

// Service sets the service promised; what is not named stays, 0 = not asked for.
type Service struct {
	Cycle    *float64 `json:"cycle,omitempty" yaml:"cycle"`
	FillRate *float64 `json:"fill_rate,omitempty" yaml:"fill_rate"`
}

// Cutoff sets the time of day until which orders are taken for the next open day. The orders are those of the base: a
// later cut-off adds none at the end of the plan that the base did not read.
type Cutoff struct {
	Time string `json:"time" yaml:"time"` // hh:mm, 24:00 = the whole day
}

// Review sets the days between two looks at an item's stock. Forecasts of demand over the lead time are made anew.
type Review struct {
	Days int `json:"days" yaml:"days"`
}
