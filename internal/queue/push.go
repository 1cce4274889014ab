package queue

import (
	"context"
	"fmt"
	"sync"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"quartermaster/internal/service"
)

// taskType is the one type of task: what a job is, the store knows.
const taskType = "job"

// pushers is how many names are on their way to Redis at a time; each takes one round trip.
const pushers = 8

// Push hands names over, in bands by priority. Within a band the order is roughly that of items. After the first error
// no further name is sent.
func (q *Queue) Push(ctx context.Context, items []service.QueueItem) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan service.QueueItem)
	var workers sync.WaitGroup
	for range min(pushers, len(items)) {
		workers.Go(func() {
			for it := range next {
				if err := q.pushOne(ctx, it); err != nil {
					cancel(err)
				}
			}
		})
	}
feed:
	for _, it := range items {
		select {
		case next <- it:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("handing jobs to the queue: %w", err)
	}
	return nil
}

// Waiting counts names in all bands that no handler has.
func (q *Queue) Waiting(ctx context.Context) (int, error) {
	counts := make([]*redis.IntCmd, len(bands))
	_, err := q.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, b := range bands {
			// asynq's own list of a queue; its inspector reads every group and samples memory for the same number.
			counts[i] = p.LLen(ctx, "asynq:{"+q.queueName(b)+"}:pending")
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("counting names in the queue: %w", err)
	}
	total := 0
	for _, c := range counts {
		total += int(c.Val())
	}
	return total, nil
}

// pushOne sends one name under an id of asynq's own: under the job's id, a task that Redis holds for lost would keep out
// every later one.
func (q *Queue) pushOne(ctx context.Context, it service.QueueItem) error {
	task := asynq.NewTask(taskType, []byte(it.Ref.String()))
	_, err := q.client.EnqueueContext(ctx, task, asynq.Queue(q.queueName(band(it.Priority))), asynq.MaxRetry(0), asynq.Timeout(oneYear))
	return err
}
