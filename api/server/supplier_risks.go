package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/finance/credit"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

type supplierRisksInput struct {
	Q        string `query:"q" maxLength:"200" doc:"Part of the id or name"`
	AsOfDate string `query:"as_of_date" format:"date" doc:"Default: the day after the newest order"`
	Cursor   string `query:"cursor" maxLength:"20" doc:"next_cursor of the page before"`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type supplierRisksOutput struct{ Body api.SupplierRiskList }

type supplierRiskInput struct {
	DeclaredPath
	AsOfDate string `query:"as_of_date" format:"date" doc:"Default: the day after the newest order"`
}

type supplierRiskOutput struct{ Body api.SupplierRiskDetail }

func (s *Server) registerSupplierRisks() {
	list := operation("list-supplier-risks", http.MethodGet, "/v1/supplier-risks", "List suppliers, the riskiest first", "suppliers", service.ScopePlansRead, 409)
	list.Description = "Each supplier by the table of points and, where a model called suppliers is in use, by its PD with reasons."
	register(s, list, s.listSupplierRisks)
	one := operation("get-supplier-risk", http.MethodGet, "/v1/supplier-risks/{id}", "Read how far one supplier can be trusted", "suppliers", service.ScopePlansRead, 404, 409)
	one.Description = "Its score with reasons, the trend of a year, its record, the money at risk with it, and what would improve it."
	register(s, one, s.supplierRisk)
}

// judged is the declared suppliers with their scores as of a day.
type judged struct {
	day       int
	currency  string
	by        plan.Judges
	suppliers []finance.Supplier // as declared
	scores    []finance.Score
}

// judge scores the declared suppliers whose place keep says; nil = all.
func (s *Server) judge(ctx context.Context, asOfDate string, keep func(x *plan.Supplier) bool) (*judged, error) {
	w := s.work(ctx)
	declared, err := w.recorded(ctx)
	if err != nil {
		return nil, err
	}
	j := &judged{currency: declared.Currency}
	if j.day, err = w.day(ctx, asOfDate); err != nil {
		return nil, err
	}
	if j.by, err = service.SupplierJudges(ctx, w.Planning.Credit, w.Tenant); err != nil {
		return nil, err
	}
	for i := range declared.Suppliers {
		if x := &declared.Suppliers[i]; keep(x) {
			j.suppliers = append(j.suppliers, x.Supplier)
		}
	}
	j.scores, err = plan.Judge(j.suppliers, j.day, j.by, w.Planning.Workers)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", service.ErrConflict, err)
	}
	return j, nil
}

func (s *Server) listSupplierRisks(ctx context.Context, in *supplierRisksInput) (*supplierRisksOutput, error) {
	part := strings.ToLower(in.Q)
	j, err := s.judge(ctx, in.AsOfDate, func(x *plan.Supplier) bool {
		return strings.Contains(strings.ToLower(x.ID), part) || strings.Contains(strings.ToLower(x.Name), part)
	})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	order := make([]int, len(j.scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if j.by == (plan.Judges{}) {
			return cmp.Compare(j.scores[a].Points, j.scores[b].Points)
		}
		pdA, _ := j.scores[a].PD() // 0 of one that no model knows yet
		pdB, _ := j.scores[b].PD()
		return cmp.Compare(pdB, pdA)
	})
	from, _ := strconv.Atoi(in.Cursor) // of our own making; anything else begins anew
	from = min(max(0, from), len(order))
	out := &supplierRisksOutput{Body: api.SupplierRiskList{AsOfDate: dateOf(j.day), Found: len(order), Items: []api.SupplierRisk{}}}
	for _, i := range order[from:min(len(order), from+in.Limit)] {
		out.Body.Items = append(out.Body.Items, riskWords(j.suppliers[i].Name, j.scores[i]))
	}
	if to := from + in.Limit; to < len(order) {
		out.Body.NextCursor = strconv.Itoa(to)
	}
	return out, nil
}

func riskWords(name string, score finance.Score) api.SupplierRisk {
	return api.SupplierRisk{SupplierScore: scoreWords(name, score), Failure: failureWords(score), Outlook: outlookWords(score.Outlook)}
}

func failureWords(score finance.Score) *api.SupplierFailure {
	f := score.Failure
	if f == nil {
		return nil
	}
	out := &api.SupplierFailure{
		Model: f.Model, Version: f.Version, PD: f.PD, Low: f.Low, High: f.High, Rating: f.Rating, Grade: string(score.Verdict()), Notes: f.Notes,
		Reasons: failureReasons(f.Reasons), Strengths: failureReasons(f.Strengths),
	}
	return out
}

func failureReasons(reasons []finance.Reason) []api.CreditReason {
	out := make([]api.CreditReason, len(reasons))
	for i, r := range reasons {
		out[i] = api.CreditReason{Factor: r.Factor, Points: r.Points, Sentence: r.Sentence}
		if r.Change != "" {
			out[i].Change = &api.CreditChange{PD: r.ChangePD, Words: r.Change}
		}
	}
	return out
}

func (s *Server) supplierRisk(ctx context.Context, in *supplierRiskInput) (*supplierRiskOutput, error) {
	j, err := s.judge(ctx, in.AsOfDate, func(x *plan.Supplier) bool { return x.ID == in.ID })
	if errors.Is(err, service.ErrUndeclared) || err == nil && len(j.suppliers) == 0 {
		err = fmt.Errorf("%w: no supplier %q is declared", service.ErrNotFound, in.ID)
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	supplier := j.suppliers[0]
	out := api.SupplierRiskDetail{SupplierRisk: riskWords(supplier.Name, j.scores[0]), AsOfDate: dateOf(j.day)}
	if out.Trend, err = j.trend(supplier); err != nil {
		return nil, s.fail(ctx, err)
	}
	if out.Figures, err = j.figures(supplier); err != nil {
		return nil, s.fail(ctx, err)
	}
	if out.Exposure, err = s.exposure(ctx, j, supplier); err != nil {
		return nil, s.fail(ctx, err)
	}
	return &supplierRiskOutput{Body: out}, nil
}

const (
	trendMonths = 12
	trendDays   = 30 // between two points
)

// trend is the supplier's score as it was a month ago, two, and so on; nothing before the first purchase.
func (j *judged) trend(supplier finance.Supplier) ([]api.SupplierRiskMonth, error) {
	out := []api.SupplierRiskMonth{}
	for k := trendMonths; k >= 0; k-- {
		day := j.day - k*trendDays
		if day < supplier.SinceDay && k > 0 || day < 0 {
			continue
		}
		scores, err := plan.Judge([]finance.Supplier{supplier}, day, j.by, 1)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", service.ErrConflict, err)
		}
		point := api.SupplierRiskMonth{Date: dateOf(day), Points: scores[0].Points, Grade: string(scores[0].Verdict()), Deliveries: len(credit.Then(supplier, day).Deliveries)}
		if pd, known := scores[0].PD(); known {
			point.PD = &pd
		}
		out = append(out, point)
	}
	return out, nil
}

// figures are the supplier's record as a model reads it.
func (j *judged) figures(supplier finance.Supplier) ([]api.SupplierFigure, error) {
	f, err := credit.Records([]finance.Supplier{credit.Then(supplier, j.day)}, j.day)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", service.ErrConflict, err)
	}
	columns := credit.RecordColumns()
	out := make([]api.SupplierFigure, len(columns))
	for i, c := range columns {
		out[i] = api.SupplierFigure{Name: c.Name, Factor: c.Factor, Meaning: c.Meaning}
		if v := f[i].Numbers[0]; !math.IsNaN(v) {
			out[i].Value = &v
		}
	}
	return out, nil
}

// exposure is the money at risk, with the purchase orders that the newest plan proposes.
func (s *Server) exposure(ctx context.Context, j *judged, supplier finance.Supplier) (api.SupplierExposure, error) {
	proposed := finance.Money{Currency: j.currency}
	planID := ""
	record, err := s.options.Plans.Plan(ctx, s.tenant(ctx), "")
	switch {
	case err == nil:
		summary, err := readSummary(record)
		if err != nil {
			return api.SupplierExposure{}, err
		}
		planID = record.ID
		for _, x := range summary.Suppliers {
			if x.Score.SupplierID == supplier.ID {
				proposed = x.Exposure.Proposed
			}
		}
	case !errors.Is(err, service.ErrNotFound):
		return api.SupplierExposure{}, err
	}
	all, err := credit.Exposures([]finance.Supplier{supplier}, j.scores, []finance.Money{proposed})
	if err != nil {
		return api.SupplierExposure{}, fmt.Errorf("%w: %w", service.ErrConflict, err)
	}
	return exposureWords(planID, j.scores[0], all[0]), nil
}

func exposureWords(planID string, score finance.Score, e finance.Exposure) api.SupplierExposure {
	money := func(m finance.Money) api.Money { return api.Money{Minor: m.Minor, Currency: m.Currency} }
	out := api.SupplierExposure{
		PlanID: planID, Open: money(e.Open), Proposed: money(e.Proposed), Prepaid: money(e.Prepaid), Limit: money(e.Limit), Headroom: money(e.Headroom), Advice: e.Advice,
	}
	if _, known := score.PD(); known {
		expected := money(e.Expected)
		out.Expected = &expected
	}
	return out
}
