package api

// FloorTrials drive the robots of a floor that is drawn or given.
var FloorTrials = Operation[FloorTrialRequest, FloorTrialAnswer]{Name: "floor-trials"}

// MaxTrialMoves bounds robots × steps of a floor trial.
const MaxTrialMoves = 6_000_000

// FloorTrialRequest says which floor is tried, and how.
type FloorTrialRequest struct {
	File      string  `json:"file,omitempty" maxLength:"900000" doc:"A floor file as the command \"warehouse floor check\" describes it, with a grid; absent: one is drawn"`
	Kind      string  `json:"kind,omitempty" enum:"fulfilment,sortation" default:"fulfilment" doc:"Of the floor that is drawn"`
	Width     int     `json:"width,omitempty" minimum:"12" maximum:"1000" default:"40" doc:"Cells from west to east"`
	Height    int     `json:"height,omitempty" minimum:"10" maximum:"1000" default:"24" doc:"Cells from north to south"`
	Stations  int     `json:"stations,omitempty" minimum:"1" maximum:"500" doc:"Pick stations; default a fourth of the width"`
	Robots    int     `json:"robots,omitempty" minimum:"1" maximum:"20000" doc:"Default a tenth of the cells that they can enter, or those of the file"`
	SlowShare float64 `json:"slow_share,omitempty" minimum:"0" maximum:"1" doc:"Share of the robots of a floor that is drawn that drive at half speed"`
	DrawZones bool    `json:"draw_zones,omitempty" doc:"Draw a zone of each kind on a floor that is drawn"`
	Steps     int     `json:"steps,omitempty" minimum:"1" maximum:"3600" default:"300" doc:"Steps driven; with robots at most 6,000,000"`
	Delay     float64 `json:"delay,omitempty" minimum:"0" maximum:"0.9" doc:"Chance that a robot does nothing in a step"`
	Seed      uint64  `json:"seed,omitempty" doc:"The same request and seed give the same answer; default 1"`
}

// FloorTrialAnswer is how a floor did, and where every robot was.
type FloorTrialAnswer struct {
	Floor              FloorPicture `json:"floor"`
	Moves              FloorMoves   `json:"moves"`
	Errands            int          `json:"errands" doc:"Places that robots were sent to and came to"`
	ErrandsPerStep     float64      `json:"errands_per_step" doc:"Errands in a step, on average"`
	Charges            int          `json:"charges" doc:"Visits to chargers"`
	Collisions         int          `json:"collisions" doc:"Cells that two robots were on; judged apart from what drives them"`
	WaitShare          float64      `json:"wait_share" minimum:"0" maximum:"1" doc:"Share of their time for which robots on an errand wait"`
	LongestErrandSteps int          `json:"longest_errand_steps" doc:"Steps that the longest errand was open for, from when it was first given"`
	FlatRobots         int          `json:"flat_robots" doc:"Robots that stand with empty batteries"`
	RuleFaults         int          `json:"rule_faults" doc:"Times that a robot entered a closed zone, was one too many in a limited one or drove faster than allowed; judged apart from what drives them"`
	FirstFaults        []string     `json:"first_faults,omitempty" doc:"The first of these in words"`
	PutOffErrands      int          `json:"put_off_errands" doc:"Errands put behind others because their zone was closed"`
	Zones              []ZoneResult `json:"zones,omitempty" doc:"How each zone of the floor did"`
}

// ZoneResult is how a zone did in a trial.
type ZoneResult struct {
	Name       string `json:"name"`
	MostRobots int    `json:"most_robots" doc:"Robots within at once, at most"`
	ClearSteps int    `json:"clear_steps,omitempty" doc:"Steps from when it closed until nobody was within, at most"`
}
