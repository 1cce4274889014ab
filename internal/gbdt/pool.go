package gbdt

import (
	"runtime"
	"sync/atomic"
)

// spins is how often a goroutine without a task looks for the next before it sleeps, some hundred microseconds: a tree asks
// for a dozen loops within a millisecond, and waking a sleeper costs as much as many a loop takes.
const spins = 40_000

// pool runs loops over task numbers on a fixed number of goroutines, the caller's among them. Which of them runs a task is
// left to chance; tasks write to places of their own, so that the outcome is not.
type pool struct {
	// open is the range of tasks that nobody has taken: the first above the one behind the last. The caller takes from the
	// end and the hands from the front, so that in loop after loop the same rows stay in the same core's cache.
	open   atomic.Uint64
	left   atomic.Int64 // tasks of the loop that are not done
	task   func(i int)
	hands  []hand
	closed atomic.Bool
}

// hand is one of the pool's own goroutines.
type hand struct {
	asleep atomic.Bool
	wake   chan struct{}
	_      [48]byte // two of them share no line of the cache
}

func newPool(workers int) *pool {
	p := &pool{hands: make([]hand, workers-1)}
	for i := range p.hands {
		p.hands[i].wake = make(chan struct{}, 1)
		go p.serve(&p.hands[i])
	}
	return p
}

// serve works off loops until the pool stops.
func (p *pool) serve(h *hand) {
	for idle := 0; !p.closed.Load(); idle++ {
		if p.work(true) {
			idle = 0
		}
		if idle < spins {
			continue
		}
		idle = 0
		h.asleep.Store(true)
		if (p.any() || p.closed.Load()) && h.asleep.CompareAndSwap(true, false) {
			continue
		}
		<-h.wake
	}
}

func (p *pool) any() bool {
	s := p.open.Load()
	return uint32(s>>32) < uint32(s)
}

// work takes tasks while there are any, and says whether it had one.
func (p *pool) work(front bool) (took bool) {
	for {
		s := p.open.Load()
		first, end := uint32(s>>32), uint32(s)
		if first >= end {
			return took
		}
		task := end - 1
		rest := uint64(first)<<32 | uint64(task)
		if front {
			task, rest = first, uint64(first+1)<<32|uint64(end)
		}
		if !p.open.CompareAndSwap(s, rest) {
			continue
		}
		p.task(int(task))
		p.left.Add(-1)
		took = true
	}
}

// run calls task for 0…n−1 and returns when all are done.
func (p *pool) run(n int, task func(i int)) {
	if n <= 1 || len(p.hands) == 0 {
		for i := range n {
			task(i)
		}
		return
	}
	p.task = task
	p.left.Store(int64(n))
	p.open.Store(uint64(n))
	p.rouse()
	p.work(false)
	for i := 1; p.left.Load() > 0; i++ {
		if i%spins == 0 {
			runtime.Gosched()
		}
	}
}

func (p *pool) rouse() {
	for i := range p.hands {
		if h := &p.hands[i]; h.asleep.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
}

func (p *pool) stop() {
	p.closed.Store(true)
	p.rouse()
}
