package service

import (
	"context"
	"time"

	"quartermaster/forecast"
	"quartermaster/inventory"
)

// JobStore is the job table as those see it who ask for work.
type JobStore interface {
	// Submit stores a job with its input. With an IdempotencyKey that is known: the same kind and input give the job
	// that is there, with created false; anything else gives ErrConflict.
	Submit(ctx context.Context, tenant string, s Submission) (job Job, created bool, err error)
	// SubmitAll stores many jobs in one transaction, in order, by the same rule.
	SubmitAll(ctx context.Context, tenant string, all []Submission) ([]Job, error)
	// Job reads one job, or ErrNotFound.
	Job(ctx context.Context, ref Ref) (Job, error)
	// Jobs lists jobs, newest first.
	Jobs(ctx context.Context, tenant string, f JobFilter) ([]Job, error)
	// JobInput and JobResult read what went in and came out; JobResult is ErrConflict for a job that is not done.
	JobInput(ctx context.Context, ref Ref) ([]byte, error)
	JobResult(ctx context.Context, ref Ref) ([]byte, error)
	// Cancel ends a queued or waiting job with its children at once, asks a running one to stop, and leaves an ended
	// one alone. It gives the job as it is now.
	Cancel(ctx context.Context, ref Ref) (Job, error)
	// Replay queues a failed or quarantined job afresh; a family is replayed by its parent. Else ErrConflict.
	Replay(ctx context.Context, ref Ref) (Job, error)
	// JobStats counts jobs of one tenant, or of all with tenant "".
	JobStats(ctx context.Context, tenant string) (JobStats, error)
	// Messages lists messages for the world outside that were not delivered yet, oldest first.
	Messages(ctx context.Context, tenant string, limit int) ([]Message, error)
	// Delivered forgets one message; forgetting it twice is no error.
	Delivered(ctx context.Context, tenant, messageID string) error
}

// WorkStore is the job table as a Runner sees it. Every write by a worker names the job as it was claimed and fails with
// ErrTokenLost, having written nothing, when Attempt is no longer the job's.
type WorkStore interface {
	// Dispatch chooses queued jobs that are due, most urgent and then oldest first, and notes that they are on their
	// way. A caller adds none while window are on their way, counting those of all callers; one not claimed within resend
	// counts as lost and is chosen again.
	Dispatch(ctx context.Context, window int, resend time.Duration) ([]QueueItem, error)
	// Undispatch takes the note back, for names that the queue did not take.
	Undispatch(ctx context.Context, refs []Ref) error
	// Claim takes a job that is queued and due, or whose lease ran out (which counts as a crash); ok is false when it
	// is not to be had. The input comes with it.
	Claim(ctx context.Context, ref Ref, lease time.Duration) (job Job, input []byte, ok bool, err error)
	// Heartbeat extends leases and stores progress. Held are those still held; the others are lost.
	Heartbeat(ctx context.Context, beats []Beat, lease time.Duration) (held []Pulse, err error)
	// Poll reads the same without writing.
	Poll(ctx context.Context, beats []Beat) (held []Pulse, err error)
	// Finish stores r and ends the job as done, in one transaction. A plan that is saved so is saved exactly once.
	Finish(ctx context.Context, job Job, r Result) error
	// Fail ends the job as failed; EndCancelled as cancelled.
	Fail(ctx context.Context, job Job, reason string) error
	EndCancelled(ctx context.Context, job Job) error
	// Retry queues the job again after delay, or ends it as cancelled where that was asked for.
	Retry(ctx context.Context, job Job, reason string, delay time.Duration) error
	// Postpone queues the job again after delay, counting nothing: this worker cannot do it, another may.
	Postpone(ctx context.Context, job Job, reason string, delay time.Duration) error
	// Release queues the job again at once, counting nothing: the worker is shutting down.
	Release(ctx context.Context, job Job) error
	// Spawn stores children and makes the job wait for them, in one transaction. It gives ErrCancelRequested where
	// somebody asked to cancel. Children may not have children. No children: the job is queued to gather at once.
	Spawn(ctx context.Context, job Job, children []Submission, rule ChildErrorRule) error
	// Children reads how the children ended, in the order of Spawn.
	Children(ctx context.Context, job Job) ([]Child, error)
	// Reap queues jobs whose lease ran out, quarantines those that crashed MaxCrashes times, and ends those that were to
	// be cancelled. It tells how many it moved.
	Reap(ctx context.Context, limit int) (int, error)
}

// Beat is one held job's sign of life.
type Beat struct {
	Ref
	Attempt  int64
	Progress float64
	Sentence string
}

// Pulse is the answer to a Beat whose token still holds.
type Pulse struct {
	Ref
	Attempt         int64
	CancelRequested bool
}

// Order is a customer's order as a stored fact. Unlike plan.Order it counts from a fixed point: PlacedUs are microseconds
// of local time since 1970-01-01 00:00, windows are seconds after a day's midnight.
type Order struct {
	ID             string // unique in its tenant: the key that makes importing twice harmless
	CustomerID     string
	PlacedUs       int64
	Lon, Lat       float64
	FromSec, ToSec int64
	Lines          []OrderLine
	SourceLine     int64  // line of the source file it began on, 0 = unknown
	ImportID       string // which import brought it
	CancelledUs    int64  // 0 = it stands; no plan works on one that was called off
}

// OrderLine is one item asked for; its fields are those of plan.OrderLine, so that one converts into the other.
type OrderLine struct {
	ItemID     string
	Qty        int64
	PriceCents int64
}

// Inbound is a purchase order line on its way, as a stored fact.
type Inbound struct {
	ID             string
	ItemID, SiteID string
	Qty            int64 // > 0
	DueDay         int   // days since 1970-01-01
}

// ItemForecast is one item's stored forecast: a document (see PackForecast) and the hash of the series it was made from.
type ItemForecast struct {
	ItemID   string
	DataHash uint64
	Document []byte
	Head     ForecastHead // kept with its version; not read back by Forecasts
}

// Import is the record of one import.
type Import struct {
	ID          string // given by the store when empty
	Source      string // name of the file
	ContentHash string // of the file; the same content is imported once
	Rows        int64
	SetAside    int64
	Orders      int64  // orders it brought that were not there before
	Report      []byte // JSON: rows set aside with line, column and reason
	CreatedUs   int64
}

// ImportBatch is all that one import writes: everything or nothing.
type ImportBatch struct {
	Import Import
	Orders []Order
	Sales  []forecast.Series // replaced by item
	// MergeSales puts Sales over what is stored of the same items and keeps the days that they do not cover.
	MergeSales bool
	Positions  []inventory.Position // replaced by item and site
	Inbound    []Inbound            // replaced by id
	// InboundPrefix removes the inbound lines whose id begins with it before Inbound is written: what an earlier import of
	// the same source said to be on its way. Empty removes none.
	InboundPrefix string
}

// Business is the declared part of the facts (items, sites, suppliers, vehicles, calendar) as one document of the caller's.
type Business struct {
	Revision  int64 // 0 = never declared
	Document  []byte
	UpdatedUs int64
}

// FactStore keeps what is known of the business.
type FactStore interface {
	// SaveImport writes one import in one transaction. A ContentHash that is known writes nothing and gives the import
	// that is there, with created false.
	SaveImport(ctx context.Context, tenant string, b ImportBatch) (imp Import, created bool, err error)
	Imports(ctx context.Context, tenant string) ([]Import, error) // newest first
	// SaveBusiness replaces the document when ifRevision is the stored one (0 = none yet), else ErrConflict.
	SaveBusiness(ctx context.Context, tenant string, document []byte, ifRevision int64) (Business, error)
	Business(ctx context.Context, tenant string) (Business, error)
	BusinessRevision(ctx context.Context, tenant string) (int64, error) // 0 = never declared
	// SaveOrders stores orders in one transaction, skipping ids that are there; it tells how many were new.
	SaveOrders(ctx context.Context, tenant string, orders []Order) (inserted int64, err error)
	// Orders reads orders placed in fromUs ≤ PlacedUs < toUs that were not cancelled, by time, then id; limit 0 = all.
	Orders(ctx context.Context, tenant string, fromUs, toUs int64, limit int) ([]Order, error)
	Order(ctx context.Context, tenant, id string) (Order, error)
	// NewestOrder tells when the last order was placed; ok is false where there is none.
	NewestOrder(ctx context.Context, tenant string) (placedUs int64, ok bool, err error)
	// OrderSpan tells how many orders there are and when the first and last were placed.
	OrderSpan(ctx context.Context, tenant string) (count, firstUs, lastUs int64, err error)
	SaveSales(ctx context.Context, tenant string, sales []forecast.Series) error
	// Sales reads the series of all items by id, or of those named.
	Sales(ctx context.Context, tenant string, itemIDs ...string) ([]forecast.Series, error)
	SavePositions(ctx context.Context, tenant string, positions []inventory.Position) error
	Positions(ctx context.Context, tenant string) ([]inventory.Position, error) // by item, then site
	SaveInbound(ctx context.Context, tenant string, inbound []Inbound) error
	Inbound(ctx context.Context, tenant string) ([]Inbound, error) // by due day, then id
	SaveForecasts(ctx context.Context, tenant string, forecasts []ItemForecast) error
	Forecasts(ctx context.Context, tenant string, itemIDs ...string) ([]ItemForecast, error)
	ForecastBook
	SupplierRecordStore
	// Reservations lists what confirmed promises hold.
	Reservations(ctx context.Context, tenant string) ([]Reservation, error)
}

// PlanRecord is one stored plan. Document is the whole of it; the rest is what must be found without reading it.
type PlanRecord struct {
	ID           string // given by the store when empty
	JobID        string
	Draft        bool // a what-if: the floor does not work by it
	OriginDay    int
	Days         int
	Seed         uint64
	SnapshotHash string
	Summary      []byte // JSON, small
	Document     []byte // JSON; compressed at rest; absent in lists
	Promises     []PromiseRecord
	Tasks        []FloorTask
	Served       []string     // orders that get something, whose reservations the plan takes over
	Allocated    []Allocation // what it gives to orders of each position
	CreatedUs    int64
}

// Allocation is units of a position that a plan gives to orders.
type Allocation struct {
	ItemID, SiteID string
	Qty            int64
}

// PromiseRecord is what a plan says of one order, served or not.
type PromiseRecord struct {
	OrderID  string
	Document []byte // JSON
}

// PlanStore keeps plans. They are saved by Finish, or by SavePlan where no job made them.
type PlanStore interface {
	SavePlan(ctx context.Context, tenant string, p PlanRecord) (id string, err error)
	// Plans lists plans, newest first, without documents, promises and tasks; before is a plan id or empty.
	Plans(ctx context.Context, tenant, before string, limit int) ([]PlanRecord, error)
	// Plan reads one plan without document, promises and tasks; id "" is the newest that is no draft.
	Plan(ctx context.Context, tenant, id string) (PlanRecord, error)
	PlanDocument(ctx context.Context, tenant, id string) ([]byte, error)
	// Promises lists what a plan says of its orders by order id, from after the order afterOrder on ("" = from the first).
	// A plan that is not there is ErrNotFound.
	Promises(ctx context.Context, tenant, planID, afterOrder string, limit int) ([]PromiseRecord, error)
	// Promise reads what a plan says of one order; planID "" is the newest plan that is no draft.
	Promise(ctx context.Context, tenant, planID, orderID string) (PromiseRecord, error)
}

// TaskState is where a warehouse task stands.
type TaskState string

// The states of a warehouse task.
const (
	TaskOpen   TaskState = "open"
	TaskLeased TaskState = "leased"
	TaskDone   TaskState = "done"
	TaskFailed TaskState = "failed"
)

// FloorTask is a warehouse task as a stored fact: the plan's task with its absolute times and its lease.
type FloorTask struct {
	PlanID    string
	ID        string // unique in its plan
	SiteID    string
	Kind      string // warehouse.TaskKind
	Worker    string
	StartSec  int64    // seconds of local time since 1970-01-01 00:00
	EndSec    int64    //
	DependsOn []string // task ids of the same plan, done before this one is given out
	Payload   []byte   // JSON: the whole warehouse.Task
	Priority  int      // greater goes first
	TaskPlace

	State        TaskState
	LeaseID      string
	LeaseUntilUs int64
	Fence        int64 // counts leases: a controller that sees two of them obeys the greater
	Reason       string
	Avoid        string        // worker that shall not get it again, its robot having failed
	NotBeforeUs  int64         // it is held until then
	Progress     int           // percent
	Exception    ExceptionCode // the last one, "" = none
	// Blocked: it is open but can never be given out, since a task that it depends on, however far back, has failed. A new
	// plan gives its work out again. TaskPage alone sets it.
	Blocked bool
}

// TaskQuery chooses tasks for a list; zero fields do not choose.
type TaskQuery struct {
	PlanID  string // "" = the newest that is no draft
	SiteID  string
	State   TaskState
	Blocked bool   // only blocked ones
	After   string // only tasks after this one: the cursor
	Limit   int    // 0 = 100, at most 10,000
}

// TaskCount is how many tasks of a site are in one state.
type TaskCount struct {
	SiteID  string
	State   TaskState
	Blocked bool // open, but never to be given out, as FloorTask.Blocked
	Count   int64
}

// TaskFilter chooses tasks to lease. Of Kinds, Workers, Stations and Zones empty lists do not choose; RobotTypes and Skills are
// what the caller has: a task that asks for another is not for it. A task without a worker is for any.
type TaskFilter struct {
	Kinds      []string
	Workers    []string
	Stations   []string
	Zones      []string
	RobotTypes []string
	Skills     []string
	Max        int // 0 = 1, at most 1,000
}

// TaskRef names one leased task. SiteID "" is any; a task of another site is not found.
type TaskRef struct{ PlanID, TaskID, LeaseID, SiteID string }

// FloorCounts is how far a site is with the newest plan that is no draft; PlanID "" = there is none.
type FloorCounts struct {
	PlanID                               string
	Ready, Waiting, Leased, Done, Failed int64 // Ready may be leased now, Waiting has predecessors that are not done
}

// TaskStore hands out warehouse tasks of the newest plan that is no draft.
type TaskStore interface {
	// LeaseTasks gives tasks of a site whose dependencies are done, by priority, then earliest start first, until ttl from
	// now. Tasks whose lease ran out are given out again.
	LeaseTasks(ctx context.Context, tenant, siteID string, f TaskFilter, ttl time.Duration) ([]FloorTask, error)
	// CompleteTask, FailTask and ExtendTask need the lease that is still the task's, else ErrTokenLost. Completing or
	// failing twice with the same lease is no error. ExtendTask gives the new end of the lease. Tasks that depend on a
	// failed one are blocked until a new plan.
	CompleteTask(ctx context.Context, tenant string, ref TaskRef) error
	FailTask(ctx context.Context, tenant string, ref TaskRef, reason string) error
	ExtendTask(ctx context.Context, tenant string, ref TaskRef, ttl time.Duration) (leaseUntilUs int64, err error)
	// ReportTask notes how far a leased task is, in percent, and moves the end of its lease to ttl from now.
	ReportTask(ctx context.Context, tenant string, ref TaskRef, percent int, ttl time.Duration) (leaseUntilUs int64, err error)
	// ExceptTask ends a lease by an exception; what follows stands with the codes.
	ExceptTask(ctx context.Context, tenant string, ref TaskRef, e TaskException) (TaskOutcome, error)
	// ChangeTask changes an open or leased task; the next lease goes by it. ref needs no lease.
	ChangeTask(ctx context.Context, tenant string, ref TaskRef, c TaskChange) (FloorTask, error)
	// HeldLeases gives those of the leases that hold tasks of the newest plan, once for each task.
	HeldLeases(ctx context.Context, tenant, siteID string, leases []string) ([]string, error)
	// ReturnTask puts a leased task back at once.
	ReturnTask(ctx context.Context, tenant string, ref TaskRef) error
	// FloorCounts counts the newest plan's tasks of a site by what can be done with them.
	FloorCounts(ctx context.Context, tenant, siteID string) (FloorCounts, error)
	// TaskPage lists some of a plan's tasks by start, then id, and says which are blocked.
	TaskPage(ctx context.Context, tenant string, q TaskQuery) ([]FloorTask, error)
	// Tasks lists a plan's tasks of a site ("" = all sites) by start, then id; planID "" is the newest.
	Tasks(ctx context.Context, tenant, planID, siteID string) ([]FloorTask, error)
}
