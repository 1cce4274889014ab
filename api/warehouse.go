package api

// Warehouse is a site with its floor's tasks in a plan, counted.
type Warehouse struct {
	ID    string     `json:"id" doc:"Site id"`
	Name  string     `json:"name"`
	Lon   float64    `json:"lon" doc:"Degrees east"`
	Lat   float64    `json:"lat" doc:"Degrees north"`
	Tasks TaskCounts `json:"tasks"`
}

// TaskCounts are the tasks of one warehouse by what became of them.
type TaskCounts struct {
	Open    int64 `json:"open" doc:"Tasks that wait for a worker or for other tasks"`
	Leased  int64 `json:"leased" doc:"Tasks being worked on"`
	Done    int64 `json:"done" doc:"Tasks completed"`
	Failed  int64 `json:"failed" doc:"Tasks that could not be done"`
	Blocked int64 `json:"blocked" doc:"Tasks that depend, however far back, on a failed one"`
}

// WarehouseList is all warehouses by id.
type WarehouseList struct {
	PlanID string      `json:"plan_id,omitempty" doc:"The plan whose tasks are counted; absent where there is none yet"`
	Items  []Warehouse `json:"items"`
}
