package live

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/bench"
)

// Siege is the bench of what hostile clients cost: bodies made to fill memory, and a thousand connections that never end
// what they say. It looks at a process of its own from outside.
func Siege() bench.Bench {
	return bench.Bench{
		Name:    "siege",
		Summary: "Bombs of gzip and JSON, and 1,000 connections that send a byte a second, against one process on SQLite; how the others fare meanwhile.",
		Figures: []bench.Figure{
			{Key: "bombs", Meaning: "bombs sent"},
			{Key: "bombs_refused", Meaning: "of those, answered 400, 413 or 422"},
			{Key: "bomb_slowest_s", Meaning: "seconds until the slowest of those answers"},
			{Key: "bomb_grown_mb", Meaning: "megabytes by which the process grew, at most"},
			{Key: "slow_failed", Meaning: "orderly requests that failed while 1,000 connections were slow"},
			{Key: "calm_p99_ms", Meaning: "99th percentile of orderly requests before that, milliseconds"},
			{Key: "slow_p99_ms", Meaning: "the same meanwhile"},
			{Key: "slow_grown_mb", Meaning: "megabytes by which the process grew, at most"},
			{Key: "slow_left", Meaning: "slow connections that were not let go within 40 s"},
		},
		Run: runSiege,
	}
}

func runSiege(ctx context.Context, opts bench.Options) (out bench.Outcome, err error) {
	out.Figures = map[string]float64{}
	err = inFolder(func(dir string) error {
		orders := serveOrders{Home: filepath.Join(dir, "home")}
		a, err := app.Open(ctx, orders.config(), slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		_, err = a.Migrate(ctx)
		if err := errors.Join(err, a.Close()); err != nil {
			return err
		}
		if orders.Listen, err = freePort(); err != nil {
			return err
		}
		c, err := startChild(ctx, workerOrders{Serve: &orders})
		if err != nil {
			return err
		}
		s := besieged{address: orders.Listen, pid: c.cmd.Process.Pid, out: &out}
		err = errors.Join(s.bombs(ctx, opts), s.slow(ctx, opts))
		return errors.Join(err, c.kill())
	})
	return out, err
}

// besieged is the process under siege.
type besieged struct {
	address string
	pid     int
	out     *bench.Outcome
}

// bomb is a body that is small to make and large to read.
type bomb struct {
	name, path, encoding string
	body                 func() io.Reader
}

// again gives a beginning and then a part many times.
func again(begin string, part []byte, times int) io.Reader {
	parts := make([]io.Reader, 0, times+1)
	parts = append(parts, strings.NewReader(begin))
	for range times {
		parts = append(parts, bytes.NewReader(part))
	}
	return io.MultiReader(parts...)
}

// bombs are the ones that are thrown; gates after docs: 10 MB of gzip that become 10 GB, 1 GB of JSON, a million levels, a
// million equal keys, a number of a million digits.
func bombs() ([]bomb, error) {
	var zeros bytes.Buffer
	w, err := flate.NewWriter(&zeros, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(make([]byte, 8<<20)); err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil { // ends at a whole byte, so that the block may be repeated
		return nil, err
	}
	const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
	spaces := bytes.Repeat([]byte(" "), 1<<20)
	var out []bomb
	for _, path := range []string{"/v1/routes", "/v1/orders/bulk", "/v1/sales-history"} {
		out = append(out, bomb{"gzip of 10 GB", path, "gzip", func() io.Reader { return again(gzipHeader, zeros.Bytes(), 10<<30/(8<<20)) }})
	}
	for _, path := range []string{"/v1/routes", "/v1/orders/bulk"} {
		out = append(out,
			bomb{"JSON of 1 GB", path, "", func() io.Reader { return again(`{"orders":[`, spaces, 1<<10) }},
			bomb{"a million levels", path, "", func() io.Reader { return again("", bytes.Repeat([]byte("["), 1000), 1000) }},
			bomb{"a million equal keys", path, "", func() io.Reader { return again(`{"a":1`, bytes.Repeat([]byte(`,"a":1`), 1000), 1000) }},
			bomb{"a million digits", path, "", func() io.Reader { return again(`{"seed":1`, bytes.Repeat([]byte("1"), 1000), 1000) }},
		)
	}
	return out, nil
}

func (s *besieged) bombs(ctx context.Context, opts bench.Options) error {
	all, err := bombs()
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: time.Minute}
	defer client.CloseIdleConnections()
	for i, b := range all {
		// A pattern's * ends at a slash.
		name := "bomb: " + b.name + " to " + strings.ReplaceAll(strings.TrimPrefix(b.path, "/v1/"), "/", "-")
		if !opts.Selected(name) {
			continue
		}
		opts.Report(float64(i)/float64(len(all))/2, name)
		before, err := s.beginWatch()
		if err != nil {
			return err
		}
		start := time.Now()
		status := s.throw(ctx, client, b)
		took := time.Since(start)
		peak, err := s.memory("VmHWM")
		if err != nil {
			return fmt.Errorf("%s: the process is gone: %w", name, err)
		}
		s.out.Rows = append(s.out.Rows, bench.Row{Instance: name}.With("status", status).With("answer_s", took.Seconds()).With("grown_mb", peak-before))
		f := s.out.Figures
		f["bombs"]++
		if status == 400 || status == 413 || status == 422 {
			f["bombs_refused"]++
		}
		f["bomb_slowest_s"], f["bomb_grown_mb"] = max(f["bomb_slowest_s"], took.Seconds()), max(f["bomb_grown_mb"], peak-before)
	}
	return nil
}

// throw sends a bomb and gives the status of the answer, 0 for none.
func (s *besieged) throw(ctx context.Context, client *http.Client, b bomb) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+b.path, b.body())
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	if b.path == "/v1/sales-history" {
		req.Header.Set("Content-Type", "text/csv")
	}
	if b.encoding != "" {
		req.Header.Set("Content-Encoding", b.encoding)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)) // the status says it
	return res.StatusCode
}

// slowEach is how many connections are slow with their headers, and as many with their bodies.
const slowEach = 500

func (s *besieged) slow(ctx context.Context, opts bench.Options) error {
	const name = "1,000 slow connections"
	if !opts.Selected(name) {
		return nil
	}
	opts.Report(0.5, name)
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	orderly := func(ctx context.Context, _ int) (int, error) { return 0, s.ask(ctx, client) }
	calm := load(ctx, 50, time.Second, 5*time.Second, opts.Seed, orderly)
	before, err := s.beginWatch()
	if err != nil {
		return err
	}
	crowd, err := s.crowd(ctx)
	if err != nil {
		return err
	}
	under := load(ctx, 50, time.Second, 15*time.Second, opts.Seed, orderly)
	left := crowd.await(40*time.Second - time.Since(crowd.since))
	peak, err := s.memory("VmHWM")
	if err != nil {
		return err
	}
	s.out.Rows = append(s.out.Rows, bench.Row{Instance: name}.With("requests", len(under.took)).With("failed", under.errors+calm.errors).
		With("calm_p99_ms", calm.ms(0.99, -1)).With("p99_ms", under.ms(0.99, -1)).With("grown_mb", peak-before).With("left", left))
	f := s.out.Figures
	f["slow_failed"], f["calm_p99_ms"], f["slow_p99_ms"] = float64(under.errors+calm.errors), calm.ms(0.99, -1), under.ms(0.99, -1)
	f["slow_grown_mb"], f["slow_left"] = peak-before, float64(left)
	return nil
}

func (s *besieged) ask(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+"/v1/jobs?limit=5", nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d, %w", res.StatusCode, err)
	}
	return nil
}

// crowd is the slow connections: each sends a byte a second until it is let go.
type crowd struct {
	since time.Time
	conns []net.Conn
	open  atomic.Int64
	wg    sync.WaitGroup
}

func (s *besieged) crowd(ctx context.Context) (*crowd, error) {
	c := &crowd{since: time.Now()}
	for i := range 2 * slowEach {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.address)
		if err != nil {
			c.await(0)
			return nil, fmt.Errorf("connection %d: %w", i+1, err)
		}
		c.conns = append(c.conns, conn)
		begin := "POST /v1/orders/bulk HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Slow: "
		if i >= slowEach {
			begin += "x\r\nContent-Length: 8388608\r\n\r\n{"
		}
		c.open.Add(1)
		c.wg.Go(func() {
			defer c.open.Add(-1)
			_, err := io.WriteString(conn, begin)
			for err == nil {
				_ = conn.SetReadDeadline(time.Now().Add(time.Second))
				if _, err = conn.Read(make([]byte, 512)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
					_, err = io.WriteString(conn, " ")
				}
			}
		})
	}
	return c, nil
}

// await waits until all were let go, or the time is up, and gives how many were not.
func (c *crowd) await(limit time.Duration) (left int64) {
	end := time.Now().Add(limit)
	for c.open.Load() > 0 && time.Now().Before(end) {
		time.Sleep(50 * time.Millisecond)
	}
	left = c.open.Load()
	for _, conn := range c.conns {
		_ = conn.Close() // the server may have done so
	}
	c.wg.Wait()
	return left
}

// beginWatch forgets the process's highest memory so far and gives what it has now, megabytes.
func (s *besieged) beginWatch() (mb float64, err error) {
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.pid), []byte("5"), 0o600); err != nil {
		return 0, fmt.Errorf("watch the process's memory: %w", err)
	}
	return s.memory("VmRSS")
}

// memory reads one figure of the process, megabytes.
func (s *besieged) memory(key string) (mb float64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		return 0, fmt.Errorf("read the process's memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("%s is not told of the process", key)
}
