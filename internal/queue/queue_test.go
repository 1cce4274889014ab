package queue

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"go.uber.org/goleak"

	"quartermaster/internal/service"
	"quartermaster/internal/store/storetest"
)

// eachQueue runs one conformance test on the inner Redis and on a real one, under names of its own.
func eachQueue(t *testing.T, test func(t *testing.T, q *Queue)) {
	t.Parallel()
	t.Run("inside", func(t *testing.T) {
		t.Parallel()
		q, err := OpenInside(Options{Poll: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		test(t, closing(t, q))
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		q, err := Open(storetest.Address(t, "QUARTERMASTER_TEST_REDIS"), Options{Name: "test" + ulid.Make().String(), Poll: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		test(t, closing(t, q))
	})
}

func closing(t *testing.T, q *Queue) *Queue {
	t.Helper()
	t.Cleanup(func() {
		for range 2 { // twice is no error
			if err := q.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return q
}

func item(i, priority int) service.QueueItem {
	return service.QueueItem{Ref: service.Ref{Tenant: "a/b", ID: fmt.Sprint(i)}, Priority: priority}
}

// consume runs Consume until the test stops it; stop waits for its end.
func consume(t *testing.T, q *Queue, concurrency int, handle func(service.Ref)) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		if err := q.Consume(ctx, concurrency, handle); err != nil {
			t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); group.Wait() })
	t.Cleanup(stop)
	return stop
}

// receive fails the test when nothing comes: the limit is there to end it, not to measure.
func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// Waiting counts names of all bands until a handler has them.
func TestWaiting(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *Queue) {
		const names = 9
		items := make([]service.QueueItem, names)
		for i := range items {
			items[i] = item(i, i+1)
		}
		if err := q.Push(t.Context(), items); err != nil {
			t.Fatal(err)
		}
		if n, err := q.Waiting(t.Context()); n != names || err != nil {
			t.Errorf("%d names wait, %v; want %d", n, err, names)
		}
		got := make(chan service.Ref, names)
		stop := consume(t, q, 2, func(ref service.Ref) { got <- ref })
		for range names {
			receive(t, got)
		}
		stop()
		if n, err := q.Waiting(t.Context()); n != 0 || err != nil {
			t.Errorf("%d names wait, %v; want none", n, err)
		}
	})
}

// All names arrive, as they were, never more of them at a time than asked for; Consume ends only after its last call.
func TestAllArrive(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *Queue) {
		const names, concurrency = 60, 4
		items := make([]service.QueueItem, names)
		for i := range items {
			items[i] = item(i, 1+i%9)
		}
		var at, most atomic.Int32
		got := make(chan service.Ref, names)
		stop := consume(t, q, concurrency, func(ref service.Ref) {
			now := at.Add(1)
			for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
			}
			got <- ref
			at.Add(-1)
		})
		if err := q.Push(t.Context(), items); err != nil {
			t.Fatal(err)
		}
		left := map[service.Ref]bool{}
		for _, it := range items {
			left[it.Ref] = true
		}
		for range items {
			ref := receive(t, got)
			if !left[ref] {
				t.Errorf("%s came without being due", ref)
			}
			delete(left, ref)
		}
		stop()
		if at.Load() != 0 || most.Load() > concurrency {
			t.Errorf("%d calls under way after the end, %d at most", at.Load(), most.Load())
		}
	})
}

// More urgent bands go first, whatever came first.
func TestBands(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *Queue) {
		if err := q.Push(t.Context(), []service.QueueItem{item(7, 9), item(8, 8), item(4, 6), item(5, 5), item(1, 3), item(2, 1)}); err != nil {
			t.Fatal(err)
		}
		got := make(chan service.Ref, 6)
		consume(t, q, 1, func(ref service.Ref) { got <- ref })
		for i := range 6 {
			id := receive(t, got).ID
			if want := []string{"12", "12", "45", "45", "78", "78"}[i]; id != want[:1] && id != want[1:] {
				t.Errorf("place %d: %s, want one of %s", i, id, want)
			}
		}
	})
}

// A handler that panics takes no process down and its name does not come again.
func TestPanickingHandler(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *Queue) {
		got := make(chan service.Ref, 2)
		consume(t, q, 1, func(ref service.Ref) {
			got <- ref
			if ref.ID == "1" {
				panic("on purpose")
			}
		})
		for i := 1; i <= 2; i++ {
			if err := q.Push(t.Context(), []service.QueueItem{item(i, 5)}); err != nil {
				t.Fatal(err)
			}
			if ref := receive(t, got); ref.ID != fmt.Sprint(i) {
				t.Errorf("got %s, want %d", ref, i)
			}
		}
	})
}

// A server that forgets everything takes names again at once, and the consumer goes on.
func TestFlushed(t *testing.T) {
	eachQueue(t, func(t *testing.T, q *Queue) {
		got := make(chan service.Ref, 10)
		consume(t, q, 2, func(ref service.Ref) { got <- ref })
		if err := q.Push(t.Context(), []service.QueueItem{item(1, 5)}); err != nil {
			t.Fatal(err)
		}
		receive(t, got)
		forget(t, q)
		if err := q.Push(t.Context(), []service.QueueItem{item(2, 5)}); err != nil {
			t.Fatal(err)
		}
		if ref := receive(t, got); ref.ID != "2" {
			t.Errorf("got %s", ref)
		}
	})
}

// forget removes all keys of this queue, as FLUSHALL would, sparing the neighbours' on a shared server.
func forget(t *testing.T, q *Queue) {
	t.Helper()
	if q.inside != nil {
		q.inside.FlushAll()
		return
	}
	keys, err := q.redis.Keys(t.Context(), "*{"+q.options.Name+"*").Result()
	if err == nil && len(keys) > 0 {
		err = q.redis.Del(t.Context(), keys...).Err()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A server that is not there refuses names with an error and within the caller's time; opening does not need it.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	q, err := Open("127.0.0.1:1", Options{})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, q)
	if err := q.Push(t.Context(), []service.QueueItem{item(1, 5), item(2, 5)}); err == nil {
		t.Error("names were handed to nobody")
	}
	if err := q.Ping(t.Context()); err == nil {
		t.Error("nobody answered a ping")
	}
	consume(t, q, 1, func(service.Ref) { t.Error("a name came from nobody") })()
}

// Addresses that name no server are refused, and passwords do not stand in the refusal.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "host-without-port", "http://h:1", "redis://:se\x00cret@h:1/0", "redis://:secret@h:1/notanumber"} {
		if _, err := Open(address, Options{}); err == nil {
			t.Errorf("Open(%q) made a queue", address)
		} else if s := err.Error(); len(address) > 20 && strings.Contains(s, "cret@") {
			t.Errorf("the password stands in %q", s)
		}
	}
}

// Names survive the way through a string, whatever the tenant is called.
func FuzzRef(f *testing.F) {
	f.Add("acme", "01H")
	f.Add("a/b", "x")
	f.Fuzz(func(t *testing.T, tenant, id string) {
		ref := service.Ref{Tenant: tenant, ID: id}
		back, err := service.ParseRef(ref.String())
		if id != "" && !strings.Contains(id, "/") && (err != nil || back != ref) {
			t.Errorf("%q became %q, %v", ref, back, err)
		}
	})
}

// Everything that was started has ended after Close, but for a dialler of go-redis that looks up once a second.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

func Example() {
	q, err := OpenInside(Options{Poll: time.Millisecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = q.Close() }()
	ctx, stop := context.WithCancel(context.Background())
	err = q.Push(ctx, []service.QueueItem{{Ref: service.Ref{Tenant: "acme", ID: "01JOB"}, Priority: 5}})
	fmt.Println(err)
	err = q.Consume(ctx, 1, func(ref service.Ref) {
		fmt.Println(ref)
		stop()
	})
	fmt.Println(err)
	// Output:
	// <nil>
	// acme/01JOB
	// <nil>
}
