package service

import (
	"fmt"

	"quartermaster/warehouse"
)

// TaskPlace says where a task is and what it asks of whom does it. Empty strings ask for nothing.
type TaskPlace struct {
	Station   string // chute-3
	Zone      string // aisle-7: what is reported blocked holds all that is there
	RobotType string // only for those who say that they are of it
	Skill     string // only for those who say that they have it
}

// placeOf reads off where a planned task is: a pick in the aisle of its first stop, a sorted parcel at its chute.
func placeOf(t *warehouse.Task) TaskPlace {
	switch {
	case t.Kind == warehouse.TaskPick && len(t.Stops) > 0:
		return TaskPlace{Zone: fmt.Sprintf("aisle-%d", t.Stops[0].Slot.Aisle)}
	case t.Kind == warehouse.TaskSort:
		return TaskPlace{Station: fmt.Sprintf("chute-%d", t.Chute)}
	}
	return TaskPlace{}
}

// TaskChange is what is changed of a task that has not ended; nil leaves a thing as it is.
type TaskChange struct {
	Priority                        *int // −1,000 to 1,000; greater goes first
	Station, Zone, RobotType, Skill *string
}

// ExceptionCode says what went wrong with a leased task.
type ExceptionCode string

// The codes. What follows from each happens in the transaction that takes it in, and is told as TopicTaskException.
const (
	// ShortPick: fewer units lay in the slot than the task takes. The stock is counted as told, the task fails, and those
	// behind it are blocked until a plan that knows of the count gives their work out from where there is stock.
	ShortPick ExceptionCode = "short_pick"
	// Damaged: units cannot be sold. They leave the stock, and the task fails like a short pick.
	Damaged ExceptionCode = "damaged"
	// BlockedAisle: the task is given out again after a while, and so is all that is open in its zone.
	BlockedAisle ExceptionCode = "blocked_aisle"
	// RobotFailure: the task and all that is open for that robot go to other robots, at once.
	RobotFailure ExceptionCode = "robot_failure"
	// OtherException: the task fails.
	OtherException ExceptionCode = "other"
)

// TaskException is a report under a lease.
type TaskException struct {
	Code    ExceptionCode
	Note    string
	ItemID  string // short pick, damaged
	Units   int64  // short pick: those found; damaged: those that are
	HoldSec int64  // blocked aisle: how long nothing is given out there
	AtUs    int64
}

// TaskOutcome is what followed from an exception.
type TaskOutcome struct {
	State TaskState
	Also  int64     // tasks besides it that are held or go to other robots
	Stock *Movement // what it changed of the stock
}
