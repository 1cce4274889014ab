package server

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/finance/credit"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

var _ = offer(Operation[api.CreditTrainingRequest, api.CreditTrainingAnswer]{
	Words: api.CreditTrainings, Kind: "credit-training", Summary: "a credit model to be learned",
	Description: "Learns a model of the chance of a bad event and stores it as the next version of its name. Columns that name cases, hold dates or seem to know the outcome are set aside with the reason; " +
		"bins, trees, weights and calibration see the given cases alone, and all stated measures come from cases left out in turn. Cases come as a table, or as what became of declared suppliers, whose figures are then read off the program's own records.",
	MaxBodyBytes: maxCreditBody,
	Check:        checkTraining, Solve: solveTraining,
	Sentence: func(a api.CreditTrainingAnswer) string {
		return fmt.Sprintf("%s learned from %d cases: AUC %.3f on cases left out", a.Model, a.Cases, a.CrossFitted.AUC)
	},
})

func checkTraining(ctx context.Context, w *Work, q *api.CreditTrainingRequest) ([]api.FieldError, error) {
	var wrong fieldErrors
	if err := w.roomForModel(ctx, &wrong, q.Model); err != nil {
		return nil, err
	}
	if q.Model == service.WarningModel {
		wrong.add(q.Model, "is the name of the model of months ahead, which "+api.EarlyWarningTrainings.Path()+" learns; choose another", "model")
	}
	switch {
	case (q.Cases == nil) == (len(q.Records) == 0):
		wrong.add(nil, "give either cases with outcomes, or records", "cases")
		return wrong, nil
	case q.Cases != nil:
		checkCases(&wrong, q)
	default:
		if err := checkRecords(ctx, w, &wrong, q); err != nil {
			return nil, err
		}
	}
	if q.Model == service.SupplierModel && q.Cases != nil {
		checkSupplierColumns(&wrong, q.Cases)
	}
	return wrong, nil
}

// roomForModel refuses one name too many.
func (w *Work) roomForModel(ctx context.Context, wrong *fieldErrors, name string) error {
	all, err := w.Planning.Credit.CreditModels(ctx, w.Tenant, "")
	if err != nil {
		return err
	}
	names := map[string]bool{name: true}
	for _, m := range all {
		names[m.Name] = true
	}
	if len(names) > service.MaxCreditNames {
		wrong.add(name, fmt.Sprintf("there are %d models already; remove one first", service.MaxCreditNames), "model")
	}
	return nil
}

func checkCases(wrong *fieldErrors, q *api.CreditTrainingRequest) {
	cases := checkTable(wrong, q.Cases, "cases")
	checkOutcomes(wrong, q.Outcomes, cases)
	checkEnough(wrong, cases, "cases")
	numbers, known := map[string]bool{}, map[string]bool{}
	for j := range q.Cases.Columns {
		c := &q.Cases.Columns[j]
		known[c.Name], numbers[c.Name] = true, len(c.Words) == 0
	}
	seen := map[string]bool{}
	for _, list := range []struct {
		place string
		names []string
	}{{"rising", q.Rising}, {"falling", q.Falling}} {
		for i, name := range list.names {
			switch {
			case !numbers[name]:
				wrong.add(name, "is no column of numbers", "%s[%d]", list.place, i)
			case seen[name]:
				wrong.add(name, "has a direction already", "%s[%d]", list.place, i)
			}
			seen[name] = true
		}
	}
	for i, name := range q.Fixed {
		if !known[name] {
			wrong.add(name, "is no column", "fixed[%d]", i)
		}
	}
	for name := range q.Factors {
		if !known[name] {
			wrong.add(name, "is no column", "factors.%s", name)
		}
	}
	if q.Rejected != nil {
		checkTable(wrong, q.Rejected, "rejected")
	}
}

func checkEnough(wrong *fieldErrors, cases int, place string) {
	if cases < credit.LeastCases {
		wrong.add(cases, fmt.Sprintf("are too few cases: at least %d are needed, %d of either outcome", credit.LeastCases, credit.LeastOfOne), "%s", place)
	}
}

// checkSupplierColumns holds a model that is to judge suppliers to the columns of their records.
func checkSupplierColumns(wrong *fieldErrors, t *api.CreditTable) {
	known := map[string]bool{}
	for _, c := range credit.RecordColumns() {
		known[c.Name] = true
	}
	for j := range t.Columns {
		if c := &t.Columns[j]; !known[c.Name] || len(c.Words) > 0 {
			wrong.add(c.Name, "is no figure of the program's records, and a model called suppliers judges by those alone; choose another name for the model", "cases.columns[%d]", j)
		}
	}
}

func checkRecords(ctx context.Context, w *Work, wrong *fieldErrors, q *api.CreditTrainingRequest) error {
	declared, err := w.declared(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, s := range declared.Suppliers {
		known[s.ID] = true
	}
	bads := 0
	for i, r := range q.Records {
		if !known[r.SupplierID] {
			wrong.add(r.SupplierID, "no such supplier is declared", "records[%d].supplier_id", i)
		}
		if r.Failed {
			bads++
		}
	}
	checkEnough(wrong, len(q.Records), "records")
	if bads == 0 || bads == len(q.Records) {
		wrong.add(bads, "both outcomes are needed: all cases have the same", "records")
	}
	for place, given := range map[string]bool{
		"outcomes": len(q.Outcomes) > 0, "rejected": q.Rejected != nil, "rising": len(q.Rising) > 0, "falling": len(q.Falling) > 0,
		"factors": len(q.Factors) > 0, "fixed": len(q.Fixed) > 0,
	} {
		if given {
			wrong.add(nil, "goes with cases; records bring their own", "%s", place)
		}
	}
	return nil
}

func solveTraining(ctx context.Context, w *Work, q api.CreditTrainingRequest) (api.CreditTrainingAnswer, error) {
	f, y, o, err := trainingCases(ctx, w, &q)
	if err != nil {
		return api.CreditTrainingAnswer{}, err
	}
	var m *credit.Model
	var note *credit.RejectNote
	if q.Rejected != nil {
		m, note, err = credit.TrainWithRejects(ctx, f, y, frameOf(q.Rejected), o, credit.RejectOptions{Prudence: q.Prudence})
	} else {
		m, err = credit.Train(ctx, f, y, o)
	}
	if ctx.Err() != nil {
		return api.CreditTrainingAnswer{}, ctx.Err()
	}
	if err != nil { // the caller's: too few cases, nothing that tells them apart
		return api.CreditTrainingAnswer{}, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	stored, err := service.NewCreditModel(q.Model, q.Champion, m, q.Note, note)
	if err != nil {
		return api.CreditTrainingAnswer{}, err
	}
	card, err := cardWords(*stored)
	if err != nil {
		return api.CreditTrainingAnswer{}, err
	}
	answer := api.CreditTrainingAnswer{CreditModelCard: card}
	stored.Answer = func(version int) ([]byte, error) { // the store alone knows it
		answer.Version = version
		return json.Marshal(answer)
	}
	w.Effects.CreditModel = stored
	return answer, nil
}

// trainingCases is what is to be learned from, and how.
func trainingCases(ctx context.Context, w *Work, q *api.CreditTrainingRequest) (credit.Frame, []float64, credit.Options, error) {
	o := credit.Options{
		Kind: q.Kind, Seed: max(1, q.Seed), Workers: w.Planning.Workers, KeepLeaks: q.KeepLeaks, Progress: w.Progress,
		Directions: map[string]int8{}, Factors: q.Factors, Fixed: q.Fixed,
	}
	for _, name := range q.Rising {
		o.Directions[name] = 1
	}
	for _, name := range q.Falling {
		o.Directions[name] = -1
	}
	if q.Cases != nil {
		if q.Model == service.SupplierModel {
			o = onlyThere(credit.RecordOptions(o), q.Cases)
		}
		return frameOf(q.Cases), outcomesOf(q.Outcomes), o, nil
	}
	declared, err := w.recorded(ctx)
	if err != nil {
		return nil, nil, o, err
	}
	byID := map[string]*plan.Supplier{}
	for i := range declared.Suppliers {
		byID[declared.Suppliers[i].ID] = &declared.Suppliers[i]
	}
	var f credit.Frame
	y := make([]float64, len(q.Records))
	for i, r := range q.Records {
		day, err := time.Parse(time.DateOnly, r.AsOfDate)
		s := byID[r.SupplierID]
		if err != nil || s == nil {
			return nil, nil, o, fmt.Errorf("%w: records[%d]: supplier %q is not declared any more, or %q is no date", service.ErrInvalid, i, r.SupplierID, r.AsOfDate)
		}
		on := dayOf(day.UnixMicro())
		row, err := credit.Records([]finance.Supplier{credit.Then(s.Supplier, on)}, on)
		if err != nil {
			return nil, nil, o, fmt.Errorf("%w: records[%d]: %w", service.ErrInvalid, i, err)
		}
		if f == nil {
			f = row
		} else {
			for j := range f {
				f[j].Numbers = append(f[j].Numbers, row[j].Numbers[0])
			}
		}
		if r.Failed {
			y[i] = 1
		}
	}
	return f, y, credit.RecordOptions(o), nil
}

// onlyThere leaves out directions of columns that a table does not have.
func onlyThere(o credit.Options, t *api.CreditTable) credit.Options {
	there := map[string]bool{}
	for j := range t.Columns {
		there[t.Columns[j].Name] = true
	}
	for name := range o.Directions {
		if !there[name] {
			delete(o.Directions, name)
		}
	}
	return o
}

// cardWords shows what a stored model is.
func cardWords(m service.CreditModel) (api.CreditModelCard, error) {
	card, err := service.ReadCreditCard(m)
	if err != nil {
		return api.CreditModelCard{}, err
	}
	out := api.CreditModelCard{
		Model: m.Name, Kind: card.Kind, Cases: card.Cases, Bads: card.Bads, Columns: card.Columns, CrossFitted: measureWords(card.CrossFitted),
		SetAside: []api.CreditSetAside{}, Note: card.Note,
	}
	for _, a := range card.SetAside {
		out.SetAside = append(out.SetAside, api.CreditSetAside{Column: a.Column, Reason: a.Reason})
	}
	if r := card.Rejects; r != nil {
		out.Rejects = &api.CreditRejects{
			Used: r.Used, InferredRate: r.InferredRate, AcceptedRate: r.AcceptedRate, AcceptsOnly: measureWords(r.Alone), PDBefore: r.MeanAlone, PDAfter: r.MeanWith,
		}
	}
	return out, nil
}
