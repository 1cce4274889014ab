package gbdt

import (
	"sync/atomic"
	"testing"
	"time"
)

// Every task of every loop is done once, whether the goroutines are at hand or fell asleep before it, and none is left behind.
func TestPoolDoesEveryTaskOnce(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 2, 5} {
		p := newPool(workers)
		for loop := range 400 {
			if loop%100 == 99 {
				time.Sleep(2 * time.Millisecond) // long enough for all to fall asleep
			}
			done := make([]atomic.Int32, loop%7*loop%41)
			p.run(len(done), func(i int) { done[i].Add(1) })
			for i := range done {
				if n := done[i].Load(); n != 1 {
					t.Fatalf("%d workers, loop %d: task %d of %d was done %d times", workers, loop, i, len(done), n)
				}
			}
		}
		p.stop()
	}
}
