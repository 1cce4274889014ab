package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/service"
	"quartermaster/inventory/replenish"
)

// planInventoryVerb runs the replenishment of a file.
type planInventoryVerb struct {
	File  string `arg:"" placeholder:"FILE" help:"JSON file with the catalogue; - reads it from the input."`
	Date  string `placeholder:"DATE" help:"Day to order on; default: that of the file, else today."`
	Lines bool   `help:"Also print how every item stands at every site."`
}

func (planInventoryVerb) Help() string {
	return `Says what to buy from whom and what to move between sites, with reasons, and what is late, under the calendars, least orders, price breaks and budgets of suppliers, the rooms and docks of sites and the lanes between them, for all lines together. The file has the words of POST /v1/replenishments:

    {"origin_date": "2026-03-02",
     "catalogue": {"currency": "CHF", "service": {"cycle": 0.95}, "review": {"every_days": 1, "order_cost_minor": 500},
       "suppliers": [{"id": "mill", "lead_days": 5, "lead_sd_days": 1, "order_days": ["mon", "thu"], "min_order_minor": 20000,
                      "budget_minor": 500000, "discounts": [{"packs": 20, "permille": 50}]}],
       "sites": [{"id": "basel", "store_cm3": 40000000, "dock_cm3": 5000000}, {"id": "chur"}],
       "items": [{"id": "flour", "supplier_id": "mill", "unit_cost_minor": 180, "volume_cm3": 1500, "pack_size": 10}],
       "lines": [{"item_id": "flour", "site_id": "basel", "on_hand": 40, "mean_per_day": 22, "sd_per_day": 9},
                 {"item_id": "flour", "site_id": "chur", "on_hand": 900, "history": [3, 4, null, 2, 5, 3, 6]}],
       "inbound": [{"item_id": "flour", "site_id": "basel", "qty": 100, "due_date": "2026-02-27"}],
       "lots": [{"item_id": "flour", "site_id": "chur", "qty": 300, "expires_date": "2026-03-20"}],
       "lanes": [{"from_site_id": "chur", "to_site_id": "basel", "days": 1, "per_m3_minor": 3000}]}}

A line has the mean and spread of a day's demand, or a history that is forecast. With "assortment_fill_rate": 0.95 in "review" all lines together serve that share of units, and stock stands where a unit served costs least to hold, instead of every line keeping its own service. Exit code 3 means that something cannot be; the answer names the smallest changes that would make it possible.

Examples:

    quartermaster plan inventory catalogue.json
    quartermaster plan inventory catalogue.json --lines --json`
}

// maxCatalogueFile bounds what is read into memory.
const maxCatalogueFile = 1 << 30

func (v planInventoryVerb) Run(r *run) error {
	var q api.ReplenishmentRequest
	if err := r.readJSON(v.File, &q); err != nil {
		return usageError{err}
	}
	if q.Catalogue == nil {
		return usageError{fmt.Errorf("%s: catalogue: is missing", v.File)}
	}
	if v.Date != "" {
		q.OriginDate = v.Date
	}
	if q.OriginDate == "" {
		q.OriginDate = time.Now().Format(time.DateOnly)
	}
	if _, wrong := server.ReadCatalogue(&q); len(wrong) > 0 {
		return usageError{wrongFields(v.File, wrong)}
	}
	study, err := server.RestockCatalogue(r.ctx, &q, 0)
	if errors.Is(err, service.ErrInvalid) {
		return usageError{fmt.Errorf("%s: %w", v.File, err)}
	}
	if err != nil {
		return err
	}
	answer := server.RestockWords(study, v.Lines || q.Lines, q.ItemIDs)
	if r.json {
		err = r.printJSON(answer)
	} else {
		err = r.printRestock(answer)
	}
	if err == nil && answer.Status == string(replenish.StatusInfeasible) {
		return exitError{code: ExitInfeasible}
	}
	return err
}

// readJSON reads a file, or the input for -, strictly: a field that is not known is a mistake.
func (r *run) readJSON(path string, into any) error {
	in := r.streams.In
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	limited := &io.LimitedReader{R: in, N: maxCatalogueFile + 1}
	d := json.NewDecoder(limited)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if limited.N == 0 {
		return fmt.Errorf("%s: more than %d bytes", path, maxCatalogueFile)
	}
	return nil
}

// wrongFields is one error that names the first wrong fields of a file.
func wrongFields(path string, wrong []api.FieldError) error {
	var parts []string
	for i, w := range wrong {
		if i == 5 {
			parts = append(parts, fmt.Sprintf("and %d more", len(wrong)-i))
			break
		}
		parts = append(parts, strings.TrimPrefix(w.Location, "body.")+": "+w.Message)
	}
	return fmt.Errorf("%s: %s", path, strings.Join(parts, "; "))
}

func money(m api.Money) string {
	sign, minor := "", m.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%d.%02d", sign, minor/100, minor%100)
}

func (r *run) printRestock(a api.ReplenishmentAnswer) error {
	out := r.streams.Out
	for _, po := range a.PurchaseOrders {
		fmt.Fprintf(out, "%s from %s for %s, due %s: %s %s\n", po.ID, po.SupplierID, po.SiteID, po.DueDate, money(po.Cost), po.Cost.Currency)
		for _, l := range po.Lines {
			fmt.Fprintf(out, "  %s %d: %s\n", l.ItemID, l.Qty, l.Reason)
		}
	}
	for _, t := range a.Transfers {
		fmt.Fprintf(out, "move %d of %s from %s to %s, due %s, saves %s: %s\n", t.Qty, t.ItemID, t.FromSiteID, t.ToSiteID, t.DueDate, money(t.Saving), t.Reason)
	}
	for _, p := range a.Postponed {
		fmt.Fprintf(out, "not today from %s for %s, %d lines for %s: %s\n", p.SupplierID, p.SiteID, p.Lines, money(p.Cost), p.Reason)
	}
	for _, e := range a.Expedites {
		fmt.Fprintf(out, "expedite %s at %s: %s (%.1f units short, %s)\n", e.ItemID, e.SiteID, e.Reason, e.ShortUnits, money(e.Cost))
	}
	if p := a.Assortment; p != nil {
		fmt.Fprintf(out, "all lines together: reorder points serve %.2f %% of units and hold stock for %s a year (bound %s); a unit short counts %.2f\n", 100*p.FillRate,
			money(p.HoldingYear), money(p.HoldingYearBound), p.UnitShortMinor/100)
	}
	for i, why := range a.Reasons {
		fmt.Fprintf(out, "limit: %s\n", why)
		if i < len(a.Relaxation) {
			fmt.Fprintf(out, "  way out: %s\n", a.Relaxation[i])
		}
	}
	if err := printStock(r, a.Stock); err != nil {
		return err
	}
	h := a.Health
	fmt.Fprintf(out, "\n%d lines in %d purchase orders for %s %s; stock worth %s, %s of it above its level\n", a.Lines, len(a.PurchaseOrders), money(a.Cost), a.Cost.Currency, money(h.Value), money(h.Excess))
	fmt.Fprintf(out, "%d healthy, %d under, %d over, %d out of stock, %d expiring, %d wait for late units; classes %s; zones %s\n", h.Healthy, h.Under, h.Over, h.Out, h.Expiring, h.Late,
		byName(h.Classes), byName(h.Zones))
	if a.HeldBack.Minor > 0 {
		fmt.Fprintf(out, "%s: the limits hold back what is worth %s; no choice within them holds back less than %s\n", a.Status, money(a.HeldBack), money(a.HeldBackBound))
	}
	return nil
}

func printStock(r *run, lines []api.StockLine) error {
	if len(lines) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(r.streams.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "\nitem\tsite\tclass\thealth\tzone\ton hand\ton order\ta day\tcover\tempty\treorder at\tup to\tservice\tfill rate\torder\n")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%.2f\t%.1f\t%s\t%d\t%d\t%.4f\t%.4f\t%d\n", l.ItemID, l.SiteID, l.Class, l.Health, l.Zone, l.OnHand, l.OnOrder, l.MeanPerDay, l.CoverDays,
			l.OutDate, l.ReorderPoint, l.OrderUpTo, l.Cycle, l.FillRate, l.OrderQty)
	}
	return t.Flush()
}

func byName(m map[string]int) string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for i, k := range keys {
		keys[i] = fmt.Sprintf("%s %d", k, m[k])
	}
	return strings.Join(keys, ", ")
}
