package api

import "time"

// LeaseRequest asks for warehouse tasks to work on.
type LeaseRequest struct {
	Kinds    []string `json:"kinds,omitempty" maxItems:"16" enum:"pick,move,park,sort" doc:"Kinds that the caller can do; empty: all"`
	Workers  []string `json:"workers,omitempty" maxItems:"1000" doc:"Pickers, robots and sorters that the caller speaks for; empty: all"`
	Max      int      `json:"max,omitempty" minimum:"1" maximum:"1000" default:"1" doc:"Most tasks to give"`
	WaitSec  int      `json:"wait_sec,omitempty" minimum:"0" maximum:"25" doc:"How long to wait for work when there is none now"`
	LeaseSec int      `json:"lease_sec,omitempty" minimum:"5" maximum:"3600" default:"60" doc:"The tasks go to others unless completed, extended or failed within this time"`
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
	Work           TaskWork  `json:"work" doc:"What is to be done"`
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
	Reason    string    `json:"reason,omitempty" doc:"Why it failed or is blocked"`
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
