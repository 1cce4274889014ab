package client_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"quartermaster/api/client"
)

// says answers the first request with these bytes and each further one with nothing.
type says struct {
	status int
	kind   string
	body   []byte
	asked  int
}

func (s *says) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.asked++; s.asked > 1 {
		return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	}
	return &http.Response{
		StatusCode: s.status, Header: http.Header{"Content-Type": {s.kind}}, Body: io.NopCloser(bytes.NewReader(s.body)), Request: r,
	}, nil
}

// Whatever a server answers, as a document, as a problem or as a stream of events, the client gives a value or an error.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte("id: 1\nevent: quartermaster.job.done\ndata: {\"id\":\"1\",\"data\":{\"status\":\"done\"}}\n\n"), uint16(200))
	f.Add([]byte(`{"id":"x","status":"done","progress":1}`), uint16(200))
	f.Add([]byte(`{"code":"invalid","errors":[{"location":"body.x"}]}`), uint16(422))
	f.Add([]byte("data: \xff\n: ping\nretry: 1\n"), uint16(503))
	f.Fuzz(func(t *testing.T, body []byte, status uint16) {
		code := 200 + int(status)%400
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for _, kind := range []string{"application/json", "application/problem+json"} {
			c, err := client.New("http://localhost", client.Options{HTTP: &http.Client{Transport: &says{status: code, kind: kind, body: body}}, Retries: -1})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = c.Job(ctx, "x") // no panic is all that is asked
		}
		c, err := client.New("http://localhost", client.Options{HTTP: &http.Client{Transport: &says{status: 200, kind: "text/event-stream", body: body}}, FirstPause: time.Nanosecond, LongestPause: time.Nanosecond})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, err := range c.FollowJob(ctx, "x", "") {
			if n++; err != nil || n > len(body) {
				break
			}
		}
		if n > len(body)+1 {
			t.Fatalf("%d events from %d bytes", n, len(body))
		}
	})
}
