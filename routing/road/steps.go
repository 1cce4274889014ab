package road

import "math"

// Maneuver is what a driver does at a point, in the words of OSRM's API.
type Maneuver string

// The maneuvers.
const (
	Depart         Maneuver = "depart"
	Arrive         Maneuver = "arrive"
	Turn           Maneuver = "turn"
	NewName        Maneuver = "new name"
	Continue       Maneuver = "continue"
	OnRamp         Maneuver = "on ramp"
	OffRamp        Maneuver = "off ramp"
	Merge          Maneuver = "merge"
	Fork           Maneuver = "fork"
	EndOfRoad      Maneuver = "end of road"
	Roundabout     Maneuver = "roundabout"
	ExitRoundabout Maneuver = "exit roundabout"
	Notification   Maneuver = "notification"
)

// Step is one instruction and the stretch that follows it.
type Step struct {
	Maneuver      Maneuver
	Modifier      string  // straight, slight right, right, sharp right, uturn, sharp left, left, slight left
	Exit          int     // of a roundabout, 1 the first
	BearingBefore float64 // 0 at the start
	BearingAfter  float64 // 0 at the end
	Legs          []Leg   // driven after it; none on arriving
	Name, Ref     string
	Ferry         bool
}

// Steps turns the legs of a path into instructions: one where the street changes, where turning is needed to stay on it, and
// at roundabouts with the number of the exit.
func (g *Graph) Steps(legs []Leg) []Step {
	if len(legs) == 0 {
		return nil
	}
	w := &walk{g: g, out: newTurnsAt(g)}
	first := legs[0]
	w.begin(Step{Maneuver: Depart, Modifier: "straight", BearingAfter: g.bearingOf(first, first.Begin)}, first)
	for k := 1; k < len(legs); k++ {
		w.next(legs[k-1], legs[k])
	}
	last := legs[len(legs)-1]
	w.steps = append(w.steps, Step{Maneuver: Arrive, Modifier: "straight", BearingBefore: g.bearingOf(last, last.End),
		Name: w.steps[len(w.steps)-1].Name, Ref: w.steps[len(w.steps)-1].Ref})
	return w.steps
}

// bearingOf is the direction driven at a fraction of a leg's edge.
func (g *Graph) bearingOf(l Leg, fraction float64) float64 {
	b := g.bearingAt(l.Edge(), int32(fraction*float64(g.lengthCm(l.Edge()))))
	if l.Backward() {
		b = math.Mod(b+180, 360)
	}
	return b
}

// turnsAt counts the ways on at the end of a directed edge.
type turnsAt struct{ g *Graph }

func newTurnsAt(g *Graph) turnsAt { return turnsAt{g} }

// exits lists the directed edges that may be taken after d, without turning round.
func (t turnsAt) exits(d int32) []int32 {
	g := t.g
	var out []int32
	for a := g.turns.First[d]; a < g.turns.First[d+1]; a++ {
		if next := g.directed(g.turns.Head[a]); g.turnMs[a] != noTurn && next != d^1 {
			out = append(out, next)
		}
	}
	return out
}

type walk struct {
	g     *Graph
	out   turnsAt
	steps []Step
	round bool // driving on a roundabout
}

func (w *walk) begin(s Step, l Leg) {
	s.Name, s.Ref = w.g.Names(l.Edge())
	s.Ferry = w.g.class(l.Edge()) == Ferry
	s.Legs = []Leg{l}
	w.steps = append(w.steps, s)
	w.round = w.g.flag(l.Edge(), flagRound)
}

func (w *walk) stay(l Leg) {
	s := &w.steps[len(w.steps)-1]
	s.Legs = append(s.Legs, l)
}

// next decides what is said between two legs.
func (w *walk) next(a, b Leg) {
	g := w.g
	before, after := g.bearingAtEnd(a.Directed), g.bearingAtStart(b.Directed)
	angle := turnAngle(before, after)
	exits := w.out.exits(a.Directed)
	s := Step{Modifier: modifier(angle, a.Directed^1 == b.Directed), BearingBefore: before, BearingAfter: after}
	round := g.flag(b.Edge(), flagRound)
	switch {
	case w.round && round:
		if len(exits) > 1 {
			w.steps[len(w.steps)-1].Exit++
		}
		w.stay(b)
		return
	case round:
		s.Maneuver, s.Exit = Roundabout, 1
		w.begin(s, b)
		return
	case w.round:
		s.Maneuver, s.Exit = ExitRoundabout, w.steps[len(w.steps)-1].Exit
		w.begin(s, b)
		return
	}
	if s.Maneuver = w.word(a, b, angle, exits); s.Maneuver == "" {
		w.stay(b)
		return
	}
	w.begin(s, b)
}

// word names what is done between two legs off roundabouts; "" when nothing needs saying.
func (w *walk) word(a, b Leg, angle float64, exits []int32) Maneuver {
	g := w.g
	nameA, refA := g.Names(a.Edge())
	nameB, refB := g.Names(b.Edge())
	same := nameA == nameB && refA == refB
	rampA, rampB := g.flag(a.Edge(), flagRamp), g.flag(b.Edge(), flagRamp)
	ferry := (g.class(a.Edge()) == Ferry) != (g.class(b.Edge()) == Ferry)
	bent := math.Abs(angle) > slightDeg
	switch {
	case a.Directed^1 == b.Directed:
		return Continue
	case ferry:
		return Notification
	case rampB && !rampA && g.class(a.Edge()) <= Trunk:
		return OffRamp
	case rampB && !rampA:
		return OnRamp
	case rampA && !rampB && g.class(b.Edge()) <= Trunk:
		return Merge
	case len(exits) < 2 && same:
		return ""
	case len(exits) < 2 && !bent:
		return NewName
	case !bent && w.forks(a, exits):
		return Fork
	case !bent && same:
		return ""
	case !bent && nameB != "" && nameA != "":
		return NewName
	case !bent:
		return ""
	case w.ends(a, exits):
		return EndOfRoad
	case same && nameB != "":
		return Continue
	case len(exits) < 2:
		return ""
	}
	return Turn
}

// slightDeg is the bend below which a way on counts as straight.
const slightDeg = 25.0

// forks says whether two ways go on nearly straight.
func (w *walk) forks(a Leg, exits []int32) bool {
	straight := 0
	for _, x := range exits {
		if math.Abs(turnAngle(w.g.bearingAtEnd(a.Directed), w.g.bearingAtStart(x))) <= slightDeg &&
			w.g.class(x>>1) <= w.g.class(a.Edge()) {
			straight++
		}
	}
	return straight > 1
}

// ends says whether the street goes on to no side but left and right.
func (w *walk) ends(a Leg, exits []int32) bool {
	left, right := false, false
	for _, x := range exits {
		angle := turnAngle(w.g.bearingAtEnd(a.Directed), w.g.bearingAtStart(x))
		if math.Abs(angle) <= 45 {
			return false
		}
		left, right = left || angle < 0, right || angle > 0
	}
	return left && right
}

func modifier(angle float64, back bool) string {
	side := "right"
	if angle < 0 {
		side, angle = "left", -angle
	}
	switch {
	case back || angle > 170:
		return "uturn"
	case angle > 120:
		return "sharp " + side
	case angle > 60:
		return side
	case angle > slightDeg:
		return "slight " + side
	}
	return "straight"
}
