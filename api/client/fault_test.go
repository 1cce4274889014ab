package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"quartermaster/api"
	"quartermaster/api/client"
	"quartermaster/internal/service"
)

// fault is what happens to one request on its way.
type fault int

const (
	none        fault = iota
	noLine            // the connection is not made
	lostRequest       // the connection breaks before the service sees the request
	lostAnswer        // the service does what it is asked, and its answer is lost
	halfAnswer        // the answer breaks off in the middle
	shortAnswer       // the answer ends in the middle as if that were its end
	busy              // something in front of the service answers 503
	gateway           // something in front of the service answers 502 with a page for people
)

var errBroken = errors.New("connection reset by peer")

// line is a transport on which the n-th request meets the n-th fault; once they are used up, none.
type line struct {
	next    http.RoundTripper
	arrived func() // called before a request is sent on; nil = nobody

	mu     sync.Mutex
	faults []fault
	asked  int
	keys   []string // Idempotency-Key of each request
}

func (l *line) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked
}

func (l *line) take(r *http.Request) fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	l.keys = append(l.keys, r.Header.Get("Idempotency-Key"))
	if len(l.faults) == 0 {
		return none
	}
	f := l.faults[0]
	l.faults = l.faults[1:]
	return f
}

// RoundTrip is part of http.RoundTripper.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	f := l.take(r)
	switch f {
	case noLine:
		return nil, &net.OpError{Op: "dial", Err: errBroken}
	case lostRequest:
		return nil, &net.OpError{Op: "write", Err: errBroken}
	case busy:
		return answer(http.StatusServiceUnavailable, "", ""), nil
	case gateway:
		return answer(http.StatusBadGateway, "text/html", "<h1>Bad gateway</h1>"), nil
	}
	if l.arrived != nil {
		l.arrived()
	}
	res, err := l.next.RoundTrip(r)
	if f == none || err != nil {
		return res, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || f == lostAnswer {
		return nil, errors.Join(err, &net.OpError{Op: "read", Err: errBroken})
	}
	half := io.Reader(bytes.NewReader(data[:len(data)/2]))
	if f == halfAnswer {
		half = io.MultiReader(half, broken{})
	}
	res.Body = io.NopCloser(half)
	return res, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

func answer(status int, kind, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body))}
}

// Whatever happens to the requests on their way, asking for a plan gives one plan and no second one, under one key.
func TestAskingSurvivesFaults(t *testing.T) {
	t.Parallel()
	for name, faults := range map[string][]fault{
		"no line":        {noLine, noLine},
		"lost request":   {lostRequest},
		"lost answers":   {lostAnswer, lostAnswer, lostAnswer},
		"half answer":    {halfAnswer},
		"short answer":   {shortAnswer},
		"busy":           {busy, busy},
		"gateway":        {gateway},
		"all four times": {lostAnswer, busy, halfAnswer, noLine},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			c, line := h.client(faults...)
			asked, err := c.AskPlan(t.Context(), monday, client.AskOptions{})
			if err != nil {
				t.Fatal(err)
			}
			jobs, err := h.store.Jobs(t.Context(), tenant, service.JobFilter{})
			if err != nil || len(jobs) != 1 || jobs[0].ID != asked.ID {
				t.Errorf("jobs %+v, %v, want the one that was answered: %s", jobs, err, asked.ID)
			}
			if line.count() != len(faults)+1 {
				t.Errorf("%d requests, want %d", line.count(), len(faults)+1)
			}
			for _, key := range line.keys {
				if key == "" || key != line.keys[0] {
					t.Errorf("keys %q differ", line.keys)
				}
			}
		})
	}
}

// Reading, and reporting on a task under its lease, are repeated after a lost answer and come out as if nothing had been.
func TestRepeatedSafely(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.planned()
	steady, _ := h.client()
	ctx := t.Context()
	for name, f := range map[string]func(c *client.Client) (state string, err error){
		"Plan": func(c *client.Client) (string, error) { p, err := c.Plan(ctx, id); return p.Status, err },
		"Job":  func(c *client.Client) (string, error) { j, err := c.Job(ctx, id); return j.State, err },
		"CancelJob": func(c *client.Client) (string, error) { // an ended job is left alone
			j, err := c.CancelJob(ctx, id)
			return j.State, err
		},
	} {
		c, line := h.client(lostAnswer, halfAnswer, busy)
		if state, err := f(c); err != nil || state != "done" || line.count() != 4 {
			t.Errorf("%s = %s, %v after %d requests, want done after 4", name, state, err, line.count())
		}
	}
	lease := func() api.LeasedTask {
		got, err := steady.LeaseTasks(ctx, "S/1", api.LeaseRequest{})
		if err != nil || len(got) != 1 {
			t.Fatalf("leased %+v, %v", got, err)
		}
		return got[0]
	}
	c, line := h.client(lostAnswer, none, lostAnswer, none, lostAnswer, none)
	task := lease()
	if r, err := c.ExtendTask(ctx, "S/1", task, 0); err != nil || r.State != "leased" {
		t.Errorf("ExtendTask = %+v, %v", r, err)
	}
	if r, err := c.CompleteTask(ctx, "S/1", task); err != nil || r.State != "done" {
		t.Errorf("CompleteTask = %+v, %v", r, err)
	}
	if r, err := c.FailTask(ctx, "S/1", lease(), "wheel stuck"); err != nil || r.State != "failed" {
		t.Errorf("FailTask = %+v, %v", r, err)
	}
	if line.count() != 6 {
		t.Errorf("%d requests, want 6", line.count())
	}
}

// What might take effect twice is asked once when the request may have arrived, and again when it surely did not.
func TestNotRepeated(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for name, f := range map[string]func(c *client.Client) error{
		"LeaseTasks": func(c *client.Client) error { _, err := c.LeaseTasks(ctx, "S/1", api.LeaseRequest{}); return err },
		"ReturnTask": func(c *client.Client) error {
			_, err := c.ReturnTask(ctx, "S/1", api.LeasedTask{PlanID: "p", TaskID: "t", LeaseID: "l"})
			return err
		},
		"RetryJob": func(c *client.Client) error { _, err := c.RetryJob(ctx, "j"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			for _, first := range []fault{lostRequest, lostAnswer, halfAnswer, busy} {
				c, line := h.client(first)
				if err := f(c); err == nil || line.count() != 1 {
					t.Errorf("fault %d: %v after %d requests, want an error after 1", first, err, line.count())
				}
			}
			c, line := h.client(noLine, noLine)
			err := f(c)
			if line.count() != 3 || errors.Is(err, errBroken) {
				t.Errorf("without a line: %v after %d requests, want 3", err, line.count())
			}
		})
	}
}

// Attempts are bounded: a service that stays away is an error that says why, after as many requests as the options allow.
func TestBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	always := make([]fault, 100)
	for i := range always {
		always[i] = lostAnswer
	}
	c, line := h.client(always...)
	if _, err := c.AskPlan(t.Context(), monday, client.AskOptions{}); !errors.Is(err, errBroken) || line.count() != 1+client.DefaultRetries {
		t.Errorf("%v after %d requests", err, line.count())
	}
	never, err := client.New(h.http.URL, client.Options{HTTP: &http.Client{Transport: line}, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := never.Jobs(t.Context(), client.JobFilter{}); !errors.Is(err, errBroken) || line.count() != 2+client.DefaultRetries {
		t.Errorf("%v after %d requests", err, line.count())
	}
}

// Bodies are bounded both ways: a request beyond the service's limit never leaves, an answer beyond ours is not read on
// and not asked for again.
func TestBodyLimits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.planned()
	c, line := h.client()
	_, err := c.LeaseTasks(t.Context(), "S/1", api.LeaseRequest{Workers: []string{strings.Repeat("x", api.MaxBodyBytes)}})
	if !errors.Is(err, client.ErrTooLarge) || line.count() != 0 {
		t.Errorf("long request: %v after %d requests", err, line.count())
	}
	small, err := client.New(h.http.URL, client.Options{HTTP: &http.Client{Transport: line}, MaxResponseBytes: 64})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := small.Plans(t.Context(), client.PageOf{}); !errors.Is(err, client.ErrTooLarge) || line.count() != 1 {
		t.Errorf("long answer: %v after %d requests", err, line.count())
	}
}

// transport answers with a function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Answers that no Quartermaster gives are errors that say what came instead, and are Problems where they have a status.
func TestStrangeAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status     int
		kind, body string
		code       api.Code
		says       string
	}{
		"page of a proxy": {404, "text/html", "<h1>no\n such  site</h1>", api.CodeNotFound, "<h1>no such site</h1>"},
		"teapot":          {418, "application/json", `{"a":1}`, api.CodeOther, `{"a":1}`},
		"empty refusal":   {403, "", "", api.CodeForbidden, "Forbidden"},
		"broken problem":  {400, api.ProblemMediaType, `{"code":`, api.CodeInvalid, `{"code":`},
		"lying problem":   {404, api.ProblemMediaType, `{"code":"not_found","status":200,"detail":"gone"}`, api.CodeNotFound, "404 not_found: gone"},
		"redirect":        {307, "", "", api.CodeOther, "Temporary Redirect"},
		"page for a job":  {200, "text/html", "<h1>welcome</h1>", "", "not what this operation answers"},
		"two documents":   {200, "application/json", `{"id":"j"}{"id":"k"}`, "", "something follows"},
		"wrong types":     {200, "application/json", `{"id":7}`, "", "not what this operation answers"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			cl, err := client.New("http://service.example/base/", client.Options{HTTP: &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
				if asked++; r.URL.String() != "http://service.example/base/v1/jobs/a%2Fb" {
					t.Errorf("asked %s", r.URL)
				}
				res := answer(c.status, c.kind, c.body)
				res.Header.Set("Location", "http://elsewhere.example/")
				return res, nil
			})}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = cl.Job(context.Background(), "a/b")
			if err == nil || client.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "read job a/b") || asked != 1 {
				t.Errorf("%v (code %q) after %d requests", err, client.CodeOf(err), asked)
			}
		})
	}
}
