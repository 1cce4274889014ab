package server

import (
	"context"
	"fmt"

	"quartermaster/api"
	"quartermaster/finance"
	"quartermaster/finance/credit"
	"quartermaster/internal/service"
)

var _ = offer(Operation[api.ScoreRequest, api.ScoreAnswer]{
	Words: api.Scores, Kind: "score", Summary: "scores of suppliers",
	Description: "How far each supplier can be trusted with money, from its own deliveries: 0 to 100 points by a published table, with a 90 % interval and a sentence for each criterion.",
	Check:       checkScores, Solve: solveScores,
	Sentence: func(a api.ScoreAnswer) string { return fmt.Sprintf("%d suppliers scored", len(a.Scores)) },
})

func checkScores(ctx context.Context, w *Work, q *api.ScoreRequest) ([]api.FieldError, error) {
	declared, err := w.declared(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, s := range declared.Suppliers {
		known[s.ID] = true
	}
	return unknownIDs("supplier_ids", "supplier", q.SupplierIDs, known), nil
}

// unknownIDs names the ids that are not declared, or stand twice.
func unknownIDs(field, noun string, ids []string, known map[string]bool) []api.FieldError {
	var wrong fieldErrors
	seen := map[string]bool{}
	for i, id := range ids {
		switch {
		case !known[id]:
			wrong.add(id, "no such "+noun+" is declared", "%s[%d]", field, i)
		case seen[id]:
			wrong.add(id, "stands twice", "%s[%d]", field, i)
		}
		seen[id] = true
	}
	return wrong
}

func solveScores(ctx context.Context, w *Work, q api.ScoreRequest) (api.ScoreAnswer, error) {
	day, err := w.day(ctx, q.AsOfDate)
	if err != nil {
		return api.ScoreAnswer{}, err
	}
	declared, err := w.recorded(ctx)
	if err != nil {
		return api.ScoreAnswer{}, err
	}
	declared.OriginDay = day
	wanted := map[string]bool{}
	for _, id := range q.SupplierIDs {
		wanted[id] = true
	}
	var suppliers []finance.Supplier
	for _, s := range declared.SuppliersThen() {
		if len(wanted) == 0 || wanted[s.ID] {
			suppliers = append(suppliers, s)
		}
	}
	scores, err := credit.Scores(suppliers, day)
	if err != nil {
		return api.ScoreAnswer{}, fmt.Errorf("%w: %w", service.ErrInvalid, err)
	}
	out := api.ScoreAnswer{AsOfDate: dateOf(day), Scores: make([]api.SupplierScore, len(scores))}
	for i, score := range scores {
		if err := finance.CheckScore(score); err != nil {
			return api.ScoreAnswer{}, err
		}
		out.Scores[i] = scoreWords(suppliers[i].Name, score)
	}
	return out, nil
}

func scoreWords(name string, s finance.Score) api.SupplierScore {
	out := api.SupplierScore{
		SupplierID: s.SupplierID, Name: name, Grade: string(s.Grade), Points: s.Points, Low: s.Low, High: s.High, Widest: s.Widest,
	}
	for _, c := range s.Criteria {
		out.Criteria = append(out.Criteria, api.ScoreCriterion{Name: c.Name, Value: c.Value, Unit: c.Unit, Points: c.Points, Max: c.Max, Reason: c.Reason})
	}
	return out
}
