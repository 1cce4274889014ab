package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/config"
	"quartermaster/internal/servers"
)

// balancer spreads requests over backends that say they are ready, as the one before an installation does.
type balancer struct {
	backends []*backend
	next     atomic.Uint64
	http     *http.Server
	listener net.Listener
	stop     context.CancelFunc
}

type backend struct {
	address string // host:port
	proxy   *httputil.ReverseProxy
	ready   atomic.Bool
}

// startBalancer begins to look at the backends and to serve.
func startBalancer(addresses ...string) (*balancer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the balancer: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	b := &balancer{listener: l, stop: stop}
	for _, address := range addresses {
		one := &backend{address: address, proxy: &httputil.ReverseProxy{
			Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: address}) },
			Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		}}
		b.backends = append(b.backends, one)
		go one.watch(ctx)
	}
	b.http = &http.Server{Handler: b, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = b.http.Serve(l) }() // it ends with close
	return b, nil
}

// watch asks a backend whether it is ready, ten times as often as it gives to be noticed.
func (o *backend) watch(ctx context.Context) {
	client := &http.Client{Timeout: time.Second}
	for ctx.Err() == nil {
		res, err := client.Get("http://" + o.address + "/readyz")
		o.ready.Store(err == nil && res.StatusCode == http.StatusOK)
		if err == nil {
			_ = res.Body.Close() // nothing in it is of interest
		}
		restFor(ctx, 50*time.Millisecond)
	}
	client.CloseIdleConnections()
}

// ServeHTTP passes a request to the next backend that is ready. It repeats nothing: what fails there fails.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for range b.backends {
		one := b.backends[b.next.Add(1)%uint64(len(b.backends))]
		if one.ready.Load() {
			one.proxy.ServeHTTP(w, r)
			return
		}
	}
	http.Error(w, "no backend is ready", http.StatusBadGateway)
}

func (b *balancer) close() {
	b.stop()
	_ = b.http.Close() // whoever still asks is us
	for _, o := range b.backends {
		o.proxy.Transport.(*http.Transport).CloseIdleConnections()
	}
}

// awaitReady waits until one backend says that it is ready.
func (b *balancer) awaitReady(ctx context.Context, i int) {
	for !b.backends[i].ready.Load() && ctx.Err() == nil {
		restFor(ctx, 10*time.Millisecond)
	}
}

// installation is two API processes and then two workers.
type installation struct {
	members []*member
	orders  []memberOrders
	apis    []string // where the API processes listen
}

func startInstallation(ctx context.Context, base memberOrders) (in *installation, err error) {
	in = &installation{}
	for i := range 4 {
		o := base
		o.Role = config.RoleWorker
		if i < 2 {
			o.Role, o.DrainDelayMs = config.RoleAPI, 500
			if o.Listen, err = freeAddress(); err != nil {
				return in, err
			}
			in.apis = append(in.apis, o.Listen)
		}
		m, err := startMember(ctx, o)
		if err != nil {
			return in, err
		}
		in.members, in.orders = append(in.members, m), append(in.orders, o)
	}
	return in, nil
}

// replace ends a process in order and starts another in its place.
func (in *installation) replace(ctx context.Context, i int) error {
	gone := in.members[i]
	in.members[i] = nil
	if err := gone.stop(); err != nil {
		return err
	}
	m, err := startMember(ctx, in.orders[i])
	in.members[i] = m
	return err
}

// stop ends what runs.
func (in *installation) stop() (err error) {
	for _, m := range in.members {
		if m != nil {
			err = errors.Join(err, m.stop())
		}
	}
	return err
}

// rolling runs two API and two worker processes under load and replaces each in its turn.
func rolling(ctx context.Context, pair *servers.Pair, perSecond int) (out suffered, err error) {
	base := memberOrders{Store: pair.Postgres.URL, Redis: pair.Redis.URL, DrainMs: 10_000, Concurrency: 2}
	cfg := base.config("")
	cfg.Role = config.RoleWorker
	reader, err := app.Open(ctx, cfg, slog.New(slog.DiscardHandler)) // it only looks
	if err != nil {
		return out, err
	}
	defer reader.Close()
	if _, err := reader.Migrate(ctx); err != nil {
		return out, err
	}
	in, err := startInstallation(ctx, base)
	defer func() { err = errors.Join(err, in.stop()) }()
	if err != nil {
		return out, err
	}
	b, err := startBalancer(in.apis...)
	if err != nil {
		return out, err
	}
	defer b.close()
	for i := range b.backends {
		b.awaitReady(ctx, i)
	}
	l := newAsker("http://" + b.listener.Addr().String())
	asking, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan struct{})
	go func() { defer close(ended); l.run(asking, perSecond) }()
	restFor(ctx, 500*time.Millisecond)
	for i := range in.members {
		if err := in.replace(ctx, i); err != nil {
			return out, err
		}
		if i < len(b.backends) {
			b.awaitReady(ctx, i)
		}
		restFor(ctx, 300*time.Millisecond)
	}
	stop()
	<-ended
	all := l.snapshot()
	back := time.Now()
	lost, err := awaitDone(ctx, reader, all, 30*time.Second)
	return suffered{answers: l.answers, accepted: len(all), refused: l.refused, failed: l.failed, lost: lost, slowest: l.slowest, drained: time.Since(back), firstBad: l.firstBad}, err
}

// freeAddress is one that nobody listens on now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}
