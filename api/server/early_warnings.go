package server

import (
	"context"
	"encoding/json"
	"fmt"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/finance/credit"
	"quartermaster/internal/service"
)

var _ = offer(Operation[api.EarlyWarningRequest, api.EarlyWarningAnswer]{
	Words: api.EarlyWarningTrainings, Kind: "early-warning-training", Summary: "a model of the months ahead of suppliers to be learned",
	Description: "Learns from the program's own records which suppliers' months look like those before a failure, and stores the model as the next version of early-warning: chances to fail within 1 to 12 months, and alarms at a fixed rate of false ones. " +
		"What alarms are worth is measured on suppliers left out while learning, beside a model of the accounts' figures alone.",
	MaxBodyBytes: maxBatchBytes,
	Check:        checkEarlyWarning, Solve: solveEarlyWarning,
	Sentence: func(a api.EarlyWarningAnswer) string {
		return fmt.Sprintf("learned from %d suppliers: %.0f %% of failures among those left out gave an alarm, %.0f months before in the middle case", a.Suppliers, 100*a.WithSignals.CaughtShare, a.WithSignals.LeadMonths)
	},
})

func checkEarlyWarning(ctx context.Context, w *Work, q *api.EarlyWarningRequest) ([]api.FieldError, error) {
	var wrong fieldErrors
	if err := w.roomForModel(ctx, &wrong, service.WarningModel); err != nil {
		return nil, err
	}
	declared, err := w.declared(ctx)
	if err != nil {
		return nil, err
	}
	asOf, err := w.day(ctx, q.AsOfDate)
	if err != nil {
		return nil, err
	}
	since := map[string]int{}
	for _, s := range declared.Suppliers {
		since[s.ID] = s.SinceDay
	}
	seen := map[string]bool{}
	for i, f := range q.Failures {
		day := readDay(f.Date, fmt.Sprintf("failures[%d].date", i), &wrong)
		first, known := since[f.SupplierID]
		switch {
		case !known:
			wrong.add(f.SupplierID, "no such supplier is declared", "failures[%d].supplier_id", i)
		case seen[f.SupplierID]:
			wrong.add(f.SupplierID, "stands twice", "failures[%d].supplier_id", i)
		case day >= asOf:
			wrong.add(f.Date, "is not before "+dateOf(asOf)+", the day that the model is to know nothing of", "failures[%d].date", i)
		case day < first:
			wrong.add(f.Date, "lies before the first purchase, on "+dateOf(first), "failures[%d].date", i)
		}
		seen[f.SupplierID] = true
	}
	if lives := len(since) - len(seen); len(wrong) == 0 && (len(seen) < credit.LeastFailed || lives < credit.LeastFailed) {
		wrong.add(len(seen), fmt.Sprintf("are too few to learn from with %d suppliers that live: at least %d of either are needed", lives, credit.LeastFailed), "failures")
	}
	return wrong, nil
}

func solveEarlyWarning(ctx context.Context, w *Work, q api.EarlyWarningRequest) (api.EarlyWarningAnswer, error) {
	var out api.EarlyWarningAnswer
	months, ratios, suppliers, err := w.supplierMonths(ctx, &q)
	if err != nil {
		return out, err
	}
	w.Progress(0.1, fmt.Sprintf("learning from %d months of %d suppliers", len(months), suppliers))
	h, err := credit.TrainWarning(ctx, months, q.FalseAlarmRate, credit.HazardOptions{Ratios: ratios, Seed: max(1, q.Seed), Workers: w.Planning.Workers})
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	if err != nil { // the caller's: too few failures, months without an end
		return out, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	stored, err := service.NewWarningModel(q.Champion, h, suppliers, q.Note)
	if err != nil {
		return out, err
	}
	out = api.EarlyWarningAnswer{Model: stored.Name, Suppliers: suppliers, Ratios: append([]string{}, h.Ratios...), WithSignals: alarmWords(*h.Watch)}
	if h.Alone != nil {
		alone := alarmWords(*h.Alone)
		out.RatiosAlone = &alone
	}
	answer := out
	stored.Answer = func(version int) ([]byte, error) { // the store alone knows it
		answer.Version = version
		return json.Marshal(answer)
	}
	w.Effects.CreditModel = stored
	return out, nil
}

// supplierMonths lays out the months of all suppliers, and names the ratios that were told of them.
func (w *Work) supplierMonths(ctx context.Context, q *api.EarlyWarningRequest) (months []credit.SupplierMonth, ratios []string, suppliers int, err error) {
	asOf, err := w.day(ctx, q.AsOfDate)
	if err != nil {
		return nil, nil, 0, err
	}
	s, err := w.recorded(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	failed := map[string]int{}
	var wrong fieldErrors
	for _, f := range q.Failures {
		failed[f.SupplierID] = readDay(f.Date, "failures", &wrong)
	}
	all := make([]finance.Supplier, len(s.Suppliers))
	for i := range s.Suppliers {
		all[i] = s.Suppliers[i].Supplier
	}
	ratios = credit.RatioNames(all)
	for i := range all {
		day, fails := failed[all[i].ID]
		if !fails {
			day = -1
		}
		if one := credit.Months(all[i], i, asOf, q.Months, day, ratios); len(one) > 0 {
			months = append(months, one...)
			suppliers++
		}
	}
	return months, ratios, suppliers, nil
}

func alarmWords(w credit.Warnings) api.Alarms {
	return api.Alarms{
		Threshold: w.Threshold, FalseAlarmRate: w.FalseRate, CaughtShare: w.Caught, LeadMonths: w.LeadMonths, AUC: w.AUC, Failures: w.Failures,
		Months: w.Months, Expected: w.Expected, Came: w.Came,
	}
}

func outlookWords(o *finance.Outlook) *api.SupplierOutlook {
	if o == nil {
		return nil
	}
	out := &api.SupplierOutlook{
		Model: o.Model, Version: o.Version, PDs: o.PD, Alarm: o.Alarm, Threshold: o.Threshold, FalseAlarmRate: o.FalseRate, CaughtShare: o.Caught,
		LeadMonths: o.LeadMonths, Reasons: make([]api.OutlookReason, len(o.Reasons)),
	}
	if len(o.PD) > 0 {
		out.Grade = string(finance.GradeOfPD(o.PD[len(o.PD)-1]))
	}
	for i, r := range o.Reasons {
		out.Reasons[i] = api.OutlookReason{Factor: r.Factor, LogOdds: -r.Points, Sentence: r.Sentence}
	}
	return out
}
