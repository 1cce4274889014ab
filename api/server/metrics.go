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
}

func newMetrics(jobs service.JobStore, log *slog.Logger) *metrics {
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
	}
	m.registry.MustRegister(m.requests, m.seconds, m.limited, &jobFigures{jobs: jobs, log: log},
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
	upDesc     = prometheus.NewDesc("quartermaster_store_up", "1 when the store answered this scrape.", nil, nil)
)

// Describe is part of prometheus.Collector.
func (f *jobFigures) Describe(ch chan<- *prometheus.Desc) {
	ch <- jobsDesc
	ch <- oldestDesc
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
	ch <- prometheus.MustNewConstMetric(oldestDesc, prometheus.GaugeValue, float64(stats.OldestQueueUs)/1e6)
}
