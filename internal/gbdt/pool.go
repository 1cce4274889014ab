package gbdt

import (
	"sync"
	"sync/atomic"
)

// pool runs loops over task numbers on a fixed number of goroutines, the caller's among them. Which of them runs a task is
// left to chance; tasks write to places of their own, so that the outcome is not.
type pool struct {
	start []chan struct{}
	done  sync.WaitGroup
	next  atomic.Int64
	n     int
	task  func(i int)
}

func newPool(workers int) *pool {
	p := &pool{start: make([]chan struct{}, workers-1)}
	for i := range p.start {
		p.start[i] = make(chan struct{}, 1)
		go func() {
			for range p.start[i] {
				p.work()
				p.done.Done()
			}
		}()
	}
	return p
}

func (p *pool) work() {
	for {
		i := int(p.next.Add(1)) - 1
		if i >= p.n {
			return
		}
		p.task(i)
	}
}

// run calls task for 0…n−1 and returns when all are done.
func (p *pool) run(n int, task func(i int)) {
	if n <= 1 || len(p.start) == 0 {
		for i := range n {
			task(i)
		}
		return
	}
	p.n, p.task = n, task
	p.next.Store(0)
	p.done.Add(len(p.start))
	for _, c := range p.start {
		c <- struct{}{}
	}
	p.work()
	p.done.Wait()
}

func (p *pool) stop() {
	for _, c := range p.start {
		close(c)
	}
}
