package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"quartermaster/api"
	"quartermaster/api/client"
	"quartermaster/internal/app"
	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/internal/service"
)

// The floor that the tasks bench works on.
const (
	floorSite   = "bench-floor"
	floorTasks  = 60_000
	killTasks   = 4_000
	controllers = 50
	serverKills = 50
)

// taskRates are the requests a second that are asked, one after the other: an ordinary floor's, and that of the figures.
var taskRates = []float64{500, 2_000}

// Tasks is the bench of the floor: controllers lease tasks and complete them, at a rate; then the server is killed again and
// again while they do.
func Tasks() bench.Bench {
	return bench.Bench{
		Name:    "tasks",
		Summary: "50 controllers lease and complete warehouse tasks at 500 and at 2,000 requests a second, then while the server is killed 50 times.",
		Data:    "a folder is not looked at: the tasks are made",
		Figures: []bench.Figure{
			{Key: "per_s", Meaning: "lease and complete requests answered a second of 2,000 asked, SQLite pair"},
			{Key: "p99_ms", Meaning: "99th percentile of a request from when it was due, milliseconds, SQLite pair, 2,000 asked"},
			{Key: "doubled", Meaning: "tasks that two controllers were told they completed, both pairs, over the kills"},
			{Key: "lost", Meaning: "tasks told completed that are not, or that nobody could complete, both pairs, over the kills"},
		},
		Run: runTasks,
	}
}

func runTasks(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	out := bench.Outcome{Figures: map[string]float64{}}
	err := withPairs(ctx, opts, func(a *app.App) error { return floorPlan(ctx, a, floorTasks) }, func(p *pairUnder) error {
		f := &floorLoad{c: rawClient(p.url), leased: make(chan api.LeasedTask, floorTasks)}
		for _, rate := range taskRates {
			got := load(ctx, rate, 2*time.Second, min(max(opts.Budget/8, 3*time.Second), 20*time.Second), opts.Seed, f.ask)
			row := bench.Row{Instance: fmt.Sprintf("%s, %g/s", p.name, rate)}.With("per_s", got.perSec()).With("requests", len(got.took)).With("p50_ms", got.ms(0.5, -1)).
				With("p99_ms", got.ms(0.99, -1)).With("lease_p99_ms", got.ms(0.99, 0)).With("complete_p99_ms", got.ms(0.99, 1)).With("max_ms", got.ms(1, -1)).With("errors", got.errors)
			if got.first != nil {
				row = row.With("first_error", short(got.first))
			}
			out.Rows = append(out.Rows, row)
			if p.name == "sqlite+inside" {
				out.Figures["per_s"], out.Figures["p99_ms"] = got.perSec(), got.ms(0.99, -1)
			}
		}
		k, err := killServer(ctx, opts, p)
		if err != nil {
			return err
		}
		out.Rows = append(out.Rows, bench.Row{Instance: p.name + ", killed"}.With("kills", k.kills).With("tasks", killTasks).With("completed", k.done).
			With("told_again", k.again).With("doubled", k.doubled).With("lost", k.lost))
		out.Figures["doubled"] += float64(k.doubled)
		out.Figures["lost"] += float64(k.lost)
		return nil
	})
	return out, err
}

// floorPlan stores a plan whose tasks come in pairs: a pick, and a move that waits for it.
func floorPlan(ctx context.Context, a *app.App, n int) error {
	p := service.PlanRecord{OriginDay: 15306, Days: 1, Summary: []byte(`{}`), Document: []byte(`{}`)}
	for i := range n / 2 {
		pick := service.FloorTask{ID: fmt.Sprintf("pick-%06d", i), SiteID: floorSite, Kind: "pick", Worker: fmt.Sprintf("P%d", i%controllers), StartSec: int64(i), EndSec: int64(i) + 1, Payload: []byte(`{}`)}
		move := service.FloorTask{ID: fmt.Sprintf("move-%06d", i), SiteID: floorSite, Kind: "move", Worker: fmt.Sprintf("R%d", i%controllers), StartSec: int64(i) + 1, EndSec: int64(i) + 2, DependsOn: []string{pick.ID}, Payload: []byte(`{}`)}
		p.Tasks = append(p.Tasks, pick, move)
	}
	_, err := a.Store.SavePlan(ctx, app.Tenant, p)
	return err
}

// rawClient asks once and does not try again: a failure is a failure.
func rawClient(url string) *client.Client {
	c, err := client.New(url, client.Options{Retries: -1, HTTP: &http.Client{Transport: &http.Transport{MaxIdleConns: 512, MaxIdleConnsPerHost: 512}}})
	if err != nil {
		panic(err) // the address is ours
	}
	return c
}

// floorLoad leases and completes in turn.
type floorLoad struct {
	c      *client.Client
	leased chan api.LeasedTask
}

func (f *floorLoad) ask(ctx context.Context, n int) (kind int, err error) {
	if n%2 == 1 {
		select {
		case task := <-f.leased:
			_, err := f.c.CompleteTask(ctx, floorSite, task)
			return 1, err
		default: // the lease before is still on its way: lease another
		}
	}
	got, err := f.c.LeaseTasks(ctx, floorSite, api.LeaseRequest{})
	if err == nil && len(got) == 0 {
		err = errors.New("there was no task left to lease")
	}
	for _, task := range got {
		f.leased <- task
	}
	return 0, err
}

// killed is what is left after the kills.
type killed struct{ kills, done, again, doubled, lost int }

// killServer puts a fresh floor in, lets the controllers work on it and kills the server over and over. Each completion
// that a controller was told of is noted under its task; the store must agree in the end.
func killServer(ctx context.Context, opts bench.Options, p *pairUnder) (k killed, err error) {
	if err := p.child.kill(); err != nil {
		return k, err
	}
	if err := p.open(ctx, func(a *app.App) error { return floorPlan(ctx, a, killTasks) }); err != nil {
		return k, err
	}
	if err := p.start(ctx); err != nil {
		return k, err
	}
	book := &floorBook{told: map[string]string{}}
	work, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	for i := range controllers {
		r := rng.New(opts.Seed, "controller", fmt.Sprint(i))
		wg.Go(func() { book.control(work, rawClient(p.url), r) })
	}
	r := rng.New(opts.Seed, "kills")
	for k.kills < serverKills {
		time.Sleep(time.Duration(50+r.IntN(150)) * time.Millisecond)
		if err := p.child.kill(); err != nil {
			return k, err
		}
		k.kills++
		if err := p.start(ctx); err != nil {
			return k, err
		}
	}
	limit := time.Now().Add(2 * time.Minute)
	for book.count() < killTasks && time.Now().Before(limit) && ctx.Err() == nil {
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	wg.Wait()
	if err := p.child.kill(); err != nil {
		return k, err
	}
	k.done, k.again, k.doubled = book.count(), int(book.again.Load()), int(book.doubled.Load())
	err = p.open(ctx, func(a *app.App) error {
		tasks, err := a.Store.Tasks(ctx, app.Tenant, "", floorSite)
		for _, t := range tasks {
			if t.State != service.TaskDone {
				k.lost++
			} else if lease := book.told[t.ID]; lease != "" && lease != t.LeaseID {
				k.doubled++ // the store has it from another than the one who was told so
			}
		}
		return err
	})
	if err != nil {
		return k, err
	}
	return k, p.start(ctx)
}

// floorBook notes who was told what.
type floorBook struct {
	mu             sync.Mutex
	told           map[string]string // by task: the lease under which its completion was acknowledged
	again, doubled atomic.Int64
}

func (b *floorBook) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.told)
}

func (b *floorBook) note(task, lease string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch before, known := b.told[task]; {
	case known && before != lease:
		b.doubled.Add(1)
	case known:
		b.again.Add(1)
	}
	b.told[task] = lease
}

// control is one controller: it leases, works, completes, and says so again until it is answered.
func (b *floorBook) control(ctx context.Context, c *client.Client, r *rand.Rand) {
	for ctx.Err() == nil {
		tasks, err := c.LeaseTasks(ctx, floorSite, api.LeaseRequest{Max: 1 + r.IntN(3), LeaseSec: 5})
		if err != nil || len(tasks) == 0 {
			pause(ctx, 20*time.Millisecond)
			continue
		}
		for _, task := range tasks {
			pause(ctx, time.Duration(r.IntN(20))*time.Millisecond)
			b.complete(ctx, c, task)
		}
	}
}

func (b *floorBook) complete(ctx context.Context, c *client.Client, task api.LeasedTask) {
	for ctx.Err() == nil {
		_, err := c.CompleteTask(ctx, floorSite, task)
		switch {
		case err == nil:
			b.note(task.TaskID, task.LeaseID)
			return
		case client.CodeOf(err) == api.CodeLeaseLost:
			return // somebody else has it
		}
		pause(ctx, 20*time.Millisecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
