package server

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// rate is a token bucket (Turner, IEEE Communications Magazine 24(10), 1986): it fills at perMinute and holds what flows in
// within window.
type rate struct {
	name      string
	perMinute int
	key       func(p service.Principal) string

	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	left float64
	at   time.Time
}

// window is how much of a minute's allowance may be used at once.
const window = 10 * time.Second

// maxBuckets bounds those kept; full ones are worth nothing and go first.
const maxBuckets = 10_000

func (l *rate) burst() float64 { return math.Max(1, float64(l.perMinute)*window.Minutes()) }

// take uses one token; where there is none, wait says when there will be.
func (l *rate) take(who string, now time.Time) (left float64, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[who]
	if b == nil {
		if len(l.buckets) >= maxBuckets {
			l.sweep(now)
		}
		b = &bucket{left: l.burst(), at: now}
		l.buckets[who] = b
	}
	b.left = l.filled(b, now)
	b.at = now
	if b.left < 1 {
		return 0, time.Duration((1 - b.left) / float64(l.perMinute) * float64(time.Minute))
	}
	b.left--
	return b.left, 0
}

func (l *rate) filled(b *bucket, now time.Time) float64 {
	return math.Min(l.burst(), b.left+now.Sub(b.at).Minutes()*float64(l.perMinute))
}

// sweep drops full buckets, or all where none is full.
func (l *rate) sweep(now time.Time) {
	for who, b := range l.buckets {
		if l.filled(b, now) >= l.burst() {
			delete(l.buckets, who)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}

// newRates are the limits that callers are held to, each of this process.
func newRates(o Options) []*rate {
	var out []*rate
	add := func(name string, perMinute int, key func(service.Principal) string) {
		if perMinute > 0 {
			out = append(out, &rate{name: name, perMinute: perMinute, key: key, buckets: map[string]*bucket{}})
		}
	}
	add("caller", o.CallerPerMinute, func(p service.Principal) string { return p.Tenant + " " + p.Name })
	add("tenant", o.TenantPerMinute, func(p service.Principal) string { return p.Tenant })
	return out
}

// limit holds callers to their rates and tells them where they stand (RFC 9110 Retry-After; IETF draft "RateLimit header
// fields for HTTP"). Health and the description are open to all and cost nothing.
func (s *Server) limit(next http.Handler) http.Handler {
	if len(s.rates) == 0 || s.options.Authenticate == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, known := service.PrincipalOf(r.Context())
		if !known {
			next.ServeHTTP(w, r)
			return
		}
		now := time.Now()
		for _, l := range s.rates {
			left, wait := l.take(l.key(p), now)
			sec := int(math.Ceil(wait.Seconds()))
			w.Header().Add("RateLimit-Policy", fmt.Sprintf(`"%s";q=%d;w=%d`, l.name, int(l.burst()), int(window.Seconds())))
			w.Header().Add("RateLimit", fmt.Sprintf(`"%s";r=%d;t=%d`, l.name, int(left), sec))
			if wait > 0 {
				s.metrics.limited.WithLabelValues(l.name).Inc()
				w.Header().Set("Retry-After", strconv.Itoa(max(sec, 1)))
				writeProblem(w, newProblem(http.StatusTooManyRequests, api.CodeRateLimited,
					fmt.Sprintf("more than %d requests a minute of one %s; go on in %d s", l.perMinute, l.name, max(sec, 1))))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
