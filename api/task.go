package api

import "time"

// LeaseRequest asks for warehouse tasks to work on.
type LeaseRequest struct {
	Kinds      []string `json:"kinds,omitempty" maxItems:"16" enum:"pick,move,park,sort" doc:"Kinds that the caller can do; empty: all"`
	Workers    []string `json:"workers,omitempty" maxItems:"1000" doc:"Pickers, robots and sorters that the caller speaks for, who get their own tasks and those of nobody; empty: all"`
	Stations   []string `json:"stations,omitempty" maxItems:"1000" doc:"Only tasks at these stations, as chute-3; empty: at any or none"`
	Zones      []string `json:"zones,omitempty" maxItems:"1000" doc:"Only tasks in these zones, as aisle-7; empty: in any or none"`
	RobotTypes []string `json:"robot_types,omitempty" maxItems:"100" doc:"Types of the robots that the caller speaks for; a task that asks for another is not given"`
	Skills     []string `json:"skills,omitempty" maxItems:"100" doc:"What the caller can do; a task that asks for more is not given"`
	Max        int      `json:"max,omitempty" minimum:"1" maximum:"1000" default:"1" doc:"Most tasks to give"`
	WaitSec    int      `json:"wait_sec,omitempty" minimum:"0" maximum:"25" doc:"How long to wait for work when there is none now"`
	LeaseSec   int      `json:"lease_sec,omitempty" minimum:"5" maximum:"3600" default:"60" doc:"The tasks go to others unless completed, extended or failed within this time"`
}

// LeaseResponse is the tasks that were given; empty when there was nothing to do.
type LeaseResponse struct {
	Tasks []LeasedTask `json:"tasks"`
}

// LeasedTask is one warehouse task with the right to do it.
type LeasedTask struct {
	PlanID         string    `json:"plan_id"`
	TaskID         string    `json:"task_id"`
	Kind           string    `json:"kind" enum:"pick,move,park,sort"`
	Worker         string    `json:"worker" doc:"Picker, robot or sorter it was planned for"`
	StartAt        time.Time `json:"start_at"`
	EndAt          time.Time `json:"end_at"`
	DependsOn      []string  `json:"depends_on,omitempty" doc:"Tasks of the same plan that were done before"`
	LeaseID        string    `json:"lease_id" doc:"Proof of the lease for complete, extend and fail"`
	LeaseExpiresAt time.Time `json:"lease_expires_at"`
	Fence          int64     `json:"fence" doc:"Grows with each lease of the task: a machine that sees two obeys the greater"`
	TaskPlace
	AvoidWorker string   `json:"avoid_worker,omitempty" doc:"Robot that failed at it: any other does it"`
	Work        TaskWork `json:"work" doc:"What is to be done"`
}

// TaskPlace is how urgent a task is, where it is, and what it asks of whom does it.
type TaskPlace struct {
	Priority  int    `json:"priority" doc:"From -1000 to 1000; the greater goes first, whatever the planned start; the plan gives 0"`
	Station   string `json:"station,omitempty" doc:"chute-3"`
	Zone      string `json:"zone,omitempty" doc:"aisle-7"`
	RobotType string `json:"robot_type,omitempty" doc:"Only for robots of this type; absent: any"`
	Skill     string `json:"skill,omitempty" doc:"Only for those who have it; absent: none is needed"`
}

// TaskChange changes a task that has not ended. What is absent stays as it is; an empty text takes a thing away.
type TaskChange struct {
	PlanID    string  `json:"plan_id" minLength:"1" maxLength:"64"`
	Priority  *int    `json:"priority,omitempty" minimum:"-1000" maximum:"1000" doc:"The next lease goes by it"`
	Station   *string `json:"station,omitempty" maxLength:"64"`
	Zone      *string `json:"zone,omitempty" maxLength:"64"`
	RobotType *string `json:"robot_type,omitempty" maxLength:"64"`
	Skill     *string `json:"skill,omitempty" maxLength:"64"`
}

// TaskProgress says how far a leased task is; it keeps the lease.
type TaskProgress struct {
	LeaseProof
	Percent  int `json:"percent" minimum:"0" maximum:"100" doc:"Of the task's work"`
	LeaseSec int `json:"lease_sec,omitempty" minimum:"5" maximum:"3600" default:"60" doc:"From now"`
}

// The codes of exceptions.
const (
	ExceptionShortPick    = "short_pick"
	ExceptionDamaged      = "damaged"
	ExceptionBlockedAisle = "blocked_aisle"
	ExceptionRobotFailure = "robot_failure"
	ExceptionOther        = "other"
)

// TaskException says what went wrong with a leased task.
type TaskException struct {
	LeaseProof
	Code    string `json:"code" enum:"short_pick,damaged,blocked_aisle,robot_failure,other"`
	Note    string `json:"note,omitempty" maxLength:"1000" example:"two of six cups"`
	ItemID  string `json:"item_id,omitempty" maxLength:"128" doc:"short_pick and damaged: the item"`
	Units   *int64 `json:"units,omitempty" minimum:"0" maximum:"1000000000" doc:"short_pick: units that are left of it at the site; damaged: units that cannot be sold"`
	HoldSec int    `json:"hold_sec,omitempty" minimum:"1" maximum:"86400" default:"300" doc:"blocked_aisle: nothing is given out in the zone for so long"`
}

// TaskOutcome is what followed from an exception.
type TaskOutcome struct {
	PlanID    string `json:"plan_id"`
	TaskID    string `json:"task_id"`
	State     string `json:"state" enum:"failed,open"`
	AlsoTasks int64  `json:"also_tasks" doc:"Other tasks that are held with it, or go to other robots with it"`
	OnHand    *int64 `json:"on_hand,omitempty" doc:"Units of the item at the site, as the stock says now"`
}

// TaskWork is the planned work of one task. Which fields are there follows from its kind.
type TaskWork struct {
	Wave       int      `json:"wave" doc:"From 1"`
	Batch      int      `json:"batch" doc:"From 1"`
	OrderIDs   []string `json:"order_ids,omitempty"`
	Stops      []Grasp  `json:"stops,omitempty" doc:"pick: what to take, in walking order"`
	PathCells  []int32  `json:"path_cells,omitempty" doc:"move, park: the robot's cell at each step from start to end, row by row from 0; waits repeat it"`
	Chute      int      `json:"chute,omitempty" doc:"sort: from 1"`
	DistanceCm int64    `json:"distance_cm,omitempty" doc:"Centimetres walked or driven"`
}

// Grasp is one stop of a pick tour.
type Grasp struct {
	Aisle    int    `json:"aisle" doc:"From 0"`
	Position int    `json:"position" doc:"Along the aisle, from 0 at the front"`
	OrderID  string `json:"order_id"`
	ItemID   string `json:"item_id"`
	Qty      int64  `json:"qty" doc:"Units"`
}

// Task is one warehouse task and what became of it.
type Task struct {
	PlanID    string    `json:"plan_id"`
	TaskID    string    `json:"task_id"`
	Kind      string    `json:"kind" enum:"pick,move,park,sort"`
	Worker    string    `json:"worker" doc:"Picker, robot or sorter it was planned for"`
	StartAt   time.Time `json:"start_at"`
	EndAt     time.Time `json:"end_at"`
	DependsOn []string  `json:"depends_on,omitempty" doc:"Tasks of the same plan that are done before"`
	Status    string    `json:"status" enum:"open,leased,done,failed,blocked"`
	Reason    string    `json:"reason,omitempty" doc:"Why it failed, is blocked or came back"`
	TaskPlace
	Progress  int    `json:"progress" doc:"Percent, as last told"`
	Exception string `json:"exception,omitempty" doc:"Code of the last exception"`
}

// TaskList is a page of tasks, earliest start first.
type TaskList struct {
	Items      []Task `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

// LeaseProof names a leased task's plan and lease.
type LeaseProof struct {
	PlanID  string `json:"plan_id" minLength:"1" maxLength:"64"`
	LeaseID string `json:"lease_id" minLength:"1" maxLength:"64"`
}

// LeaseExtension asks for more time.
type LeaseExtension struct {
	LeaseProof
	LeaseSec int `json:"lease_sec,omitempty" minimum:"5" maximum:"3600" default:"60" doc:"From now"`
}

// TaskFailure says why a task was not done.
type TaskFailure struct {
	LeaseProof
	Reason string `json:"reason" minLength:"1" maxLength:"1000" example:"shelf is empty"`
}

// TaskReceipt is what became of a task.
type TaskReceipt struct {
	PlanID         string     `json:"plan_id"`
	TaskID         string     `json:"task_id"`
	State          string     `json:"state" enum:"done,failed,leased,open"`
	LeaseExpiresAt *time.Time `json:"lease_expires_at,omitempty"`
}
