package queue

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/hibiken/asynq"

	"quartermaster/internal/service"
)

// Consume gives names to handle until ctx ends, then waits for the calls under way.
func (q *Queue) Consume(ctx context.Context, concurrency int, handle func(ref service.Ref)) error {
	queues := map[string]int{}
	for i, b := range bands {
		queues[q.queueName(b)] = len(bands) - i
	}
	server := asynq.NewServerFromRedisClient(q.redis, asynq.Config{
		Concurrency:       concurrency,
		Queues:            queues,
		StrictPriority:    true,
		TaskCheckInterval: q.options.Poll,
		// A call under way ends when its own caller says so; asynq's limit would leave it running beside its successor.
		ShutdownTimeout: oneYear,
		Logger:          logger{q.options.Log},
		LogLevel:        asynq.WarnLevel,
	})
	if err := server.Start(q.handler(handle)); err != nil {
		return fmt.Errorf("starting to take jobs from the queue: %w", err)
	}
	<-ctx.Done()
	server.Stop()
	server.Shutdown()
	return nil
}

// handler always says that the task is done: its fate is in the store, and asynq must neither retry nor archive it. It
// does not pass on asynq's context, which ends when Redis is out of reach; the job's lease is the store's.
func (q *Queue) handler(handle func(ref service.Ref)) asynq.Handler {
	return asynq.HandlerFunc(func(_ context.Context, task *asynq.Task) error {
		ref, err := service.ParseRef(string(task.Payload()))
		if err != nil {
			q.options.Log.Error("a task in the queue is not ours and was dropped", "error", err)
			return nil
		}
		handle(ref)
		return nil
	})
}

// logger brings asynq's lines into slog, one level down: what Redis does to them harms no job.
type logger struct{ log *slog.Logger }

func (l logger) Debug(args ...any) { l.log.Debug("queue: " + fmt.Sprint(args...)) }
func (l logger) Info(args ...any)  { l.log.Debug("queue: " + fmt.Sprint(args...)) }
func (l logger) Warn(args ...any)  { l.log.Info("queue: " + fmt.Sprint(args...)) }
func (l logger) Error(args ...any) { l.log.Warn("queue: " + fmt.Sprint(args...)) }

// Fatal is what asynq says before it would end a process; ours lives on, since SQL holds all that counts.
func (l logger) Fatal(args ...any) { l.log.Error("queue: " + fmt.Sprint(args...)) }
