package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// forecastBody asks for something that takes a worker a few milliseconds.
const forecastBody = `{"series":[{"id":"A","start_date":"2026-01-01","values":[3,4,5,3,4,9,1,3,4,5,3,4,9,1]}],"horizon_days":7}`

// asker asks an installation for work at a steady rate, whether or not it answers, and remembers what it was promised.
type asker struct {
	url    string
	client *http.Client

	mu       sync.Mutex
	promised []string // ids of accepted jobs
	answers  int
	refused  int           // 503 with Retry-After: come again later
	failed   int           // anything else that is no success
	firstBad string        // what the first of those was
	slowest  time.Duration // answer of any kind
	asking   sync.WaitGroup
}

func newAsker(url string) *asker {
	return &asker{url: url, client: &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// run asks perSecond times a second until ctx ends; every second request reads a job that was promised.
func (l *asker) run(ctx context.Context, perSecond int) {
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			l.asking.Wait()
			l.client.CloseIdleConnections()
			return
		case <-tick.C:
		}
		l.asking.Go(func() { l.one(n) })
	}
}

func (l *asker) one(n int) {
	l.mu.Lock()
	var known string
	if len(l.promised) > 0 {
		known = l.promised[n%len(l.promised)]
	}
	l.mu.Unlock()
	method, path, body := http.MethodPost, "/v1/forecasts", forecastBody
	if n%2 == 1 && known != "" {
		method, path, body = http.MethodGet, "/v1/jobs/"+known, ""
	}
	start := time.Now()
	status, header, answer, err := l.ask(method, path, body)
	took := time.Since(start)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers++
	l.slowest = max(l.slowest, took)
	switch {
	case err == nil && status == http.StatusAccepted:
		var made struct{ ID string }
		if json.Unmarshal(answer, &made) == nil && made.ID != "" {
			l.promised = append(l.promised, made.ID)
			return
		}
	case err == nil && status == http.StatusOK:
		return
	case err == nil && status == http.StatusServiceUnavailable && header.Get("Retry-After") != "":
		l.refused++
		return
	}
	l.failed++
	if l.firstBad == "" {
		l.firstBad = fmt.Sprintf("%s %s: status %d, %v, %.200s", method, path, status, err, answer)
	}
}

func (l *asker) ask(method, path, body string) (status int, header http.Header, answer []byte, err error) {
	req, err := http.NewRequestWithContext(context.Background(), method, l.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return 0, nil, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := l.client.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, res.Header, answer, err
}

// snapshot gives what was promised so far.
func (l *asker) snapshot() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.promised...)
}
