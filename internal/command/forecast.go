package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"quartermaster/forecast"
	"quartermaster/forecast/combine"
	"quartermaster/forecast/roster"
	"quartermaster/internal/intake"
)

// forecastVerb forecasts a file, or the items of the installation.
type forecastVerb struct {
	File  forecastFileVerb  `cmd:"" default:"withargs" help:"Forecast any table of demand; meant where a file is named."`
	Items forecastItemsVerb `cmd:"" help:"Forecast every declared item from its stored sales."`
}

// forecastFileVerb forecasts any table of demand.
type forecastFileVerb struct {
	File    string   `arg:"" help:"CSV file with a heading, or Parquet: a column of dates, one of quantities, any that name a series (sku, store, …), and where there is one a column of stock."`
	Horizon int      `default:"0" placeholder:"N" help:"Steps ahead; default: 48 hours, 28 days, 13 weeks, 12 months, 8 quarters or 6 years."`
	Gaps    string   `default:"unseen" enum:"unseen,zero" help:"What a step without a row means: unseen (not observed) or zero; default ${default}."`
	With    []string `placeholder:"COLUMN,…" help:"Columns of numbers that are known for the steps to come as well, such as price or promotion; rows without a quantity at the end tell what they will be."`
	Lead    float64  `placeholder:"STEPS" help:"Also the total over a lead time of so many steps, as a distribution."`
	LeadSD  float64  `name:"lead-sd" placeholder:"STEPS" help:"Standard deviation of the lead time."`
	Screen  bool     `default:"true" negatable:"" help:"Net returns, leave out steps on an empty shelf and cut lone mistakes before forecasting; default: yes."`
	Plot    string   `placeholder:"FILE" help:"Also draw the first twelve series with their bands into this SVG file."`
	Workers int      `default:"0" placeholder:"N" help:"Goroutines; default: one a processor."`
}

func (forecastFileVerb) Help() string {
	return `Finds the columns and the calendar step by itself and says what it took for what. All series are forecast as one panel: every method is tried on the series' own past, and what did best there is blended, with bands as wide as its errors were. A series that cannot be forecast gets a status and a reason; the others are not held up.

Examples:

    quartermaster forecast sales.csv
    quartermaster forecast sales.csv --horizon 8 --plot sales.svg
    quartermaster forecast sales.parquet --gaps zero --json
    quartermaster forecast sales.csv --with price,promo --lead 3 --lead-sd 1`
}

// Seasons and usual horizons of the calendar steps.
var stepSeasons = map[string][]int{"hour": {24, 168}, "day": {7, 364}, "week": {52}, "month": {12}, "quarter": {4}}
var stepHorizon = map[string]int{"hour": 48, "day": 28, "week": 13, "month": 12, "quarter": 8, "year": 6}

// mostHorizon bounds what is asked for.
const mostHorizon = 5000

func (v forecastFileVerb) Run(r *run) error {
	if _, err := os.Stat(v.File); err != nil {
		return usageError{fmt.Errorf("forecast: %w", err)}
	}
	if v.Horizon < 0 || v.Horizon > mostHorizon {
		return usageError{fmt.Errorf("forecast: --horizon is %d, want 1 to %d", v.Horizon, mostHorizon)}
	}
	if v.Lead < 0 || v.LeadSD < 0 || v.Lead+v.LeadSD > mostHorizon {
		return usageError{fmt.Errorf("forecast: --lead %v and --lead-sd %v: want steps, 0 to %d", v.Lead, v.LeadSD, mostHorizon)}
	}
	table, err := intake.ReadDemand(r.ctx, v.File, intake.DemandOptions{With: v.With})
	if err != nil {
		return fmt.Errorf("forecast: %w", err)
	}
	horizon := v.Horizon
	if horizon == 0 {
		horizon = stepHorizon[table.Step]
	}
	series, reports, unfit, err := v.series(table, horizon)
	if err != nil {
		return usageError{fmt.Errorf("forecast: %s: %w", v.File, err)}
	}
	bar := r.progress("forecast")
	p, err := combine.NewPanel(roster.ForSeries(series), combine.PanelOptions{Horizon: horizon, Workers: v.Workers, KeepErrors: true,
		Progress: func(done, total int) {
			bar.report(float64(done)/float64(total), "trying methods on the past, then forecasting")
		}})
	if err != nil {
		bar.end()
		return err
	}
	answers, recipe, err := p.Run(r.ctx, series)
	bar.end()
	if err != nil {
		return fmt.Errorf("forecast: %w", err)
	}
	view := forecastView(v.File, table, answers, recipe, horizon)
	for i := range answers {
		if unfit[i] != "" {
			view.Series[i].Reason = unfit[i]
			continue
		}
		v.explain(&view.Series[i], table, i, series[i], &answers[i], reports[i])
	}
	if v.Plot != "" {
		if err := writePlot(v.Plot, table, answers); err != nil {
			return fmt.Errorf("forecast: --plot: %w", err)
		}
		view.Plot = v.Plot
	}
	return r.print(view)
}

// forecastSummary is what the verb says.
type forecastSummary struct {
	File    string         `json:"file"`
	Step    string         `json:"step"`
	Horizon int            `json:"horizon"`
	Time    string         `json:"time_column"`
	Qty     string         `json:"quantity_column"`
	Keys    []string       `json:"series_columns"`
	Stock   string         `json:"stock_column,omitempty"`
	With    []string       `json:"with_columns,omitempty"`
	Unread  []string       `json:"columns_not_read"`
	Doubled int            `json:"rows_added_up"`
	Missing int            `json:"steps_without_row"`
	Weights []weightRow    `json:"weights"`
	Plot    string         `json:"plot,omitempty"`
	Series  []forecastRows `json:"series"`
}

type weightRow struct {
	Method string  `json:"method"`
	Weight float64 `json:"weight"`
	Loss   float64 `json:"loss"` // on the panel's own past, 1 = the benchmark's
}

type forecastRows struct {
	ID      string             `json:"id"`
	Status  string             `json:"status"`
	Reason  string             `json:"reason,omitempty"`
	Method  string             `json:"method"`
	Weights map[string]float64 `json:"weights,omitempty"`
	Dates   []string           `json:"dates"`
	Mean    []float64          `json:"mean"`
	Low80   []float64          `json:"low80"`
	High80  []float64          `json:"high80"`
	Low95   []float64          `json:"low95"`
	High95  []float64          `json:"high95"`

	Explanation *forecast.Explanation    `json:"explanation,omitempty"`
	Tested      *forecast.Accuracy       `json:"tested,omitempty"`
	Lead        *forecast.LeadTimeDemand `json:"lead_time,omitempty"`
	Findings    []string                 `json:"findings,omitempty"`
	Alerts      []string                 `json:"alerts,omitempty"`
}

func forecastView(file string, table *intake.Demand, answers []combine.Outlook, recipe *combine.Recipe, horizon int) forecastSummary {
	c := table.Columns
	v := forecastSummary{File: filepath.Base(file), Step: table.Step, Horizon: horizon, Time: c.Time, Qty: c.Quantity, Stock: c.Stock, With: c.With, Keys: append([]string{}, c.Keys...),
		Unread: append([]string{}, c.Unread...), Doubled: table.Doubled, Missing: table.Missing, Weights: []weightRow{}}
	for i, w := range recipe.Pooled {
		if w >= 0.005 {
			v.Weights = append(v.Weights, weightRow{recipe.Methods[i], w, recipe.Losses[i]})
		}
	}
	layout := "2006-01-02"
	if table.Step == "hour" {
		layout = "2006-01-02T15:04"
	}
	for i, a := range answers {
		row := forecastRows{ID: a.SeriesID, Status: string(a.Status), Reason: a.Reason, Method: a.Method, Weights: a.Weights, Mean: a.Mean,
			Low80: band(a, 0.1), High80: band(a, 0.9), Low95: band(a, 0.025), High95: band(a, 0.975)}
		for h := range a.Mean {
			row.Dates = append(row.Dates, table.After(&table.Series[i], h).Format(layout))
		}
		v.Series = append(v.Series, row)
	}
	return v
}

// band is the row of quantiles at a level.
func band(a combine.Outlook, level float64) []float64 {
	for l, p := range a.Levels {
		if p == level {
			return a.Quantiles[l]
		}
	}
	return nil
}

const mostForecastRows = 40 // series shown to people

func (v forecastSummary) write(w io.Writer) {
	fmt.Fprintf(w, "%s: %d series by %s; dates from %q, quantities from %q", v.File, len(v.Series), v.Step, v.Time, v.Qty)
	if len(v.Keys) > 0 {
		fmt.Fprintf(w, ", series named by %s", quoted(v.Keys))
	}
	fmt.Fprintln(w)
	if v.Stock != "" {
		fmt.Fprintf(w, "Steps with nothing left in %q are not read as demand\n", v.Stock)
	}
	if len(v.Unread) > 0 {
		fmt.Fprintf(w, "Not read: %s\n", quoted(v.Unread))
	}
	if v.Doubled > 0 {
		fmt.Fprintf(w, "%d rows came twice for the same series and %s; their quantities are added up\n", v.Doubled, v.Step)
	}
	if v.Missing > 0 {
		fmt.Fprintf(w, "%d steps have no row\n", v.Missing)
	}
	fmt.Fprintf(w, "Believed, from the series' own past (error over the benchmark's):")
	for _, x := range v.Weights {
		fmt.Fprintf(w, " %s %.0f %% (%.2f)", x.Method, 100*x.Weight, x.Loss)
	}
	fmt.Fprint(w, "\n\n")
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "series\tstatus\tmethod\tfrom\tnext\t80 %% band\t%d steps in all\n", v.Horizon)
	for i, s := range v.Series {
		if i == mostForecastRows {
			break
		}
		total := 0.0
		for _, x := range s.Mean {
			total += x
		}
		name := s.ID
		if name == "" {
			name = "(all)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.4g\t%.4g–%.4g\t%.5g\n", name, s.Status, s.Method, s.Dates[0], s.Mean[0], s.Low80[0], s.High80[0], total)
	}
	_ = t.Flush()
	if n := len(v.Series) - mostForecastRows; n > 0 {
		fmt.Fprintf(w, "… and %d more; --json has all\n", n)
	}
	v.writeStories(w)
	if v.Plot != "" {
		fmt.Fprintf(w, "Drawn into %s\n", v.Plot)
	}
}

const mostStories = 12 // series explained to people

// writeStories says what each forecast is made of, and why one is none.
func (v forecastSummary) writeStories(w io.Writer) {
	fmt.Fprintln(w)
	for i, s := range v.Series {
		name := s.ID
		if name == "" {
			name = "(all)"
		}
		if s.Status == string(forecast.StatusEmpty) || s.Status == string(forecast.StatusSparse) {
			fmt.Fprintf(w, "%s: %s\n", name, s.Reason)
			continue
		}
		if i >= mostStories || s.Explanation == nil {
			continue
		}
		fmt.Fprintf(w, "%s: %s\n", name, s.Explanation.Sentence)
		if l := s.Lead; l != nil {
			fmt.Fprintf(w, "    over the lead time of %.3g: %.4g, standard deviation %.3g, 95 %% below %.4g\n", l.MeanDays, l.Mean, l.SD, leadQuantile(l, 0.95))
		}
		for _, text := range append(s.Findings, s.Alerts...) {
			fmt.Fprintf(w, "    %s\n", text)
		}
	}
}

func leadQuantile(l *forecast.LeadTimeDemand, level float64) float64 {
	for i, p := range l.Levels {
		if p == level {
			return l.Quantiles[i]
		}
	}
	return l.Mean
}

func quoted(names []string) string { return "\"" + strings.Join(names, "\", \"") + "\"" }
