package command

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"quartermaster/internal/service"
	"quartermaster/simulations"
)

// simulateView is what scenarios gave.
type simulateView struct {
	Job    string                 `json:"job_id"`
	Answer service.ScenarioAnswer `json:"answer"`
	orders int                    // to show for each scenario
}

// shownKPIs are the figures that people see; the JSON has all.
var shownKPIs = []string{
	"orders", "promised", "promised_whole", "partial", "unserved", "split", "units_promised", "parcels", "routes", "distance_m", "co2e_g",
	"delivery_cost_cents", "handling_cost_cents", "cost_per_order_cents", "purchase_orders", "purchase_lines", "purchase_cost_cents",
	"prepaid_cents", "suppliers_over_limit",
}

func (v simulateView) write(w io.Writer) {
	a := v.Answer
	start := time.Unix(int64(a.OriginDay)*secondsPerDay, 0).UTC().Format(time.DateOnly)
	fmt.Fprintf(w, "What if     %d scenarios against the facts as they are, from %s on, %d days, seed %d\n", len(a.Results), start, a.Days, a.Seed)
	for i, r := range a.Results {
		said := strings.Join(r.Changes, "; ")
		if said == "" {
			said = "no change"
		}
		fmt.Fprintf(w, "  %d         %s: %s\n", i+1, r.Name, said)
	}
	v.figures(w)
	for i, r := range a.Results {
		fmt.Fprintln(w)
		v.scenario(w, i+1, r)
	}
}

// figures prints the table of all plans side by side.
func (v simulateView) figures(w io.Writer) {
	rows := [][]string{{"", "base"}}
	for i := range v.Answer.Results {
		rows[0] = append(rows[0], fmt.Sprintf("%d", i+1), "")
	}
	first := v.Answer.Results[0].Report
	for k, x := range first.KPIs {
		if !slices.Contains(shownKPIs, x.Name) {
			continue
		}
		row := []string{x.Label, figure(x, x.Before, first.Currency)}
		for _, r := range v.Answer.Results {
			y := r.Report.KPIs[k]
			row = append(row, figure(y, y.After, first.Currency), changeInWords(y, first.Currency))
		}
		rows = append(rows, row)
	}
	table(w, rows)
}

// figure writes a value in the unit that people read it in.
func figure(k simulations.KPI, x float64, currency string) string {
	switch k.Unit {
	case "m":
		return fmt.Sprintf("%.1f km", x/1000)
	case "g":
		return fmt.Sprintf("%.1f kg", x/1000)
	case "cents":
		return amount(int64(math.Round(x)), currency)
	}
	return thousands(int64(math.Round(x)))
}

// changeInWords writes a change as a share, or in its unit where there was nothing before.
func changeInWords(k simulations.KPI, currency string) string {
	switch {
	case k.Change == 0:
		return "="
	case k.ChangeShare == nil:
		return "+" + figure(k, k.Change, currency) // from nothing: no figure falls below it
	case math.Abs(*k.ChangeShare) < 0.0005:
		return fmt.Sprintf("%+.2f%%", 100**k.ChangeShare)
	}
	return fmt.Sprintf("%+.1f%%", 100**k.ChangeShare)
}

// table prints columns: the first to the left, the others to the right.
func table(w io.Writer, rows [][]string) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			gap := strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString(cell + gap)
			} else {
				b.WriteString("  " + gap + cell)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// scenario prints which orders, sites and suppliers one scenario touches most.
func (v simulateView) scenario(w io.Writer, n int, r simulations.Result) {
	c := r.Report.OrdersChanged
	fmt.Fprintf(w, "%d %s\n", n, r.Name)
	fmt.Fprintf(w, "  orders    %s differ: %s answered worse, %s better, %s from other sites, %s arrive at another time\n",
		thousands(c.Any), thousands(c.Worse), thousands(c.Better), thousands(c.Sites), thousands(c.Arrival))
	for _, o := range r.Report.Orders[:min(v.orders, len(r.Report.Orders))] {
		fmt.Fprintf(w, "            %s: %s → %s: %s\n", o.OrderID, stateInWords(o.Before), stateInWords(o.After), o.Reason)
	}
	var parts []string
	for _, s := range r.Report.Sites {
		parts = append(parts, fmt.Sprintf("%s %s → %s", s.SiteID, thousands(s.Parcels.Before), thousands(s.Parcels.After)))
	}
	fmt.Fprintf(w, "  parcels   %s\n", strings.Join(parts, ", "))
	most := mostChanged(r.Report.Suppliers)
	for i, s := range most {
		fmt.Fprintf(w, "  %-9s %s: buy %s → %s, headroom %s → %s\n", []string{"suppliers", ""}[min(i, 1)], s.Name,
			amount(s.CostCents.Before, r.Report.Currency), amount(s.CostCents.After, r.Report.Currency),
			amount(s.HeadroomCents.Before, r.Report.Currency), amount(s.HeadroomCents.After, r.Report.Currency))
	}
}

// mostChanged are the three suppliers whose purchases change most.
func mostChanged(all []simulations.Supplier) []simulations.Supplier {
	change := func(s simulations.Supplier) int64 {
		return max(s.CostCents.After-s.CostCents.Before, s.CostCents.Before-s.CostCents.After)
	}
	out := slices.DeleteFunc(slices.Clone(all), func(s simulations.Supplier) bool { return change(s) == 0 })
	slices.SortStableFunc(out, func(a, b simulations.Supplier) int {
		switch {
		case change(a) > change(b):
			return -1
		case change(a) < change(b):
			return 1
		}
		return 0
	})
	return out[:min(3, len(out))]
}

func stateInWords(s simulations.OrderState) string {
	if len(s.Sites) == 0 {
		return string(s.Answer)
	}
	return string(s.Answer) + " from " + strings.Join(s.Sites, " and ")
}
