package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"quartermaster/api/console"
	"quartermaster/api/server"
	"quartermaster/internal/config"
	"quartermaster/internal/queue"
	"quartermaster/internal/service"
	"quartermaster/internal/tracing"
	"quartermaster/internal/webhook"
)

// StartOptions steer Start without being settings of the installation.
type StartOptions struct {
	// Planning is the main use case; Start registers its handlers where jobs are worked on. Its Jobs and Facts are set.
	Planning *service.Planning
	// AnyPort takes a free port where the configured one is busy.
	AnyPort bool
}

// Start brings up what the role asks for: the runner always (an API process only hands jobs out), the HTTP server unless
// the role is worker.
func (a *App) Start(ctx context.Context, o StartOptions) error {
	if a.isClosed() {
		return errors.New("the program was closed")
	}
	if a.Runner != nil {
		return errors.New("the program was started before")
	}
	if err := a.Migrated(ctx); err != nil {
		return err
	}
	o.Planning.Jobs, o.Planning.Facts, o.Planning.Credit = a.Store, a.Store, a.Store
	if o.Planning.Live == nil {
		o.Planning.Live = a.live(o.Planning)
	}
	// The port is taken first: nothing has to be undone when it is not to be had.
	var listener net.Listener
	if a.Config.Role != config.RoleWorker {
		var err error
		if listener, a.moved, err = listen(a.Config.Listen, o.AnyPort); err != nil {
			return err
		}
		a.onClose(func() error { return closeListener(listener) })
	}
	tracer, err := tracing.FromEnvironment(ctx, string(a.Config.Role), a.Version)
	if err != nil {
		return err
	}
	a.tracer = tracer
	a.onClose(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), traceWait)
		defer cancel()
		if err := tracer.Close(ctx); err != nil { // a collector that is away keeps nobody
			a.Log.Warn("traces were not sent", "error", err)
		}
		return nil
	})
	if err := a.startRunner(o.Planning); err != nil {
		return err
	}
	if listener != nil {
		a.startHousekeeping()
		if err := a.startWeb(listener, o.Planning); err != nil {
			return err
		}
	}
	return a.startMetrics()
}

// traceWait is how long a collector of traces may take at the end.
const traceWait = 2 * time.Second

// closeListener frees a port that no HTTP server has taken over; one that has closes it itself.
func closeListener(l net.Listener) error {
	if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (a *App) startRunner(planning *service.Planning) error {
	var err error
	if a.Config.Redis == "" {
		a.Queue, err = queue.OpenInside(queue.Options{Log: a.Log})
	} else {
		a.Queue, err = queue.Open(a.Config.Redis, queue.Options{Log: a.Log})
	}
	if err != nil {
		return err
	}
	a.onClose(a.Queue.Close)
	a.Runner = service.NewRunner(a.Store, a.Queue, service.RunnerOptions{
		Concurrency:  a.concurrency(),
		Drain:        a.Config.Drain,
		DispatchOnly: a.Config.Role == config.RoleAPI,
		Trace:        a.tracer.Job,
		Log:          a.Log,
	})
	planning.Register(a.Runner)
	(&service.Scenarios{Planning: planning}).Register(a.Runner)
	server.RegisterOperations(a.Runner, server.Work{Planning: planning, Plans: a.Store})
	registerFloors(a.Runner)
	a.onClose(a.Runner.Close)
	a.startOutward()
	return a.Runner.Start()
}

// startOutward tells receivers what happens and gives back what was held too long, in every process: the store gives each
// thing to one of them.
func (a *App) startOutward() {
	ctx, stop := context.WithCancel(context.Background())
	courier := &service.Courier{Store: a.Webhooks, Sender: a.sender(), Options: service.CourierOptions{Log: a.Log}}
	sweeper := &service.Sweeper{Quotes: a.Store, Answers: a.Store, Roads: a.Store, Log: a.Log}
	var running sync.WaitGroup
	running.Go(func() { courier.Run(ctx) })
	running.Go(func() { sweeper.Run(ctx) })
	a.onClose(func() error {
		stop()
		running.Wait()
		return nil
	})
}

// sender sends events, to inner networks only where the configuration allows it.
func (a *App) sender() *webhook.Sender {
	o := webhook.Options{UserAgent: "quartermaster/" + a.Version}
	for _, network := range a.Config.WebhookAllow {
		if prefix, err := netip.ParsePrefix(network); err == nil { // Complete refused others
			o.Allow = append(o.Allow, prefix.Masked())
		}
	}
	return webhook.New(o)
}

func (a *App) startWeb(listener net.Listener, planning *service.Planning) error {
	authenticate, err := a.authenticator(listener.Addr())
	if err != nil {
		return err
	}
	journal := service.NewJournal(a.Store, a.Log)
	a.onClose(journal.Close)
	catalog := &service.Catalog{Facts: a.Store, Roads: planning.Roads, Live: planning.Live, Straight: planning.Straight}
	a.Server = server.New(server.Options{
		Jobs: a.Store, Plans: a.Store, Tasks: a.Store, Orders: a.Store, Counts: a.Store, Streets: a.streets(planning), Planner: planning, Planning: planning,
		Simulator: &service.Scenarios{Planning: planning},
		Catalog:   catalog, Declaring: &service.Declaring{Facts: a.Store, Roads: planning.Roads}, OrderStore: a.Store, Stock: a.Store,
		Sales: &salesTaker{app: a, one: slot{make(chan struct{}, 1)}}, Promising: &service.Promising{Catalog: catalog, Quotes: a.Store, Stock: a.Store, Plans: a.Store},
		Answers: a.Store, Webhooks: a.Webhooks, RoadStore: a.Store, CheckReceiver: a.sender().CheckURL,
		Authenticate: authenticate, Access: a.Access, Personal: a.Personal, Audit: a.Store, Journal: journal, Trace: a.tracer.Request, Backlog: a.Store,
		MaxQueueAge: a.Config.MaxQueueAge, Pool: a.Store.Pool, CallerPerMinute: a.Config.CallerRate, TenantPerMinute: a.Config.TenantRate,
		Tenant: Tenant, Version: a.Version, Wake: a.Runner.Wake, Ready: a.Ready,
		Console: console.Handler(), VROOM: a.vroom(planning).Handler(),
		LoopbackOnly: loopback(listener.Addr()), Log: a.Log, Patience: a.patience(),
	})
	var cert *certificate
	if a.Config.TLSCert != "" {
		cert, err = loadCertificate(a.Config.TLSCert, a.Config.TLSKey, func(err error) { a.Log.Warn("the certificate could not be read again", "error", err) })
		if err != nil {
			return err
		}
	}
	a.web = serve(listener, a.Server, cert, a.Log)
	a.onClose(func() error {
		a.Server.Drain()
		time.Sleep(a.Config.DrainDelay)
		a.Server.EndWaiting()
		ctx, cancel := context.WithTimeout(context.Background(), max(a.Config.Drain, time.Second))
		defer cancel()
		return a.web.stop(ctx)
	})
	return nil
}

// patience is how long a request waits for the store. A server that does not answer in two seconds is away; the one writer
// of a SQLite file may be busy for longer with an import.
func (a *App) patience() time.Duration {
	if a.Config.SQLite() {
		return 10 * time.Second
	}
	return 1900 * time.Millisecond
}

// Ready says whether requests can be served: the store answers. A lost Redis is no reason to refuse, since jobs wait in
// the store until it is back.
func (a *App) Ready(ctx context.Context) error { return a.Store.Ping(ctx) }

// ConsoleAddress is where people's browsers find the console, "" where this process or program has none.
func (a *App) ConsoleAddress() string {
	url, _ := a.Address()
	if url == "" || console.Handler() == nil {
		return ""
	}
	return url + console.Prefix
}

// Address is where the API answers, "" without one. Moved says that it is not the configured port.
func (a *App) Address() (url string, moved bool) {
	if a.web == nil {
		return "", false
	}
	scheme := "http"
	if a.web.secure {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s", scheme, a.web.listener.Addr()), a.moved
}
