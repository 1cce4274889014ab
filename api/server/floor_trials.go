package server

import (
	"context"
	"fmt"

	"quartermaster/api"
)

// KindFloorTrial is the job that drives a floor's robots. Its handler stands where files of floors are read.
const KindFloorTrial = "floor-trial"

var _ = offer(Operation[api.FloorTrialRequest, api.FloorTrialAnswer]{
	Words: api.FloorTrials, Kind: KindFloorTrial, Summary: "trials of floors",
	Description: "Drives the robots of a floor that is drawn, or that comes as a file, between its stations, inductions and chargers, and tells where each robot was in every step. " +
		"Robots turn on the spot, one step a quarter turn, late as often as delay says, as fast as they are, and kept to the floor's zones.",
	Check: func(_ context.Context, _ *Work, q *api.FloorTrialRequest) ([]api.FieldError, error) {
		var wrong fieldErrors
		if q.Robots > 0 && max(1, q.Steps) > api.MaxTrialMoves/q.Robots {
			wrong.add(q.Steps, fmt.Sprintf("with %d robots, at most %d steps", q.Robots, api.MaxTrialMoves/q.Robots), "steps")
		}
		if q.File != "" && (q.SlowShare > 0 || q.DrawZones) {
			wrong.add(q.SlowShare, "is for floors that are drawn: a file says itself how fast robots are and which zones it has", "slow_share")
		}
		return wrong, nil
	},
})
