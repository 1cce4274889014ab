package service

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/inventory"
	"quartermaster/routing"
)

const (
	daySec       = 24 * 3600
	microsPerSec = 1_000_000
	microsPerDay = daySec * microsPerSec
)

// EncodeBusiness writes the declared part of a snapshot (items, sites, suppliers, calendar, rules) as the document that
// FactStore.SaveBusiness keeps. What changes by itself (sales, orders, stock, forecasts) is left out: it has tables.
func EncodeBusiness(s plan.Snapshot) ([]byte, error) { return json.Marshal(declaredPart(s)) }

func declaredPart(s plan.Snapshot) plan.Snapshot {
	s.OriginDay, s.Days, s.Judges = 0, 0, plan.Judges{}
	s.Sales, s.Orders, s.Positions, s.Inbound, s.Forecasts = nil, nil, nil, nil, nil
	return s
}

// DecodeBusiness reads what EncodeBusiness wrote.
func DecodeBusiness(document []byte) (plan.Snapshot, error) {
	var s plan.Snapshot
	if err := json.Unmarshal(document, &s); err != nil {
		return s, fmt.Errorf("service: read the stored business document: %w", err)
	}
	return s, nil
}

// PlanRequest is what somebody who asks for a plan says.
type PlanRequest struct {
	OriginDay int    `json:"origin_day"` // first planned day, days since 1970-01-01
	Days      int    `json:"days"`       // 1…plan.MaxDays
	Seed      uint64 `json:"seed"`
	Draft     bool   `json:"draft,omitempty"` // a what-if: the floor does not work by it
	// RoutingIterations bounds the routing search per site and day; 0 = by size.
	RoutingIterations int `json:"routing_iterations,omitempty"`
}

// loader reads a snapshot from the facts, in the stages that the job needs it in.
type loader struct {
	facts  FactStore
	credit CreditStore // nil = no learned model judges suppliers
	tenant string
}

// declared reads the business document and frames it for one request, with sales but without orders and stock.
func (l loader) declared(ctx context.Context, r PlanRequest) (*plan.Snapshot, error) {
	business, err := l.facts.Business(ctx, l.tenant)
	if err != nil {
		return nil, err
	}
	if business.Revision == 0 {
		return nil, ErrUndeclared
	}
	s, err := DecodeBusiness(business.Document)
	if err != nil {
		return nil, err
	}
	s.OriginDay, s.Days = r.OriginDay, r.Days
	sales, err := l.facts.Sales(ctx, l.tenant)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]forecast.Series, len(sales))
	last := r.OriginDay
	for i, x := range sales {
		byID[x.ID] = x
		if end := x.StartDay + len(x.Values); i == 0 || end > last {
			last = end
		}
	}
	if r.OriginDay-last > maxBlindDays {
		return nil, fmt.Errorf("%w: origin_day: %d is %d days after the newest sale; give a day at most %d days after it, or import newer sales",
			ErrInvalid, r.OriginDay, r.OriginDay-last, maxBlindDays)
	}
	s.Sales = make([]forecast.Series, len(s.Items))
	for i, item := range s.Items {
		s.Sales[i] = seriesUntil(byID[item.ID], item.ID, r.OriginDay)
	}
	spells, err := l.facts.EmptySpells(ctx, l.tenant)
	if err != nil {
		return nil, err
	}
	emptyDays(&s, spells)
	return &s, nil
}

// maxBlindDays is how long after the newest sale a plan may start: beyond it forecasts are made of nothing, and a history
// filled up with unobserved days takes memory without end.
const maxBlindDays = 366

// seriesUntil is the history as it was known on the morning of day origin: later days are cut off, days after the last
// record are not observed. A plan for a past week sees nothing of that week.
func seriesUntil(s forecast.Series, id string, origin int) forecast.Series {
	if len(s.Values) == 0 || s.StartDay >= origin {
		return forecast.Series{ID: id, StartDay: origin}
	}
	n := origin - s.StartDay
	out := forecast.Series{ID: id, StartDay: s.StartDay, Values: slices.Clone(s.Values[:min(n, len(s.Values))])}
	for len(out.Values) < n {
		out.Values = append(out.Values, math.NaN())
	}
	return out
}

// moving adds what changes from hour to hour: stock, what is on its way, the orders of the planned days, what is recorded of
// suppliers, and the models that judge them.
func (l loader) moving(ctx context.Context, s *plan.Snapshot) (err error) {
	if s.Judges, err = SupplierJudges(ctx, l.credit, l.tenant); err != nil {
		return err
	}
	if err := AddSupplierRecords(ctx, l.facts, l.tenant, s); err != nil {
		return err
	}
	positions, err := l.facts.Positions(ctx, l.tenant)
	if err != nil {
		return err
	}
	declared := declaredPairs(s)
	s.Positions = slices.DeleteFunc(positions, func(x inventory.Position) bool { return !declared(x.ItemID, x.SiteID) })
	inbound, err := l.facts.Inbound(ctx, l.tenant)
	if err != nil {
		return err
	}
	for _, x := range inbound {
		if !declared(x.ItemID, x.SiteID) {
			continue
		}
		s.Inbound = append(s.Inbound, plan.Inbound{ItemID: x.ItemID, SiteID: x.SiteID, Qty: x.Qty, DueDay: x.DueDay - s.OriginDay})
	}
	from, to := orderSpan(s)
	orders, err := l.facts.Orders(ctx, l.tenant, from, to, MaxPlanOrders+1)
	if err != nil {
		return err
	}
	if len(orders) > MaxPlanOrders {
		return fmt.Errorf("%w: more than %d orders fall into the plan; plan fewer days", ErrInvalid, MaxPlanOrders)
	}
	s.Orders = make([]plan.Order, len(orders))
	for i, o := range orders {
		s.Orders[i] = planOrder(o, s.OriginDay)
	}
	return l.reserved(ctx, s, declared)
}

// reserved holds what promises have reserved for the orders of the plan, and takes off the shelf what is held for others.
func (l loader) reserved(ctx context.Context, s *plan.Snapshot, declared func(item, site string) bool) error {
	held, err := l.facts.Reservations(ctx, l.tenant)
	if err != nil || len(held) == 0 {
		return err
	}
	planned := make(map[string]bool, len(s.Orders))
	for i := range s.Orders {
		planned[s.Orders[i].ID] = true
	}
	shelf := make(map[[2]string]*inventory.Position, len(s.Positions))
	for i := range s.Positions {
		shelf[[2]string{s.Positions[i].ItemID, s.Positions[i].SiteID}] = &s.Positions[i]
	}
	for _, r := range held {
		switch p := shelf[[2]string{r.ItemID, r.SiteID}]; {
		case !declared(r.ItemID, r.SiteID) || p == nil:
		case planned[r.OrderID]:
			s.Reserved = append(s.Reserved, plan.Reserved{OrderID: r.OrderID, ItemID: r.ItemID, SiteID: r.SiteID, Qty: r.Qty})
		default:
			p.OnHand = max(0, p.OnHand-r.Qty)
		}
	}
	return nil
}

// declaredPairs tells which stock concerns the business as it is declared now. Stock of items and sites that an earlier
// declaration had stays stored, and is nobody's any more.
func declaredPairs(s *plan.Snapshot) func(item, site string) bool {
	items, sites := map[string]bool{}, map[string]bool{}
	for i := range s.Items {
		items[s.Items[i].ID] = true
	}
	for i := range s.Sites {
		sites[s.Sites[i].ID] = true
	}
	return func(item, site string) bool { return items[item] && sites[site] }
}

// MaxPlanOrders bounds one plan.
const MaxPlanOrders = 200_000

func planOrder(o Order, originDay int) plan.Order {
	out := plan.Order{
		ID: o.ID, CustomerID: o.CustomerID, Point: orb.Point{o.Lon, o.Lat},
		PlacedSec: floorDiv(o.PlacedUs, microsPerSec) - int64(originDay)*daySec,
		WindowSec: routing.Window{StartSec: o.FromSec, EndSec: o.ToSec},
		Lines:     make([]plan.OrderLine, len(o.Lines)),
	}
	for i, l := range o.Lines {
		out.Lines[i] = plan.OrderLine(l)
	}
	return out
}

// orderSpan is when the orders were placed that the plan's days work on, in microseconds of local time: an order placed
// before the cut-off of a day is worked on from the next open day on, so the span runs from the cut-off of the day before
// the last open day before the plan to the cut-off of the day before its last.
func orderSpan(s *plan.Snapshot) (fromUs, toUs int64) {
	before := s.OriginDay - 1
	for i := 0; i < 7 && !s.Calendar.OpenDays[forecast.Weekday(before)]; i++ {
		before--
	}
	cutoff := func(day int) int64 { return int64(day)*microsPerDay + s.Calendar.CutoffSec*microsPerSec }
	return cutoff(before - 1), cutoff(s.OriginDay + s.Days - 2)
}

func floorDiv(a, m int64) int64 {
	q := a / m
	if a%m < 0 {
		q--
	}
	return q
}
