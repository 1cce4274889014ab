package api

// Problem is an error in the form of RFC 9457, sent as application/problem+json.
type Problem struct {
	Type   string       `json:"type" doc:"URN of the error code" example:"urn:quartermaster:error:not_found"`
	Title  string       `json:"title" doc:"The HTTP status in words"`
	Status int          `json:"status" doc:"HTTP status code"`
	Code   Code         `json:"code" doc:"Error code for programs"`
	Detail string       `json:"detail" doc:"What went wrong here, for people"`
	Errors []FieldError `json:"errors,omitempty" doc:"Every field that is wrong"`
}

// FieldError is one wrong field.
type FieldError struct {
	Location string `json:"location,omitempty" doc:"Path of the field" example:"body.days"`
	Message  string `json:"message" doc:"What is wrong with it"`
	Value    any    `json:"value,omitempty" doc:"The value that was sent"`
}

// Code is a kind of error that a program may react to.
type Code string

// The error codes, each with its one HTTP status.
const (
	CodeInvalid       Code = "invalid"        // 400, 422: the request itself is wrong; Errors names the fields
	CodeUnauthorized  Code = "unauthorized"   // 401: it is not known who asks, or the key is not valid (any more)
	CodeForbidden     Code = "forbidden"      // 403: whoever asks may not do this, or not from there
	CodeNotFound      Code = "not_found"      // 404: there is no such thing
	CodeMethod        Code = "method"         // 405: the thing is there, but not with this method
	CodePrecondition  Code = "precondition"   // 412, 428: it was changed since, or nobody said which state is meant
	CodeConflict      Code = "conflict"       // 409: its state does not allow this
	CodeLeaseLost     Code = "lease_lost"     // 409: the lease ran out and the task went to somebody else
	CodeTooLarge      Code = "too_large"      // 413: the body is longer than the limit
	CodeMediaType     Code = "media_type"     // 415: the body is not JSON
	CodeKeyReused     Code = "key_reused"     // 422: this Idempotency-Key was used for another request
	CodeInternal      Code = "internal"       // 500: our mistake; the log says more under the request id
	CodeUnavailable   Code = "unavailable"    // 503: the store cannot be reached now; try again later
	CodeBusy          Code = "busy"           // 503: too much waits to be done already; Retry-After says when to ask again
	CodeRateLimited   Code = "rate_limited"   // 429: too much was asked in too little time; Retry-After says when to go on
	CodeTimeout       Code = "timeout"        // 408: the body did not arrive in time
	CodeNotAcceptable Code = "not_acceptable" // 406: the answer is JSON only
	CodeOther         Code = "http"           // any other status
	TypePrefix             = "urn:quartermaster:error:"
	ProblemMediaType       = "application/problem+json"
)

// CodeOf gives the code that belongs to an HTTP status where nothing closer is known.
func CodeOf(status int) Code {
	switch status {
	case 400, 422:
		return CodeInvalid
	case 401:
		return CodeUnauthorized
	case 403:
		return CodeForbidden
	case 404:
		return CodeNotFound
	case 405:
		return CodeMethod
	case 406:
		return CodeNotAcceptable
	case 408:
		return CodeTimeout
	case 409:
		return CodeConflict
	case 412, 428:
		return CodePrecondition
	case 413:
		return CodeTooLarge
	case 415:
		return CodeMediaType
	case 429:
		return CodeRateLimited
	case 500:
		return CodeInternal
	case 503:
		return CodeUnavailable
	}
	return CodeOther
}
