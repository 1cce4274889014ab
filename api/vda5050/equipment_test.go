package vda5050

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// sorter does each command once, whatever is asked of it, and loses its first answers.
type sorter struct {
	mu    sync.Mutex
	asked map[string]int
	done  int
}

func (s *sorter) take(id string) (r Result, lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[id]++
	switch s.asked[id] {
	case 1:
		s.done++
		return r, true
	case 2:
		return Result{ID: id, Status: "RUNNING"}, false
	}
	if id == "stuck" {
		return Result{ID: id, Status: "FAILED", Reason: "the chute is full"}, false
	}
	return Result{ID: id, Status: "FINISHED"}, false
}

// httpSorter is a sorter behind HTTP.
func httpSorter(t *testing.T, s *sorter) Equipment {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, id string) {
		switch r, lost := s.take(id); {
		case id == "wrong":
			http.Error(w, "no such kind", http.StatusBadRequest)
		case lost:
			http.Error(w, "try again", http.StatusServiceUnavailable)
		default:
			_ = json.NewEncoder(w).Encode(r)
		}
	}
	mux.HandleFunc("POST /commands", func(w http.ResponseWriter, r *http.Request) {
		var c Command
		if json.NewDecoder(r.Body).Decode(&c) == nil {
			answer(w, c.ID)
		}
	})
	mux.HandleFunc("GET /commands/{id}", func(w http.ResponseWriter, r *http.Request) { answer(w, r.PathValue("id")) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return HTTPEquipment{URL: server.URL}
}

// mqttSorter is a sorter on a broker.
func mqttSorter(t *testing.T, s *sorter) Equipment {
	t.Helper()
	b, err := NewBroker("127.0.0.1:0", BrokerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	c := Dial("tcp://"+b.Address(), ClientOptions{ClientID: "sorter", Connected: func(c *Client) {
		_ = c.Subscribe("sorter/1/command", func(_ string, payload []byte) {
			var command Command
			if json.Unmarshal(payload, &command) != nil {
				return
			}
			if r, lost := s.take(command.ID); !lost {
				raw, _ := json.Marshal(r)
				_ = c.Publish("sorter/1/result", []byte("{"))
				_ = c.Publish("sorter/1/result", raw)
			}
		})
		ready <- true
	}})
	<-ready
	e, err := NewMQTTEquipment(b, "sorter/1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		_ = b.Close()
	})
	return e
}

// Commands are done, however many answers are lost, and failures come back with their reasons.
func TestEquipmentDoesCommands(t *testing.T) {
	for name, connect := range map[string]func(*testing.T, *sorter) Equipment{"http": httpSorter, "mqtt": mqttSorter} {
		s := &sorter{asked: map[string]int{}}
		e := connect(t, s)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if r, err := e.Do(ctx, Command{ID: "c1", Kind: "divert", Parameters: map[string]any{"chute": 7}}); err != nil || r.Status != "FINISHED" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if r, err := e.Do(ctx, Command{ID: "stuck", Kind: "divert"}); err != nil || r.Status != "FAILED" || r.Reason == "" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if s.done != 2 {
			t.Errorf("%s: %d commands were done, want 2", name, s.done)
		}
		if name == "http" {
			if _, err := e.Do(ctx, Command{ID: "wrong"}); err == nil || !strings.Contains(err.Error(), "no such kind") {
				t.Errorf("%v, want what the sorter said", err)
			}
		}
		short, end := context.WithTimeout(context.Background(), time.Millisecond)
		defer end()
		if _, err := e.Do(short, Command{ID: "late"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v, want that the time is over", name, err)
		}
	}
}
