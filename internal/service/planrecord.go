package service

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"quartermaster/internal/plan"
)

// PlanSummary is what PlanRecord.Summary holds: the whole plan's figures without its thousands of rows.
type PlanSummary struct {
	OriginDay    int                  `json:"origin_day"`
	Days         int                  `json:"days"`
	Currency     string               `json:"currency"`
	Seed         uint64               `json:"seed"`
	SnapshotHash string               `json:"snapshot_hash"`
	Versions     map[string]string    `json:"versions"`
	Totals       plan.Totals          `json:"totals"`
	Forecast     plan.ForecastSummary `json:"forecast"`
	Travel       plan.TravelView      `json:"travel"`
	Suppliers    []plan.SupplierView  `json:"suppliers"`
	// UnservedByCode counts the reasons.
	UnservedByCode map[string]int `json:"unserved_by_code"`
	// SiteDays is how much each site has to do each day, so that single orders can be quoted beside the plan.
	SiteDays []SiteLoad `json:"site_days,omitempty"`
}

// SiteLoad is what a plan gives one site to do on one day.
type SiteLoad struct {
	SiteID  string `json:"site_id"`
	Day     int    `json:"day"` // from the plan's first
	Parcels int64  `json:"parcels"`
	Routes  int64  `json:"routes"`
}

// OrderAnswer is what PromiseRecord.Document holds: the promise, where there is one, and what of the order stays unserved.
type OrderAnswer struct {
	Promise  *plan.Promise   `json:"promise,omitempty"`
	Unserved []plan.Unserved `json:"unserved,omitempty"`
}

// planRecord turns a plan into the rows that are stored of it.
func planRecord(p *plan.Plan, draft bool) (*PlanRecord, error) {
	r := &PlanRecord{Draft: draft, OriginDay: p.OriginDay, Days: p.Days, Seed: p.Seed, SnapshotHash: p.SnapshotHash}
	summary := PlanSummary{
		OriginDay: p.OriginDay, Days: p.Days, Currency: p.Currency, Seed: p.Seed, SnapshotHash: p.SnapshotHash,
		Versions: p.Versions, Totals: p.Totals, Forecast: p.Forecast, Travel: p.Travel, Suppliers: p.Suppliers, UnservedByCode: map[string]int{},
	}
	for _, u := range p.Unserved {
		summary.UnservedByCode[u.Code]++
	}
	for _, d := range p.SiteDays {
		load := SiteLoad{SiteID: d.SiteID, Day: d.Day, Routes: int64(len(d.Routes))}
		for _, route := range d.Routes {
			load.Parcels += int64(len(route.StopIDs))
		}
		summary.SiteDays = append(summary.SiteDays, load)
	}
	var err error
	if r.Summary, err = json.Marshal(summary); err != nil {
		return nil, fmt.Errorf("write the plan's summary: %w", err)
	}
	if r.Document, err = json.Marshal(p); err != nil {
		return nil, fmt.Errorf("write the plan: %w", err)
	}
	if r.Promises, err = orderAnswers(p); err != nil {
		return nil, err
	}
	r.Served, r.Allocated = allocations(p)
	r.Tasks, err = floorTasks(p)
	return r, err
}

// allocations tells which orders a plan serves and what it gives them of each position, by item, then site.
func allocations(p *plan.Plan) (served []string, out []Allocation) {
	units := map[Allocation]int64{}
	for _, promise := range p.Promises {
		served = append(served, promise.OrderID)
		for _, part := range promise.Parts {
			for _, l := range part.Lines {
				units[Allocation{ItemID: l.ItemID, SiteID: part.SiteID}] += l.Qty
			}
		}
	}
	for a, qty := range units {
		a.Qty = qty
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Allocation) int {
		return cmp.Or(cmp.Compare(a.ItemID, b.ItemID), cmp.Compare(a.SiteID, b.SiteID))
	})
	return served, out
}

// orderAnswers gives one record per order, served orders first.
func orderAnswers(p *plan.Plan) ([]PromiseRecord, error) {
	unserved := map[string][]plan.Unserved{}
	for _, u := range p.Unserved {
		unserved[u.OrderID] = append(unserved[u.OrderID], u)
	}
	var out []PromiseRecord
	add := func(id string, a OrderAnswer) error {
		document, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("write the promise of order %s: %w", id, err)
		}
		out = append(out, PromiseRecord{OrderID: id, Document: document})
		return nil
	}
	for i := range p.Promises {
		id := p.Promises[i].OrderID
		if err := add(id, OrderAnswer{&p.Promises[i], unserved[id]}); err != nil {
			return nil, err
		}
		delete(unserved, id)
	}
	for _, u := range p.Unserved {
		if rest, ok := unserved[u.OrderID]; ok {
			if err := add(u.OrderID, OrderAnswer{nil, rest}); err != nil {
				return nil, err
			}
			delete(unserved, u.OrderID)
		}
	}
	return out, nil
}

// floorTasks gives the warehouse tasks of all sites and days with absolute local times.
func floorTasks(p *plan.Plan) ([]FloorTask, error) {
	origin := int64(p.OriginDay) * daySec
	var out []FloorTask
	for _, day := range p.SiteDays {
		for _, t := range day.Schedule.Tasks {
			payload, err := json.Marshal(t)
			if err != nil {
				return nil, fmt.Errorf("write task %s: %w", t.ID, err)
			}
			out = append(out, FloorTask{
				ID: t.ID, SiteID: day.SiteID, Kind: string(t.Kind), Worker: t.Worker,
				StartSec: origin + t.StartSec, EndSec: origin + t.EndSec, DependsOn: t.DependsOn, Payload: payload,
				TaskPlace: placeOf(&t),
			})
		}
	}
	return out, nil
}

// headline is the last sentence of a planning job.
func headline(p *plan.Plan) string {
	t := p.Totals
	return fmt.Sprintf("%d of %d orders promised, %d parcels on %d routes, %d purchase orders", t.Promised, t.Orders, t.Parcels, t.Routes, t.PurchaseOrders)
}
