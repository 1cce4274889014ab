// Package warehouse holds the words of the floor: Floor, Robot, Order, Task, Schedule, and Check.
//
// Takes the orders that a site must ship, and gives waves, pick tours, robot moves and chutes, each with start and end.
// Methods: see the packages below (picking, agv, sortation). Seconds count from the plan's origin; cells are indices.
// Never: it knows no files, clock or other domain; two robots are never on one cell, nor swap cells, in one step.
package warehouse

// Cell kinds of a Floor.
type CellKind uint8

const (
	CellFree   CellKind = iota
	CellShelf           // storage; robots cannot enter, pickers reach it from a free neighbour
	CellPick            // hand-over station where a picked batch is put on a robot
	CellInduct          // sorter induction where a robot gives its batch away
	CellPark            // a robot's home; only its own robot may stand there
)

// Floor is a grid of Width × Height cells, row-major (cell = y*Width + x).
type Floor struct {
	SiteID        string
	Width, Height int
	Kinds         []CellKind
	// Racks: parallel aisles seen by pickers, apart from the robots' grid.
	Aisles            int
	SlotsPerAisle     int // storage positions along one aisle, both sides share a position
	SlotPitchCm       int64
	AislePitchCm      int64
	Chutes            int
	StepSec           int64 // one robot move or wait
	Turning           bool  `hash:"omitempty"` // robots turn on the spot, one step a quarter turn; else they drive any way at once
	Pickers           int
	PickSpeedCmPerSec int64
	PickSec           int64 // grasp one order line
	SetupSec          int64 // start one tour
	PackSec           int64 // pack one parcel
	SortSec           int64 // sorter belt from induction to chute
	FeedSec           int64 // shortest time between two parcels put on the sorter
	LoadSec           int64 // a robot stands this long at a pick station
	UnloadSec         int64 // a robot stands this long at an induction
	// Cart: what one picker takes on one tour and one robot carries at once. 0 = no limit, but CartOrders 0 = DefaultCartOrders.
	CartOrders    int
	CartLines     int // grasps on one tour
	CartWeightG   int64
	CartVolumeCm3 int64
	OpenSec       int64 // shift start, seconds from the plan's origin (same every day; the caller adds the day)
	CloseSec      int64
}

// DefaultCartOrders is the number of orders on one cart where a Floor does not say.
const DefaultCartOrders = 12

// Robot is one AGV with its parking cell.
type Robot struct {
	ID   string
	Park int32
}

// Slot is where an item lies in the racks.
type Slot struct{ Aisle, Pos int }

// Line is one item of an order to pick.
type Line struct {
	ItemID    string
	Qty       int64
	Slot      Slot
	WeightG   int64 // whole line
	VolumeCm3 int64
}

// Order is one parcel's worth of lines that this site must ship.
type Order struct {
	ID         string
	Zone       string // delivery zone; parcels of one zone leave by one chute where chutes suffice
	ReleaseSec int64  // may not start before (order time)
	DueSec     int64  // should be in its chute by
	Lines      []Line
}

// TaskKind names what a controller pulls.
type TaskKind string

const (
	TaskPick TaskKind = "pick" // a picker's tour for one batch
	TaskMove TaskKind = "move" // a robot carries one batch from pick to induction
	TaskPark TaskKind = "park" // a robot's empty way home; the robot's next move may begin before it is home
	TaskSort TaskKind = "sort" // one parcel packed and carried by the sorter into its chute
)

// Task is one thing to do, by one worker, with its planned start and end.
type Task struct {
	ID         string
	Kind       TaskKind
	Worker     string // picker, robot or sorter
	Wave       int    // from 1
	Batch      int    // from 1
	StartSec   int64
	EndSec     int64
	OrderIDs   []string
	Stops      []PickStop `json:",omitempty"` // TaskPick: in walking order
	Path       []int32    `json:",omitempty"` // TaskMove, TaskPark: one cell per step from StartSec to EndSec, waits repeated
	Chute      int        // TaskSort: 1…Chutes
	DependsOn  []string   `json:",omitempty"` // task ids that end before this one starts
	DistanceCm int64
}

// PickStop is one grasp of a pick tour.
type PickStop struct {
	Slot    Slot
	OrderID string
	ItemID  string
	Qty     int64
}

// Late is an order that cannot be in its chute by its due time, or at all today.
type Late struct {
	OrderID string
	LateSec int64 // −1: not today
	Reason  string
}

// Schedule is the answer for one site and day.
type Schedule struct {
	SiteID   string
	Tasks    []Task           // by StartSec, then ID
	ReadySec map[string]int64 // order → second its parcel lies in the chute
	Late     []Late
	Steps    int // robot steps planned
	Seed     uint64
}
