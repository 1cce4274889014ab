package api

// Operation names one kind of work that is asked for, done by a job, and read when it is done. Its types say what goes in
// and what comes out, so that a client can ask for it and read the answer without code of its own.
type Operation[Q, A any] struct {
	Name string // a plural, as it stands in paths: routes
}

// Path is where it is asked for by POST, and listed by GET; one answer is at Path/{id}.
func (o Operation[Q, A]) Path() string { return "/v1/" + o.Name }

// Answer is what an operation gives or, while it is being made, how far it is.
type Answer[A any] struct {
	ID       string  `json:"id"`
	Status   string  `json:"status" enum:"queued,running,waiting,done,failed,cancelled,quarantined" doc:"State of the job that makes it"`
	Progress float64 `json:"progress" minimum:"0" maximum:"1" doc:"Share of the work that is done, 0 to 1"`
	Sentence string  `json:"sentence,omitempty" doc:"What is going on, for people"`
	Error    string  `json:"error,omitempty" doc:"Why there is no result"`
	Result   *A      `json:"result,omitempty" doc:"Present when done; lists leave it out"`
	Links    []Link  `json:"links"`
}

// AnswerList is a page of answers without their results, newest first.
type AnswerList[A any] struct {
	Items      []Answer[A] `json:"items"`
	NextCursor string      `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}
