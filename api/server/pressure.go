package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
)

// Backlog tells how long work waits; *store.Store is one.
type Backlog interface {
	// QueueAge is how long a tenant's oldest job that could run waits, microseconds, and how many could run.
	QueueAge(ctx context.Context, tenant string) (ageUs, waiting int64, err error)
}

// pressure refuses new jobs of a tenant whose old ones wait for too long: a caller that is told now can wait or turn away,
// one that is taken waits for an answer that comes too late.
type pressure struct {
	backlog Backlog
	limit   time.Duration

	mu   sync.Mutex
	seen map[string]backlogSeen
}

type backlogSeen struct {
	at      time.Time
	age     time.Duration
	waiting int64
}

// backlogAge is how old a look at the queue may be.
const backlogAge = 2 * time.Second

// over tells how long and how much waits where it is too long. A queue that cannot be looked at refuses nobody: the store's
// own answer will.
func (p *pressure) over(ctx context.Context, tenant string) (backlogSeen, bool) {
	if p.backlog == nil || p.limit <= 0 {
		return backlogSeen{}, false
	}
	p.mu.Lock()
	seen, ok := p.seen[tenant]
	p.mu.Unlock()
	if !ok || time.Since(seen.at) > backlogAge {
		ageUs, waiting, err := p.backlog.QueueAge(ctx, tenant)
		if err != nil {
			return backlogSeen{}, false
		}
		seen = backlogSeen{time.Now(), time.Duration(ageUs) * time.Microsecond, waiting}
		p.mu.Lock()
		if p.seen == nil || len(p.seen) >= maxBuckets {
			p.seen = map[string]backlogSeen{}
		}
		p.seen[tenant] = seen
		p.mu.Unlock()
	}
	return seen, seen.age > p.limit
}

// relieve refuses operations that make jobs while too much waits.
func (s *Server) relieve(ctx huma.Context, next func(huma.Context)) {
	if ctx.Operation().DefaultStatus != http.StatusAccepted {
		next(ctx)
		return
	}
	look, cancel := s.patient(ctx.Context())
	seen, over := s.pressure.over(look, s.tenant(ctx.Context()))
	cancel()
	if !over {
		next(ctx)
		return
	}
	pause := min(max(int(seen.age/time.Second)/10, 5), 60)
	p := newProblem(http.StatusServiceUnavailable, api.CodeBusy, fmt.Sprintf(
		"%d jobs wait, the oldest for %s: no new ones are taken until the oldest waits less than %s", seen.waiting, seen.age.Round(time.Second), s.pressure.limit))
	s.metrics.refused.Inc()
	ctx.SetHeader("Content-Type", api.ProblemMediaType)
	ctx.SetHeader("Retry-After", strconv.Itoa(pause))
	ctx.SetStatus(p.Status)
	encodeProblem(ctx.BodyWriter(), p)
}
