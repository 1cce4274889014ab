package api

import "time"

// Job is one piece of work that goes on in the background.
type Job struct {
	ID              string     `json:"id"`
	Kind            string     `json:"kind"`
	State           string     `json:"state" enum:"queued,running,waiting,done,failed,cancelled,quarantined"`
	Priority        int        `json:"priority" doc:"1 first, 9 last"`
	Progress        float64    `json:"progress" minimum:"0" maximum:"1" doc:"Share of the work that is done, 0 to 1"`
	Sentence        string     `json:"sentence,omitempty" doc:"What is going on, for people"`
	Error           string     `json:"error,omitempty"`
	CancelRequested bool       `json:"cancel_requested,omitempty"`
	Attempts        int64      `json:"attempts" doc:"How often a worker took it"`
	Crashes         int        `json:"crashes" doc:"How often its worker died; three put it into quarantine"`
	Retries         int        `json:"retries" doc:"How often it was tried again after an error that may pass"`
	ParentID        string     `json:"parent_id,omitempty"`
	ChildrenLeft    int        `json:"children_left,omitempty" doc:"Chunks of it that have not ended yet"`
	CreatedAt       time.Time  `json:"created_at"`
	StartedAt       *time.Time `json:"started_at,omitempty"`
	EndedAt         *time.Time `json:"ended_at,omitempty"`
	Links           []Link     `json:"links"`
}

// JobList is a page of jobs, newest first.
type JobList struct {
	Items      []Job  `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}
