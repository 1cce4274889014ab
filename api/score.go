package api

// Scores says how far suppliers can be trusted with money.
var Scores = Operation[ScoreRequest, ScoreAnswer]{Name: "scores"}

// ScoreRequest asks for the scores of declared suppliers from their own deliveries.
type ScoreRequest struct {
	SupplierIDs []string `json:"supplier_ids,omitempty" maxItems:"10000" doc:"None = all"`
	AsOfDate    string   `json:"as_of_date,omitempty" format:"date" doc:"Nothing from this day on is known to the score; default: the day after the newest order"`
}

// ScoreAnswer is the scores in the order asked for.
type ScoreAnswer struct {
	AsOfDate string          `json:"as_of_date" format:"date"`
	Scores   []SupplierScore `json:"scores"`
}

// SupplierScore is one supplier's score with its reasons.
type SupplierScore struct {
	SupplierID string           `json:"supplier_id"`
	Name       string           `json:"name"`
	Grade      string           `json:"grade" enum:"A,B,C,D,E"`
	Points     float64          `json:"points" doc:"0 (not at all) to 100"`
	Low        float64          `json:"low" doc:"Lower end of the 90 % interval, points"`
	High       float64          `json:"high" doc:"Upper end of the 90 % interval, points"`
	Widest     string           `json:"widest,omitempty" doc:"The criterion whose lack of evidence widens the interval most"`
	Criteria   []ScoreCriterion `json:"criteria"`
}

// ScoreCriterion is one part of a score.
type ScoreCriterion struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value" doc:"What was measured, in unit"`
	Unit   string  `json:"unit"`
	Points float64 `json:"points" doc:"Of at most max"`
	Max    float64 `json:"max" doc:"Most points it can give"`
	Reason string  `json:"reason" doc:"For people"`
}
