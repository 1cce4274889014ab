package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/finance/credit"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

// lateFirms are n cases of a column of numbers, one of words and outcomes that hang on the first.
func lateFirms(n int) (f credit.Frame, y []float64) {
	f = credit.Frame{{Name: "late", Numbers: make([]float64, n)}, {Name: "kind", Words: make([]string, n)}, {Name: "size", Numbers: make([]float64, n)}}
	for i := range n {
		late := float64(i*7919%100) / 100
		f[0].Numbers[i], f[1].Words[i], f[2].Numbers[i] = late, []string{"mill", "farm"}[i%2], float64(i*31%17)
		y = append(y, map[bool]float64{true: 1}[late+1.5*float64(i*104729%97)/97 > 1.5])
	}
	return f, y
}

// aCard is a small scorecard ready to be stored.
func aCard(t testing.TB, name string) *service.CreditModel {
	t.Helper()
	f, y := lateFirms(200)
	m, err := credit.Train(t.Context(), f, y, credit.Options{Kind: credit.ScoreCard, Directions: map[string]int8{"late": 1}, Fixed: []string{"kind"}})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := service.NewCreditModel(name, false, m, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// keep stores a model as the work of a job.
func (h *house) keep(m *service.CreditModel) {
	h.t.Helper()
	j, _, err := h.store.Submit(h.t.Context(), tenant, service.Submission{Kind: "test-training", Input: []byte(`{}`)})
	if err != nil {
		h.t.Fatal(err)
	}
	job, _, ok, err := h.store.Claim(h.t.Context(), j.Ref, time.Minute)
	if err == nil && ok {
		err = h.store.Finish(h.t.Context(), job, service.Result{CreditModel: m})
	}
	if err != nil || !ok {
		h.t.Fatal(ok, err)
	}
}

// Every wrong field of a credit request is named by its place, and nothing is queued: the table of bad input.
func TestCreditNamesEveryWrongField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare()
	h.keep(aCard(t, "m"))
	column := func(name string, n int) string {
		return fmt.Sprintf(`{"name":%q,"numbers":[%s]}`, name, strings.TrimSuffix(strings.Repeat("1,", n), ","))
	}
	outcomes := func(n, bads int) string {
		return strings.TrimSuffix(strings.Repeat("1,", bads)+strings.Repeat("0,", n-bads), ",")
	}
	exposure := func(id, currency string) string {
		return fmt.Sprintf(`{"id":%q,"ead":{"minor":100,"currency":%q},"pd":0.01}`, id, currency)
	}
	for name, c := range map[string]struct {
		path, body string
		places     []string
	}{
		"neither cases nor records": {"credit-trainings", `{"model":"m"}`, []string{"body.cases"}},
		"bad name":                  {"credit-trainings", `{"model":"My Model","cases":{"columns":[` + column("a", 20) + `]},"outcomes":[` + outcomes(20, 5) + `]}`, []string{"body.model"}},
		"kind":                      {"credit-trainings", `{"model":"m","kind":"forest","cases":{"columns":[` + column("a", 20) + `]},"outcomes":[` + outcomes(20, 5) + `]}`, []string{"body.kind"}},
		"19 rows":                   {"credit-trainings", `{"model":"m","cases":{"columns":[` + column("a", 19) + `]},"outcomes":[` + outcomes(19, 5) + `]}`, []string{"body.cases"}},
		"one class only":            {"credit-trainings", `{"model":"m","cases":{"columns":[` + column("a", 20) + `]},"outcomes":[` + outcomes(20, 0) + `]}`, []string{"body.outcomes"}},
		"outcome of 2":              {"credit-trainings", `{"model":"m","cases":{"columns":[` + column("a", 20) + `]},"outcomes":[2,` + outcomes(19, 5) + `]}`, []string{"body.outcomes[0]"}},
		"lengths":                   {"credit-trainings", `{"model":"m","cases":{"columns":[` + column("a", 20) + "," + column("b", 19) + "," + column("a", 20) + `]},"outcomes":[` + outcomes(18, 5) + `]}`, []string{"body.cases.columns[1]", "body.cases.columns[2].name", "body.outcomes"}},
		"infinite number":           {"credit-trainings", `{"model":"m","cases":{"columns":[{"name":"a","numbers":[1e999]}]},"outcomes":[1]}`, nil},
		"directions":                {"credit-trainings", `{"model":"m","rising":["a","none"],"falling":["a"],"fixed":["none"],"factors":{"none":"x"},"cases":{"columns":[` + column("a", 20) + `]},"outcomes":[` + outcomes(20, 5) + `]}`, []string{"body.rising[1]", "body.falling[0]", "body.fixed[0]", "body.factors.none"}},
		"other columns as supplier": {"credit-trainings", `{"model":"suppliers","cases":{"columns":[` + column("height", 20) + `]},"outcomes":[` + outcomes(20, 5) + `]}`, []string{"body.cases.columns[0]"}},
		"records":                   {"credit-trainings", `{"model":"m","rising":["a"],"records":[{"supplier_id":"none","as_of_date":"2020-01-01","failed":true}]}`, []string{"body.records", "body.records", "body.records[0].supplier_id", "body.rising"}},
		"date of a record":          {"credit-trainings", `{"model":"m","records":[{"supplier_id":"sup","as_of_date":"2020-13-01","failed":true}]}`, []string{"body.records[0].as_of_date"}},
		"no such model":             {"credit-scores", `{"model":"none","cases":{"columns":[` + column("late", 1) + `]}}`, []string{"body.model"}},
		"no such version":           {"credit-scores", `{"model":"m","version":9,"cases":{"columns":[` + column("late", 1) + `]}}`, []string{"body.version"}},
		"missing column":            {"credit-explanations", `{"model":"m","cases":{"columns":[` + column("other", 1) + `]}}`, []string{"body.cases.columns", "body.cases.columns", "body.cases.columns"}},
		"numbers for words":         {"credit-scores", `{"model":"m","ids":["a","b"],"cases":{"columns":[` + column("late", 1) + "," + column("kind", 1) + "," + column("size", 1) + `]}}`, []string{"body.cases.columns", "body.ids"}},
		"validation of one class":   {"credit-validations", `{"model":"m","challenger":7,"cases":{"columns":[` + column("late", 2) + "," + column("size", 2) + `,{"name":"kind","words":["mill","mill"]}]},"outcomes":[0,0]}`, []string{"body.challenger", "body.outcomes"}},
		"no book":                   {"portfolio-risks", `{}`, []string{"body.exposures"}},
		"currency mix":              {"portfolio-risks", `{"exposures":[` + exposure("a", "GBP") + "," + exposure("b", "CHF") + "," + exposure("a", "GBP") + `]}`, []string{"body.exposures[1].ead.currency", "body.exposures[2].id"}},
		"links":                     {"portfolio-risks", `{"exposures":[` + exposure("a", "GBP") + `],"links":[{"from":"a","to":"a","share":1},{"from":"x","to":"a","share":0.1}]}`, []string{"body.links[0].to", "body.links[1].from"}},
		"too many draws":            {"portfolio-risks", `{"paths":1000000,"exposures":[` + exposure("a", "GBP") + manyExposures(3000) + `]}`, []string{"body.paths"}},
	} {
		status, code := 422, api.CodeInvalid
		if c.places == nil {
			status = 0
		}
		a := h.ask("POST", "/v1/"+c.path, c.body)
		if status == 0 {
			if a.status != 400 && a.status != 422 {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
			continue
		}
		p := refused(t, a, status, code)
		var places []string
		for _, e := range p.Errors {
			places = append(places, e.Location)
		}
		slices.Sort(places)
		slices.Sort(c.places)
		if !slices.Equal(places, c.places) {
			t.Errorf("%s: %v, want %v (%+v)", name, places, c.places, p)
		}
	}
	jobs, err := h.store.Jobs(t.Context(), tenant, service.JobFilter{})
	if err != nil || len(jobs) != 1 { // that of the test's own model
		t.Errorf("%d jobs were queued, %v", len(jobs), err)
	}
}

func manyExposures(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,{"id":"x%d","ead":{"minor":1,"currency":"GBP"},"pd":0.01}`, i)
	}
	return b.String()
}

// Stored versions are listed with what they are, one is put in use, a card is printed as points, the champion stays while
// others are there, and a model of trees has no such table.
func TestCreditModels(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if list := want[api.CreditModelList](t, h.ask("GET", "/v1/credit-models", ""), 200); list.Items == nil || len(list.Items) > 0 {
		t.Errorf("%+v", list)
	}
	h.keep(aCard(t, "m"))
	h.keep(aCard(t, "m"))
	list := want[api.CreditModelList](t, h.ask("GET", "/v1/credit-models?name=m", ""), 200)
	if len(list.Items) != 2 || list.Items[0].Version != 2 || list.Items[0].Champion || !list.Items[1].Champion || list.Items[1].Cases != 200 || list.Items[0].CrossFitted.AUC < 0.6 || !slices.Contains(list.Items[0].Columns, "late") {
		t.Errorf("%+v", list)
	}
	points := want[api.CreditPointsTable](t, h.ask("GET", "/v1/credit-models/m/versions/2/points", ""), 200)
	if len(points.Lines) < 3 || points.Base == 0 || points.PDO != 20 {
		t.Errorf("%+v", points)
	}
	if v := want[api.CreditModelVersion](t, h.ask("PUT", "/v1/credit-models/m/versions/2/champion", ""), 200); !v.Champion || v.Version != 2 {
		t.Errorf("%+v", v)
	}
	refused(t, h.ask("DELETE", "/v1/credit-models/m/versions/2", ""), 409, api.CodeConflict)
	if a := h.ask("DELETE", "/v1/credit-models/m/versions/1", ""); a.status != 204 {
		t.Errorf("%d %s", a.status, a.body)
	}
	refused(t, h.ask("PUT", "/v1/credit-models/m/versions/1/champion", ""), 404, api.CodeNotFound)
	f, y := lateFirms(200)
	m, err := credit.Train(context.Background(), f, y, credit.Options{Kind: credit.GlassBox})
	if err != nil {
		t.Fatal(err)
	}
	trees, err := service.NewCreditModel("trees", false, m, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	h.keep(trees)
	refused(t, h.ask("GET", "/v1/credit-models/trees/versions/1/points", ""), 409, api.CodeConflict)
}

// steadyAndSlipping declares a supplier that delivers on its day and one that has come later and later.
func (h *house) steadyAndSlipping() {
	h.t.Helper()
	s := smallBusiness()
	s.Suppliers = append(s.Suppliers, plan.Supplier{})
	for k, id := range []string{"sup", "slip"} {
		x := &s.Suppliers[k]
		x.ID, x.Name, x.SinceDay, x.PrepaidShare = id, "Firm "+id, 14000, 0.5
		x.CreditLimit, x.OpenOrders = finance.Money{Minor: 100_00, Currency: "GBP"}, finance.Money{Minor: 40_00, Currency: "GBP"}
		for day := 14900; day < 15280; day += 10 {
			late := k * max(0, (day-15100)/20)
			x.Deliveries = append(x.Deliveries, finance.Delivery{OrderedDay: day, PromisedDay: day + 5, ReceivedDay: day + 5 + late, OrderedQty: 10, ReceivedQty: 10})
		}
	}
	document, err := service.EncodeBusiness(s)
	if err == nil {
		_, err = h.store.SaveBusiness(h.t.Context(), tenant, document, 0)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// recordModel is a card learned from records like those of the two suppliers.
func recordModel(t testing.TB) *service.CreditModel {
	t.Helper()
	var all []finance.Supplier
	var y []float64
	for i := range 120 {
		s := finance.Supplier{ID: "s", SinceDay: 14000}
		for day := 14900; day < 15280; day += 10 {
			late := i * 7 % 5
			if i%3 == 0 {
				late += i % 7
			}
			s.Deliveries = append(s.Deliveries, finance.Delivery{OrderedDay: day, PromisedDay: day + 5, ReceivedDay: day + 5 + late*(day%20/10), OrderedQty: 10, ReceivedQty: 10})
		}
		all, y = append(all, s), append(y, map[bool]float64{true: 1}[i%3 == 0 && i%7 > 1])
	}
	f, err := credit.Records(all, 15330)
	if err != nil {
		t.Fatal(err)
	}
	m, err := credit.Train(t.Context(), f, y, credit.RecordOptions(credit.Options{Kind: credit.ScoreCard, KeepLeaks: true}))
	if err != nil {
		t.Fatal(err)
	}
	stored, err := service.NewCreditModel(service.SupplierModel, true, m, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

// Without a model suppliers are listed by their points; with one by its PD, with reasons and what would improve it; the one
// whose deliveries slip gets worse month by month, and the money at risk stands beside it.
func TestSupplierRisks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	refused(t, h.ask("GET", "/v1/supplier-risks", ""), 409, api.CodeConflict)
	h.steadyAndSlipping()
	const day = "?as_of_date=2011-11-20" // 15298
	list := want[api.SupplierRiskList](t, h.ask("GET", "/v1/supplier-risks"+day, ""), 200)
	if len(list.Items) != 2 || list.Items[0].SupplierID != "slip" || list.Items[0].Failure != nil || list.Found != 2 {
		t.Errorf("without a model: %+v", list)
	}
	h.keep(recordModel(t))
	list = want[api.SupplierRiskList](t, h.ask("GET", "/v1/supplier-risks"+day+"&limit=1", ""), 200)
	f := list.Items[0].Failure
	if len(list.Items) != 1 || list.NextCursor == "" || f == nil || f.Model != "suppliers" || f.Version != 1 || list.Items[0].SupplierID != "slip" || len(f.Reasons) == 0 || f.Reasons[0].Factor != "delivery delay" {
		t.Fatalf("with a model: %+v", list)
	}
	if next := want[api.SupplierRiskList](t, h.ask("GET", "/v1/supplier-risks"+day+"&limit=1&cursor="+list.NextCursor, ""), 200); len(next.Items) != 1 || next.Items[0].SupplierID != "sup" || !(next.Items[0].Failure.PD < f.PD) {
		t.Errorf("next page: %+v", next)
	}
	if found := want[api.SupplierRiskList](t, h.ask("GET", "/v1/supplier-risks"+day+"&q=FIRM+SL", ""), 200); found.Found != 1 {
		t.Errorf("found %+v", found)
	}
	one := want[api.SupplierRiskDetail](t, h.ask("GET", "/v1/supplier-risks/slip"+day, ""), 200)
	n := len(one.Trend)
	if n != 13 || one.Trend[0].PD == nil || !(*one.Trend[0].PD < *one.Trend[n-1].PD) || one.Trend[n-1].Date != "2011-11-20" || !(one.Trend[0].Points > one.Trend[n-1].Points) {
		t.Errorf("trend %+v", one.Trend)
	}
	if one.Exposure.Prepaid.Minor != 20_00 || one.Exposure.Expected == nil || one.Exposure.Expected.Minor == 0 || one.Exposure.Advice == "" || one.Exposure.PlanID != "" || len(one.Figures) != len(credit.RecordColumns()) {
		t.Errorf("%+v", one.Exposure)
	}
	changes := 0
	for _, r := range one.Failure.Reasons {
		if r.Change != nil && r.Change.PD < one.Failure.PD && r.Change.Words != "" {
			changes++
		}
	}
	if changes == 0 {
		t.Errorf("nothing would improve it: %+v", one.Failure.Reasons)
	}
	refused(t, h.ask("GET", "/v1/supplier-risks/none"+day, ""), 404, api.CodeNotFound)
	refused(t, h.ask("GET", "/v1/supplier-risks?as_of_date=2011-02-30", ""), 422, api.CodeInvalid)
}

// An answer's model and version are those of the store: they are in the training's own answer.
func TestTrainingNamesItsVersion(t *testing.T) {
	t.Parallel()
	stored := aCard(t, "m")
	stored.Answer = func(version int) ([]byte, error) { return json.Marshal(map[string]int{"version": version}) }
	h := newHouse(t)
	h.keep(aCard(t, "m"))
	h.keep(stored)
	jobs, err := h.store.Jobs(t.Context(), tenant, service.JobFilter{})
	if err != nil {
		t.Fatal(err)
	}
	body, err := h.store.JobResult(t.Context(), jobs[0].Ref)
	if err != nil || string(body) != `{"version":2}` {
		t.Errorf("%s, %v", body, err)
	}
}
