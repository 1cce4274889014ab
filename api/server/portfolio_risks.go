package server

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/finance/credit"
	"quartermaster/finance/portfolio"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

var _ = offer(Operation[api.PortfolioRequest, api.PortfolioAnswer]{
	Words: api.PortfolioRisks, Kind: "portfolio-risk", Summary: "what a book of exposures may lose",
	Description: "Expected loss, the loss of the worst years by simulation and by CreditRisk+, IRB capital, IFRS 9 stages with their allowances, concentration, each exposure's part in the risk, and contagion through links. " +
		"Without exposures the book is what is prepaid to the declared suppliers.",
	MaxBodyBytes: 64 << 20,
	Check:        checkPortfolio, Solve: solvePortfolio,
	Sentence: func(a api.PortfolioAnswer) string {
		return fmt.Sprintf("%d exposures, in the worst years %d.%02d %s or more", a.Exposures, a.ValueAtRisk.Minor/100, a.ValueAtRisk.Minor%100, a.ValueAtRisk.Currency)
	},
})

const (
	usualLoading  = 0.3872983346207417 // root of an asset correlation of 0.15
	usualMaturity = 2.5                // years, of capital
	maxDraws      = 2_000_000_000      // simulated years times exposures
	maxLinked     = 2000               // exposures where there are links: contagion looks at each pair
)

func checkPortfolio(ctx context.Context, w *Work, q *api.PortfolioRequest) ([]api.FieldError, error) {
	var wrong fieldErrors
	if len(q.Exposures) == 0 {
		judges, err := service.SupplierJudges(ctx, w.Planning.Credit, w.Tenant)
		if err != nil {
			return nil, err
		}
		if judges == (plan.Judges{}) {
			wrong.add(nil, "give exposures, or learn a model called suppliers or early-warning first: it gives the PDs of the declared ones", "exposures")
		}
		_, err = w.declared(ctx)
		return wrong, err
	}
	if draws := float64(len(q.Exposures)) * float64(q.Paths); draws > maxDraws {
		wrong.add(q.Paths, fmt.Sprintf("is too many years for %d exposures: %d at most", len(q.Exposures), maxDraws/len(q.Exposures)), "paths")
	}
	known := map[string]bool{}
	for i := range q.Exposures {
		checkExposure(&wrong, q, i, known)
	}
	if len(q.Links) > 0 && len(q.Exposures) > maxLinked {
		wrong.add(len(q.Links), fmt.Sprintf("go with at most %d exposures", maxLinked), "links")
	}
	for i, l := range q.Links {
		switch {
		case !known[l.From]:
			wrong.add(l.From, "is no exposure", "links[%d].from", i)
		case !known[l.To] || l.To == l.From:
			wrong.add(l.To, "is no other exposure", "links[%d].to", i)
		}
	}
	return wrong, nil
}

func checkExposure(wrong *fieldErrors, q *api.PortfolioRequest, i int, known map[string]bool) {
	e, first := &q.Exposures[i], &q.Exposures[0]
	r2 := 0.0
	for _, l := range e.Loadings {
		r2 += l * l
	}
	if known[e.ID] {
		wrong.add(e.ID, "stands twice", "exposures[%d].id", i)
	}
	known[e.ID] = true
	if e.EAD.Minor < 0 {
		wrong.add(e.EAD.Minor, "may not be negative", "exposures[%d].ead.minor", i)
	}
	if e.EAD.Currency != first.EAD.Currency {
		wrong.add(e.EAD.Currency, "is another currency than that of the first exposure, "+first.EAD.Currency+"; convert it first", "exposures[%d].ead.currency", i)
	}
	if len(e.Loadings) != len(first.Loadings) {
		wrong.add(len(e.Loadings), fmt.Sprintf("are another number than the first exposure's %d", len(first.Loadings)), "exposures[%d].loadings", i)
	}
	if !(r2 < 1) {
		wrong.add(r2, "have a sum of squares of 1 or more", "exposures[%d].loadings", i)
	}
}

func solvePortfolio(ctx context.Context, w *Work, q api.PortfolioRequest) (api.PortfolioAnswer, error) {
	var out api.PortfolioAnswer
	if len(q.Exposures) == 0 {
		var err error
		if out.Model, out.Version, err = w.ownBook(ctx, &q); err != nil {
			return out, err
		}
	}
	b := newBook(q)
	w.Progress(0.1, fmt.Sprintf("simulating %d years of %d exposures", q.Paths, len(b.all)))
	risk, err := portfolio.Simulate(ctx, b.all, portfolio.SimulationOptions{Paths: q.Paths, Q: q.Quantile, Seed: max(1, q.Seed), Workers: w.Planning.Workers})
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	if err == nil {
		err = b.fill(&out, &risk)
	}
	if err != nil {
		return out, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	w.Progress(0.9, "contagion")
	out.Contagion, err = b.contagion(ctx)
	return out, err
}

// ownBook makes the request's book of what is prepaid to the declared suppliers, with the PDs of the model that judges them,
// whose name and version it gives. A supplier that no model knows yet, being new, counts with the mean PD of the others.
func (w *Work) ownBook(ctx context.Context, q *api.PortfolioRequest) (model string, version int, err error) {
	day, err := w.day(ctx, q.AsOfDate)
	if err != nil {
		return "", 0, err
	}
	s, err := w.recorded(ctx)
	if err != nil {
		return "", 0, err
	}
	judges, err := service.SupplierJudges(ctx, w.Planning.Credit, w.Tenant)
	switch {
	case err != nil:
		return "", 0, err
	case judges.Failure != nil:
		model, version = judges.Failure.Name, judges.Failure.Version
	case judges.Warning != nil:
		model, version = judges.Warning.Name, judges.Warning.Version
	default:
		return "", 0, fmt.Errorf("%w: no model called suppliers or early-warning is stored", service.ErrConflict)
	}
	var suppliers []finance.Supplier
	for i := range s.Suppliers {
		suppliers = append(suppliers, s.Suppliers[i].Supplier)
	}
	scores, err := plan.Judge(suppliers, day, judges, w.Planning.Workers)
	if err != nil {
		return "", 0, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	mean, known := 0.0, 0.0
	for _, x := range scores {
		if pd, ok := x.PD(); ok {
			mean, known = mean+pd, known+1
		}
	}
	if known == 0 {
		return "", 0, fmt.Errorf("%w: no supplier is declared that the model %s can judge", service.ErrConflict, model)
	}
	for i, x := range suppliers {
		pd, ok := scores[i].PD()
		if !ok {
			pd = mean / known
		}
		q.Exposures = append(q.Exposures, api.PortfolioExposure{
			ID: x.ID, PD: pd, EAD: api.Money{Minor: int64(math.Round(x.PrepaidShare * float64(x.OpenOrders.Minor))), Currency: s.Currency},
		})
	}
	return model, version, nil
}

// book is the request as the portfolio's figures take it.
type book struct {
	q        api.PortfolioRequest
	all      []portfolio.Exposure
	currency string
	stage    []portfolio.Stage
}

func newBook(q api.PortfolioRequest) *book {
	b := &book{q: q, currency: q.Exposures[0].EAD.Currency}
	for i := range q.Exposures {
		e := &b.q.Exposures[i]
		if e.LGD == 0 {
			e.LGD = credit.PrepaidLGD
		}
		if e.PDAtStart == 0 {
			e.PDAtStart = e.PD
		}
		loadings := e.Loadings
		if len(loadings) == 0 {
			loadings = []float64{usualLoading}
		}
		b.all = append(b.all, portfolio.Exposure{ID: e.ID, EAD: float64(e.EAD.Minor), PD: e.PD, LGD: e.LGD, Loadings: loadings})
		b.stage = append(b.stage, portfolio.StageOf(e.DaysLate, e.Defaulted, e.PDAtStart, e.PD))
	}
	return b
}

func (b *book) money(minor float64) api.Money {
	return api.Money{Minor: int64(math.Round(minor)), Currency: b.currency}
}

func (b *book) fill(out *api.PortfolioAnswer, risk *portfolio.Result) error {
	total := 0.0
	for i := range b.all {
		total += b.all[i].EAD
	}
	out.Exposures, out.EAD, out.Quantile, out.TailPaths = len(b.all), b.money(total), b.q.Quantile, risk.TailPaths
	out.ExpectedLoss, out.ValueAtRisk = b.money(risk.Expected), b.money(risk.ValueAtRisk)
	out.ExpectedShortfall, out.Capital = b.money(risk.Shortfall), b.money(risk.Capital)
	if err := b.capital(out, total); err != nil {
		return err
	}
	if err := b.stages(out); err != nil {
		return err
	}
	plus, err := b.creditRiskPlus()
	if err != nil {
		return err
	}
	out.CreditRiskPlus = b.money(plus)
	for i, e := range b.all {
		out.Parts = append(out.Parts, api.PortfolioPart{
			ID: e.ID, EAD: b.money(e.EAD), ExpectedLoss: b.money(e.PD * e.LGD * e.EAD), Shortfall: b.money(risk.Shares[i]), Stage: int(b.stage[i]),
		})
	}
	slices.SortStableFunc(out.Parts, func(p, q api.PortfolioPart) int { return cmp.Compare(q.Shortfall.Minor, p.Shortfall.Minor) })
	return nil
}

// capital adds IRB capital, concentration and granularity; a PD of 0 or 1 asks for no capital beyond the expected loss.
func (b *book) capital(out *api.PortfolioAnswer, total float64) error {
	var shares, pd, lgd []float64
	k := 0.0
	for i, e := range b.all {
		shares = append(shares, e.EAD/math.Max(total, 1))
		if !(e.PD > 0 && e.PD < 1) || e.EAD == 0 {
			continue
		}
		maturity := b.q.Exposures[i].MaturityYears
		if maturity == 0 {
			maturity = usualMaturity
		}
		c, err := portfolio.IRB(portfolio.Corporate, e.PD, e.LGD, maturity, 0)
		if err != nil {
			return err
		}
		k += c.K * e.EAD
	}
	out.IRBCapital, out.RiskWeighted = b.money(k), b.money(12.5*k)
	out.HHI, out.EffectiveNames = portfolio.HHI(shares)
	var parts []float64
	for i, e := range b.all {
		if e.PD > 0 && e.PD < 1 && e.EAD > 0 {
			parts, pd, lgd = append(parts, shares[i]), append(pd, e.PD), append(lgd, e.LGD)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	var err error
	const lgdSpread, precision = 0.25, 0.25 // as Gordy and Lütkebohmert set them
	out.Granularity, _, err = portfolio.Granularity(parts, pd, lgd, lgdSpread, precision, b.q.Quantile)
	return err
}

// stages adds the allowances of IFRS 9.
func (b *book) stages(out *api.PortfolioAnswer) error {
	for stage := range 3 {
		s := api.PortfolioStage{Stage: stage + 1}
		ead, allowance := 0.0, 0.0
		for i, e := range b.all {
			if int(b.stage[i]) != stage+1 {
				continue
			}
			s.Exposures++
			ead += e.EAD
			years := 1
			if stage > 0 {
				years = max(1, int(math.Ceil(b.q.Exposures[i].MaturityYears)))
			}
			pds, eads := slices.Repeat([]float64{e.PD}, years), slices.Repeat([]float64{e.EAD}, years)
			if stage == 2 {
				pds, eads = []float64{1}, []float64{e.EAD}
			}
			ecl, _, err := portfolio.LifetimeECL(pds, eads, e.LGD, b.q.YearlyRate)
			if err != nil {
				return err
			}
			allowance += ecl
		}
		s.EAD, s.Allowance = b.money(ead), b.money(allowance)
		out.Stages = append(out.Stages, s)
	}
	return nil
}

// bandUnits is how many units CreditRisk+ parts the book's largest possible loss into.
const bandUnits = 5000

// creditRiskPlus is the quantile of the loss by Panjer's recursion. Losses are rounded up to units; the expected numbers of
// failures are lowered by as much, so that the expected loss stays.
func (b *book) creditRiskPlus() (float64, error) {
	total := 0.0
	for _, e := range b.all {
		total += e.EAD * e.LGD
	}
	if total == 0 {
		return 0, nil
	}
	unit := total / bandUnits
	expected := map[int]float64{}
	for _, e := range b.all {
		if loss := e.EAD * e.LGD; loss > 0 {
			k := int(math.Max(1, math.Ceil(loss/unit)))
			expected[k] += e.PD * loss / (float64(k) * unit)
		}
	}
	var bands []portfolio.Band
	for k, n := range expected {
		bands = append(bands, portfolio.Band{Units: k, Expected: n})
	}
	slices.SortFunc(bands, func(p, q portfolio.Band) int { return cmp.Compare(p.Units, q.Units) })
	d, err := portfolio.CreditRiskPlus(bands, b.q.SectorVariance, bandUnits)
	if err != nil {
		return 0, err
	}
	return float64(d.Quantile(b.q.Quantile)) * unit, nil
}

// contagion lets each firm fail in turn.
func (b *book) contagion(ctx context.Context) ([]api.PortfolioContagion, error) {
	if len(b.q.Links) == 0 {
		return nil, nil
	}
	n := len(b.all)
	at := make(map[string]int, n)
	value, impact := make([]float64, n), make([][]float64, n)
	for i, e := range b.all {
		at[e.ID], value[i], impact[i] = i, e.EAD, make([]float64, n)
	}
	from := map[int]bool{}
	for _, l := range b.q.Links {
		i, j := at[l.From], at[l.To]
		impact[i][j] = math.Min(1, impact[i][j]+l.Share)
		from[i] = true
	}
	var out []api.PortfolioContagion
	for i := range n {
		if !from[i] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		shock := make([]float64, n)
		shock[i] = 1
		rank, distress, err := portfolio.DebtRank(impact, value, shock)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", service.ErrInvalid, err)
		}
		c := api.PortfolioContagion{ID: b.all[i].ID, DebtRank: rank}
		for j, h := range distress {
			if j != i && h > 0 {
				c.Hurt++
			}
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(p, q api.PortfolioContagion) int { return cmp.Compare(q.DebtRank, p.DebtRank) })
	return out, nil
}
