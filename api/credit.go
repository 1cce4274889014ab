package api

import "time"

// The operations on credit models. A model is stored under a name with a version; a score names both.
var (
	CreditTrainings    = Operation[CreditTrainingRequest, CreditTrainingAnswer]{Name: "credit-trainings"}
	CreditScores       = Operation[CreditScoreRequest, CreditScoreAnswer]{Name: "credit-scores"}
	CreditExplanations = Operation[CreditScoreRequest, CreditExplanationAnswer]{Name: "credit-explanations"}
	CreditValidations  = Operation[CreditValidationRequest, CreditValidationAnswer]{Name: "credit-validations"}
)

// CreditTable is cases by columns, all of one length.
type CreditTable struct {
	Columns []CreditColumn `json:"columns" minItems:"1" maxItems:"2000"`
}

// CreditColumn is one named column: numbers (null = missing) or words ("" = missing), one of them.
type CreditColumn struct {
	Name    string     `json:"name" minLength:"1" maxLength:"200"`
	Numbers []*float64 `json:"numbers,omitempty" maxItems:"1000000" doc:"null = missing"`
	Words   []string   `json:"words,omitempty" maxItems:"1000000" doc:"\"\" = missing"`
}

// CreditTrainingRequest asks for a model to be learned, from a table of cases or from the records of declared suppliers.
type CreditTrainingRequest struct {
	Model    string             `json:"model" pattern:"^[a-z0-9][a-z0-9._-]{0,63}$" doc:"Name it is stored under; the champion of the name suppliers, learned from records, judges suppliers in plans"`
	Kind     string             `json:"kind,omitempty" enum:"boosted,scorecard,glassbox" default:"boosted"`
	Cases    *CreditTable       `json:"cases,omitempty" doc:"Either this with outcomes, or records"`
	Outcomes []int              `json:"outcomes,omitempty" maxItems:"1000000" doc:"One a case: 1 = bad, 0 = good"`
	Records  []CreditRecordCase `json:"records,omitempty" maxItems:"200000" doc:"What became of suppliers; their figures are read off the program's own records"`
	// Rejected are applicants without an outcome.
	Rejected  *CreditTable      `json:"rejected,omitempty" doc:"Refused applicants, whose outcomes are inferred by parcelling; the model of the accepted alone is shown beside"`
	Prudence  float64           `json:"prudence,omitempty" minimum:"1" maximum:"10" doc:"Odds of the refused against accepted ones like them; default 2"`
	Rising    []string          `json:"rising,omitempty" maxItems:"2000" doc:"Columns of numbers of which more is never less risk"`
	Falling   []string          `json:"falling,omitempty" maxItems:"2000" doc:"Columns of numbers of which more is never more risk"`
	Factors   map[string]string `json:"factors,omitempty" doc:"The business factor that a column's reasons are merged under"`
	Fixed     []string          `json:"fixed,omitempty" maxItems:"2000" doc:"Columns nobody can change: no advice is given on them"`
	KeepLeaks bool              `json:"keep_leaks,omitempty" doc:"Keep columns that look like later knowledge of the outcome"`
	Champion  bool              `json:"champion,omitempty" doc:"Put it in use at once; else only the first version of a name is"`
	Note      string            `json:"note,omitempty" maxLength:"2000" doc:"For the list of models"`
	Seed      uint64            `json:"seed,omitempty" doc:"The same request and seed give the same model; default 1"`
}

// CreditRecordCase is what became of a supplier after a day.
type CreditRecordCase struct {
	SupplierID string `json:"supplier_id" minLength:"1" maxLength:"200"`
	AsOfDate   string `json:"as_of_date" format:"date" doc:"Nothing from this day on is known to the case"`
	Failed     bool   `json:"failed" doc:"It failed within the time that the model is to foretell, such as a year"`
}

// CreditTrainingAnswer is the model that was stored.
type CreditTrainingAnswer struct {
	CreditModelCard
	Version int `json:"version" doc:"Under the name; a version never changes"`
}

// CreditModelCard says what a model is.
type CreditModelCard struct {
	Model       string           `json:"model"`
	Kind        string           `json:"kind"`
	Cases       int              `json:"cases" doc:"How many cases"`
	Bads        int              `json:"bads" doc:"How many of them were bad"`
	Columns     []string         `json:"columns" doc:"That it reads"`
	CrossFitted CreditMeasures   `json:"cross_fitted" doc:"On cases left out while learning"`
	SetAside    []CreditSetAside `json:"set_aside"`
	Rejects     *CreditRejects   `json:"rejects,omitempty"`
	Note        string           `json:"note,omitempty"`
}

// CreditSetAside is a column that a model does not use.
type CreditSetAside struct {
	Column string `json:"column"`
	Reason string `json:"reason"`
}

// CreditRejects says what inferring the outcomes of refused applicants changed.
type CreditRejects struct {
	Used         int            `json:"used" doc:"Refused applicants that were learned from"`
	InferredRate float64        `json:"inferred_rate" doc:"Share of them that counts as bad"`
	AcceptedRate float64        `json:"accepted_rate" doc:"Share of the accepted that was bad"`
	AcceptsOnly  CreditMeasures `json:"accepts_only" doc:"Of the model without them, on accepted cases left out; cross_fitted is of the model with them on the same cases"`
	PDBefore     float64        `json:"mean_pd_accepts_only" doc:"Mean PD of the refused by the model without them"`
	PDAfter      float64        `json:"mean_pd_with_rejects" doc:"Mean PD of the refused by the model with them"`
}

// CreditMeasures say how well probabilities foretold outcomes.
type CreditMeasures struct {
	Cases    int     `json:"cases" doc:"How many cases"`
	Bads     int     `json:"bads" doc:"How many of them were bad"`
	AUC      float64 `json:"auc" doc:"Area under the ROC curve"`
	KS       float64 `json:"ks" doc:"Kolmogorov–Smirnov distance of bads and goods, 0 to 1"`
	Brier    float64 `json:"brier" doc:"Brier score: mean squared distance of probability and outcome"`
	ECE      float64 `json:"ece" doc:"Calibration error over ten bins of equally many cases"`
	HMeasure float64 `json:"h_measure" doc:"Hand 2009, costs Beta(2, 2)"`
}

// CreditModelVersion is one stored version of a model.
type CreditModelVersion struct {
	CreditModelCard
	Version   int       `json:"version" doc:"Version of the model"`
	Champion  bool      `json:"champion" doc:"In use: what version 0 means"`
	Training  string    `json:"training" doc:"Id of the training that made it"`
	CreatedAt time.Time `json:"created_at"`
}

// CreditModelList is stored versions by name, newest first.
type CreditModelList struct {
	Items []CreditModelVersion `json:"items"`
}

// CreditPointsTable is a scorecard printed as whole points: the base plus one line for each attribute that holds.
type CreditPointsTable struct {
	Model   string             `json:"model"`
	Version int                `json:"version" doc:"Version of the model"`
	Base    int                `json:"base" doc:"Points that everybody has"`
	PDO     float64            `json:"pdo" doc:"Points that double the odds of good to bad"`
	Lines   []CreditPointsLine `json:"lines"`
}

// CreditPointsLine is an attribute of a characteristic with its points.
type CreditPointsLine struct {
	Characteristic string  `json:"characteristic"`
	Attribute      string  `json:"attribute"`
	Points         int     `json:"points" doc:"Points of the score"`
	Cases          int     `json:"cases" doc:"Learned from"`
	BadRate        float64 `json:"bad_rate" doc:"Share of them that was bad"`
	WOE            float64 `json:"woe" doc:"Weight of evidence: ln(share of goods / share of bads)"`
}

// CreditScoreRequest asks for scores of cases by a stored model.
type CreditScoreRequest struct {
	Model   string      `json:"model" pattern:"^[a-z0-9][a-z0-9._-]{0,63}$"`
	Version int         `json:"version,omitempty" minimum:"0" doc:"0 = the champion"`
	Cases   CreditTable `json:"cases" doc:"How many cases"`
	IDs     []string    `json:"ids,omitempty" maxItems:"1000000" doc:"Names of the cases; default 1, 2, …"`
}

// CreditScoreAnswer is the scores in the order of the cases, with the model that gave them.
type CreditScoreAnswer struct {
	Model   string        `json:"model"`
	Version int           `json:"version" doc:"Version of the model"`
	Scores  []CreditScore `json:"scores"`
}

// CreditScore is what a model says of one case.
type CreditScore struct {
	ID     string   `json:"id"`
	PD     float64  `json:"pd" minimum:"0" maximum:"1" doc:"Probability of the bad event"`
	Low    float64  `json:"low" doc:"Lower end of its 90 % interval"`
	High   float64  `json:"high" doc:"Upper end"`
	Rating string   `json:"rating" doc:"Of the master scale: 1 best, 14 worst"`
	Points float64  `json:"points" doc:"600 at 50 goods to 1 bad, 20 double the odds"`
	Notes  []string `json:"notes,omitempty" doc:"What makes the interval wider: missing, unknown or far-off values"`
}

// CreditExplanationAnswer is the explained scores in the order of the cases.
type CreditExplanationAnswer struct {
	Model   string              `json:"model"`
	Version int                 `json:"version" doc:"Version of the model"`
	Scores  []CreditExplanation `json:"scores"`
}

// CreditExplanation is a score with what raised and lowered it.
type CreditExplanation struct {
	CreditScore
	Reasons   []CreditReason `json:"reasons" doc:"What raises the risk most, at most four"`
	Strengths []CreditReason `json:"strengths" doc:"What lowers it most, at most two"`
}

// CreditReason is a business factor that moved a score away from the mean case.
type CreditReason struct {
	Factor   string        `json:"factor"`
	Points   float64       `json:"points" doc:"Of the score; negative = lost"`
	Sentence string        `json:"sentence"`
	Change   *CreditChange `json:"change,omitempty" doc:"What would improve it; absent = nothing within reach does"`
}

// CreditChange is a value within reach that lowers the risk.
type CreditChange struct {
	Column string  `json:"column,omitempty"`
	From   string  `json:"from,omitempty"`
	To     string  `json:"to,omitempty"`
	PD     float64 `json:"pd" doc:"After it, all else as it is"`
	Words  string  `json:"words" doc:"For people"`
}
