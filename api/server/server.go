// Package server answers over HTTP in the words of package api.
//
// Takes the stores and use cases it is given and gives one http.Handler with the OpenAPI 3.1 description of itself.
// Method: huma on the standard mux; every request has an id, a size limit and an entry in the metrics; every error is
// problem+json. Never: it plans nothing, keeps nothing between requests but job figures a few seconds old, and knows no other door.
// Who asks is found once, before anything else (access.go); each operation says the scope it needs, and its handler asks for
// the tenant of whoever asks.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"quartermaster/internal/service"
)

// Planner queues plans; *service.Planning is one.
type Planner interface {
	// Request queues a plan. The same key and request give the job that is there already, with created false. The
	// finished plan has the job's id.
	Request(ctx context.Context, tenant string, r service.PlanRequest, idempotencyKey string, priority int) (job service.Job, created bool, err error)
}

// OrderBook tells when orders were placed; every service.FactStore is one.
type OrderBook interface {
	// NewestOrder tells when the last order was placed; ok is false where there is none.
	NewestOrder(ctx context.Context, tenant string) (placedUs int64, ok bool, err error)
}

// Options are what the server stands on. All stores are needed.
type Options struct {
	Jobs      service.JobStore
	Plans     service.PlanStore
	Tasks     service.TaskStore
	Planner   Planner
	Simulator Simulator
	Orders    OrderBook
	// Planning is what operations look at facts and streets with.
	Planning *service.Planning
	Counts   TaskCounter
	// Streets gives what maps are drawn from, without a Base where there are none; no function = those of Planning.
	Streets func(ctx context.Context) (*service.Streets, error)
	// Console is served below /console/ to people's browsers; nil = this program carries none.
	Console http.Handler
	// VROOM answers clients of VROOM at POST /vroom; nil = this program does not.
	VROOM http.Handler

	// The facts one by one.
	Catalog    *service.Catalog
	Declaring  *service.Declaring
	OrderStore service.OrderStore
	Stock      service.StockStore
	Sales      SalesTaker
	Promising  *service.Promising
	Answers    service.AnswerStore
	Webhooks   service.WebhookStore
	RoadStore  service.RoadStore
	// CheckReceiver says why nothing may be sent to a URL; nil = nothing is looked at before it is dialled.
	CheckReceiver func(url string) error

	// Authenticate tells whose token this is, or service.ErrUnauthenticated; nil = authentication is off, and whoever
	// reaches the address may do everything in Tenant.
	Authenticate func(ctx context.Context, token string) (service.Principal, error)
	Access       *service.Access // keys
	Personal     *service.Personal
	Audit        service.AuditStore
	Journal      Journal // nil = no journal is kept
	// Requests a minute that this process answers to one caller and to one tenant; 0 = any number. They hold where
	// authentication is on.
	CallerPerMinute, TenantPerMinute int

	Tenant      string                   // whose facts and plans these are where authentication is off
	Zone        *time.Location           // of the business, for times that a plan counts from local midnight; nil = UTC
	Version     string                   // of the program
	Backlog     Backlog                  // how long jobs wait; nil = nobody is refused for it
	MaxQueueAge time.Duration            // of a tenant's oldest job that could run: beyond it its new ones are refused; 0 = never
	Pool        func() service.PoolStats // of the store; nil = not shown
	// Trace is told of each request: it gives the context to answer under, and what to call with route and status at its end.
	// nil = nobody is told.
	Trace func(ctx context.Context, method string, header http.Header) (context.Context, func(route string, status int))
	// Ready says whether requests can be served now: nil, or why not.
	Ready func(ctx context.Context) error
	// Patience is how long a request waits for the store, in all, before it is answered 503; 0 = 10 s.
	Patience time.Duration
	// Wake is called after a job was submitted; nil = nobody needs to know.
	Wake func()
	// LoopbackOnly refuses requests that name another host than this machine, which stops web pages that try to reach
	// the service through a name of their own (DNS rebinding).
	LoopbackOnly bool
	Log          *slog.Logger // nil = slog.Default
}

// Server is the HTTP API.
type Server struct {
	options  Options
	log      *slog.Logger
	api      huma.API
	handler  http.Handler
	metrics  *metrics
	rates    []*rate
	pressure pressure
	draining atomic.Bool
	tasks    *bell // rung when a task may have become free
	closing  chan struct{}
	books    tileBook
	lines    recentLines

	replayed map[string]replayable // by method and path
}

// New makes the handler. It starts nothing.
func New(o Options) *Server {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Wake == nil {
		o.Wake = func() {}
	}
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
	s := &Server{options: o, log: o.Log, tasks: newBell(), closing: make(chan struct{}), replayed: map[string]replayable{}}
	mux := http.NewServeMux()
	s.api = humago.New(mux, description(o.Version))
	s.pressure.backlog, s.pressure.limit = o.Backlog, o.MaxQueueAge
	s.api.UseMiddleware(s.guardOperation, s.relieve)
	s.metrics = newMetrics(o.Jobs, o.Pool, s.log)
	s.rates = newRates(o)
	s.registerPlans()
	s.registerScenarios()
	s.registerJobs()
	s.registerTasks()
	s.registerItemForecast()
	s.registerForecastHistory()
	s.registerDeclared()
	s.registerOrders()
	s.registerStock()
	s.registerSales()
	s.registerRoads()
	s.registerQuotes()
	s.registerWebhooks()
	s.registerEvents()
	for _, o := range offered {
		o.mount(s)
	}
	s.registerKeys()
	s.registerPersonal()
	s.registerViews()
	s.registerPlain(mux)
	s.handler = s.wrap(mux)
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Drain makes /readyz say no while everything is answered as before, so that a balancer turns away before the end; answers
// ask their connections to be closed.
func (s *Server) Drain() { s.draining.Store(true) }

// MetricsHandler answers /metrics, for an address that only the monitoring reaches.
func (s *Server) MetricsHandler() http.Handler { return s.metrics.handler() }

// EndWaiting makes requests that wait for work or results answer at once, so that a shutdown need not wait for them. It
// may be called once.
func (s *Server) EndWaiting() { close(s.closing) }

// Registerer is where others may add their own metrics.
func (s *Server) Registerer() prometheus.Registerer { return s.metrics.registry }

func description(version string) huma.Config {
	c := huma.DefaultConfig("Quartermaster", version)
	c.Info.Description = "Plans a goods business from end to end. Long work is a job: asking for it answers 202 with the " +
		"place where the result will be. Errors are problem+json (RFC 9457). Each operation needs one scope, which an API key or a " +
		"token of the trusted OpenID Connect issuer must hold; the scope admin includes all others. A service that only its own " +
		"machine can reach may run without."
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		securityKey:  {Type: "http", Scheme: "bearer", Description: "An API key, as in: Authorization: Bearer qm_…"},
		securityOIDC: {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "A token of the OpenID Connect issuer that the installation trusts."},
	}
	c.CreateHooks = nil // no $schema links inside the answers
	c.DocsPath = ""     // the built-in page loads its script from elsewhere; ours needs nothing
	c.SchemasPath = ""
	c.RejectUnknownQueryParameters = true
	c.OnAddOperation = append(c.OnAddOperation, describeBodies)
	return c
}

// page cuts a list that was asked for with one more than limit, and says whether there is more.
func page[T any](all []T, limit int) (items []T, more bool) {
	return all[:min(len(all), limit)], len(all) > limit
}

// timeOf turns microseconds since 1970 into a time in the business's zone.
func (s *Server) timeOf(us int64) time.Time { return time.UnixMicro(us).In(s.options.Zone) }

// timeIfSet is timeOf where 0 means not yet.
func (s *Server) timeIfSet(us int64) *time.Time {
	if us == 0 {
		return nil
	}
	t := s.timeOf(us)
	return &t
}

// localTime turns seconds of local time since 1970-01-01 00:00 into the time that the business's clocks then show.
func (s *Server) localTime(sec int64) time.Time {
	t := time.Unix(sec, 0).UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, s.options.Zone)
}
