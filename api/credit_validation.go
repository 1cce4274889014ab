package api

// CreditValidationRequest asks how a stored model does on cases that it was not learned from.
type CreditValidationRequest struct {
	Model      string      `json:"model" pattern:"^[a-z0-9][a-z0-9._-]{0,63}$"`
	Version    int         `json:"version,omitempty" minimum:"0" doc:"0 = the champion"`
	Cases      CreditTable `json:"cases" doc:"How many cases"`
	Outcomes   []int       `json:"outcomes" minItems:"1" maxItems:"1000000" doc:"One a case: 1 = bad, 0 = good"`
	Challenger int         `json:"challenger,omitempty" minimum:"1" doc:"Another version of the name, compared on the same cases"`
	HTML       bool        `json:"html,omitempty" doc:"Give the report as a page that stands alone too"`
}

// CreditValidationAnswer is a validation report.
type CreditValidationAnswer struct {
	Model      string                `json:"model"`
	Version    int                   `json:"version" doc:"Version of the model"`
	Measures   CreditMeasures        `json:"measures" doc:"Here"`
	Stated     CreditMeasures        `json:"stated" doc:"On cases left out while it learned"`
	AUCLow     float64               `json:"auc_low" doc:"Of the 95 % interval (DeLong 1988)"`
	AUCHigh    float64               `json:"auc_high" doc:"Upper end"`
	Grades     []CreditGradeTest     `json:"grades"`
	Drift      []CreditDrift         `json:"drift" doc:"The score first, then each column"`
	Challenger *CreditChallengerTest `json:"challenger,omitempty"`
	Findings   []string              `json:"findings" doc:"For people"`
	HTML       string                `json:"html,omitempty"`
}

// CreditGradeTest holds one grade's PD against what came.
type CreditGradeTest struct {
	Rating   string  `json:"rating"`
	Cases    int     `json:"cases" doc:"How many cases"`
	Bads     int     `json:"bads" doc:"How many of them were bad"`
	Expected float64 `json:"expected" doc:"Mean PD"`
	Rate     float64 `json:"rate" doc:"Share that was bad"`
	P        float64 `json:"p" doc:"Chance that the true rate is at most the PD, by Jeffreys' prior: a small one says that the PD is too low"`
}

// CreditDrift says how far something has moved from what was learned.
type CreditDrift struct {
	Name  string  `json:"name"`
	Index float64 `json:"index" doc:"Population stability index"`
	Band  string  `json:"band" enum:"stable,watch,shifted" doc:"To 0.10, to 0.25, above"`
}

// CreditChallengerTest compares a challenger with the model on the same cases.
type CreditChallengerTest struct {
	Version   int            `json:"version" doc:"Version of the model"`
	Measures  CreditMeasures `json:"measures"`
	AUCGain   float64        `json:"auc_gain" doc:"Its less the model's"`
	BrierGain float64        `json:"brier_gain" doc:"The model's less its"`
	P         float64        `json:"p" doc:"Two-sided, DeLong 1988"`
	Verdict   string         `json:"verdict"`
}
