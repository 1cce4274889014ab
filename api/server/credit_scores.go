package server

import (
	"context"
	"fmt"

	"quartermaster/api"
	"quartermaster/finance/credit"
	"quartermaster/internal/service"
)

var _ = offer(Operation[api.CreditScoreRequest, api.CreditScoreAnswer]{
	Words: api.CreditScores, Kind: "credit-score", Summary: "scores of cases by a stored credit model",
	Description:  "Gives each case a probability with its 90 % interval, a rating of the master scale and points. A missing or unknown value is scored with a note and a wider interval; a column that is not there is refused by name.",
	MaxBodyBytes: maxCreditBody,
	Check:        checkCreditScores, Solve: solveCreditScores,
	Sentence: func(a api.CreditScoreAnswer) string {
		return fmt.Sprintf("%d cases scored by version %d of %s", len(a.Scores), a.Version, a.Model)
	},
})

var _ = offer(Operation[api.CreditScoreRequest, api.CreditExplanationAnswer]{
	Words: api.CreditExplanations, Kind: "credit-explanation", Summary: "scores with reasons and what would improve them",
	Description:  "Scores as credit-scores does, and says what raised and lowered each: exact Shapley values merged by business factor, and for each reason a value within reach that lowers the risk.",
	MaxBodyBytes: maxCreditBody,
	Check:        checkCreditScores, Solve: solveCreditExplanations,
	Sentence: func(a api.CreditExplanationAnswer) string {
		return fmt.Sprintf("%d cases explained by version %d of %s", len(a.Scores), a.Version, a.Model)
	},
})

func checkCreditScores(ctx context.Context, w *Work, q *api.CreditScoreRequest) ([]api.FieldError, error) {
	var wrong fieldErrors
	cases := checkTable(&wrong, &q.Cases, "cases")
	if len(q.IDs) > 0 && len(q.IDs) != cases {
		wrong.add(len(q.IDs), fmt.Sprintf("give one for each of the %d cases, or none", cases), "ids")
	}
	m, _, err := w.creditModel(ctx, &wrong, q.Model, q.Version, "version")
	if m != nil {
		checkColumns(&wrong, m, &q.Cases)
	}
	return wrong, err
}

// assess scores the cases of a request.
func assess(ctx context.Context, w *Work, q *api.CreditScoreRequest, reasons bool) ([]credit.Assessment, service.CreditModel, error) {
	var wrong fieldErrors
	m, stored, err := w.creditModel(ctx, &wrong, q.Model, q.Version, "version")
	if err == nil && m == nil { // removed since the request was looked at
		err = fmt.Errorf("%w: %s", service.ErrInvalid, wrong[0].Message)
	}
	if err != nil {
		return nil, stored, err
	}
	f := frameOf(&q.Cases)
	all := make([]credit.Assessment, 0, f.Rows())
	const part = 5000 // between two looks at ctx
	for lo := 0; lo < f.Rows(); lo += part {
		if err := ctx.Err(); err != nil {
			return nil, stored, err
		}
		rows := make([]int, min(part, f.Rows()-lo))
		for i := range rows {
			rows[i] = lo + i
		}
		some, err := m.Assess(f.Take(rows), credit.AssessOptions{Workers: w.Planning.Workers, NoChanges: !reasons})
		if err != nil {
			return nil, stored, fmt.Errorf("%w: %w", service.ErrInvalid, err)
		}
		all = append(all, some...)
		w.Progress(float64(len(all))/float64(f.Rows()), fmt.Sprintf("%d of %d cases scored", len(all), f.Rows()))
	}
	return all, stored, nil
}

func solveCreditScores(ctx context.Context, w *Work, q api.CreditScoreRequest) (api.CreditScoreAnswer, error) {
	all, stored, err := assess(ctx, w, &q, false)
	out := api.CreditScoreAnswer{Model: stored.Name, Version: stored.Version, Scores: make([]api.CreditScore, len(all))}
	for i := range all {
		out.Scores[i] = creditWords(caseName(q.IDs, i), &all[i])
	}
	return out, err
}

func solveCreditExplanations(ctx context.Context, w *Work, q api.CreditScoreRequest) (api.CreditExplanationAnswer, error) {
	all, stored, err := assess(ctx, w, &q, true)
	out := api.CreditExplanationAnswer{Model: stored.Name, Version: stored.Version, Scores: make([]api.CreditExplanation, len(all))}
	for i := range all {
		a := &all[i]
		out.Scores[i] = api.CreditExplanation{
			CreditScore: creditWords(caseName(q.IDs, i), a), Reasons: reasonWords(a.Reasons), Strengths: reasonWords(a.Strengths),
		}
	}
	return out, err
}

func creditWords(id string, a *credit.Assessment) api.CreditScore {
	return api.CreditScore{ID: id, PD: a.PD, Low: a.Low, High: a.High, Rating: a.Grade, Points: a.Points, Notes: a.Notes}
}

func reasonWords(reasons []credit.Reason) []api.CreditReason {
	out := make([]api.CreditReason, len(reasons))
	for i, r := range reasons {
		out[i] = api.CreditReason{Factor: r.Factor, Points: r.Points, Sentence: r.Sentence}
		if c := r.Change; c != nil {
			out[i].Change = &api.CreditChange{Column: c.Column, From: c.From, To: c.To, PD: c.PD, Words: fmt.Sprintf("%s from %s to %s", c.Column, c.From, c.To)}
		}
	}
	return out
}
