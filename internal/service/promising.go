package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"quartermaster/forecast"
	"quartermaster/internal/plan"
	"quartermaster/inventory/sourcing"
	"quartermaster/routing"
	"quartermaster/routing/road"
)

// Promising tells single orders at once what they can be promised, and holds it for them when they are placed. It decides as
// planning does (the same cut-off, the same sourcing solver, the same costs), but for one order, on the units that nobody
// else was promised.
type Promising struct {
	Catalog *Catalog
	Quotes  QuoteStore
	Stock   StockStore
	Plans   PlanStore
}

// QuoteRequest is one order that is not placed yet. Times are local, as in Order.
type QuoteRequest struct {
	PlacedUs       int64
	Lon, Lat       float64
	FromSec, ToSec int64
	Lines          []OrderLine // PriceCents is not looked at
}

// QuoteDocument is what a quote says and what its confirmation needs. Seconds are local time since 1970-01-01 00:00.
type QuoteDocument struct {
	Request  QuoteRequest
	Currency string
	Parcels  []QuoteParcel
	Unserved []plan.Unserved `json:",omitempty"`
	Why      []string        `json:",omitempty"`
}

// QuoteParcel is the part of an order that one site would serve.
type QuoteParcel struct {
	SiteID         string
	ShipDay        int
	ShipSec        int64
	FromSec, ToSec int64 // arrival
	DistanceM      int64
	Road           bool
	CostCents      int64
	CO2eG          int64
	Capacity       int64 // parcels of that day that promises may hold
	Lines          []plan.PartLine
}

// maxQuoteDays is how far ahead a day with room is looked for.
const maxQuoteDays = 14

// Quote says what an order could be promised and keeps that for a while. Nothing is held by it.
func (p *Promising) Quote(ctx context.Context, tenant string, r QuoteRequest, valid time.Duration) (Quote, QuoteDocument, error) {
	d, err := p.Catalog.Of(ctx, tenant)
	if err != nil {
		return Quote{}, QuoteDocument{}, err
	}
	q := &quoting{d: d, r: r}
	if err := q.look(ctx, p, tenant); err != nil {
		return Quote{}, QuoteDocument{}, err
	}
	doc, err := q.answer(ctx)
	if err != nil {
		return Quote{}, doc, err
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return Quote{}, doc, fmt.Errorf("write the promise: %w", err)
	}
	quote, err := p.Quotes.SaveQuote(ctx, tenant, text, valid)
	return quote, doc, err
}

// Read reads a quote with what it says.
func (p *Promising) Read(ctx context.Context, tenant, id string) (Quote, QuoteDocument, error) {
	q, err := p.Quotes.Quote(ctx, tenant, id)
	if err != nil {
		return q, QuoteDocument{}, err
	}
	doc, err := readQuote(q)
	return q, doc, err
}

func readQuote(q Quote) (doc QuoteDocument, err error) {
	if err := json.Unmarshal(q.Document, &doc); err != nil {
		return doc, fmt.Errorf("service: read promise %s: %w", q.ID, err)
	}
	return doc, nil
}

// Confirm holds what a quote says for an order, which is stored unless it is there.
func (p *Promising) Confirm(ctx context.Context, tenant, id, orderID, customerID string, hold time.Duration) (Quote, QuoteDocument, error) {
	q, doc, err := p.Read(ctx, tenant, id)
	if err != nil {
		return q, doc, err
	}
	if len(doc.Parcels) == 0 {
		return q, doc, fmt.Errorf("%w: nothing of this order can be promised", ErrConflict)
	}
	d, err := p.Catalog.Of(ctx, tenant)
	if err != nil {
		return q, doc, err
	}
	order := Order{
		ID: orderID, CustomerID: customerID, PlacedUs: doc.Request.PlacedUs, Lon: doc.Request.Lon, Lat: doc.Request.Lat,
		FromSec: doc.Request.FromSec, ToSec: doc.Request.ToSec, Lines: slices.Clone(doc.Request.Lines),
	}
	for i := range order.Lines {
		item, _ := d.Item(order.Lines[i].ItemID)
		order.Lines[i].PriceCents = item.PriceCents
	}
	var holds []Hold
	for _, parcel := range doc.Parcels {
		for _, l := range parcel.Lines {
			holds = append(holds, Hold{ItemID: l.ItemID, SiteID: parcel.SiteID, Qty: l.Qty, ShipDay: parcel.ShipDay, Capacity: parcel.Capacity})
		}
	}
	q, err = p.Quotes.ConfirmQuote(ctx, tenant, id, order, merged(holds), hold)
	return q, doc, err
}

// merged joins holds of one item at one site, as two lines of an order may ask for.
func merged(holds []Hold) []Hold {
	at := map[[2]string]int{}
	out := holds[:0]
	for _, h := range holds {
		key := [2]string{h.ItemID, h.SiteID}
		if i, ok := at[key]; ok {
			out[i].Qty += h.Qty
			continue
		}
		at[key] = len(out)
		out = append(out, h)
	}
	return out
}

// quoting is one quote on its way.
type quoting struct {
	d *Declared
	r QuoteRequest

	lineItem []int   // per line: item among those asked for
	stock    []int64 // [item*sites + site], what may be promised
	taken    map[SiteDay]int64
	load     map[SiteDay]int64 // the newest plan's parcels
	perRoute map[string]float64
	ways     []way
	road     bool
	noRoad   string
}

// way is from one site to the consignee.
type way struct {
	ok                      bool
	distanceM, durationSec  int64
	vehicle                 int   // whose day leaves most room
	shipSec, fromSec, toSec int64 // within a day: departure, and the arrival it allows
	why                     string
}

// look reads what is needed: stock, the days' load, the ways.
func (q *quoting) look(ctx context.Context, p *Promising, tenant string) error {
	items := map[string]int{}
	var ids []string
	for _, l := range q.r.Lines {
		k, ok := items[l.ItemID]
		if !ok {
			k = len(items)
			items[l.ItemID] = k
			ids = append(ids, l.ItemID)
		}
		q.lineItem = append(q.lineItem, k)
	}
	m := len(q.d.Facts.Sites)
	q.stock = make([]int64, len(ids)*m)
	positions, err := p.Stock.StockPositions(ctx, tenant, PositionQuery{ItemIDs: ids, Limit: 10_000})
	if err != nil {
		return err
	}
	for _, x := range positions {
		if site, ok := q.d.sites[x.SiteID]; ok {
			q.stock[items[x.ItemID]*m+site] = x.Available()
		}
	}
	if q.taken, err = p.Quotes.SiteDays(ctx, tenant, int(floorDiv(q.r.PlacedUs, microsPerDay))); err != nil {
		return err
	}
	if err := q.newestPlan(ctx, p, tenant); err != nil {
		return err
	}
	return q.measure(ctx, p.Catalog, tenant)
}

// newestPlan reads how much the newest plan gives the sites to do.
func (q *quoting) newestPlan(ctx context.Context, p *Promising, tenant string) error {
	record, err := p.Plans.Plan(ctx, tenant, "")
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var summary PlanSummary
	if err := json.Unmarshal(record.Summary, &summary); err != nil {
		return fmt.Errorf("service: read the summary of plan %s: %w", record.ID, err)
	}
	q.load, q.perRoute = map[SiteDay]int64{}, map[string]float64{}
	routes, parcels := map[string]int64{}, map[string]int64{}
	for _, x := range summary.SiteDays {
		q.load[SiteDay{x.SiteID, summary.OriginDay + x.Day}] = x.Parcels
		routes[x.SiteID] += x.Routes
		parcels[x.SiteID] += x.Parcels
	}
	for site, n := range routes {
		if n > 0 {
			q.perRoute[site] = max(1, float64(parcels[site])/float64(n))
		}
	}
	return nil
}

// measure finds the ways from all sites to the consignee, and whether a vehicle can be there in the order's hours.
func (q *quoting) measure(ctx context.Context, c *Catalog, tenant string) error {
	at := orb.Point{q.r.Lon, q.r.Lat}
	q.ways = make([]way, len(q.d.Facts.Sites))
	if q.road = c.Roads != nil; !q.road {
		for i, site := range q.d.Facts.Sites {
			sec, metres := c.Straight.Travel(orb.Point{site.Lon, site.Lat}, at)
			q.ways[i] = way{ok: true, distanceM: metres, durationSec: sec}
		}
	} else {
		place, ok := c.Roads.Snap(at)
		if !ok {
			q.noRoad = c.Roads.SnapProblem(at)
			return nil
		}
		now := c.Roads
		if c.Live != nil {
			var err error
			if now, err = c.Live.Now(ctx, tenant); err != nil {
				return err
			}
		}
		table, err := now.Table(ctx, q.d.places, []road.Place{place}, 1)
		if err != nil {
			return err
		}
		for i := range q.ways {
			if table.DurationSec[i] != routing.Unreachable {
				q.ways[i] = way{ok: true, distanceM: int64(table.DistanceM[i]), durationSec: int64(table.DurationSec[i])}
			}
		}
	}
	for i := range q.ways {
		if q.ways[i].ok {
			q.vehicle(i)
		}
	}
	return nil
}

// vehicle chooses the site's vehicle that leaves the consignee the widest window.
func (q *quoting) vehicle(site int) {
	w := &q.ways[site]
	grams, cm3 := int64(0), int64(0)
	for _, l := range q.r.Lines {
		item, _ := q.d.Item(l.ItemID)
		grams += l.Qty * item.WeightG
		cm3 += l.Qty * item.VolumeCm3
	}
	w.ok, w.why = false, "has no vehicle that can be there in the order's hours"
	for k, v := range q.d.Facts.Sites[site].Vehicles {
		if grams > v.MaxWeightG || cm3 > v.MaxVolumeCm3 {
			continue
		}
		ship := max(v.Shift.StartSec, q.d.Facts.Sites[site].Floor.OpenSec)
		from := max(q.r.FromSec, ship+w.durationSec)
		to := min(q.r.ToSec, v.Shift.EndSec-w.durationSec-q.d.Facts.DropSec)
		if to >= from && (!w.ok || to-from > w.toSec-w.fromSec) {
			w.ok, w.vehicle, w.shipSec, w.fromSec, w.toSec = true, k, ship, from, to
		}
	}
}

// firstDay is the first day on which the order may be worked on, as planning counts.
func (q *quoting) firstDay() int {
	day := int(floorDiv(q.r.PlacedUs, microsPerDay))
	if q.r.PlacedUs-int64(day)*microsPerDay >= q.d.Facts.Calendar.CutoffSec*microsPerSec {
		day++
	}
	return day + 1
}

// answer tries open days until one has room for all that is in stock.
func (q *quoting) answer(ctx context.Context) (QuoteDocument, error) {
	doc := QuoteDocument{Request: q.r, Currency: q.d.Facts.Currency}
	if q.noRoad != "" {
		doc.Unserved = q.all("no_road", q.noRoad)
		return doc, nil
	}
	first := q.firstDay()
	for day := first; day < first+maxQuoteDays; day++ {
		if !q.d.Facts.Calendar.OpenDays[forecast.Weekday(day)] {
			continue
		}
		parcels, unserved, full, err := q.tryDay(ctx, day)
		if err != nil {
			return doc, err
		}
		if len(doc.Parcels) == 0 || units(parcels) > units(doc.Parcels) {
			doc.Parcels, doc.Unserved = parcels, unserved
		}
		if !full {
			break // another day has no more
		}
	}
	if len(doc.Parcels) == 0 && len(doc.Unserved) == 0 {
		doc.Unserved = q.all("closed", "no day within two weeks is open")
	}
	for _, parcel := range doc.Parcels {
		doc.Why = append(doc.Why, fmt.Sprintf("%s serves %d of %d lines, %.1f km away", q.d.Facts.Sites[q.d.sites[parcel.SiteID]].Name,
			len(parcel.Lines), len(q.r.Lines), float64(parcel.DistanceM)/1000))
	}
	return doc, nil
}

func units(parcels []QuoteParcel) (n int64) {
	for _, p := range parcels {
		for _, l := range p.Lines {
			n += l.Qty
		}
	}
	return n
}

func (q *quoting) all(code, reason string) []plan.Unserved {
	u := plan.Unserved{Code: code, Reason: reason}
	for _, l := range q.r.Lines {
		u.Lines = append(u.Lines, plan.PartLine{ItemID: l.ItemID, Qty: l.Qty})
	}
	return []plan.Unserved{u}
}

// tryDay sources the order on one day; full says that a site was left out for want of room.
func (q *quoting) tryDay(ctx context.Context, day int) (parcels []QuoteParcel, unserved []plan.Unserved, full bool, err error) {
	facts, m := &q.d.Facts, len(q.d.Facts.Sites)
	c := facts.Sourcing
	p := sourcing.Problem{
		Items: len(q.stock) / m, Sites: m, Stock: q.stock, ParcelCapacity: make([]int64, m),
		PerParcelCents: c.PerParcelCents, PerLineCents: c.PerLineCents,
	}
	order := sourcing.Order{ShipCents: make([]int64, m)}
	for i, l := range q.r.Lines {
		order.Lines = append(order.Lines, sourcing.Line{Item: q.lineItem[i], Qty: l.Qty})
	}
	room := make([]int64, m)
	for i, site := range facts.Sites {
		at := SiteDay{site.ID, day}
		room[i] = max(0, site.OrdersPerDay-q.load[at])
		p.ParcelCapacity[i] = max(0, room[i]-q.taken[at])
		order.ShipCents[i] = -1
		if w := q.ways[i]; w.ok {
			order.ShipCents[i] = c.PerKmCents * w.distanceM / 1000
			full = full || p.ParcelCapacity[i] == 0
		}
	}
	p.Orders = []sourcing.Order{order}
	a, err := sourcing.Solve(ctx, p, sourcing.Options{})
	if err == nil {
		err = sourcing.Check(p, a)
	}
	if err != nil {
		return nil, nil, false, err
	}
	for _, part := range a.Parts[0] {
		parcels = append(parcels, q.parcel(part, day, room[part.Site]))
	}
	for _, s := range a.Unserved[0] {
		unserved = append(unserved, plan.Unserved{
			Code: string(s.Reason), Reason: q.whyNot(s), Lines: []plan.PartLine{{ItemID: q.r.Lines[s.Line].ItemID, Qty: s.Qty}},
		})
	}
	return parcels, unserved, full && len(unserved) > 0, nil
}

func (q *quoting) whyNot(s sourcing.Shortfall) string {
	line := q.r.Lines[s.Line]
	switch s.Reason {
	case sourcing.ReasonNoStock:
		return fmt.Sprintf("%d of %d units of %s are promised to others or not in stock", s.Qty, line.Qty, line.ItemID)
	case sourcing.ReasonSiteCapacity:
		return fmt.Sprintf("the sites that have %s pack no more parcels within two weeks", line.ItemID)
	case sourcing.ReasonNoRoad:
		for i, w := range q.ways {
			if !w.ok && w.why != "" {
				return fmt.Sprintf("%s %s", q.d.Facts.Sites[i].Name, w.why)
			}
		}
		return "no street leads to the consignee"
	}
	return fmt.Sprintf("serving %s costs more than it is worth", line.ItemID)
}

// parcel prices what one site would send. Cost is that of planning's choice of sites; CO2e is that of driving there and
// back, shared by as many parcels as a route of this site carries in the newest plan (1 where there is none).
func (q *quoting) parcel(part sourcing.Part, day int, capacity int64) QuoteParcel {
	site, w := &q.d.Facts.Sites[part.Site], q.ways[part.Site]
	midnight := int64(day) * daySec
	share := max(1, q.perRoute[site.ID])
	out := QuoteParcel{
		SiteID: site.ID, ShipDay: day, ShipSec: midnight + w.shipSec, FromSec: midnight + w.fromSec, ToSec: midnight + w.toSec,
		DistanceM: w.distanceM, Road: q.road, CostCents: part.CostCents, Capacity: capacity,
		CO2eG: int64(math.Round(2 * float64(w.distanceM) / 1000 * site.Vehicles[w.vehicle].CO2eGPerKmEmpty / share)),
	}
	for _, l := range part.Lines {
		out.Lines = append(out.Lines, plan.PartLine{ItemID: q.r.Lines[l.Line].ItemID, Qty: l.Qty})
	}
	return out
}
