package vroom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"quartermaster/routing"
)

// Effort is how hard to search: Explore 0…5, and where Limit is above 0 no longer than that.
type Effort struct {
	Explore int
	Limit   time.Duration
}

// Service is what the HTTP door stands on.
type Service struct {
	// Solve plans a problem, beginning with the given routes, and checks the answer.
	Solve func(ctx context.Context, p routing.Problem, start []Warm, e Effort) (routing.Solution, error)
	// Streets gives what travel is measured on where a request has no matrices; nil, or nil given = there are none.
	Streets func() Streets
	// MaxLocations (jobs and twice the shipments) and MaxVehicles of one request; 0 = MostLocations and MostVehicles. MaxBytes of a body;
	// 0 = 64 MiB. MaxLimit is the longest that a request may ask to be searched; 0 = 30 s. AtOnce is how many are solved at
	// a time, others wait; 0 = 1.
	MaxLocations, MaxVehicles int
	MaxBytes                  int64
	MaxLimit                  time.Duration
	AtOnce                    int
}

// Handler answers as vroom-express does: POST with a problem, in the body's options what the command line would take; GET
// with 200 where the last part of the path is health. Errors answer {code, error}, with 400 for wrong input, 413 for too
// much and 500 for the rest.
func (s Service) Handler() http.Handler {
	or := func(v, fallback int) int {
		if v > 0 {
			return v
		}
		return fallback
	}
	s.MaxLocations, s.MaxVehicles, s.AtOnce = or(s.MaxLocations, MostLocations), or(s.MaxVehicles, MostVehicles), or(s.AtOnce, 1)
	s.MaxBytes, s.MaxLimit = int64(or(int(s.MaxBytes), 64<<20)), time.Duration(or(int(s.MaxLimit), int(30*time.Second)))
	seats := make(chan struct{}, s.AtOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusOK)
			return
		}
		text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.MaxBytes))
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			write(w, http.StatusRequestEntityTooLarge, &Error{CodeTooLarge, "The body is too large."})
			return
		}
		if err != nil {
			write(w, http.StatusBadRequest, refuse("The body cannot be read: %s", err))
			return
		}
		select {
		case seats <- struct{}{}:
			defer func() { <-seats }()
		case <-r.Context().Done():
			return
		}
		a, err := s.Answer(r.Context(), text)
		if err != nil {
			status, told := told(err)
			write(w, status, told)
			return
		}
		write(w, http.StatusOK, a)
	})
}

// Answer solves one request, or times its own routes where its options ask for that. An *Error is in VROOM's terms.
func (s Service) Answer(ctx context.Context, text []byte) (*Answer, error) {
	begun := time.Now()
	r, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if err := r.Fits(s.MaxLocations, s.MaxVehicles); err != nil {
		return nil, err
	}
	var streets Streets
	if s.Streets != nil {
		streets = s.Streets()
	}
	p, err := r.ProblemOn(ctx, streets)
	if err != nil {
		return nil, err
	}
	loaded := time.Now()
	var a Answer
	if r.Options.ChooseETA {
		a, err = p.ChooseETA()
	} else {
		var found routing.Solution
		found, err = s.Solve(ctx, p.Problem, p.Start, s.effort(r))
		a = p.Answer(found)
	}
	if err != nil {
		return nil, err
	}
	a.Summary.ComputingTimes = &ComputingTimes{Loading: loaded.Sub(begun).Milliseconds(), Solving: time.Since(loaded).Milliseconds()}
	return &a, nil
}

// The largest request that is planned where nothing else is set: its table of travel and the ranking of near stops still
// fit a budget of seconds.
const (
	MostLocations = 10_000
	MostVehicles  = 2000
)

// Fits refuses, as vroom-express does, more locations (jobs and twice the shipments) or vehicles than are planned; 0 = no
// limit.
func (r *Request) Fits(locations, vehicles int) error {
	if n := len(r.Jobs) + 2*len(r.Shipments); locations > 0 && n > locations {
		return &Error{CodeTooLarge, fmt.Sprintf("Too many locations (%d) in query, maximum is set to %d", n, locations)}
	}
	if n := len(r.Vehicles); vehicles > 0 && n > vehicles {
		return &Error{CodeTooLarge, fmt.Sprintf("Too many vehicles (%d) in query, maximum is set to %d", n, vehicles)}
	}
	return nil
}

func (s Service) effort(r *Request) Effort {
	e := Effort{Explore: mostExplore}
	if x := r.Options.Explore; x != nil {
		e.Explore = *x
	}
	if l := r.Options.LimitSec; l != nil {
		e.Limit = time.Duration(min(*l, 1e6) * float64(time.Second))
		if s.MaxLimit > 0 {
			e.Limit = min(e.Limit, s.MaxLimit)
		}
	}
	return e
}

func told(err error) (int, *Error) {
	var e *Error
	if !errors.As(err, &e) {
		return http.StatusInternalServerError, &Error{CodeInternal, "Internal error."}
	}
	switch e.Code {
	case CodeInput:
		return http.StatusBadRequest, e
	case CodeTooLarge:
		return http.StatusRequestEntityTooLarge, e
	default:
		return http.StatusInternalServerError, e
	}
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a broken connection has nobody to tell
}
