// Package business reads what a business declares of itself and turns it, with its order history, into a plan's facts.
//
// Takes one YAML file (sites, vehicles, suppliers, calendar, rules) and gives a Business; takes a Business, the cleaned
// books and a seed and gives the facts of a plan.Snapshot, all but its street graph.
// Method: the file is read strictly, every wrong value named with line and field; what no file can say (where a customer
// lives, what an item weighs, what a supplier delivered before) is drawn by the declared rules from named random streams,
// one per thing, so that adding one thing moves no other.
// Never: it opens no file, looks at no clock, and calls nothing real that was drawn.
package business

import (
	"fmt"
	"time"
)

// Business is a business as its file declares it. Field names in the file are those of the yaml tags.
type Business struct {
	Name      string        `yaml:"name"`
	Currency  string        `yaml:"currency"` // ISO 4217, of those with hundredths
	Plan      Span          `yaml:"plan"`
	Calendar  Calendar      `yaml:"calendar"`
	Service   Service       `yaml:"service"`
	Review    Review        `yaml:"review"`
	Sourcing  Sourcing      `yaml:"sourcing"`
	Delivery  Delivery      `yaml:"delivery"`
	Items     ItemRule      `yaml:"items"`
	Stock     StockRule     `yaml:"stock"`
	SiteShare ShareRule     `yaml:"site_share"`
	Fuels     []Fuel        `yaml:"fuels"`
	Vehicles  []VehicleType `yaml:"vehicles"`
	Floors    []Floor       `yaml:"floors"`
	Sites     []Site        `yaml:"sites"`
	Suppliers []Supplier    `yaml:"suppliers"`
	Lanes     []Lane        `yaml:"lanes"`
}

// Span is what is planned when nothing else is asked for.
type Span struct {
	Start Date `yaml:"start"`
	Days  int  `yaml:"days"`
}

// Calendar says when the business works.
type Calendar struct {
	Cutoff   Clock    `yaml:"cutoff"`    // orders placed before it are worked on on the next open day
	OpenDays []string `yaml:"open_days"` // mon … sun
}

// Service is the promise to customers, as shares below 1; 0 = not asked for.
type Service struct {
	Cycle    float64 `yaml:"cycle"`
	FillRate float64 `yaml:"fill_rate"`
}

// Review is how often stock is looked at, and what ordering and holding cost.
type Review struct {
	EveryDays      int     `yaml:"every_days"`
	HorizonDays    int     `yaml:"horizon_days"`
	OrderCostCents int64   `yaml:"order_cost_cents"`
	HoldingRate    float64 `yaml:"holding_rate"` // share of the stock's value a year
	// AssortmentFillRate is one share of units served over all items together, in place of the service of each; 0 = not asked for.
	AssortmentFillRate float64 `yaml:"assortment_fill_rate"`
}

// Sourcing is what serving an order from a site costs besides the road.
type Sourcing struct {
	ParcelCents   int64 `yaml:"parcel_cents"`
	LineCents     int64 `yaml:"line_cents"`
	KmCents       int64 `yaml:"km_cents"`
	ScarcityCents int64 `yaml:"scarcity_cents"`
}

// Delivery is how customers are served at their door.
type Delivery struct {
	DropSec int64    `yaml:"drop_sec"`
	Windows []Window `yaml:"windows"`
}

// Window is a time of day that a share of the customers wants.
type Window struct {
	From  Clock   `yaml:"from"`
	To    Clock   `yaml:"to"`
	Share float64 `yaml:"share"` // the shares sum to 1
}

// ItemRule draws what the order history does not say of an item.
type ItemRule struct {
	CostShare    Range   `yaml:"cost_share"`        // unit cost as a share of the price
	WeightBaseG  float64 `yaml:"weight_base_g"`     // weight = (base + per unit of price · price) · spread
	WeightPriceG float64 `yaml:"weight_per_unit_g"` // grams for each currency unit of price
	WeightSpread Range   `yaml:"weight_spread"`
	WeightMaxG   int64   `yaml:"weight_max_g"`
	Density      Range   `yaml:"density_g_per_cm3"`
}

// StockRule draws what lies on the shelves and what is on its way when the plan begins.
type StockRule struct {
	LookbackDays int     `yaml:"lookback_days"` // demand per day is the mean of this many days before the plan
	Cover        Range   `yaml:"cover"`         // stock as a share of demand over lead time and review
	EmptyShare   float64 `yaml:"empty_share"`   // share of positions with nothing on the shelf
	NewItemUnits int64   `yaml:"new_item_units"`
	InboundShare float64 `yaml:"inbound_share"` // share of positions with a purchase order on its way
	InboundCover Range   `yaml:"inbound_cover"` // its size, as a share of demand over lead time and review
}

// ShareRule says how far a site's share of an item's demand is drawn towards its share of all demand.
type ShareRule struct {
	ShrinkLines float64 `yaml:"shrink_lines"` // as if so many order lines had come in the common shares
}

// Fuel is an emission factor with its source.
type Fuel struct {
	ID             string  `yaml:"id"`
	KgCO2ePerLitre float64 `yaml:"kg_co2e_per_litre"`
	Source         string  `yaml:"source"`
}

// VehicleType is a kind of vehicle.
type VehicleType struct {
	ID               string  `yaml:"id"`
	Fuel             string  `yaml:"fuel"`
	MaxWeightKg      float64 `yaml:"max_weight_kg"`
	MaxVolumeM3      float64 `yaml:"max_volume_m3"`
	FixedCents       int64   `yaml:"fixed_cents"`
	KmCents          int64   `yaml:"km_cents"`
	HourCents        int64   `yaml:"hour_cents"`
	LitresEmpty100Km float64 `yaml:"litres_per_100km_empty"`
	LitresFull100Km  float64 `yaml:"litres_per_100km_full"`
	Shift            Hours   `yaml:"shift"`
}

// Floor is the inside of a warehouse: racks for pickers, a grid for robots, and the speed of work.
type Floor struct {
	ID            string   `yaml:"id"`
	Grid          []string `yaml:"grid"` // one letter a cell: . free, # shelf, P pick station, I induction, R robot park
	Aisles        int      `yaml:"aisles"`
	SlotsPerAisle int      `yaml:"slots_per_aisle"`
	SlotPitchCm   int64    `yaml:"slot_pitch_cm"`
	AislePitchCm  int64    `yaml:"aisle_pitch_cm"`
	Chutes        int      `yaml:"chutes"`
	StepSec       int64    `yaml:"step_sec"`
	Turning       bool     `yaml:"turning"` // robots turn on the spot, one step a quarter turn; else they drive any way at once
	WalkCmPerSec  int64    `yaml:"walk_cm_per_sec"`
	PickSec       int64    `yaml:"pick_sec"`
	SetupSec      int64    `yaml:"setup_sec"`
	PackSec       int64    `yaml:"pack_sec"`
	SortSec       int64    `yaml:"sort_sec"`
	FeedSec       int64    `yaml:"feed_sec"`
	LoadSec       int64    `yaml:"load_sec"`
	UnloadSec     int64    `yaml:"unload_sec"`
	Cart          Cart     `yaml:"cart"`
}

// Cart is what one picker takes on one tour and one robot carries at once; 0 = no limit.
type Cart struct {
	Orders   int     `yaml:"orders"`
	Lines    int     `yaml:"lines"`
	WeightKg float64 `yaml:"weight_kg"`
	VolumeL  float64 `yaml:"volume_l"`
}

// Site is a place that holds stock and ships orders.
type Site struct {
	ID           string  `yaml:"id"`
	Name         string  `yaml:"name"`
	Lon          float64 `yaml:"lon"`
	Lat          float64 `yaml:"lat"`
	OrdersPerDay int64   `yaml:"orders_per_day"`
	Floor        string  `yaml:"floor"`
	Pickers      int     `yaml:"pickers"`
	Robots       int     `yaml:"robots"`
	Shift        Hours   `yaml:"shift"`
	Fleet        []Fleet `yaml:"fleet"`
	StoreM3      float64 `yaml:"store_m3"` // room for all stock, 0 = no limit
	DockM3       float64 `yaml:"dock_m3"`  // volume that may be ordered to it on one day, 0 = no limit
}

// Lane is a way on which stock moves between two sites.
type Lane struct {
	From          string  `yaml:"from"`
	To            string  `yaml:"to"`
	Days          int     `yaml:"days"`
	CentsPerM3    int64   `yaml:"cents_per_m3"`
	CapacityM3Day float64 `yaml:"capacity_m3_per_day"` // 0 = no limit
}

// Fleet is how many vehicles of a type a site has.
type Fleet struct {
	Vehicle string `yaml:"vehicle"`
	Count   int    `yaml:"count"`
}

// Supplier is who the goods come from, with how it behaves.
type Supplier struct {
	ID             string     `yaml:"id"`
	Name           string     `yaml:"name"`
	Since          Date       `yaml:"since"`
	ItemShare      float64    `yaml:"item_share"` // its part of the range, relative to the other suppliers
	LeadDays       float64    `yaml:"lead_days"`
	LeadSDDays     float64    `yaml:"lead_sd_days"`
	PackSizes      []int64    `yaml:"pack_sizes"` // one is drawn for each item
	MinPacks       int64      `yaml:"min_packs"`  // smallest order of one item
	PrepaidShare   float64    `yaml:"prepaid_share"`
	TermDays       int        `yaml:"term_days"`
	CreditLimit    int64      `yaml:"credit_limit"` // whole currency units
	DeliveriesWeek float64    `yaml:"deliveries_per_week"`
	Behaviour      Habits     `yaml:"behaviour"`
	OrderDays      []string   `yaml:"order_days"`  // mon … sun; none = every day
	ClosedDays     []Date     `yaml:"closed_days"` // days without orders
	MinOrder       int64      `yaml:"min_order"`   // least value of one purchase order, whole currency units
	Budget         int64      `yaml:"budget"`      // most that may be ordered on one day, whole currency units, 0 = no limit
	Discounts      []Discount `yaml:"discounts"`
}

// Discount is a share off the price from a number of packs on.
type Discount struct {
	Packs    int64 `yaml:"packs"`
	Permille int64 `yaml:"permille"`
}

// Habits are how a supplier delivered in the past, as shares of its deliveries.
type Habits struct {
	Late    float64 `yaml:"late"`      // after the promised day
	LateBy  float64 `yaml:"late_days"` // mean of how late those are
	Missing float64 `yaml:"missing"`   // never came
	Short   float64 `yaml:"short"`     // came with less than ordered
	Reject  float64 `yaml:"reject"`    // held goods not fit for sale
}

// Range is drawn from evenly.
type Range struct {
	Min float64 `yaml:"min"`
	Max float64 `yaml:"max"`
}

// Hours are a span within a day.
type Hours struct {
	From Clock `yaml:"from"`
	To   Clock `yaml:"to"`
}

// Clock is a time of day, hh:mm, 00:00 … 24:00.
type Clock string

// Sec is the second of the day; −1 where the text is no time of day.
func (c Clock) Sec() int64 {
	var hour, minute int64
	if len(c) != 5 || c[2] != ':' || !digits(string(c[:2])) || !digits(string(c[3:])) {
		return -1
	}
	hour, minute = int64(c[0]-'0')*10+int64(c[1]-'0'), int64(c[3]-'0')*10+int64(c[4]-'0')
	if sec := hour*3600 + minute*60; minute < 60 && sec <= 86_400 {
		return sec
	}
	return -1
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// Date is a calendar day, yyyy-mm-dd.
type Date string

// Day counts from 1970-01-01. It fails where the text is no such day.
func (d Date) Day() (int, error) {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return 0, fmt.Errorf("business: %q is no day like 2011-11-28", string(d))
	}
	return int(t.Unix() / 86_400), nil
}

// day is Day of a date that Read has checked.
func (d Date) day() int {
	day, _ := d.Day()
	return day
}
