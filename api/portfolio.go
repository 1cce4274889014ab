package api

// PortfolioRisks says what a book of exposures may lose.
var PortfolioRisks = Operation[PortfolioRequest, PortfolioAnswer]{Name: "portfolio-risks"}

// PortfolioRequest is a book of exposures, or none: then what is prepaid to the declared suppliers, with the PDs that the
// champion of the model suppliers gives them.
type PortfolioRequest struct {
	Exposures      []PortfolioExposure `json:"exposures,omitempty" maxItems:"20000" doc:"How many exposures"`
	AsOfDate       string              `json:"as_of_date,omitempty" format:"date" doc:"Of the declared suppliers' records; default: the day after the newest order"`
	Links          []PortfolioLink     `json:"links,omitempty" maxItems:"100000" doc:"Who depends on whom: how one failure pulls others down"`
	Quantile       float64             `json:"quantile,omitempty" exclusiveMinimum:"0.5" exclusiveMaximum:"1" default:"0.999" doc:"Of the worst year"`
	Paths          int                 `json:"paths,omitempty" minimum:"100" maximum:"1000000" default:"20000" doc:"Years to simulate"`
	SectorVariance float64             `json:"sector_variance,omitempty" minimum:"0" maximum:"10" default:"1" doc:"Relative variance of the default intensity in CreditRisk+"`
	YearlyRate     float64             `json:"yearly_rate,omitempty" minimum:"0" maximum:"1" doc:"Effective interest rate that expected losses are discounted with"`
	Seed           uint64              `json:"seed,omitempty" doc:"The same request and seed give the same answer; default 1"`
}

// PortfolioExposure is what one obligor may cost.
type PortfolioExposure struct {
	ID            string    `json:"id" minLength:"1" maxLength:"200"`
	EAD           Money     `json:"ead" doc:"Exposure at default"`
	PD            float64   `json:"pd" minimum:"0" maximum:"1" doc:"Within a year"`
	LGD           float64   `json:"lgd,omitempty" minimum:"0" maximum:"1" doc:"Share lost on default; default 0.45 (Basel CRE32.6, senior unsecured)"`
	Loadings      []float64 `json:"loadings,omitempty" maxItems:"20" doc:"On common factors; the sum of squares, below 1, is the asset correlation; default one factor with 0.387 (correlation 0.15)"`
	MaturityYears float64   `json:"maturity_years,omitempty" minimum:"0" maximum:"50" doc:"Default 2.5 for capital, 1 for expected loss"`
	DaysLate      int       `json:"days_late,omitempty" minimum:"0" maximum:"10000" doc:"Payment overdue: stage 2 from 30 days, 3 from 90"`
	Defaulted     bool      `json:"defaulted,omitempty"`
	PDAtStart     float64   `json:"pd_at_start,omitempty" minimum:"0" maximum:"1" doc:"When it was taken on: a PD at least twice as high and half a point above it is a significant increase (stage 2); default pd"`
}

// PortfolioLink says that one firm depends on another.
type PortfolioLink struct {
	From  string  `json:"from" minLength:"1" maxLength:"200" doc:"Whose failure hurts"`
	To    string  `json:"to" minLength:"1" maxLength:"200" doc:"Who is hurt"`
	Share float64 `json:"share" minimum:"0" maximum:"1" doc:"Of its worth that goes with it"`
}

// PortfolioAnswer is what the book may lose. Amounts are rounded to the minor unit.
type PortfolioAnswer struct {
	Exposures         int                  `json:"exposures" doc:"How many exposures"`
	EAD               Money                `json:"ead"`
	Model             string               `json:"model,omitempty" doc:"That gave the PDs, where the book is the declared suppliers"`
	Version           int                  `json:"version,omitempty" doc:"Version of the model"`
	Quantile          float64              `json:"quantile" doc:"Of the worst year, as asked for"`
	ExpectedLoss      Money                `json:"expected_loss" doc:"A year, PD·LGD·EAD"`
	ValueAtRisk       Money                `json:"value_at_risk" doc:"By simulation with importance sampling"`
	ExpectedShortfall Money                `json:"expected_shortfall" doc:"Mean loss of the years beyond"`
	Capital           Money                `json:"capital" doc:"Value at risk less the expected loss"`
	CreditRiskPlus    Money                `json:"creditrisk_plus" doc:"The same quantile by CreditRisk+ (Panjer's recursion)"`
	IRBCapital        Money                `json:"irb_capital" doc:"Basel CRE31, corporates"`
	RiskWeighted      Money                `json:"risk_weighted_assets" doc:"12.5 × irb_capital"`
	Granularity       float64              `json:"granularity" doc:"Add-on for few large parts, share of EAD (Gordy and Lütkebohmert 2013)"`
	HHI               float64              `json:"hhi" doc:"Herfindahl–Hirschman index of the exposures"`
	EffectiveNames    float64              `json:"effective_names" doc:"Equal exposures that would be as concentrated"`
	Stages            []PortfolioStage     `json:"stages" doc:"IFRS 9"`
	Parts             []PortfolioPart      `json:"parts" doc:"By their part of the shortfall, largest first"`
	Contagion         []PortfolioContagion `json:"contagion,omitempty" doc:"What each failure does to the others through the links, worst first"`
	TailPaths         int                  `json:"tail_paths" doc:"Simulated years beyond the quantile: what the figures stand on"`
}

// PortfolioStage is one stage of IFRS 9.
type PortfolioStage struct {
	Stage     int   `json:"stage" enum:"1,2,3" doc:"Stage of IFRS 9"`
	Exposures int   `json:"exposures" doc:"How many exposures"`
	EAD       Money `json:"ead"`
	Allowance Money `json:"allowance" doc:"Expected loss: of a year in stage 1, of the lifetime in 2 and 3"`
}

// PortfolioPart is one exposure's part in the risk of the book.
type PortfolioPart struct {
	ID           string `json:"id"`
	EAD          Money  `json:"ead"`
	ExpectedLoss Money  `json:"expected_loss"`
	Shortfall    Money  `json:"shortfall" doc:"Its mean loss in the years beyond the quantile; the parts add up to the whole"`
	Stage        int    `json:"stage" doc:"Stage of IFRS 9"`
}

// PortfolioContagion is what one failure does to the others.
type PortfolioContagion struct {
	ID       string  `json:"id"`
	DebtRank float64 `json:"debt_rank" doc:"Share of the book's EAD that is lost beside its own (Battiston et al. 2012)"`
	Hurt     int     `json:"hurt" doc:"Others that lose something"`
}
