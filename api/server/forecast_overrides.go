package server

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"quartermaster/api"
	"quartermaster/forecast"
	"quartermaster/forecast/backtest"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

type newOverrideInput struct {
	ID   string `path:"id" maxLength:"200"`
	Body api.NewForecastOverride
}

type overrideOutput struct{ Body api.ForecastOverride }

type listOverridesInput struct {
	ID        string `path:"id" maxLength:"200"`
	Withdrawn bool   `query:"withdrawn" doc:"Also those that no longer stand"`
}

type overridesOutput struct{ Body api.ForecastOverrideList }

type withdrawInput struct {
	ID       string `path:"id" maxLength:"200"`
	Override string `path:"override" maxLength:"64"`
}

type valueOfItemInput struct {
	ID string `path:"id" maxLength:"200"`
}

type valueInput struct{}

type valueOutput struct{ Body api.ForecastValueAdded }

func (s *Server) registerOverrides() {
	const one = "/v1/items/{id}/forecast"
	add := operation("override-forecast", http.MethodPost, one+"/overrides", "Override the forecast of an item for some days, with a reason", "forecasts", service.ScopeFactsWrite, 404, 409)
	add.Description = "Plans reckon with it from now on, whatever forecasts are made later, until it is withdrawn or its days are over. The forecast itself stays as it was made; both are kept, so that what the override was worth can be told later."
	add.DefaultStatus = http.StatusCreated
	register(s, s.once(add), s.addOverride)
	register(s, operation("list-forecast-overrides", http.MethodGet, one+"/overrides", "List what planners said to the forecast of an item", "forecasts", service.ScopeFactsRead, 404), s.listOverrides)
	register(s, operation("withdraw-forecast-override", http.MethodDelete, one+"/overrides/{override}", "Withdraw an override", "forecasts", service.ScopeFactsWrite, 404), s.withdrawOverride)
	register(s, operation("get-item-forecast-value", http.MethodGet, one+"/value-added", "What overriding the forecast of an item was worth", "forecasts", service.ScopeFactsRead, 404), func(ctx context.Context, in *valueOfItemInput) (*valueOutput, error) {
		if _, _, err := s.newestForecast(ctx, in.ID); err != nil {
			return nil, s.fail(ctx, err)
		}
		return s.valueAdded(ctx, in.ID)
	})
	register(s, operation("get-forecast-value", http.MethodGet, "/v1/forecast-value-added", "What overriding forecasts was worth", "forecasts", service.ScopeFactsRead), func(ctx context.Context, _ *valueInput) (*valueOutput, error) {
		return s.valueAdded(ctx)
	})
}

func overridesOf(all []service.ForecastOverride) []plan.Override {
	out := make([]plan.Override, len(all))
	for i, o := range all {
		out[i] = o.Override
	}
	return out
}

func (s *Server) overrideWords(o service.ForecastOverride) api.ForecastOverride {
	return api.ForecastOverride{
		NewForecastOverride: api.NewForecastOverride{FromDate: dateOf(o.FromDay), ToDate: dateOf(o.ToDay), Kind: string(o.Kind), Value: o.Value, Reason: o.Reason},
		ID:                  o.ID, ItemID: o.ItemID, Version: o.Version, Author: o.Author, CreatedAt: s.timeOf(o.CreatedUs), WithdrawnAt: s.timeIfSet(o.WithdrawnUs), WithdrawnBy: o.WithdrawnBy,
		Before: o.Before, After: o.After,
	}
}

// maxOverrideDays bounds the days of one override.
const maxOverrideDays = 366

func (s *Server) addOverride(ctx context.Context, in *newOverrideInput) (*overrideOutput, error) {
	f, version, err := s.newestForecast(ctx, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	o, wrong := readOverride(&in.Body, &f)
	if len(wrong) > 0 {
		return nil, s.fail(ctx, invalidFields(wrong))
	}
	standing, err := s.options.Planning.Facts.Overrides(ctx, s.tenant(ctx), false, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	before := f.Override(overridesOf(standing))
	after := before.Override([]plan.Override{o})
	from, to := o.FromDay-f.StartDay, min(o.ToDay-f.StartDay+1, len(f.Mean))
	p, _ := service.PrincipalOf(ctx)
	kept, err := s.options.Planning.Facts.AddOverride(ctx, s.tenant(ctx), service.ForecastOverride{
		Override: o, ItemID: in.ID, Version: version, OriginDay: f.StartDay, Reason: strings.TrimSpace(in.Body.Reason), Author: p.Name,
		Before: slices.Clone(f.Mean[from:to]), After: slices.Clone(after.Mean[from:to]),
	})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &overrideOutput{Body: s.overrideWords(kept)}, nil
}

// readOverride holds what a planner said against the forecast it is said to, and names all that is wrong.
func readOverride(q *api.NewForecastOverride, f *plan.ItemForecast) (plan.Override, []api.FieldError) {
	var wrong fieldErrors
	day := func(name, date string) int {
		t, err := time.Parse(time.DateOnly, date)
		if err != nil {
			wrong.add(date, "is no date such as 2011-11-14", "%s", name)
		}
		return dayOf(t.UnixMicro())
	}
	o := plan.Override{FromDay: day("from_date", q.FromDate), ToDay: day("to_date", q.ToDate), Kind: plan.OverrideKind(q.Kind), Value: q.Value}
	if len(wrong) > 0 {
		return o, wrong
	}
	switch last := f.StartDay + len(f.Mean) - 1; {
	case o.ToDay < o.FromDay:
		wrong.add(q.ToDate, "lies before from_date", "to_date")
	case o.ToDay-o.FromDay >= maxOverrideDays:
		wrong.add(q.ToDate, "lies more than a year after from_date", "to_date")
	case o.FromDay < f.StartDay || o.FromDay > last:
		wrong.add(q.FromDate, fmt.Sprintf("is not forecast: the forecast goes from %s to %s", dateOf(f.StartDay), dateOf(last)), "from_date")
	}
	if q.Value < 0 && q.Kind != string(plan.OverrideAdd) {
		wrong.add(q.Value, "is below 0, which only add takes", "value")
	}
	if q.Kind == string(plan.OverrideTimes) && q.Value > 1000 {
		wrong.add(q.Value, "is a factor above 1,000", "value")
	}
	if strings.TrimSpace(q.Reason) == "" {
		wrong.add(q.Reason, "say why, for those who judge it later", "reason")
	}
	return o, wrong
}

func (s *Server) listOverrides(ctx context.Context, in *listOverridesInput) (*overridesOutput, error) {
	if _, _, err := s.newestForecast(ctx, in.ID); err != nil {
		return nil, s.fail(ctx, err)
	}
	all, err := s.options.Planning.Facts.Overrides(ctx, s.tenant(ctx), in.Withdrawn, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &overridesOutput{Body: api.ForecastOverrideList{Items: make([]api.ForecastOverride, len(all))}}
	for i, o := range all {
		out.Body.Items[i] = s.overrideWords(o)
	}
	return out, nil
}

func (s *Server) withdrawOverride(ctx context.Context, in *withdrawInput) (*overrideOutput, error) {
	p, _ := service.PrincipalOf(ctx)
	o, err := s.options.Planning.Facts.WithdrawOverride(ctx, s.tenant(ctx), in.ID, in.Override, p.Name)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &overrideOutput{Body: s.overrideWords(o)}, nil
}

// judgedDays are the days whose overrides can be judged: what each step of the stairs said of them, and what was sold.
type judgedDays struct {
	items                    map[string]bool
	sold, naive, stats, said []float64
	authors                  map[string]*authored
}

type authored struct {
	days        int
	stats, said float64 // absolute errors
}

// valueAdded compares, over the overridden days whose sales are known, repeating the last week, the statistics and what planners
// said. An override that was withdrawn before a day does not count for it; of several for one day the latest does.
func (s *Server) valueAdded(ctx context.Context, itemIDs ...string) (*valueOutput, error) {
	facts := s.options.Planning.Facts
	all, err := facts.Overrides(ctx, s.tenant(ctx), true, itemIDs...)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	byItem := map[string][]service.ForecastOverride{}
	for _, o := range all {
		byItem[o.ItemID] = append(byItem[o.ItemID], o)
	}
	var ids []string
	for id := range byItem {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	j := judgedDays{items: map[string]bool{}, authors: map[string]*authored{}}
	if len(ids) > 0 {
		sales, err := facts.Sales(ctx, s.tenant(ctx), ids...)
		if err != nil {
			return nil, s.fail(ctx, err)
		}
		for _, x := range sales {
			j.judge(x, byItem[x.ID])
		}
	}
	return &valueOutput{Body: j.words()}, nil
}

// judge takes in one item.
func (j *judgedDays) judge(x forecast.Series, overrides []service.ForecastOverride) {
	latest := map[int]*service.ForecastOverride{}
	for i := range overrides {
		o := &overrides[i]
		for day := o.FromDay; day < o.FromDay+len(o.After); day++ {
			if o.WithdrawnUs == 0 || dayOf(o.WithdrawnUs) > day {
				latest[day] = o
			}
		}
	}
	naive := map[int][]float64{} // by origin
	for k, sold := range x.Values {
		o := latest[x.StartDay+k]
		if o == nil || !(sold >= 0) {
			continue
		}
		if naive[o.OriginDay] == nil {
			past := x
			past.Values = x.Values[:max(0, min(o.OriginDay-x.StartDay, len(x.Values)))]
			naive[o.OriginDay] = backtest.SeasonalNaive(past, o.ToDay-o.OriginDay+1+maxOverrideDays)
		}
		h := x.StartDay + k - o.FromDay
		j.sold = append(j.sold, sold)
		j.naive = append(j.naive, naive[o.OriginDay][x.StartDay+k-o.OriginDay])
		j.stats, j.said = append(j.stats, o.Before[h]), append(j.said, o.After[h])
		j.items[x.ID] = true
		a := j.authors[o.Author]
		if a == nil {
			a = &authored{}
			j.authors[o.Author] = a
		}
		a.days++
		a.stats += math.Abs(o.Before[h] - sold)
		a.said += math.Abs(o.After[h] - sold)
	}
}

func (j *judgedDays) words() api.ForecastValueAdded {
	out := api.ForecastValueAdded{Days: len(j.sold), Items: len(j.items), Steps: []api.ForecastStep{}, Authors: []api.AuthorsValue{}, Sentence: "No overridden day has come yet."}
	if len(j.sold) == 0 {
		return out
	}
	for _, step := range backtest.Stairs(j.sold, []string{"naive", "statistics", "override"}, [][]float64{j.naive, j.stats, j.said}) {
		out.Steps = append(out.Steps, api.ForecastStep{Name: step.Name, WAPE: step.WAPE, Bias: step.Bias, Added: step.Added})
	}
	for name, a := range j.authors {
		v := api.AuthorsValue{Author: name, Days: a.days}
		if a.stats > 0 {
			v.Added = 1 - a.said/a.stats
		}
		out.Authors = append(out.Authors, v)
	}
	slices.SortFunc(out.Authors, func(a, b api.AuthorsValue) int {
		return cmp.Or(cmp.Compare(b.Days, a.Days), strings.Compare(a.Author, b.Author))
	})
	verdict := "better"
	added := out.Steps[2].Added
	if added < 0 {
		verdict = "worse"
	}
	out.Sentence = fmt.Sprintf("Over %d overridden days of %d items, planners were %.0f %% %s than the statistics, which were %.0f %% better than repeating the last week.",
		out.Days, out.Items, 100*math.Abs(added), verdict, 100*out.Steps[1].Added)
	return out
}
