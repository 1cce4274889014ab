package command

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"quartermaster/finance/credit"
	"quartermaster/finance/portfolio"
	"quartermaster/internal/casefile"
)

// financeVerb is the family of verbs about trust and money.
type financeVerb struct {
	Train     financeTrainVerb     `cmd:"" help:"Learn a credit model from cases and their outcomes."`
	Score     financeScoreVerb     `cmd:"" help:"Score cases with reasons and what would improve them."`
	Validate  financeValidateVerb  `cmd:"" help:"Hold a model against cases it has not seen, and against a challenger."`
	Points    financePointsVerb    `cmd:"" help:"Print a scorecard as a table of points."`
	Portfolio financePortfolioVerb `cmd:"" help:"Measure what a book of exposures may lose, and by whom."`
}

type financeTrainVerb struct {
	Cases     string   `arg:"" placeholder:"CASES.csv" help:"Table of cases, a row each; .gz is read too."`
	Target    string   `default:"y" help:"Column of the outcome, 1 = bad; default ${default}."`
	Kind      string   `default:"boosted" enum:"boosted,scorecard,glassbox" help:"boosted, scorecard or glassbox; default ${default}."`
	Out       string   `required:"" placeholder:"MODEL.json" help:"Where the model is written."`
	Rising    []string `placeholder:"COLUMN" help:"Columns of numbers of which more is never less risk."`
	Falling   []string `placeholder:"COLUMN" help:"Columns of numbers of which more is never more risk."`
	Factor    []string `placeholder:"COLUMN=NAME" help:"The business factor that a column's reasons are merged under."`
	Fixed     []string `placeholder:"COLUMN" help:"Columns nobody can change: no advice is given on them."`
	Rejected  string   `placeholder:"CASES.csv" help:"Refused applicants, whose outcomes are inferred by parcelling."`
	Prudence  float64  `default:"2" help:"Odds of the refused against accepted cases like them; default ${default}."`
	KeepLeaks bool     `help:"Keep columns that look like later knowledge of the outcome."`
	Seed      uint64   `default:"1" help:"Of every random choice; default ${default}."`
	Workers   int      `default:"2" help:"Goroutines; the model does not depend on it; default ${default}."`
}

func (financeTrainVerb) Help() string {
	return `Columns that name cases, hold dates, or seem to know the outcome are set aside with the reason. All measures that are printed come from cases left out while learning.

Examples:

    quartermaster finance train loans.csv.gz --out model.json
    quartermaster finance train loans.csv --kind scorecard --rising months_late --falling income,age --fixed age --out card.json`
}

func (v financeTrainVerb) Run(r *run) error {
	f, y, err := casefile.Read(v.Cases, v.Target)
	if err != nil {
		return usageError{fmt.Errorf("finance train: %w", err)}
	}
	o := credit.Options{
		Kind: v.Kind, Directions: map[string]int8{}, Factors: map[string]string{}, Fixed: v.Fixed, KeepLeaks: v.KeepLeaks, Seed: v.Seed, Workers: v.Workers,
	}
	for _, name := range v.Rising {
		o.Directions[name] = 1
	}
	for _, name := range v.Falling {
		o.Directions[name] = -1
	}
	for _, pair := range v.Factor {
		column, name, ok := strings.Cut(pair, "=")
		if !ok {
			return usageError{fmt.Errorf("finance train: --factor %q: want COLUMN=NAME", pair)}
		}
		o.Factors[column] = name
	}
	bar := r.progress("finance train")
	o.Progress = bar.report
	m, note, err := v.learn(r, f, y, o)
	bar.end()
	if err != nil {
		return fmt.Errorf("finance train: %s: %w", v.Cases, err)
	}
	data, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if err := writeWhole(v.Out, append(data, '\n')); err != nil {
		return err
	}
	return r.print(trainedView{File: v.Out, Kind: m.Kind, Cases: m.Cases, Bads: m.Bads, CrossFitted: m.Fitted, SetAside: m.Aside, Scale: m.Scale, Rejects: note})
}

func (v financeTrainVerb) learn(r *run, f credit.Frame, y []float64, o credit.Options) (*credit.Model, *credit.RejectNote, error) {
	if v.Rejected == "" {
		m, err := credit.Train(r.ctx, f, y, o)
		return m, nil, err
	}
	rejected, _, err := casefile.Read(v.Rejected, "")
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("finance train: %w", err)}
	}
	return credit.TrainWithRejects(r.ctx, f, y, rejected, o, credit.RejectOptions{Prudence: v.Prudence})
}

// writeWhole writes a file beside its place and then moves it there, so that a broken write leaves the old one.
func writeWhole(path string, data []byte) error {
	if err := os.WriteFile(path+".part", data, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

type trainedView struct {
	File        string            `json:"file"`
	Kind        string            `json:"kind"`
	Cases       int               `json:"cases"`
	Bads        int               `json:"bads"`
	CrossFitted credit.Measures   `json:"cross_fitted"`
	SetAside    []credit.SetAside `json:"set_aside"`
	Scale       []credit.Grade    `json:"master_scale"`
	// Rejects says what refused applicants changed; nil = there were none.
	Rejects *credit.RejectNote `json:"rejects,omitempty"`
}

func (v trainedView) write(w io.Writer) {
	fmt.Fprintf(w, "Model       %s, from %d cases, %d of them bad, written to %s\n", v.Kind, v.Cases, v.Bads, v.File)
	m := v.CrossFitted
	fmt.Fprintf(w, "Left out    AUC %.4f, KS %.4f, Brier %.4f, calibration error %.4f (cases left out while learning)\n", m.AUC, m.KS, m.Brier, m.ECE)
	if n := v.Rejects; n != nil {
		fmt.Fprintf(w, "Rejects     %d used, %.1f %% of them inferred bad (accepted: %.1f %%); their mean PD %.2f %% by accepts only, %.2f %% with them\n", n.Used, 100*n.InferredRate, 100*n.AcceptedRate, 100*n.MeanAlone, 100*n.MeanWith)
		fmt.Fprintf(w, "            accepts only: AUC %.4f on the same accepted cases left out\n", n.Alone.AUC)
	}
	for _, a := range v.SetAside {
		fmt.Fprintf(w, "Set aside   %s: %s\n", a.Column, a.Reason)
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "Grade\tcases\tbad\tPD\t90 % range\tprudent PD")
	for _, g := range v.Scale {
		if g.Cases > 0 {
			fmt.Fprintf(t, "%s\t%d\t%d\t%.2f %%\t%.2f–%.2f %%\t%.2f %%\n", g.Name, g.Cases, g.Bads, 100*g.PD, 100*g.Low, 100*g.High, 100*g.Prudent)
		}
	}
	_ = t.Flush() // to the same writer as all else here
}

type financeScoreVerb struct {
	Model   string `arg:"" placeholder:"MODEL.json" help:"Model that finance train wrote."`
	Cases   string `arg:"" placeholder:"CASES.csv" help:"Table of cases; columns that the model does not know are left alone."`
	ID      string `placeholder:"COLUMN" help:"Column that names a case; default: its line."`
	Show    int    `default:"10" help:"Riskiest cases to print; default ${default}. --json has all."`
	Workers int    `default:"2" help:"Goroutines; default ${default}."`
}

func (financeScoreVerb) Help() string {
	return `Gives each case a probability with its 90 % interval, a grade, points, at most four reasons, and for each a value within reach that would improve it.

Example:

    quartermaster finance score model.json suppliers.csv --id supplier --json`
}

func (v financeScoreVerb) Run(r *run) error {
	m, err := readCredit(v.Model)
	if err != nil {
		return usageError{fmt.Errorf("finance score: %w", err)}
	}
	f, _, err := casefile.Read(v.Cases, "")
	if err != nil {
		return usageError{fmt.Errorf("finance score: %w", err)}
	}
	all, err := m.Assess(f, credit.AssessOptions{Workers: v.Workers})
	if err != nil {
		return usageError{fmt.Errorf("finance score: %s: %w", v.Cases, err)}
	}
	out := scoredView{show: v.Show}
	id := f.Column(v.ID)
	if v.ID != "" && id == nil {
		return usageError{fmt.Errorf("finance score: %s: there is no column %q", v.Cases, v.ID)}
	}
	for i, a := range all {
		name := "line " + strconv.Itoa(i+2)
		switch {
		case id != nil && id.Words != nil:
			name = id.Words[i]
		case id != nil:
			name = strconv.FormatFloat(id.Numbers[i], 'f', -1, 64)
		}
		out.Cases = append(out.Cases, scoredCase{name, a})
	}
	return r.print(out)
}

func readCredit(path string) (*credit.Model, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m, err := credit.ReadModel(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

type scoredCase struct {
	ID string `json:"id"`
	credit.Assessment
}

type scoredView struct {
	Cases []scoredCase `json:"cases"`
	show  int
}

func (v scoredView) write(w io.Writer) {
	order := slices.Clone(v.Cases)
	slices.SortStableFunc(order, func(a, b scoredCase) int {
		switch {
		case a.PD > b.PD:
			return -1
		case a.PD < b.PD:
			return 1
		}
		return 0
	})
	fmt.Fprintf(w, "%d cases; the riskiest first\n", len(order))
	for _, c := range order[:min(max(0, v.show), len(order))] {
		fmt.Fprintf(w, "%s: PD %.2f %% (%.2f–%.2f %%), grade %s, %.0f points\n", c.ID, 100*c.PD, 100*c.Low, 100*c.High, c.Grade, c.Points)
		for _, reason := range c.Reasons {
			fmt.Fprintf(w, "    %+.0f points  %s\n", reason.Points, reason.Sentence)
			if ch := reason.Change; ch != nil {
				fmt.Fprintf(w, "                %s from %s to %s would make the PD %.2f %%\n", ch.Column, ch.From, ch.To, 100*ch.PD)
			}
		}
		for _, note := range c.Notes {
			fmt.Fprintf(w, "    note: %s\n", note)
		}
	}
}

type financeValidateVerb struct {
	Model      string `arg:"" placeholder:"MODEL.json" help:"Model that finance train wrote."`
	Cases      string `arg:"" placeholder:"CASES.csv" help:"Cases that it was not learned from, with their outcomes."`
	Target     string `default:"y" help:"Column of the outcome, 1 = bad; default ${default}."`
	Challenger string `placeholder:"MODEL.json" help:"Another model, compared on the same cases."`
	HTML       string `name:"html" placeholder:"FILE" help:"Write the report as a page too."`
}

func (financeValidateVerb) Help() string {
	return `Reports ranking, calibration by grade, stability of the score and every feature, and findings in words; with --challenger also whether it should replace the model.

Example:

    quartermaster finance validate model.json loans-2025.csv --challenger card.json --html report.html`
}

func (v financeValidateVerb) Run(r *run) error {
	m, err := readCredit(v.Model)
	if err != nil {
		return usageError{fmt.Errorf("finance validate: %w", err)}
	}
	var challenger *credit.Model
	if v.Challenger != "" {
		if challenger, err = readCredit(v.Challenger); err != nil {
			return usageError{fmt.Errorf("finance validate: %w", err)}
		}
	}
	f, y, err := casefile.Read(v.Cases, v.Target)
	if err != nil {
		return usageError{fmt.Errorf("finance validate: %w", err)}
	}
	report, err := m.Validate(f, y, challenger)
	if err != nil {
		return usageError{fmt.Errorf("finance validate: %s: %w", v.Cases, err)}
	}
	if v.HTML != "" {
		page, err := report.HTML()
		if err != nil {
			return err
		}
		if err := writeWhole(v.HTML, page); err != nil {
			return err
		}
	}
	return r.print(validationView{report})
}

type validationView struct{ credit.Validation }

func (v validationView) write(w io.Writer) {
	m := v.Measures
	fmt.Fprintf(w, "Cases       %d, %d of them bad\n", m.N, m.Bads)
	fmt.Fprintf(w, "Measures    AUC %.4f (%.4f–%.4f), KS %.4f, Brier %.4f, calibration error %.4f\n", m.AUC, v.AUCLow, v.AUCHigh, m.KS, m.Brier, m.ECE)
	for _, g := range v.Grades {
		fmt.Fprintf(w, "Grade %-5s %d of %d bad, %.2f %% came, %.2f %% expected\n", g.Grade, g.Bads, g.Cases, 100*g.Rate, 100*g.Expected)
	}
	for _, finding := range v.Findings {
		fmt.Fprintf(w, "Finding     %s\n", finding)
	}
}

type financePointsVerb struct {
	Model string `arg:"" placeholder:"MODEL.json" help:"Scorecard that finance train --kind scorecard wrote."`
}

func (financePointsVerb) Help() string {
	return `Prints the base points and, for each attribute of each characteristic, the points that it adds, with the cases and the bad rate it was learned from. Adding them up by hand gives a case's score.

Example:

    quartermaster finance points card.json`
}

func (v financePointsVerb) Run(r *run) error {
	m, err := readCredit(v.Model)
	if err != nil {
		return usageError{fmt.Errorf("finance points: %w", err)}
	}
	base, lines, ok := m.PointsTable()
	if !ok {
		return usageError{fmt.Errorf("finance points: %s is a %s model; only a scorecard has a table of points", v.Model, m.Kind)}
	}
	return r.print(pointsView{Base: base, PDO: m.Points.PDO, Lines: lines})
}

type pointsView struct {
	Base  int                 `json:"base"`
	PDO   float64             `json:"pdo"`
	Lines []credit.PointsLine `json:"lines"`
}

func (v pointsView) write(w io.Writer) {
	fmt.Fprintf(w, "Base points %d; %.0f points double the odds of good to bad\n", v.Base, v.PDO)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "Characteristic\tattribute\tpoints\tcases\tbad")
	for _, l := range v.Lines {
		cases, rate := "", ""
		if l.Cases > 0 {
			cases, rate = strconv.Itoa(l.Cases), fmt.Sprintf("%.1f %%", 100*l.BadRate)
		}
		fmt.Fprintf(t, "%s\t%s\t%+d\t%s\t%s\n", l.Characteristic, l.Attribute, l.Points, cases, rate)
	}
	_ = t.Flush() // to the same writer as all else here
}

type financePortfolioVerb struct {
	Book     string  `arg:"" placeholder:"BOOK.csv" help:"Exposures: columns id, ead, pd, lgd and loadings on common factors (loading1, …)."`
	Quantile float64 `default:"0.999" help:"Of the worst year; default ${default}."`
	Paths    int     `default:"20000" help:"Years to simulate; default ${default}."`
	Show     int     `default:"10" help:"Largest parts of the shortfall to print; default ${default}. --json has all."`
	Seed     uint64  `default:"1" help:"Of the simulation; default ${default}."`
	Workers  int     `default:"2" help:"Goroutines; the answer does not depend on it; default ${default}."`
}

func (financePortfolioVerb) Help() string {
	return `Simulates years in which firms fail together through common factors, with importance sampling for the tail. Without loadings all firms get one factor with a squared loading of 0.15.

Example:

    quartermaster finance portfolio book.csv --quantile 0.99 --json`
}

// usualLoading is the root of an asset correlation of 0.15.
const usualLoading = 0.3872983346207417

func (v financePortfolioVerb) Run(r *run) error {
	book, err := casefile.Book(v.Book)
	if err != nil {
		return usageError{fmt.Errorf("finance portfolio: %w", err)}
	}
	for i := range book {
		if len(book[i].Loadings) == 0 {
			book[i].Loadings = []float64{usualLoading}
		}
	}
	got, err := portfolio.Simulate(r.ctx, book, portfolio.SimulationOptions{Paths: v.Paths, Q: v.Quantile, Seed: v.Seed, Workers: v.Workers})
	if err != nil {
		return usageError{fmt.Errorf("finance portfolio: %s: %w", v.Book, err)}
	}
	out := bookView{
		Exposures: len(book), Expected: got.Expected, ValueAtRisk: got.ValueAtRisk, Shortfall: got.Shortfall, Capital: got.Capital,
		Quantile: v.Quantile, Paths: got.Paths, TailPaths: got.TailPaths, Seed: got.Seed, show: v.Show,
	}
	shares := make([]float64, len(book))
	for i, e := range book {
		out.EAD += e.EAD
		shares[i] = e.EAD
	}
	for i := range shares {
		shares[i] /= max(out.EAD, 1e-300)
	}
	out.HHI, out.EffectiveNames = portfolio.HHI(shares)
	for i, e := range book {
		out.Parts = append(out.Parts, bookPart{e.ID, e.EAD, e.PD * e.LGD * e.EAD, got.Shares[i]})
	}
	slices.SortStableFunc(out.Parts, func(a, b bookPart) int {
		switch {
		case a.Shortfall > b.Shortfall:
			return -1
		case a.Shortfall < b.Shortfall:
			return 1
		}
		return 0
	})
	return r.print(out)
}

type bookPart struct {
	ID        string  `json:"id"`
	EAD       float64 `json:"ead"`
	Expected  float64 `json:"expected_loss"`
	Shortfall float64 `json:"shortfall_part"`
}

type bookView struct {
	Exposures      int        `json:"exposures"`
	EAD            float64    `json:"ead"`
	Expected       float64    `json:"expected_loss"`
	ValueAtRisk    float64    `json:"value_at_risk"`
	Shortfall      float64    `json:"expected_shortfall"`
	Capital        float64    `json:"capital"`
	Quantile       float64    `json:"quantile"`
	HHI            float64    `json:"hhi"`
	EffectiveNames float64    `json:"effective_names"`
	Paths          int        `json:"paths"`
	TailPaths      int        `json:"tail_paths"`
	Seed           uint64     `json:"seed"`
	Parts          []bookPart `json:"parts"`
	show           int
}

func (v bookView) write(w io.Writer) {
	fmt.Fprintf(w, "Book        %d exposures, %.2f in all; as concentrated as %.1f equal ones (HHI %.4f)\n", v.Exposures, v.EAD, v.EffectiveNames, v.HHI)
	fmt.Fprintf(w, "Losses      expected %.2f a year; in the worst %.2f %% of years %.2f or more, %.2f on average\n", v.Expected, 100*(1-v.Quantile), v.ValueAtRisk, v.Shortfall)
	fmt.Fprintf(w, "Capital     %.2f beyond the expected loss; %d years drawn, %d of them in the tail\n", v.Capital, v.Paths, v.TailPaths)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "Part of the worst years\texposure\texpected loss\tid")
	for _, p := range v.Parts[:min(max(0, v.show), len(v.Parts))] {
		fmt.Fprintf(t, "%.2f\t%.2f\t%.2f\t%s\n", p.Shortfall, p.EAD, p.Expected, p.ID)
	}
	_ = t.Flush() // to the same writer as all else here
}
