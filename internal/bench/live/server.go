package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"quartermaster/internal/app"
	"quartermaster/internal/bench"
	"quartermaster/internal/config"
	"quartermaster/internal/servers"
)

// serveOrders is what a child is told that shall answer requests: where, and over what.
type serveOrders struct {
	Home, Store, Redis, Listen string
}

// config is that of a production process that answers requests and hands jobs out. Working on jobs is other benches'
// business: it would measure how the machine divides its processors.
func (o serveOrders) config() config.Config {
	cfg := config.Default()
	cfg.Home, cfg.Store, cfg.Redis, cfg.Listen, cfg.Auth = o.Home, o.Store, o.Redis, o.Listen, "off"
	cfg.Role, cfg.Drain = config.RoleAPI, time.Second
	return cfg
}

// serve is the process that answers until its input ends or it is killed.
func (o serveOrders) serve(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	a, err := app.Open(ctx, o.config(), slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	planning, err := app.LoadPlanning(ctx, "", "")
	if err == nil {
		err = a.Start(ctx, app.StartOptions{Planning: planning})
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// pairUnder is one pair of store and queue with the sample shop in it, and the child that serves it.
type pairUnder struct {
	name   string
	orders serveOrders
	url    string
	child  *child
}

// withPairs runs something for the embedded pair and for PostgreSQL with Redis, each in a child process of its own over the
// sample shop.
func withPairs(ctx context.Context, opts bench.Options, prepare func(a *app.App) error, do func(p *pairUnder) error) error {
	for i, name := range []string{"sqlite+inside", "postgresql+redis"} {
		if !opts.Selected(name) {
			continue
		}
		opts.Report(float64(i)/2, name+": putting the shop in")
		err := inFolder(func(dir string) (err error) {
			p := &pairUnder{name: name, orders: serveOrders{Home: filepath.Join(dir, "home")}}
			if i == 1 {
				servers, err := servers.Start(ctx, servers.Options{Fsync: true})
				if err != nil {
					return err
				}
				defer func() { _ = servers.Stop() }() // what they held is worth nothing any more
				p.orders.Store, p.orders.Redis = servers.Postgres.URL, servers.Redis.URL
			}
			if p.orders.Listen, err = freePort(); err != nil {
				return err
			}
			p.url = "http://" + p.orders.Listen
			if err := p.fill(ctx, prepare); err != nil {
				return err
			}
			if err := p.start(ctx); err != nil {
				return err
			}
			defer func() { _ = p.child.kill() }() // it has answered what it was asked
			opts.Report(float64(i)/2+0.1, name+": asking")
			return do(p)
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// freePort is an address on loopback that nobody listens on.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// fill takes the sample shop over and prepares what the bench needs beside.
func (p *pairUnder) fill(ctx context.Context, prepare func(a *app.App) error) error {
	planning, err := app.LoadPlanning(ctx, "", "")
	if err != nil {
		return err
	}
	return p.open(ctx, func(a *app.App) error {
		if _, err := a.Migrate(ctx); err != nil {
			return err
		}
		if _, err := a.Import(ctx, app.Shop{}, planning.Roads); err != nil {
			return err
		}
		return prepare(a)
	})
}

// open does something with the store while no server has it.
func (p *pairUnder) open(ctx context.Context, do func(a *app.App) error) (err error) {
	a, err := app.Open(ctx, p.orders.config(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return do(a)
}

func (p *pairUnder) start(ctx context.Context) (err error) {
	p.child, err = startChild(ctx, workerOrders{Serve: &p.orders})
	return err
}

// short is an error in one line.
func short(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}
