package store

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"quartermaster/internal/service"
)

// gate is a door to PostgreSQL that a test can shut.
type gate struct {
	target string
	listen net.Listener
	mu     sync.Mutex
	shut   bool
	conns  []net.Conn
}

// openGate stands before the server that dsn names and gives the address that leads through it.
func openGate(t *testing.T, dsn string) (*gate, string) {
	t.Helper()
	u := must[*url.URL](t)(url.Parse(dsn))
	g := &gate{target: u.Host, listen: must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			in, err := g.listen.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { g.pass(in) })
		}
	})
	t.Cleanup(func() {
		_ = g.listen.Close()
		g.set(true)
		serving.Wait()
	})
	u.Host = g.listen.Addr().String()
	return g, u.String()
}

func (g *gate) pass(in net.Conn) {
	defer in.Close()
	out, err := net.Dial("tcp", g.target)
	if err != nil {
		return
	}
	defer out.Close()
	g.mu.Lock()
	shut := g.shut
	g.conns = append(g.conns, in, out)
	g.mu.Unlock()
	if shut {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { _, _ = io.Copy(in, out); _ = in.Close() })
	_, _ = io.Copy(out, in)
	_ = out.Close()
	back.Wait()
}

// set shuts the gate, breaking all connections, or opens it.
func (g *gate) set(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = shut
	for _, c := range g.conns {
		_ = c.Close()
	}
	g.conns = nil
}

// While PostgreSQL is away every call says so in the word that callers know, and when it is back all goes on.
func TestServerGoesAway(t *testing.T) {
	t.Parallel()
	inner := openTestPostgres(t)
	g, through := openGate(t, inner.pool.Config().ConnString())
	s := openTest(t, through)
	job := submit(t, s, service.Submission{})
	held := claim(t, s, submit(t, s, service.Submission{}).Ref)
	g.set(true)
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"submit": func() error { _, _, err := s.Submit(ctx, tenant, service.Submission{Kind: "work"}); return err },
		"read":   func() error { _, err := s.Job(ctx, job.Ref); return err },
		"claim":  func() error { _, _, _, err := s.Claim(ctx, job.Ref, long); return err },
		"heartbeat": func() error {
			_, err := s.Heartbeat(ctx, []service.Beat{{Ref: held.Ref, Attempt: held.Attempt}}, long)
			return err
		},
		"finish":   func() error { return s.Finish(ctx, held, service.Result{}) },
		"dispatch": func() error { _, err := s.Dispatch(ctx, 10, long); return err },
		"reap":     func() error { _, err := s.Reap(ctx, 10); return err },
		"lease":    func() error { _, err := s.LeaseTasks(ctx, tenant, "N", service.TaskFilter{}, long); return err },
		"ping":     func() error { return s.Ping(ctx) },
	} {
		for range 2 { // first on a connection that broke, then on a new one
			if err := call(); err == nil {
				t.Errorf("%s: no error", name)
			} else {
				wantError(t, err, service.ErrUnavailable)
			}
		}
	}
	g.set(false)
	noError(t, s.Finish(ctx, held, service.Result{}))
	claim(t, s, job.Ref)
}

// A server that takes connections and says nothing, as one that hangs, is unavailable too, not a fault of ours.
func TestServerHangs(t *testing.T) {
	t.Parallel()
	l := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	defer l.Close()
	_, err := Open(t.Context(), "postgres://nobody@"+l.Addr().String()+"/none?connect_timeout=1&sslmode=disable")
	wantError(t, err, service.ErrUnavailable)
}
