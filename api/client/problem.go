package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"quartermaster/api"
)

// Problem is a refusal by the service (RFC 9457): a status, a code for programs, a sentence for people and, where the
// request was wrong, every wrong field. An answer from something else on the way, such as a proxy's error page, is a
// Problem too, with the code that its status stands for.
type Problem struct {
	api.Problem
	RequestID  string        // under which the service's log says more
	RetryAfter time.Duration // how long to wait before trying again, as the service asks; 0 = it did not say
}

// Error gives status, sentence and wrong fields in one line.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s: %s", p.Status, p.Code, p.Detail)
	for i, e := range p.Errors {
		sep := "; "
		if i == 0 {
			sep = " ("
		}
		fmt.Fprintf(&b, "%s%s %s", sep, e.Location, e.Message)
	}
	if len(p.Errors) > 0 {
		b.WriteByte(')')
	}
	if p.RequestID != "" && p.Status >= http.StatusInternalServerError {
		fmt.Fprintf(&b, " [request %s]", p.RequestID)
	}
	return b.String()
}

// CodeOf gives the code of the Problem within an error, "" where there is none.
func CodeOf(err error) api.Code {
	var p *Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// newProblem reads a refusal. Whatever is not problem+json keeps its status and is told by its first words.
func newProblem(res *http.Response, body []byte) *Problem {
	p := &Problem{RequestID: res.Header.Get("X-Request-Id"), RetryAfter: retryAfter(res.Header, time.Now())}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")) // a wrong one is none
	if kind == api.ProblemMediaType && json.Unmarshal(body, &p.Problem) == nil && p.Code != "" {
		p.Status = res.StatusCode // what was sent counts, not what the body says was sent
		return p
	}
	code := api.CodeOf(res.StatusCode)
	const most = 200
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body[:min(len(body), most)]), "")), " ")
	if text == "" {
		text = http.StatusText(res.StatusCode)
	}
	p.Problem = api.Problem{
		Type: api.TypePrefix + string(code), Title: http.StatusText(res.StatusCode), Status: res.StatusCode, Code: code, Detail: text,
	}
	return p
}
