package server

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"quartermaster/internal/service"
)

// metrics is what /metrics shows: the requests of this process, its runtime, and the jobs of the whole installation.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	limited  *prometheus.CounterVec
	refused  prometheus.Counter
}

// MetricsOf answers /metrics in a process that has no API: its runtime, and the jobs of the whole installation.
func MetricsOf(jobs service.JobStore, pool func() service.PoolStats, log *slog.Logger) http.Handler {
	return newMetrics(jobs, pool, log).handler()
}

func newMetrics(jobs service.JobStore, pool func() service.PoolStats, log *slog.Logger) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quartermaster_http_requests_total", Help: "Requests answered by this process.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "quartermaster_http_request_seconds", Help: "Time until a request was answered.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 30},
		}, []string{"route"}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quartermaster_http_rate_limited_total", Help: "Requests refused since too much was asked in too little time, by whose limit.",
		}, []string{"limit"}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "quartermaster_jobs_refused_total", Help: "Requests for jobs refused since too many wait already.",
		}),
	}
	for _, limit := range []string{"caller", "tenant"} {
		m.limited.WithLabelValues(limit) // shown from the start, so that a first refusal is a rise
	}
	if pool != nil {
		m.registry.MustRegister(poolFigures(pool)...)
	}
	m.registry.MustRegister(m.requests, m.seconds, m.limited, m.refused, &jobFigures{jobs: jobs, log: log},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// request counts one answered request under its route, which has no ids in it, so that the labels stay few.
func (m *metrics) request(pattern string, status int, elapsed time.Duration) {
	route := pattern
	if route == "" {
		route = "unknown"
	}
	if status == 0 {
		status = http.StatusOK // net/http says so for an answer without a body
	}
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(strings.TrimSpace(route)).Observe(elapsed.Seconds())
}

// poolFigures show the store's connections.
func poolFigures(pool func() service.PoolStats) []prometheus.Collector {
	gauge := func(state string, value func(service.PoolStats) int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "quartermaster_store_connections", Help: "Connections of this process to the store, by state; max is how many there may be.",
			ConstLabels: prometheus.Labels{"state": state},
		}, func() float64 { return float64(value(pool())) })
	}
	return []prometheus.Collector{
		gauge("in_use", func(p service.PoolStats) int64 { return p.InUse }),
		gauge("idle", func(p service.PoolStats) int64 { return p.Idle }),
		gauge("max", func(p service.PoolStats) int64 { return p.Max }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "quartermaster_store_connection_waits_total", Help: "Calls that found no connection free.",
		}, func() float64 { return float64(pool().Waits) }),
	}
}

// jobFigures counts jobs in SQL, since the store alone knows the truth of all processes. Counting reads the whole table,
// so scrapes that come close together share one count, and a store that does not answer is not asked by each of them.
type jobFigures struct {
	jobs service.JobStore
	log  *slog.Logger

	mu    sync.Mutex
	at    time.Time
	stats service.JobStats
	err   error
}

// figuresAge is how old job figures may be.
const figuresAge = 5 * time.Second

// count gives figures that are fresh enough.
func (f *jobFigures) count() (service.JobStats, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.at.IsZero() && time.Since(f.at) < figuresAge {
		return f.stats, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if f.stats, f.err = f.jobs.JobStats(ctx, ""); f.err != nil {
		f.log.Warn("job figures could not be counted", "error", f.err)
	}
	f.at = time.Now()
	return f.stats, f.err
}

var (
	jobsDesc   = prometheus.NewDesc("quartermaster_jobs", "Jobs by kind and state, counted in the store.", []string{"kind", "state"}, nil)
	oldestDesc = prometheus.NewDesc("quartermaster_job_queue_age_seconds", "Age of the oldest job that could run now.", nil, nil)
	workDesc   = prometheus.NewDesc("quartermaster_job_work_seconds", "Work that waits or is under way: jobs by the mean time that those of their kind took; a second each where none has ended yet.", []string{"kind"}, nil)
	upDesc     = prometheus.NewDesc("quartermaster_store_up", "1 when the store answered this scrape.", nil, nil)
)

// Describe is part of prometheus.Collector.
func (f *jobFigures) Describe(ch chan<- *prometheus.Desc) {
	ch <- jobsDesc
	ch <- oldestDesc
	ch <- workDesc
	ch <- upDesc
}

// Collect is part of prometheus.Collector.
func (f *jobFigures) Collect(ch chan<- prometheus.Metric) {
	stats, err := f.count()
	if err != nil {
		ch <- prometheus.MustNewConstMetric(upDesc, prometheus.GaugeValue, 0)
		return
	}
	ch <- prometheus.MustNewConstMetric(upDesc, prometheus.GaugeValue, 1)
	for _, c := range stats.Counts {
		ch <- prometheus.MustNewConstMetric(jobsDesc, prometheus.GaugeValue, float64(c.Count), c.Kind, string(c.State))
	}
	for kind, sec := range workSeconds(stats.Counts) {
		ch <- prometheus.MustNewConstMetric(workDesc, prometheus.GaugeValue, sec, kind)
	}
	ch <- prometheus.MustNewConstMetric(oldestDesc, prometheus.GaugeValue, float64(stats.OldestQueueUs)/1e6)
}

// workSeconds estimates the work of queued and running jobs by kind.
func workSeconds(counts []service.JobCount) map[string]float64 {
	open, mean := map[string]float64{}, map[string]float64{}
	for _, c := range counts {
		open[c.Kind] += 0
		switch c.State {
		case service.StateQueued, service.StateRunning:
			open[c.Kind] += float64(c.Count)
		case service.StateDone:
			mean[c.Kind] = float64(c.MeanUs) / 1e6
		}
	}
	for kind := range open {
		if mean[kind] > 0 {
			open[kind] *= mean[kind]
		}
	}
	return open
}
