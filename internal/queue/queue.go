// Package queue carries names of jobs from dispatchers to workers through asynq, over a real Redis or one inside the process.
//
// Takes service.QueueItems and gives their names to a handler, more urgent bands first. Method: three asynq queues in
// strict order; a task is "tenant/id" and nothing else, is never retried or kept, and is done whatever the handler did.
// Never: it is no truth; a name that Redis loses, repeats or holds back does no harm, since the store sends it again and
// gives each job to one worker only.
package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"quartermaster/internal/service"
)

var _ service.Queue = (*Queue)(nil)

// Options tune a Queue; the zero value is right for production.
type Options struct {
	Name string        // queues of different names do not meet; "" = quartermaster
	Poll time.Duration // pause between looks at empty queues, jittered by half; 0 = 50 ms
	Log  *slog.Logger  // nil = discard
}

// Queue is an open connection to Redis.
type Queue struct {
	options Options
	redis   redis.UniversalClient
	client  *asynq.Client
	inside  *miniredis.Miniredis // nil with a real Redis
	ticker  chan struct{}        // closed to stop the inner clock
	ticking sync.WaitGroup

	closeOnce sync.Once
	closeErr  error
}

// bands are asynq's queues by falling urgency: nine of them would cost nine round trips a look.
var bands = []string{"high", "normal", "low"}

func band(priority int) string {
	switch {
	case priority <= 3:
		return bands[0]
	case priority <= 6:
		return bands[1]
	}
	return bands[2]
}

// oneYear keeps asynq from ending a handler by its default limit of half an hour: limits are the runner's.
const oneYear = 365 * 24 * time.Hour

// Open makes a queue on a Redis at host:port or redis://user:password@host:port/db (rediss:// for TLS). The server need
// not answer yet.
func Open(address string, o Options) (*Queue, error) {
	options, err := redisOptions(address)
	if err != nil {
		return nil, err
	}
	return newQueue(redis.NewClient(options), o), nil
}

// OpenInside makes a queue on a Redis inside this process, reached through no port; it forgets everything at Close.
func OpenInside(o Options) (*Queue, error) {
	server := miniredis.NewMiniRedis()
	client := redis.NewClient(&redis.Options{
		Addr: "inside", Protocol: 2, DisableIdentity: true,
		Dialer: func(context.Context, string, string) (net.Conn, error) { return server.Dial() },
	})
	q := newQueue(client, o)
	q.inside, q.ticker = server, make(chan struct{})
	q.ticking.Go(q.tick)
	return q, nil
}

func redisOptions(address string) (*redis.Options, error) {
	options := &redis.Options{Addr: address}
	if strings.Contains(address, "://") {
		parsed, err := redis.ParseURL(address)
		if err != nil {
			return nil, fmt.Errorf("%w: Redis address: %w", service.ErrInvalid, withoutSecret(err))
		}
		options = parsed
	} else if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, fmt.Errorf("%w: Redis address %q is neither host:port nor redis://…", service.ErrInvalid, address)
	}
	options.DialTimeout = 2 * time.Second
	options.ReadTimeout = 3 * time.Second
	options.WriteTimeout = 3 * time.Second
	// asynq asks again at once when its server is gone; these pauses are all that slows it down.
	options.MinRetryBackoff = 100 * time.Millisecond
	options.MaxRetryBackoff = time.Second
	return options, nil
}

// withoutSecret drops the address, which may hold a password, from a parser's error.
func withoutSecret(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

func newQueue(client redis.UniversalClient, o Options) *Queue {
	if o.Name == "" {
		o.Name = "quartermaster"
	}
	if o.Poll <= 0 {
		o.Poll = 50 * time.Millisecond
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Queue{options: o, redis: client, client: asynq.NewClientFromRedisClient(client)}
}

// tick moves the inner server's clock, which else never forgets a key that has a time to live. (Its own option for that
// walks all keys at each access.)
func (q *Queue) tick() {
	clock := time.NewTicker(time.Second)
	defer clock.Stop()
	for {
		select {
		case <-q.ticker:
			return
		case <-clock.C:
			q.inside.FastForward(time.Second)
		}
	}
}

func (q *Queue) queueName(band string) string { return q.options.Name + "-" + band }

// Ping asks Redis for an answer.
func (q *Queue) Ping(ctx context.Context) error {
	if err := q.redis.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("reaching Redis: %w", err)
	}
	return nil
}

// Evicts names the policy by which Redis throws keys away when its memory is full; "" where it throws none away, or does not
// tell.
func (q *Queue) Evicts(ctx context.Context) string {
	if q.inside != nil {
		return ""
	}
	found, err := q.redis.ConfigGet(ctx, "maxmemory-policy").Result()
	if policy := found["maxmemory-policy"]; err == nil && policy != "noeviction" {
		return policy
	}
	return ""
}

// Close frees the connections and forgets what is inside the process. It may be called twice; Consume must have ended.
func (q *Queue) Close() error {
	q.closeOnce.Do(func() {
		q.closeErr = q.redis.Close()
		if q.inside != nil {
			close(q.ticker)
			q.ticking.Wait()
			q.inside.Close()
		}
	})
	return q.closeErr
}
