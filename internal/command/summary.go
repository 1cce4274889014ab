package command

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"quartermaster/finance"
	"quartermaster/internal/app"
	"quartermaster/internal/service"
)

// view is a result that can be read by programs (its JSON) and by people.
type view interface{ write(w io.Writer) }

// print writes a result as asked for.
func (r *run) print(v view) error {
	if r.json {
		return r.printJSON(v)
	}
	v.write(r.streams.Out)
	return nil
}

// importSummary is what an import did.
type importSummary struct {
	ImportID string      `json:"import_id"`
	Fresh    bool        `json:"fresh"`
	Source   string      `json:"source"`
	Rows     int         `json:"rows"`
	BadRows  int         `json:"bad_rows"`
	SetAside []reasonRow `json:"set_aside"`
	Orders   int         `json:"orders"`
	Lines    int         `json:"order_lines"`
	Items    int         `json:"items"`
	Columns  []columnRow `json:"columns"`
}

type reasonRow struct {
	Code string `json:"code"`
	Rows int    `json:"rows"`
	Why  string `json:"why"`
}

type columnRow struct {
	File   string `json:"file"`
	Column string `json:"column"`
	Name   string `json:"name"`
}

func importView(i app.Imported) importSummary {
	c := i.Report.Cleaning
	v := importSummary{
		ImportID: i.Import.ID, Fresh: i.Fresh, Source: i.Import.Source, Rows: c.Rows, BadRows: i.Report.Files.BadRows,
		Orders: c.Orders, Lines: c.OrderLines, Items: c.Items, SetAside: []reasonRow{}, Columns: []columnRow{},
	}
	for _, x := range c.SetAside {
		v.SetAside = append(v.SetAside, reasonRow{x.Code, x.Rows, x.Sentence})
	}
	for _, f := range i.Report.Files.Files {
		for _, x := range f.Columns {
			v.Columns = append(v.Columns, columnRow{f.Name, x.Column, x.Name})
		}
	}
	return v
}

func (v importSummary) write(w io.Writer) {
	aside := 0
	for _, x := range v.SetAside {
		aside += x.Rows
	}
	state := "from " + v.Source
	if !v.Fresh {
		state = "already in the home folder, not imported again"
	}
	fmt.Fprintf(w, "Imported    %s order lines, %s\n", thousands(v.Rows), state)
	fmt.Fprintf(w, "            kept: %s orders with %s lines of %s items; set aside: %s lines\n",
		thousands(v.Orders), thousands(v.Lines), thousands(v.Items), thousands(aside))
	for _, x := range v.SetAside {
		fmt.Fprintf(w, "            %8s  %s\n", thousands(x.Rows), x.Why)
	}
	if v.BadRows > 0 {
		fmt.Fprintf(w, "            %8s  unreadable, tolerated as asked\n", thousands(v.BadRows))
	}
}

// planSummary is what a plan says in figures.
type planSummary struct {
	PlanID  string              `json:"plan_id"`
	Fresh   bool                `json:"fresh"`
	Start   string              `json:"start_date"`
	Summary service.PlanSummary `json:"summary"`
}

func planView(p app.Planned) planSummary {
	start := time.Unix(int64(p.Summary.OriginDay)*secondsPerDay, 0).UTC().Format(time.DateOnly)
	return planSummary{PlanID: p.Job.ID, Fresh: p.Fresh, Start: start, Summary: p.Summary}
}

func (v planSummary) write(w io.Writer) {
	s, t := v.Summary, v.Summary.Totals
	money := func(cents int64) string { return amount(cents, s.Currency) }
	a := s.Forecast.Accuracy
	fmt.Fprintf(w, "Forecast    %s items by %s\n", thousands(s.Forecast.Items), counts(s.Forecast.ByMethod))
	fmt.Fprintf(w, "            backtest of %s items over %s days: error %.1f %% of demand (WAPE), bias %+.1f %%,\n",
		thousands(s.Forecast.Tested), thousands(a.Points), 100*a.WAPE, 100*a.Bias)
	fmt.Fprintf(w, "            %.1f %% of days in the 80 %% band, value added over the seasonal naive %.1f %%\n", 100*a.Coverage80, 100*a.ValueAdded)
	fmt.Fprintf(w, "Buy         %s purchase orders with %s lines for %s\n", thousands(t.PurchaseOrders), thousands(t.PurchaseLines), money(t.PurchaseCents))
	fmt.Fprintf(w, "Promise     %s of %s orders from %s on, %d days: %s whole, %s in part, %s from more than one site\n",
		thousands(t.Promised), thousands(t.Orders), v.Start, s.Days, thousands(t.Promised-t.Partial), thousands(t.Partial), thousands(t.Split))
	if len(s.UnservedByCode) > 0 {
		fmt.Fprintf(w, "            not served, whole or in part: %s\n", counts(s.UnservedByCode))
	}
	fmt.Fprintf(w, "Pick        %s tours, %s robot moves, %s parcels sorted into chutes; handling %s\n",
		thousands(t.PickTasks), thousands(t.MoveTasks), thousands(t.SortTasks), money(t.HandlingCostCents))
	fmt.Fprintf(w, "Drive       %s routes with %s parcels, %.1f km, %s, %.1f kg CO2e\n",
		thousands(t.Routes), thousands(t.Parcels), float64(t.DistanceM)/1000, money(t.DeliveryCostCents), float64(t.CO2eG)/1000)
	fmt.Fprintf(w, "Suppliers   grade  score (90 %% range)   prepaid at risk   advice\n")
	for _, x := range s.Suppliers {
		fmt.Fprintf(w, "            %s      %3.0f (%.0f–%.0f)  %16s   %s: %s\n",
			x.Score.Grade, x.Score.Points, x.Score.Low, x.Score.High, inWords(x.Exposure.Prepaid), x.Name, x.Exposure.Advice)
	}
	fmt.Fprintf(w, "Plan        %s, seed %d, facts %.12s\n", v.PlanID, s.Seed, s.SnapshotHash)
}

// demoView is what the demo shows.
type demoView struct {
	Import  importSummary `json:"import"`
	Plan    planSummary   `json:"plan"`
	Sources []string      `json:"sources"`
	Console string        `json:"console,omitempty"`
	Address string        `json:"address"`
	Home    string        `json:"home"`
	Seconds float64       `json:"seconds"`
}

func (v demoView) write(w io.Writer) {
	fmt.Fprintln(w)
	v.Import.write(w)
	v.Plan.write(w)
	for i, line := range v.Sources {
		fmt.Fprintf(w, "%-12s%s\n", []string{"Sources", ""}[min(i, 1)], line)
	}
	fmt.Fprintf(w, "Data        %s\n", v.Home)
	if v.Console != "" {
		fmt.Fprintf(w, "Console     %s\n", v.Console)
	}
	fmt.Fprintf(w, "API         %s, took %.1f s\n", v.Address, v.Seconds)
}

func inWords(m finance.Money) string { return amount(m.Minor, m.Currency) }

// amount writes minor units with two decimals, as the currencies served so far have.
func amount(minor int64, currency string) string {
	sign := ""
	if minor < 0 {
		sign, minor = "-", -minor
	}
	return fmt.Sprintf("%s%s.%02d %s", sign, thousands(minor/100), minor%100, currency)
}

// thousands writes a whole number with commas.
func thousands[N ~int | ~int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	head := len(s) % 3
	if n < 0 {
		head = (len(s)-1)%3 + 1
	}
	var b strings.Builder
	b.WriteString(s[:head])
	for i := head; i < len(s); i += 3 {
		if i > 0 && s[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteString(s[i : i+3])
	}
	return b.String()
}

// counts writes "12 of this, 3 of that", most first.
func counts(by map[string]int) string {
	keys := slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(by[b], by[a]), strings.Compare(a, b))
	})
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = thousands(by[k]) + " " + k
	}
	return strings.Join(parts, ", ")
}
