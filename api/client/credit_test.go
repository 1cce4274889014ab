package client_test

import (
	"fmt"
	"slices"
	"testing"

	"quartermaster/api"
	"quartermaster/api/client"
)

// creditWork goes the whole way of a model: learned from a table and stored, scored by name, explained, validated against a
// challenger, put in use; then one learned from the suppliers' own records, which judges them and makes their book.
func creditWork(t *testing.T, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	table, outcomes := creditCases(240)
	ask := api.CreditTrainingRequest{Model: "firms", Kind: "scorecard", Cases: &table, Outcomes: outcomes, Rising: []string{"late"}, Fixed: []string{"kind"}}
	first := asked(t, c, api.CreditTrainings, ask)
	ask.Kind, ask.Rejected = "glassbox", &table
	second := asked(t, c, api.CreditTrainings, ask)
	if first.Version != 1 || second.Version != 2 || first.CrossFitted.AUC < 0.6 || second.Rejects == nil || second.Rejects.Used != 240 {
		t.Errorf("trained %+v, %+v", first, second)
	}
	scores := asked(t, c, api.CreditScores, api.CreditScoreRequest{Model: "firms", Cases: table})
	why := asked(t, c, api.CreditExplanations, api.CreditScoreRequest{Model: "firms", Version: 1, Cases: table})
	if scores.Version != 1 || len(scores.Scores) != 240 || scores.Scores[7].ID != "8" {
		t.Errorf("scores by version %d: %+v", scores.Version, scores.Scores[:1])
	}
	reasons := 0
	for i, s := range why.Scores {
		if s.CreditScore.PD != scores.Scores[i].PD || s.Rating == "" {
			t.Errorf("case %d: explained %+v, scored %+v", i, s.CreditScore, scores.Scores[i])
		}
		reasons += len(s.Reasons)
	}
	if reasons == 0 {
		t.Error("no case has a reason")
	}
	fresh, came := creditCases(300)
	report := asked(t, c, api.CreditValidations, api.CreditValidationRequest{Model: "firms", Cases: fresh, Outcomes: came, Challenger: 2, HTML: true})
	if report.Version != 1 || report.Challenger == nil || report.Challenger.Version != 2 || len(report.Findings) == 0 || len(report.HTML) < 500 || report.Measures.Cases != 300 {
		t.Errorf("report %+v", report)
	}
	points, err := c.CreditPoints(ctx, "firms", 1)
	if err != nil || len(points.Lines) == 0 {
		t.Errorf("points %+v, %v", points, err)
	}
	if v, err := c.CrownCreditModel(ctx, "firms", 2); err != nil || !v.Champion {
		t.Errorf("crowned %+v, %v", v, err)
	}
	if err := c.DropCreditModel(ctx, "firms", 1); err != nil {
		t.Error(err)
	}
	supplierWork(t, c)
}

func supplierWork(t *testing.T, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	before, err := c.SupplierRisks(ctx, client.RiskFilter{})
	if err != nil || len(before.Items) < 2 || before.Items[0].Failure != nil {
		t.Fatalf("%+v, %v", before, err)
	}
	var records []api.CreditRecordCase
	for month := range 18 {
		for _, s := range before.Items {
			records = append(records, api.CreditRecordCase{
				SupplierID: s.SupplierID, AsOfDate: fmt.Sprintf("%d-%02d-01", 2010+month/12, 1+month%12), Failed: s.SupplierID == before.Items[0].SupplierID && month%3 > 0,
			})
		}
	}
	model := asked(t, c, api.CreditTrainings, api.CreditTrainingRequest{Model: "suppliers", Kind: "scorecard", Records: records, KeepLeaks: true})
	if model.Version != 1 || !slices.Contains(model.Columns, "days_late") {
		t.Errorf("%+v", model)
	}
	after, err := c.SupplierRisks(ctx, client.RiskFilter{})
	if err != nil || len(after.Items) != len(before.Items) || after.Items[0].Failure == nil || after.Items[0].Failure.Version != 1 {
		t.Fatalf("%+v, %v", after, err)
	}
	one, err := c.SupplierRisk(ctx, after.Items[0].SupplierID)
	if err != nil || len(one.Trend) < 2 || one.Exposure.PlanID == "" || one.Failure.PD != after.Items[0].Failure.PD {
		t.Errorf("%+v, %v", one, err)
	}
	recordWork(t, c, after.Items[0].SupplierID)
	book := asked(t, c, api.PortfolioRisks, api.PortfolioRequest{Paths: 2000})
	if book.Model != "suppliers" || book.Exposures != len(after.Items) || len(book.Parts) != book.Exposures || len(book.Stages) != 3 {
		t.Errorf("%+v", book)
	}
	ead := api.Money{Minor: 1_000_00, Currency: "EUR"}
	own := asked(t, c, api.PortfolioRisks, api.PortfolioRequest{
		Exposures: []api.PortfolioExposure{{ID: "a", EAD: ead, PD: 0.01}, {ID: "b", EAD: ead, PD: 0.02, DaysLate: 40, MaturityYears: 3}, {ID: "c", EAD: ead, PD: 0.05, DaysLate: 100}},
		Links:     []api.PortfolioLink{{From: "a", To: "b", Share: 0.5}, {From: "b", To: "c", Share: 0.5}},
	})
	if own.ExpectedLoss.Minor != 3600 || own.Stages[2].Allowance.Minor != 450_00 || own.Contagion[0].ID != "a" || own.Contagion[0].Hurt != 2 || own.ValueAtRisk.Minor < 450_00 || own.CreditRiskPlus.Minor < 450_00 {
		t.Errorf("%+v", own)
	}
	models, err := c.CreditModels(ctx, "")
	if err != nil || len(models.Items) != 2 {
		t.Errorf("%+v, %v", models, err)
	}
}

// recordWork tells what became of an order and what a supplier's accounts say, and reads both back.
func recordWork(t *testing.T, c *client.Client, supplier string) {
	t.Helper()
	ctx := t.Context()
	told := []api.SupplierDelivery{{ID: "told/1", SupplierID: supplier, OrderedDate: "2010-05-01", PromisedDate: "2010-05-09", ReceivedDate: "2010-05-11", OrderedQty: 5, ReceivedQty: 4}}
	for _, want := range []api.SupplierRecordReceipt{{Stored: 1}, {Replaced: 1}} {
		if got, err := c.SaveSupplierDeliveries(ctx, told); err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if list, err := c.SupplierDeliveries(ctx, supplier, client.PageOf{Limit: 1}); err != nil || len(list.Items) != 1 || list.Items[0].ReceivedDate != "2010-05-11" {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := c.SaveSupplierReports(ctx, []api.SupplierReport{{SupplierID: supplier, Date: "2010-05-01", Ratios: map[string]float64{"equity": 0.3}}}); err != nil {
		t.Error(err)
	}
	if list, err := c.SupplierReports(ctx, supplier, client.PageOf{}); err != nil || len(list.Items) != 1 || list.Items[0].Ratios["equity"] != 0.3 {
		t.Errorf("%+v, %v", list, err)
	}
}

// creditCases are n firms whose failing hangs on how late they pay.
func creditCases(n int) (api.CreditTable, []int) {
	late, words, outcomes := make([]*float64, n), make([]string, n), make([]int, n)
	for i := range n {
		x := float64(i*7919%101) / 100
		late[i], words[i] = &x, []string{"mill", "farm", "shop"}[i%3]
		if x+1.5*float64(i*104729%97)/97 > 1.5 {
			outcomes[i] = 1
		}
		if i%11 == 3 {
			late[i] = nil
		}
	}
	return api.CreditTable{Columns: []api.CreditColumn{{Name: "late", Numbers: late}, {Name: "kind", Words: words}}}, outcomes
}
