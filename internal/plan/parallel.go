package plan

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// each runs do(i) for 0 ≤ i < n on at most limit goroutines (0 = one per processor). Results belong in slots of index
// i, so that the order of finishing cannot reach the answer. It returns the error of the lowest index.
func each(ctx context.Context, n, limit int, do func(ctx context.Context, i int) error) error {
	errs := make([]error, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers(limit), n) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if errs[i] = ctx.Err(); errs[i] == nil {
					errs[i] = do(ctx, i)
				}
			}
		}()
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// workers is how many goroutines Options.Workers stands for.
func workers(limit int) int {
	if limit <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return limit
}
