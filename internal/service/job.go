// Package service is what the program does for others: use cases over stored facts, and the job core that runs the long ones.
//
// Takes requests and job names, and gives stored plans, facts and job states; it owns the small Store and Queue interfaces.
// Method: SQL is the truth and the outbox; the queue carries names only; a claim gives a fencing token, and result and
// state change in one transaction (leases: Gray and Cheriton 1989; fencing tokens: Burrows, OSDI 2006, section 2.4).
// Never: it names no database, queue server or HTTP type, and decides nothing that internal/plan decides.
package service

// State is where a job stands. Ended states are never left, except by Replay.
//
//	         claim            finish
//	queued ────────▶ running ────────▶ done | failed | cancelled
//	  ▲ ▲              │ │ ╲ spawn
//	  │ └──────────────┘ │  ╲
//	  │  retry, reap     │   ▶ waiting ── last child ended ──▶ queued (to gather)
//	  └── replay ── failed | quarantined (crashed too often)
type State string

// The states of a job.
const (
	StateQueued      State = "queued"      // may be claimed once NotBeforeUs has come
	StateRunning     State = "running"     // held by one worker until its lease ends
	StateWaiting     State = "waiting"     // a parent whose children have not all ended
	StateDone        State = "done"        // its result is stored
	StateFailed      State = "failed"      // Error says why
	StateCancelled   State = "cancelled"   // somebody asked for it
	StateQuarantined State = "quarantined" // its worker died too often; it may be replayed by hand
)

// States lists all states, in the order of a job's life.
var States = []State{StateQueued, StateRunning, StateWaiting, StateDone, StateFailed, StateCancelled, StateQuarantined}

// Ended reports whether no worker will touch the job again.
func (s State) Ended() bool {
	switch s {
	case StateDone, StateFailed, StateCancelled, StateQuarantined:
		return true
	}
	return false
}

// Limits of what may be submitted.
const (
	MinPriority     = 1 // first
	MaxPriority     = 9 // last
	DefaultPriority = 5
	MaxCrashes      = 3         // a job whose worker died this often is quarantined
	MaxChildren     = 10_000    // chunks of one parent
	MaxInputBytes   = 256 << 20 // one job's input; facts live in tables of their own
)

// Ref names one job of one tenant. Its String is what travels through the queue.
type Ref struct{ Tenant, ID string }

// Job is one row of the job table, the truth about one piece of work. Times are microseconds since 1970 UTC, 0 = not yet.
type Job struct {
	Ref
	Kind     string
	State    State
	Priority int // 1 first … 9 last
	// Attempt counts claims. It is the fencing token: a worker may write only while Attempt is the one it claimed.
	Attempt int64
	Crashes int // leases that ran out
	Retries int // transient failures since the last start of a stage

	LeaseUntilUs    int64
	DispatchedUs    int64 // last handed to the queue and not yet claimed
	NotBeforeUs     int64
	CancelRequested bool

	Progress float64 // 0…1
	Sentence string  // what is going on, for people
	Error    string  // why it failed

	ParentID  string
	Gathering bool // a parent whose children have ended: the next run gathers them
	// ChildrenLeft is how many children of a waiting parent have not ended.
	ChildrenLeft int
	OnChildError ChildErrorRule

	IdempotencyKey string
	InputHash      string // SHA-256 of kind and input, hexadecimal
	InputBytes     int64
	ResultBytes    int64

	TraceParent string // W3C trace context of whoever asked, "" = not traced

	CreatedUs, UpdatedUs, StartedUs, EndedUs int64
}

// ChildErrorRule says what a child that does not end as done means for its parent.
type ChildErrorRule string

const (
	// ChildErrorFails fails the parent and cancels the other children (the default).
	ChildErrorFails ChildErrorRule = "fail"
	// ChildErrorGathers lets the parent gather whatever the others gave; it sees each child's state and error.
	ChildErrorGathers ChildErrorRule = "gather"
)

// Submission is a job to be made.
type Submission struct {
	Kind           string
	Input          []byte // may be empty
	Priority       int    // 0 = DefaultPriority
	IdempotencyKey string // empty = never the same as another
	NotBeforeUs    int64  // microseconds since 1970 UTC, 0 = now
}

// Child is a child's end, as a gathering parent sees it. Children come in the order they were spawned in.
type Child struct {
	ID     string
	Kind   string
	State  State
	Error  string
	Result []byte // nil unless done
}

// Result is what a finished job leaves behind; all of it is written in the transaction that ends the job, or none of it.
type Result struct {
	Body      []byte         // the answer for whoever asked, small; documents go into Plan
	Sentence  string         // last progress sentence, empty = leave the last one
	Plan      *PlanRecord    // nil = none
	Forecasts []ItemForecast // replaced by item
	Import    *ImportBatch   // nil = none
	// CreditModel becomes the next version of its name; nil = none.
	CreditModel *CreditModel
	Messages    []Message // for the world outside: kept until somebody delivers them
	// RoadSpeeds is added to what was learned of the streets; nil = nothing.
	RoadSpeeds *LearnedSpeeds
}

// Message is one thing to tell the world outside (a webhook, a call to another system) because a job ended. ID is given
// by the store and stays the same however often it is delivered, so that the receiver can drop doubles.
type Message struct {
	ID        string
	JobID     string
	Topic     string
	Body      []byte
	CreatedUs int64
}

// JobFilter chooses jobs for a list; zero fields do not choose.
type JobFilter struct {
	Kind     string
	State    State
	ParentID string
	Roots    bool   // only jobs without a parent
	Key      string // only the job with this idempotency key
	Before   string // only ids older than this one: the cursor
	Limit    int    // 0 = 100, at most 10,000
}

// JobCount is one row of the job figures.
type JobCount struct {
	Kind  string
	State State
	Count int64
	// MeanUs is how long jobs of this kind took from their first start to their end, of those that are done; 0 = unknown.
	MeanUs int64
}

// PoolStats are the figures of a store's connections.
type PoolStats struct {
	InUse, Idle, Max int64
	Waits            int64 // calls that found none free, since the start
}

// JobStats are the figures of the job table as a whole, for metrics; they are counted in SQL.
type JobStats struct {
	Counts        []JobCount // by kind, then state
	OldestQueueUs int64      // age of the oldest job that could run now, microseconds; 0 = none waits
}
