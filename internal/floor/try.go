package floor

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"quartermaster/internal/rng"
	"quartermaster/warehouse/agv"
	"quartermaster/warehouse/agv/execution"
)

// TryOptions steer Try. The zero value works.
type TryOptions struct {
	Steps  int     // default 1,000
	Robots int     // of a floor without; default a tenth of its cells
	Delay  float64 // chance that a robot does nothing in a step; 0 to 0.9
	// Drain is what a cell driven takes from a battery, percent; below ChargeBelow, or where the next errand would leave too
	// little for the way to a charger, a robot goes to one, where it gains Gain a step, up to full. An empty one stands where it
	// is. Defaults 0.05, 20 and 1; a floor without chargers has no batteries.
	Drain, ChargeBelow, Gain float64
	Record                   bool // keep every robot's course
	Seed                     uint64
	Progress                 func(done float64)
}

// Trial is how a floor did.
type Trial struct {
	Steps      int     `json:"steps"`
	Robots     int     `json:"robots"`
	Errands    int     `json:"errands"`               // places that robots were sent to and came to
	Charges    int     `json:"charges"`               // visits to chargers
	Flat       int     `json:"flat_robots,omitempty"` // robots that stand with empty batteries
	PerStep    float64 `json:"errands_per_step"`
	Collisions int     `json:"collisions"` // cells that two robots were on; judged apart from the control
	// Faults are robots that entered a closed zone, were one too many in a limited one, or went faster than allowed; Told are
	// the first in words. They are judged apart too.
	Faults        int         `json:"rule_faults,omitempty"`
	Told          []string    `json:"first_faults,omitempty"`
	PutOff        int         `json:"put_off_errands,omitempty"` // errands put behind others because their zone was closed
	WaitShare     float64     `json:"wait_share"`
	LongestErrand int         `json:"longest_errand_steps"` // from when it was first given, those still open too
	Busiest       []Busy      `json:"busiest,omitempty"`
	Zones         []ZoneTrial `json:"zones,omitempty"`

	Courses []Course `json:"-"` // a robot; with Record alone
}

// Busy is a cell and how many robots waited on it in a step, on average.
type Busy struct {
	Cell    string  `json:"cell"`
	Waiting float64 `json:"waiting_robots"`
}

// ZoneTrial is how a zone did.
type ZoneTrial struct {
	Name       string   `json:"name"`
	Kind       ZoneKind `json:"kind"`
	MostRobots int      `json:"most_robots"`           // within at once
	ClearSteps int      `json:"clear_steps,omitempty"` // from when it closed until nobody was within, at most
}

// trial is a floor while it is tried.
type trial struct {
	f       *Floor
	o       TryOptions
	control *execution.Control
	random  *rand.Rand
	robots  []tried
	judge   *judge
	gate    *gate
	later   []work    // errands that any robot may do, put off
	steps4  []int32   // the graph's steps as given, [v*4+d]
	slow    []float64 // vertex → speed at most; nil = no slow zones
	zoned   []bool    // vertex → it lies in a zone
	taken   []bool    // vertex → a robot waits there until its work can be done
	at, to  []int32   // robot → vertex after the step, and the one that it is under way to
	waits   []int
	places  []int32 // where goods are put on and taken off, by turns
	offs    []int32
	power   *batteries
	next    int // of the floor's tasks
	steps   []execution.Step
	out     Trial
	moves   int
	now     int // step
}

type tried struct {
	charge  float64
	ready   float64 // parts of a cell driven
	loaded  bool
	charger int   // of the floor's chargers, to which it drives or at which it stands, −1 = none
	rest    int32 // where it waits until its work can be done, −1 = it does not
	stage   stage
	work    work
	has     bool // work
	flat    bool
	errands []int32 // of the floor's task that it does, after its work
	why     string  // its last work of that task was done
}

// Try drives a floor's robots for some steps: by its tasks, else between stations and inductions, else between cells at
// random, at their own speeds, by its zones, with batteries where there are chargers. The floor's graph belongs to the trial from then on.
//
// An error is what Check says, or names the option.
func Try(ctx context.Context, f *Floor, o TryOptions) (Trial, error) {
	if o.Steps <= 0 {
		o.Steps = 1000
	}
	if o.Delay < 0 || o.Delay > 0.9 {
		return Trial{}, fmt.Errorf("floor: a delay of %g is not from 0 to 0.9", o.Delay)
	}
	o.Drain, o.ChargeBelow, o.Gain = cmp.Or(o.Drain, 0.05), cmp.Or(o.ChargeBelow, 20), cmp.Or(o.Gain, 1)
	if len(f.Robots) == 0 {
		if err := f.man(o.Robots); err != nil {
			return Trial{}, err
		}
	}
	if err := f.Check(); err != nil {
		return Trial{}, err
	}
	t, err := newTrial(f, o)
	if err != nil {
		return Trial{}, err
	}
	t.trace()
	for step := range o.Steps {
		if err := ctx.Err(); err != nil {
			return Trial{}, err
		}
		if o.Progress != nil && step%50 == 0 {
			o.Progress(float64(step) / float64(o.Steps))
		}
		t.now = step
		if err := t.step(ctx); err != nil {
			return Trial{}, err
		}
		t.trace()
	}
	return t.result(), nil
}

func newTrial(f *Floor, o TryOptions) (*trial, error) {
	t := &trial{f: f, o: o, random: rng.New(o.Seed, "floor", "try"), robots: make([]tried, len(f.Robots)), waits: make([]int, f.Graph.Len()),
		places: f.Of(Station), offs: f.Of(Induct)}
	t.power = newBatteries(f.Graph, f.Of(Charger), &t.o)
	if len(t.places) == 0 {
		t.places = t.offs
	}
	if len(t.offs) == 0 {
		t.offs = t.places
	}
	if len(t.places) == 0 {
		for v := range f.Graph.Len() {
			t.places = append(t.places, int32(v))
		}
		t.offs = t.places
	}
	cost := agv.Guide(f.Graph, agv.GuideOptions{Robots: len(f.Robots), Goals: slices.Concat(t.places, t.offs), Seed: o.Seed})
	t.prepare()
	var err error
	if t.control, err = execution.New(f.Graph, cost, len(f.Robots), t.rules(cost)); err != nil {
		return nil, err
	}
	t.courses()
	t.now = -1 // work given before the first step has waited for it
	for r, robot := range f.Robots {
		if err := t.control.Join(r, agv.State{Vertex: robot.Vertex, Dir: robot.Dir}); err != nil {
			return nil, err
		}
		t.robots[r].charge, t.robots[r].charger, t.robots[r].rest = robot.Charge, -1, -1
		t.at[r], t.to[r] = robot.Vertex, -1
		t.send(r)
	}
	return t, nil
}

func (t *trial) step(ctx context.Context) error {
	t.gates()
	t.control.Advance(ctx)
	for r := range t.robots {
		if err := t.drive(r); err != nil {
			return err
		}
	}
	for r := range t.robots {
		t.at[r] = t.control.At(r).Vertex
	}
	t.judge.see(t.now, t.at, t.to)
	return nil
}

// drive lets robot r do what it can in a step.
func (t *trial) drive(r int) error {
	v := &t.robots[r]
	at := t.control.At(r)
	if v.flat {
		return nil
	}
	if v.ready == 0 && at.Vertex == t.control.Errand(r).Goal {
		return t.arrive(r, v)
	}
	t.steps = t.control.Released(r, t.steps[:0])
	if len(t.steps) == 0 || (t.o.Delay > 0 && t.random.Float64() < t.o.Delay) {
		t.waits[at.Vertex]++
		return nil
	}
	next := t.steps[0]
	if v.ready += t.speed(r, at, next); v.ready < 1-1e-9 {
		if next.Action == agv.Forward {
			t.to[r] = next.To.Vertex
		}
		return nil
	}
	v.ready, t.to[r] = 0, -1
	if next.Action == agv.Forward && len(t.power.chargers) > 0 {
		v.charge = max(0, v.charge-t.o.Drain)
	}
	t.moves++
	if _, err := t.control.Done(r); err != nil {
		return err
	}
	if at := t.control.At(r).Vertex; v.charge <= 0 && len(t.power.chargers) > 0 && (v.charger < 0 || at != t.power.chargers[v.charger]) {
		v.flat = true
		t.out.Flat++
		t.control.Cancel(r, false)
	}
	return nil
}

// speed is what part of a step robot r does in one step of time. Slow zones slow moves, not turns.
func (t *trial) speed(r int, at agv.State, next execution.Step) float64 {
	speed := t.f.Robots[r].Speed
	if t.slow != nil && next.Action == agv.Forward {
		speed = min(speed, t.slow[at.Vertex], t.slow[next.To.Vertex])
	}
	return speed
}

func (t *trial) arrive(r int, v *tried) error {
	switch v.stage {
	case leaving, resting: // it goes on when zones let it
		return nil
	case charging:
		if v.charge < 100 {
			v.charge = min(100, v.charge+t.o.Gain)
			t.control.Hold(r, v.charge < 100)
			return nil
		}
		t.out.Charges++
	default:
		t.out.Errands++
		t.out.LongestErrand = max(t.out.LongestErrand, t.now-v.work.since)
		v.has = false
	}
	t.send(r)
	return nil
}

// mostBusy bounds the busiest cells told.
const mostBusy = 5

func (t *trial) result() Trial {
	t.out.Steps, t.out.Robots = t.o.Steps, len(t.robots)
	for r := range t.robots {
		if v := &t.robots[r]; v.has && !v.flat {
			t.out.LongestErrand = max(t.out.LongestErrand, t.now-v.work.since)
		}
	}
	for _, w := range t.later {
		t.out.LongestErrand = max(t.out.LongestErrand, t.now-w.since)
	}
	j := t.judge
	t.out.Collisions, t.out.Faults, t.out.Told = j.collisions, j.faults, j.told
	for i := range t.f.Zones {
		z := &t.f.Zones[i]
		t.out.Zones = append(t.out.Zones, ZoneTrial{z.Name, z.Kind, j.most[i], j.cleared[i]})
	}
	t.out.PerStep = float64(t.out.Errands) / float64(t.o.Steps)
	order := make([]int32, len(t.waits))
	total := 0
	for v := range order {
		order[v] = int32(v)
		total += t.waits[v]
	}
	t.out.WaitShare = float64(total) / float64(max(1, total+t.moves))
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(t.waits[b], t.waits[a]) })
	for _, v := range order[:min(mostBusy, len(order))] {
		if t.waits[v] > 0 {
			t.out.Busiest = append(t.out.Busiest, Busy{t.f.Cell(v), float64(t.waits[v]) / float64(t.o.Steps)})
		}
	}
	return t.out
}
