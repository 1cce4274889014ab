package vda5050

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Equipment is what does not drive: a sorter, a conveyor, an arm, a door.
type Equipment interface {
	// Do has a command done and gives how it ended. The same ID is done once, however often it is sent: a command that was
	// lost on its way, or whose answer was, is sent again until ctx ends.
	Do(ctx context.Context, c Command) (Result, error)
}

// Command is something to do.
type Command struct {
	ID         string         `json:"id"`
	Kind       string         `json:"kind"` // such as divert, release, pick
	Parameters map[string]any `json:"parameters,omitempty"`
}

// Result is how far a command is: RUNNING, FINISHED or FAILED with a reason.
type Result struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}

// check says what is wrong with a result of a command, and whether it is the last one.
func (r Result) check(id string) (ended bool, err error) {
	switch {
	case r.ID != id:
		return false, fmt.Errorf("equipment: the answer to command %s is about %q", id, r.ID)
	case r.Status == "FINISHED" || r.Status == "FAILED":
		return true, nil
	case r.Status == "RUNNING":
		return false, nil
	}
	return false, fmt.Errorf("equipment: command %s has the unknown status %q; want RUNNING, FINISHED or FAILED", id, r.Status)
}

// errEquipment marks what sending again does not mend.
var errEquipment = errors.New("equipment: refused")

// askAgain is how long an answer is waited for before a command is asked about or sent again.
const askAgain = 200 * time.Millisecond

// HTTPEquipment is equipment behind HTTP: POST {URL}/commands with a Command begins it, GET {URL}/commands/{id} tells of
// it; both answer with a Result.
type HTTPEquipment struct {
	URL    string
	Client *http.Client // default http.DefaultClient
}

// Do sends the command, then asks until it has ended. An error names the command; one that the equipment refuses (4xx) is
// not sent again.
func (e HTTPEquipment) Do(ctx context.Context, c Command) (Result, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return Result{}, fmt.Errorf("equipment: write command %s: %w", c.ID, err)
	}
	begun := false
	for {
		method, address := http.MethodPost, e.URL+"/commands"
		if begun {
			method, address = http.MethodGet, e.URL+"/commands/"+url.PathEscape(c.ID)
		}
		r, err := e.ask(ctx, method, address, body)
		if err == nil {
			var ended bool
			if ended, err = r.check(c.ID); ended || err != nil {
				return r, err
			}
			begun = true
		}
		if errors.Is(err, errEquipment) {
			return Result{}, fmt.Errorf("command %s: %w", c.ID, err)
		}
		select {
		case <-ctx.Done():
			return Result{}, fmt.Errorf("equipment: command %s: %w", c.ID, errors.Join(ctx.Err(), err))
		case <-time.After(askAgain):
		}
	}
}

func (e HTTPEquipment) ask(ctx context.Context, method, address string, body []byte) (r Result, err error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return r, fmt.Errorf("%w: %w", errEquipment, err)
	}
	request.Header.Set("Content-Type", "application/json")
	client := e.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return r, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxMessageBytes))
	switch {
	case err != nil:
		return r, err
	case response.StatusCode/100 == 4:
		return r, fmt.Errorf("%w: %s: %.200s", errEquipment, response.Status, raw)
	case response.StatusCode/100 != 2:
		return r, fmt.Errorf("equipment: %s", response.Status)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("%w: the answer is no result: %w", errEquipment, err)
	}
	return r, nil
}

// MQTTEquipment is equipment on a broker: it takes Commands on {topic}/command and tells Results on {topic}/result.
type MQTTEquipment struct {
	link  Link
	topic string

	mu      sync.Mutex
	waiting map[string]chan Result
}

// NewMQTTEquipment listens to equipment's results.
func NewMQTTEquipment(link Link, topic string) (*MQTTEquipment, error) {
	e := &MQTTEquipment{link: link, topic: topic, waiting: map[string]chan Result{}}
	if err := link.Subscribe(topic+"/result", e.receive); err != nil {
		return nil, fmt.Errorf("equipment: listen to %s: %w", topic, err)
	}
	return e, nil
}

// receive takes in a result; one that nobody waits for, or that is none, is dropped.
func (e *MQTTEquipment) receive(_ string, payload []byte) {
	var r Result
	if len(payload) > maxMessageBytes || json.Unmarshal(payload, &r) != nil {
		return
	}
	if ended, err := r.check(r.ID); err != nil || !ended {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if wait := e.waiting[r.ID]; wait != nil {
		delete(e.waiting, r.ID)
		wait <- r
	}
}

// Do sends the command again and again until a result comes.
func (e *MQTTEquipment) Do(ctx context.Context, c Command) (Result, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return Result{}, fmt.Errorf("equipment: write command %s: %w", c.ID, err)
	}
	wait := make(chan Result, 1)
	e.mu.Lock()
	if e.waiting[c.ID] != nil {
		e.mu.Unlock()
		return Result{}, fmt.Errorf("equipment: command %s is being done already", c.ID)
	}
	e.waiting[c.ID] = wait
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		delete(e.waiting, c.ID)
		e.mu.Unlock()
	}()
	for {
		lost := e.link.Publish(e.topic+"/command", body)
		select {
		case r := <-wait:
			return r, nil
		case <-ctx.Done():
			return Result{}, fmt.Errorf("equipment: command %s: %w", c.ID, errors.Join(ctx.Err(), lost))
		case <-time.After(askAgain):
		}
	}
}
