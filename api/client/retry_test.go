package client_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"quartermaster/api"
	"quartermaster/api/client"
)

// watched is a client in a bubble of imagined time, and the times at which it asked since its making.
func watched(t *testing.T, o client.Options, f func(n int, r *http.Request) (*http.Response, error)) (*client.Client, *[]time.Duration) {
	t.Helper()
	start := time.Now()
	var at []time.Duration
	o.HTTP = &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		at = append(at, time.Since(start))
		return f(len(at), r)
	})}
	c, err := client.New("http://service.example", o)
	if err != nil {
		t.Fatal(err)
	}
	return c, &at
}

func between(t *testing.T, what string, got, low, high time.Duration) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: %v, want %v to %v", what, got, low, high)
	}
}

// Pauses double up to their limit, lose up to a half at random, and differ from client to client.
func TestPausesGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		firsts := map[time.Duration]bool{}
		for range 20 {
			c, at := watched(t, client.Options{Retries: 5, FirstPause: time.Second, LongestPause: 4 * time.Second}, func(int, *http.Request) (*http.Response, error) {
				return answer(http.StatusServiceUnavailable, "", ""), nil
			})
			if _, err := c.Job(t.Context(), "j"); client.CodeOf(err) != api.CodeUnavailable || len(*at) != 6 {
				t.Fatalf("%v at %v", err, *at)
			}
			for i, longest := range []time.Duration{1, 2, 4, 4, 4} {
				between(t, "pause", (*at)[i+1]-(*at)[i], longest*time.Second/2, longest*time.Second)
			}
			firsts[(*at)[1]] = true
		}
		if len(firsts) < 10 {
			t.Errorf("20 clients came back at %d different times", len(firsts))
		}
	})
}

// A Retry-After is waited for in full, as seconds or as a date; one that is too long ends the attempts at once.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, header := range map[string]func() string{
			"seconds": func() string { return "7" },
			"date":    func() string { return time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat) },
		} {
			c, at := watched(t, client.Options{}, func(n int, _ *http.Request) (*http.Response, error) {
				if n == 2 {
					return answer(http.StatusOK, "application/json", `{"id":"j"}`), nil
				}
				res := answer(http.StatusTooManyRequests, "", "")
				res.Header.Set("Retry-After", header())
				return res, nil
			})
			if _, err := c.Job(t.Context(), "j"); err != nil || len(*at) != 2 {
				t.Fatalf("%s: %v at %v", name, err, *at)
			}
			between(t, name, (*at)[1]-(*at)[0], 6*time.Second, 7700*time.Millisecond) // a date has no parts of a second
		}
		for name, header := range map[string]string{"far": "3600", "nonsense": "soon", "past": "Mon, 02 Jan 1995 15:04:05 GMT"} {
			c, at := watched(t, client.Options{Retries: 1}, func(int, *http.Request) (*http.Response, error) {
				res := answer(http.StatusServiceUnavailable, "", "")
				res.Header.Set("Retry-After", header)
				return res, nil
			})
			_, err := c.Job(t.Context(), "j")
			p := refused(t, err, http.StatusServiceUnavailable, api.CodeUnavailable)
			if far := name == "far"; far && (len(*at) != 1 || p.RetryAfter != time.Hour) || !far && (len(*at) != 2 || (*at)[1]-(*at)[0] > time.Second) {
				t.Errorf("%s: %v at %v", name, err, *at)
			}
		}
	})
}

// A service that takes the request and never answers costs one attempt's time, not for ever; the time that the service was
// asked to wait comes on top.
func TestSilentService(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := func(_ int, r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		c, at := watched(t, client.Options{AttemptTimeout: 10 * time.Second, Retries: 2}, silent)
		start := time.Now()
		_, err := c.Job(t.Context(), "j")
		if !errors.Is(err, context.DeadlineExceeded) || len(*at) != 3 {
			t.Errorf("%v at %v", err, *at)
		}
		between(t, "three attempts", time.Since(start), 30*time.Second, 31*time.Second)
		c, at = watched(t, client.Options{AttemptTimeout: 10 * time.Second}, silent)
		start = time.Now()
		_, err = c.LeaseTasks(t.Context(), "S1", api.LeaseRequest{WaitSec: 25})
		if err == nil || len(*at) != 1 {
			t.Errorf("%v at %v", err, *at)
		}
		between(t, "a wait for work", time.Since(start), 35*time.Second, 35*time.Second)
	})
}

// The caller's deadline is kept: no pause goes beyond it, and the last refusal is told rather than the clock.
func TestDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, at := watched(t, client.Options{}, func(int, *http.Request) (*http.Response, error) {
			res := answer(http.StatusServiceUnavailable, "", "")
			res.Header.Set("Retry-After", "5")
			return res, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		start := time.Now()
		_, err := c.Job(ctx, "j")
		refused(t, err, http.StatusServiceUnavailable, api.CodeUnavailable)
		if len(*at) != 2 || time.Since(start) > 6*time.Second {
			t.Errorf("asked at %v, answered after %v", *at, time.Since(start))
		}
	})
}

// Waiting for a job's end looks ever more rarely, never sooner than the service asks, and goes through a short absence.
func TestWaitingPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, at := watched(t, client.Options{FirstPause: 200 * time.Millisecond, LongestPause: 2 * time.Second}, func(n int, r *http.Request) (*http.Response, error) {
			switch n {
			case 30:
				return answer(http.StatusOK, "application/json", `{"id":"j","state":"cancelled"}`), nil
			case 5:
				return answer(http.StatusServiceUnavailable, "", ""), nil
			}
			res := answer(http.StatusOK, "application/json", `{"id":"j","state":"running"}`)
			if n == 20 {
				res.Header.Set("Retry-After", "9")
			}
			return res, nil
		})
		looks := 0
		job, err := c.WaitJob(t.Context(), "j", func(api.Job) { looks++ })
		if err != nil || job.State != "cancelled" || looks != 29 {
			t.Fatalf("%+v, %v after %d looks", job, err, looks)
		}
		between(t, "first pause", (*at)[1]-(*at)[0], 100*time.Millisecond, 200*time.Millisecond)
		between(t, "late pause", (*at)[18]-(*at)[17], time.Second, 2*time.Second)
		between(t, "the pause that was asked for", (*at)[20]-(*at)[19], 9*time.Second, 10*time.Second)
	})
}
