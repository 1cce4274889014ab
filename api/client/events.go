package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"

	"quartermaster/api"
)

// Event is one event of a stream.
type Event struct {
	ID      string          // to go on behind it
	Type    string          `json:"type"`
	Subject string          `json:"subject"`
	Data    json.RawMessage `json:"data"`
}

// FollowJob goes through a job's events until it has ended, behind the event lastID ("" = from its state now). It comes back
// by itself when the stream is lost; an error is the last thing that it gives. Data is an api.Job.
func (c *Client) FollowJob(ctx context.Context, id, lastID string) iter.Seq2[Event, error] {
	p, err := path(jobsPath+"/", id, "/events")
	return c.events(ctx, "follow job "+id, p, lastID, err)
}

// FollowJobs goes through the changes of all jobs, behind the event lastID ("" = from now on), until ctx ends.
func (c *Client) FollowJobs(ctx context.Context, lastID string) iter.Seq2[Event, error] {
	return c.events(ctx, "follow jobs", jobsPath+"/events", lastID, nil)
}

// FollowTasks goes through the counts of a warehouse's tasks as they change, until ctx ends.
func (c *Client) FollowTasks(ctx context.Context, warehouse, lastID string) iter.Seq2[Event, error] {
	p, err := path("/v1/warehouses/", warehouse, "/tasks/events")
	return c.events(ctx, "follow tasks of warehouse "+warehouse, p, lastID, err)
}

// errStreamOver says that a stream has no more events.
var errStreamOver = errors.New("no more events")

func (c *Client) events(ctx context.Context, what, path, lastID string, err error) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if err != nil {
			yield(Event{}, err)
			return
		}
		pauses, left := c.backoff(2), c.options.Retries
		for {
			seen, err := c.oneStream(ctx, path, lastID, yield)
			if seen != lastID {
				lastID, left, pauses = seen, c.options.Retries, c.backoff(2)
			}
			switch {
			case errors.Is(err, errStreamOver):
				return
			case ctx.Err() != nil:
				yield(Event{}, fmt.Errorf("client: %s: %w", what, ctx.Err()))
				return
			case err != nil && (left <= 0 || !passing(err)):
				yield(Event{}, fmt.Errorf("client: %s: %w", what, err))
				return
			}
			left--
			if sleep(ctx, pauses.pause(0)) != nil {
				yield(Event{}, fmt.Errorf("client: %s: %w", what, ctx.Err()))
				return
			}
		}
	}
}

// oneStream reads one stream to its end and gives the id of the last event seen.
func (c *Client) oneStream(ctx context.Context, path, lastID string, yield func(Event, error) bool) (string, error) {
	req, err := c.request(ctx, call{method: http.MethodGet, path: path, header: map[string]string{"Accept": "text/event-stream, " + api.ProblemMediaType}}, nil)
	if err != nil {
		return lastID, err
	}
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return lastID, &lostError{err}
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNoContent:
		return lastID, errStreamOver
	case res.StatusCode != http.StatusOK:
		data, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20)) // what was read of it says enough
		return lastID, newProblem(res, data)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(make([]byte, 64<<10), 4<<20)
	id := lastID
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
			id = value
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		e := Event{ID: id}
		if err := json.Unmarshal([]byte(data), &e); err != nil {
			return lastID, fmt.Errorf("an event is not what this operation answers: %w", err)
		}
		lastID = id
		if !yield(e, nil) {
			return lastID, errStreamOver
		}
	}
	return lastID, nil // the stream ended or was lost: both are gone on with
}
