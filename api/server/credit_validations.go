package server

import (
	"context"
	"fmt"

	"quartermaster/api"
	"quartermaster/finance/credit"
	"quartermaster/internal/service"
)

var _ = offer(Operation[api.CreditValidationRequest, api.CreditValidationAnswer]{
	Words: api.CreditValidations, Kind: "credit-validation", Summary: "a validation report of a stored credit model",
	Description:  "Holds a model against cases that it was not learned from: ranking with its interval, calibration by grade, stability of the score and each column, a challenger where one is named, and findings in words, in the sense of SR 26-2.",
	MaxBodyBytes: maxCreditBody,
	Check:        checkValidation, Solve: solveValidation,
	Sentence: func(a api.CreditValidationAnswer) string { return a.Findings[0] },
})

func checkValidation(ctx context.Context, w *Work, q *api.CreditValidationRequest) ([]api.FieldError, error) {
	var wrong fieldErrors
	cases := checkTable(&wrong, &q.Cases, "cases")
	checkOutcomes(&wrong, q.Outcomes, cases)
	for _, v := range []struct {
		version int
		place   string
		wanted  bool
	}{{q.Version, "version", true}, {q.Challenger, "challenger", q.Challenger > 0}} {
		if !v.wanted {
			continue
		}
		m, _, err := w.creditModel(ctx, &wrong, q.Model, v.version, v.place)
		if err != nil {
			return nil, err
		}
		if m != nil {
			checkColumns(&wrong, m, &q.Cases)
		}
	}
	return wrong, nil
}

func solveValidation(ctx context.Context, w *Work, q api.CreditValidationRequest) (api.CreditValidationAnswer, error) {
	var wrong fieldErrors
	m, stored, err := w.creditModel(ctx, &wrong, q.Model, q.Version, "version")
	var challenger *credit.Model
	if err == nil && q.Challenger > 0 {
		challenger, _, err = w.creditModel(ctx, &wrong, q.Model, q.Challenger, "challenger")
	}
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("%w: %s", service.ErrInvalid, wrong[0].Message)
	}
	if err != nil {
		return api.CreditValidationAnswer{}, err
	}
	v, err := m.Validate(frameOf(&q.Cases), outcomesOf(q.Outcomes), challenger)
	if err != nil {
		return api.CreditValidationAnswer{}, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	out := validationWords(&v)
	out.Model, out.Version = stored.Name, stored.Version
	if out.Challenger != nil {
		out.Challenger.Version = q.Challenger
	}
	if q.HTML {
		page, err := v.HTML()
		if err != nil {
			return out, err
		}
		out.HTML = string(page)
	}
	return out, nil
}

func validationWords(v *credit.Validation) api.CreditValidationAnswer {
	out := api.CreditValidationAnswer{
		Measures: measureWords(v.Measures), Stated: measureWords(v.Model.Stated), AUCLow: v.AUCLow, AUCHigh: v.AUCHigh, Findings: v.Findings,
		Grades: []api.CreditGradeTest{}, Drift: []api.CreditDrift{},
	}
	for _, g := range v.Grades {
		out.Grades = append(out.Grades, api.CreditGradeTest{Rating: g.Grade, Cases: g.Cases, Bads: g.Bads, Expected: g.Expected, Rate: g.Rate, P: g.P})
	}
	for _, d := range v.Drift {
		out.Drift = append(out.Drift, api.CreditDrift{Name: d.Name, Index: d.Index, Band: d.Band})
	}
	if c := v.Challenger; c != nil {
		out.Challenger = &api.CreditChallengerTest{Measures: measureWords(c.Measures), AUCGain: c.AUCGain, BrierGain: c.BrierGain, P: c.P, Verdict: c.Verdict}
	}
	return out
}
