package api

// EarlyWarningTrainings learn which suppliers' records look like those of suppliers that failed in the months after.
var EarlyWarningTrainings = Operation[EarlyWarningRequest, EarlyWarningAnswer]{Name: "early-warning-trainings"}

// EarlyWarningRequest asks for a model of the months ahead to be learned from the program's own records of suppliers.
type EarlyWarningRequest struct {
	Failures       []SupplierFailed `json:"failures" minItems:"1" maxItems:"100000" doc:"Which declared suppliers failed and when; all others live. At least 10 must have failed and 10 live"`
	AsOfDate       string           `json:"as_of_date,omitempty" format:"date" doc:"What was recorded from this day on is not used; default: the day after the newest order"`
	Months         int              `json:"months,omitempty" minimum:"13" maximum:"120" default:"48" doc:"How many months back are learned from"`
	FalseAlarmRate float64          `json:"false_alarm_rate,omitempty" minimum:"0.001" maximum:"0.5" default:"0.05" doc:"Share of the months of suppliers that live on which may give an alarm"`
	Champion       bool             `json:"champion,omitempty" doc:"Put it in use at once; else only the first version is"`
	Note           string           `json:"note,omitempty" maxLength:"2000" doc:"For the list of models"`
	Seed           uint64           `json:"seed,omitempty" doc:"The same request and seed give the same model; default 1"`
}

// SupplierFailed is a supplier that failed.
type SupplierFailed struct {
	SupplierID string `json:"supplier_id" minLength:"1" maxLength:"200"`
	Date       string `json:"date" format:"date"`
}

// EarlyWarningAnswer is the model that was stored and what its alarms are worth.
type EarlyWarningAnswer struct {
	Model       string   `json:"model" doc:"early-warning; its champion warns in plans and on supplier pages"`
	Version     int      `json:"version" doc:"Version of the model"`
	Suppliers   int      `json:"suppliers" doc:"Learned from"`
	Ratios      []string `json:"ratios" doc:"Figures of accounts that it reads beside operations signals"`
	WithSignals Alarms   `json:"with_signals"`
	RatiosAlone *Alarms  `json:"ratios_alone,omitempty" doc:"Of a model that reads the accounts' figures without operations signals; absent where none were told"`
}

// Alarms say what alarms are worth, measured on suppliers left out while learning.
type Alarms struct {
	Threshold      float64 `json:"threshold" doc:"PD within 12 months above which an alarm is given"`
	FalseAlarmRate float64 `json:"false_alarm_rate" doc:"Share of the months of suppliers that lived another year which gave one"`
	CaughtShare    float64 `json:"caught_share" doc:"Share of the failures with an alarm in the year before"`
	LeadMonths     float64 `json:"lead_months" doc:"Months from the first such alarm to the failure, in the middle case"`
	AUC            float64 `json:"auc" doc:"Of the 12-month PD against failure within 12 months"`
	Failures       int     `json:"failures" doc:"How many suppliers failed"`
	Months         int     `json:"months" doc:"How many months of suppliers were judged"`
	Expected       float64 `json:"expected_failures" doc:"PDs within 12 months, summed over the months judged"`
	Came           float64 `json:"came_failures" doc:"Failures within 12 months, counted over the same months"`
}

// SupplierOutlook is what the early-warning model in use says of a supplier's months ahead.
type SupplierOutlook struct {
	Model          string          `json:"model" doc:"Name of the model"`
	Version        int             `json:"version" doc:"Version of the model"`
	PDs            []float64       `json:"pds" doc:"Probability to fail within 1, 2, … 12 months"`
	Grade          string          `json:"grade" enum:"A,B,C,D,E" doc:"Band of the PD within 12 months"`
	Alarm          bool            `json:"alarm" doc:"The last of them is above threshold"`
	Threshold      float64         `json:"threshold" doc:"PD within 12 months above which an alarm is given"`
	FalseAlarmRate float64         `json:"false_alarm_rate" doc:"Share of the months of suppliers that lived on which gave an alarm, among suppliers left out while learning"`
	CaughtShare    float64         `json:"caught_share" doc:"Share of the failures there with an alarm in the year before"`
	LeadMonths     float64         `json:"lead_months" doc:"Months from the first alarm to the failure there, in the middle case"`
	Reasons        []OutlookReason `json:"reasons" doc:"What raises the risk most against the usual month, at most four"`
}

// OutlookReason is a business factor that raises the risk of the months ahead.
type OutlookReason struct {
	Factor   string  `json:"factor"`
	LogOdds  float64 `json:"log_odds" doc:"Added to those of failing, mean over the months ahead"`
	Sentence string  `json:"sentence"`
}
