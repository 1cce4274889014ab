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
	Steps         int     `json:"steps"`
	Robots        int     `json:"robots"`
	Errands       int     `json:"errands"`               // places that robots were sent to and came to
	Charges       int     `json:"charges"`               // visits to chargers
	Flat          int     `json:"flat_robots,omitempty"` // robots that stand with empty batteries
	PerStep       float64 `json:"errands_per_step"`
	Collisions    int     `json:"collisions"` // cells that two robots were on; judged apart from the control
	WaitShare     float64 `json:"wait_share"`
	LongestErrand int     `json:"longest_errand_steps"`
	Busiest       []Busy  `json:"busiest,omitempty"`

	Courses []Course `json:"-"` // a robot; with Record alone
}

// Busy is a cell and how many robots waited on it in a step, on average.
type Busy struct {
	Cell    string  `json:"cell"`
	Waiting float64 `json:"waiting_robots"`
}

// trial is a floor while it is tried.
type trial struct {
	f       *Floor
	o       TryOptions
	control *execution.Control
	random  *rand.Rand
	robots  []tried
	on      []int32 // vertex → robot + 1
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
	charger int    // of the floor's chargers, to which it drives or at which it stands, −1 = none
	putOff  string // why it drives for the first of its errands, which waits until it is charged; empty = none waits
	flat    bool
	errands []int32
	age     int
}

// Try drives a floor's robots for some steps: by its tasks, else between stations and inductions, else between cells at
// random, at their own speeds, with batteries where there are chargers. The floor's graph belongs to the trial from then on.
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
	t := &trial{f: f, o: o, random: rng.New(o.Seed, "floor", "try"), robots: make([]tried, len(f.Robots)), on: make([]int32, f.Graph.Len()), waits: make([]int, f.Graph.Len()),
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
	var err error
	if t.control, err = execution.New(f.Graph, cost, len(f.Robots), execution.Options{Seed: o.Seed}); err != nil {
		return nil, err
	}
	t.courses()
	for r, robot := range f.Robots {
		if err := t.control.Join(r, agv.State{Vertex: robot.Vertex, Dir: robot.Dir}); err != nil {
			return nil, err
		}
		t.robots[r].charge, t.robots[r].charger = robot.Charge, -1
		t.send(r)
	}
	return t, nil
}

// send gives robot r its next errand, or sends it to a charger first.
func (t *trial) send(r int) {
	v := &t.robots[r]
	v.age = 0
	why, full := Bring, v.charge >= 100
	switch {
	case v.putOff != "":
		why = v.putOff
	case len(v.errands) > 0:
	case len(t.f.Tasks) > 0:
		v.errands, why = t.f.Tasks[t.next%len(t.f.Tasks)], Fetch
		t.next++
	default:
		places := t.offs
		if v.loaded = !v.loaded; v.loaded {
			places, why = t.places, Fetch
		}
		v.errands = []int32{places[t.random.IntN(len(places))]}
	}
	at, goal := t.control.At(r).Vertex, v.errands[0]
	if b := t.power; len(b.chargers) > 0 && !full && (v.charge < t.o.ChargeBelow || !b.lasts(v.charge, at, goal)) {
		v.charger = b.choose(v.charge, at)
		b.bound[v.charger]++
		v.putOff, goal, why = why, b.chargers[v.charger], Charge
	} else {
		v.putOff, v.errands = "", v.errands[1:]
	}
	t.begin(r, why, goal)
	t.control.Send(r, agv.Errand{Goal: goal, Next: -1})
}

func (t *trial) step(ctx context.Context) error {
	t.control.Advance(ctx)
	clear(t.on)
	for r := range t.robots {
		if err := t.drive(r); err != nil {
			return err
		}
		at := t.control.At(r).Vertex
		if t.on[at] != 0 {
			t.out.Collisions++
		}
		t.on[at] = int32(r) + 1
	}
	return nil
}

// drive lets robot r do what it can in a step.
func (t *trial) drive(r int) error {
	v := &t.robots[r]
	v.age++
	at := t.control.At(r).Vertex
	if v.flat {
		return nil
	}
	if at == t.control.Errand(r).Goal {
		return t.arrive(r, v)
	}
	t.steps = t.control.Released(r, t.steps[:0])
	if len(t.steps) == 0 || (t.o.Delay > 0 && t.random.Float64() < t.o.Delay) {
		t.waits[at]++
		return nil
	}
	if v.ready += t.f.Robots[r].Speed; v.ready < 1-1e-9 {
		return nil
	}
	v.ready = 0
	if t.steps[0].Action == agv.Forward && len(t.power.chargers) > 0 {
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

func (t *trial) arrive(r int, v *tried) error {
	if v.charger >= 0 {
		if v.charge < 100 {
			v.charge = min(100, v.charge+t.o.Gain)
			t.control.Hold(r, v.charge < 100)
			return nil
		}
		t.control.Hold(r, false)
		t.power.bound[v.charger]--
		v.charger = -1
		t.out.Charges++
	} else {
		t.out.Errands++
	}
	t.out.LongestErrand = max(t.out.LongestErrand, v.age)
	t.end(r)
	t.send(r)
	return nil
}

// mostBusy bounds the busiest cells told.
const mostBusy = 5

func (t *trial) result() Trial {
	t.out.Steps, t.out.Robots = t.o.Steps, len(t.robots)
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
