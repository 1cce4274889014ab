package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"quartermaster/api/vda5050"
	"quartermaster/internal/bench"
	"quartermaster/internal/rng"
	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/execution"
)

// The yard of the vda5050 bench: vehicles on a floor with room, and how often the broker is started anew.
const (
	vdaVehicles  = 1000
	vdaRestarts  = 3
	vdaFloorSide = 80
)

// VDA5050 drives simulated vehicles over a broker.
func VDA5050() bench.Bench {
	return bench.Bench{
		Name: "vda5050",
		Summary: "Drives 1,000 simulated vehicles, half of them of version 2.1 and half of 3.0, over one broker in this process, which is " +
			"started anew three times.",
		Data:   "a folder is not looked at: the floor is made; --only N runs another number of vehicles",
		Budget: time.Minute,
		Figures: []bench.Figure{
			{Key: "vehicles", Meaning: "vehicles that were driven"},
			{Key: "p99_ms", Meaning: "99 of 100 order updates arrived no later after the vehicle's state from which they follow was written, ms, between restarts"},
			{Key: "invalid", Meaning: "messages of either side that broke their schema"},
			{Key: "lost", Meaning: "vehicles that did not drive on within two minutes after the last restart"},
		},
		Run: runVDA5050,
	}
}

// vdaLoad is what happens on the yard.
type vdaLoad struct {
	mu      sync.Mutex
	random  *rand.Rand
	cells   int
	cause   map[string]time.Time // vehicle, order and update → when the state before it was written
	took    []time.Duration
	pausing bool
	invalid int
	done    map[vda5050.ID]int
	ended   int
}

func (l *vdaLoad) Next(vda5050.ID, int32) (vda5050.Mission, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := vda5050.Mission{Vertex: int32(l.random.IntN(l.cells))}
	if l.random.IntN(4) == 0 {
		m.Actions = []vda5050.Action{{ActionType: "pick", BlockingType: "HARD"}}
	}
	return m, true
}

func (l *vdaLoad) Ended(id vda5050.ID, _ vda5050.Mission, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if reason == "" {
		l.done[id]++
		l.ended++
	}
}

func updateKey(id vda5050.ID, o *vda5050.Order) string {
	return fmt.Sprintf("%s %s %d", id, o.OrderID, o.OrderUpdateID)
}

func (l *vdaLoad) sent(id vda5050.ID, o *vda5050.Order, cause string) {
	at, err := time.Parse(time.RFC3339, cause)
	if err != nil {
		return // planned on by the clock
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cause[updateKey(id, o)] = at
}

func (l *vdaLoad) ordered(id vda5050.ID, o *vda5050.Order, valid bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !valid {
		l.invalid++
		return
	}
	key := updateKey(id, o)
	if at, known := l.cause[key]; known {
		if delete(l.cause, key); !l.pausing {
			l.took = append(l.took, time.Since(at))
		}
	}
}

// vdaYard is the bench while it runs.
type vdaYard struct {
	load     *vdaLoad
	broker   *vda5050.Broker
	fleet    *vda5050.Fleet
	vehicles []*vda5050.Vehicle
	ids      []vda5050.ID
}

func runVDA5050(ctx context.Context, opts bench.Options) (bench.Outcome, error) {
	n := vdaVehicles
	if opts.Only != "" {
		if _, err := fmt.Sscan(opts.Only, &n); err != nil || n < 1 || n > 2000 {
			return bench.Outcome{}, fmt.Errorf("%w: only is %q, want a number of vehicles from 1 to 2000", bench.ErrUsage, opts.Only)
		}
	}
	y, err := newVDAYard(n, opts)
	if err != nil {
		return bench.Outcome{}, err
	}
	defer y.close()
	phase := opts.Budget / (vdaRestarts + 1)
	for i := range vdaRestarts + 1 {
		opts.Report(float64(i)/(vdaRestarts+1), "driving")
		if i > 0 {
			if err := y.restart(ctx); err != nil {
				return bench.Outcome{}, err
			}
		}
		if err := y.drive(ctx, phase); err != nil {
			return bench.Outcome{}, err
		}
	}
	lost, err := y.missing(ctx, 2*time.Minute)
	if err != nil {
		return bench.Outcome{}, err
	}
	return y.outcome(lost), nil
}

func newVDAYard(n int, opts bench.Options) (*vdaYard, error) {
	g, err := agv.NewGraph(vdaFloorSide, vdaFloorSide, make([]bool, vdaFloorSide*vdaFloorSide))
	if err != nil {
		return nil, err
	}
	y := &vdaYard{load: &vdaLoad{random: rng.New(opts.Seed, "vda5050"), cells: g.Len(), cause: map[string]time.Time{}, done: map[vda5050.ID]int{}}}
	if y.broker, err = vda5050.NewBroker("127.0.0.1:0", vda5050.BrokerOptions{}); err != nil {
		return nil, err
	}
	cost := agv.Guide(g, agv.GuideOptions{Robots: n, Seed: opts.Seed})
	y.fleet, err = vda5050.NewFleet(y.broker, g, cost, y.load, vda5050.FleetOptions{Vehicles: n, Master: vda5050.MasterOptions{Sent: y.load.sent, ResendAfter: 5 * time.Second},
		Plan: execution.Options{Seed: opts.Seed, Refinements: -1}})
	if err != nil {
		return nil, err
	}
	for i := range n {
		id := vda5050.ID{Manufacturer: "bench", Serial: fmt.Sprintf("%04d", i)}
		y.ids = append(y.ids, id)
		y.vehicles = append(y.vehicles, vda5050.NewVehicle(y.broker.Address(), id, y.fleet.NodeID(int32(i*g.Len()/n)), vda5050.VehicleOptions{
			Version: vda5050.Version(i % 2), NodeTime: time.Second, Spread: 500 * time.Millisecond, Seed: opts.Seed,
			Ordered: func(o *vda5050.Order, valid bool) { y.load.ordered(id, o, valid) }}))
	}
	return y, nil
}

func (y *vdaYard) close() {
	for _, v := range y.vehicles {
		v.Close()
	}
	y.fleet.Close()
	_ = y.broker.Close()
}

// drive lets the fleet go on for some time; what arrives while the vehicles still connect is not counted.
func (y *vdaYard) drive(ctx context.Context, d time.Duration) error {
	settle := time.Now().Add(d / 4)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.After(d); ; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end:
			return nil
		case <-tick.C:
			y.fleet.Tick(ctx)
		}
		y.load.mu.Lock()
		y.load.pausing = time.Now().Before(settle)
		y.load.mu.Unlock()
	}
}

// restart ends the broker and starts another at its address.
func (y *vdaYard) restart(ctx context.Context) error {
	y.load.mu.Lock()
	y.load.pausing = true
	y.load.mu.Unlock()
	address := y.broker.Address()
	if err := y.broker.Close(); err != nil {
		return err
	}
	var err error
	for range 50 {
		if y.broker, err = vda5050.NewBroker(address, vda5050.BrokerOptions{}); err == nil {
			return y.fleet.Master().Relink(y.broker)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return err
}

// missing counts the vehicles that do not drive on any more: each must be seen elsewhere once, well and on the floor.
func (y *vdaYard) missing(ctx context.Context, within time.Duration) (int, error) {
	was := y.fleet.Places()
	went, left := make([]bool, len(was)), len(y.ids)
	for end := time.Now().Add(within); time.Now().Before(end) && left > 0; {
		if err := y.drive(ctx, time.Second); err != nil {
			return 0, err
		}
		for i, p := range y.fleet.Places()[:len(was)] {
			if !went[i] && p.Vertex != was[i].Vertex && p.Out == "" && p.Joined {
				went[i] = true
				left--
			}
		}
	}
	return left, nil
}

func (y *vdaYard) outcome(lost int) bench.Outcome {
	counts := y.fleet.Master().Counts()
	y.load.mu.Lock()
	defer y.load.mu.Unlock()
	slices.Sort(y.load.took)
	at := func(share float64) float64 {
		if len(y.load.took) == 0 {
			return 0
		}
		return float64(y.load.took[int(share*float64(len(y.load.took)-1))].Microseconds()) / 1000
	}
	row := bench.Row{Instance: "floor"}.With("updates", len(y.load.took)).With("p50_ms", at(0.5)).With("p99_ms", at(0.99)).With("max_ms", at(1)).
		With("received", counts.Received).With("sent", counts.Sent).With("resent", counts.Resent).With("stale", counts.Stale).With("missions", y.load.ended).With("restarts", vdaRestarts)
	return bench.Outcome{Rows: []bench.Row{row}, Figures: map[string]float64{"vehicles": float64(len(y.ids)), "p99_ms": at(0.99),
		"invalid": float64(counts.Invalid + y.load.invalid), "lost": float64(lost)}}
}
