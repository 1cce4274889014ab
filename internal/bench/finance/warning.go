package finance

import (
	"context"

	"quartermaster/finance/credit"
	"quartermaster/internal/bench"
)

// EarlyWarning measures what operations signals add to the ratios of yearly accounts.
func EarlyWarning() bench.Bench {
	return bench.Bench{
		Name:    "early-warning",
		Summary: "Learn from an imagined supplier base with and without operations signals, and warn of failures in another one at a fixed rate of false alarms.",
		Data:    "none: supplier bases are drawn by a rule (credit.ImaginedSuppliers), whose sizes are assumed",
		Figures: []bench.Figure{
			{Key: "auc", Meaning: "of the 12-month PD with signals against failure within 12 months"},
			{Key: "auc_ratios", Meaning: "the same by ratios alone"},
			{Key: "caught", Meaning: "share of failures with an alarm in the year before, with signals, 5 % of good months giving one"},
			{Key: "caught_ratios", Meaning: "the same by ratios alone"},
			{Key: "lead_months", Meaning: "months from the first alarm to the failure in the middle case, with signals"},
			{Key: "lead_months_ratios", Meaning: "the same by ratios alone"},
			{Key: "expected_to_came", Meaning: "failures within 12 months that the PDs with signals expect, to those that came"},
		},
		Run: runEarlyWarning,
	}
}

const (
	imaginedSuppliers = 1200 // of each base
	imaginedMonths    = 48
	falseAlarms       = 0.05
)

func runEarlyWarning(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	seed := max(1, opts.Seed)
	train, test := credit.ImaginedSuppliers(seed, imaginedSuppliers, imaginedMonths), credit.ImaginedSuppliers(seed+1, imaginedSuppliers, imaginedMonths)
	var got [2]credit.Warnings
	for k, with := range []bool{false, true} {
		opts.Report(float64(k)/2, []string{"ratios alone", "with signals"}[k])
		h, err := credit.TrainHazard(ctx, train, credit.HazardOptions{With: with, Seed: seed, Workers: opts.Workers})
		if err != nil {
			return bench.Outcome{}, err
		}
		if got[k], err = h.EarlyWarning(test, falseAlarms); err != nil {
			return bench.Outcome{}, err
		}
	}
	alone, with := got[0], got[1]
	return bench.Outcome{
		Figures: map[string]float64{
			"auc": with.AUC, "auc_ratios": alone.AUC, "caught": with.Caught, "caught_ratios": alone.Caught, "lead_months": with.LeadMonths,
			"lead_months_ratios": alone.LeadMonths, "expected_to_came": with.Expected / max(1, with.Came),
		},
		Rows: []bench.Row{bench.Row{Instance: "base drawn with the next seed"}.With("months", with.Months).With("failures", with.Failures)},
	}, nil
}
