package road

import (
	"cmp"
	"fmt"
	"slices"
)

// Cause is what one condition does to one way.
type Cause struct {
	ID       string
	Kind     Kind
	Source   string
	Reason   string // in words
	Street   string // where it was met first
	DelaySec int64  // lost on the edges of the way as it is now; for a detour, on the whole detour
	Detour   bool   // the way now goes round it
	Sentence string // "+7 min: closure on Landstrasse (police)"
}

// Effect compares the way between two places now with that under free flow.
type Effect struct {
	FreeSec, NowSec int64
	Reachable       bool // now
	Causes          []Cause
}

// Explain says what the conditions of this moment do to the way from a to b, the largest delay first: which of them slow the
// way that is driven now, and which the way goes round. ok is false when there is no way under free flow either.
func (g *Graph) Explain(a, b Place) (Effect, bool) {
	free, ok := g.FreeFlow().Route(a, b)
	if !ok {
		return Effect{}, false
	}
	now, reachable := g.Route(a, b)
	e := Effect{FreeSec: free.DurationSec, NowSec: now.DurationSec, Reachable: reachable}
	if g.moment == nil {
		return e, true
	}
	x := explanation{g: g, delay: map[int32]int64{}, street: map[int32]string{}}
	met := int64(0)
	for _, l := range now.Legs {
		late := int64(l.DriveMs) - x.freeMs(l)
		met += late
		x.note(l, late)
	}
	detour := (now.DurationSec-free.DurationSec)*1000 - met
	var round []int32
	for _, l := range free.Legs {
		for _, i := range g.moment.on[l.Directed] {
			if _, still := x.delay[i]; !still && !slices.Contains(round, i) {
				round = append(round, i)
				x.street[i] = g.Street(l.Edge())
			}
		}
	}
	for i, ms := range x.delay {
		e.Causes = append(e.Causes, x.cause(i, ms, false, reachable))
	}
	for _, i := range round {
		e.Causes = append(e.Causes, x.cause(i, max(detour, 0), true, reachable))
	}
	slices.SortFunc(e.Causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(b.DelaySec, a.DelaySec), cmp.Compare(a.ID, b.ID))
	})
	return e, true
}

type explanation struct {
	g      *Graph
	delay  map[int32]int64 // by condition, in ms
	street map[int32]string
}

// freeMs is the time of a leg under free flow.
func (x *explanation) freeMs(l Leg) int64 {
	now, free := int64(x.g.w.ms[l.Directed]), int64(x.g.base.ms[l.Directed])
	if now <= 0 {
		return int64(l.DriveMs)
	}
	return int64(l.DriveMs) * free / now
}

// note spreads the delay of a leg evenly over the conditions that lie on it.
func (x *explanation) note(l Leg, late int64) {
	on := x.g.moment.on[l.Directed]
	for _, i := range on {
		if _, ok := x.delay[i]; !ok {
			x.street[i] = x.g.Street(l.Edge())
		}
		x.delay[i] += late / int64(len(on))
	}
}

func (x *explanation) cause(i int32, ms int64, detour, reachable bool) Cause {
	c := &x.g.moment.Active[i]
	out := Cause{ID: c.ID, Kind: c.Kind, Source: c.Source, Reason: c.Words(), Street: x.street[i], DelaySec: (ms + 500) / 1000, Detour: detour}
	lead := DelayWords(out.DelaySec)
	if !reachable {
		lead, out.DelaySec = "no way", 0
	}
	out.Sentence = fmt.Sprintf("%s: %s on %s", lead, c.Words(), out.Street)
	if c.Source != "" {
		out.Sentence += " (" + c.Source + ")"
	}
	return out
}

// DelayWords says a delay as people do: "+7 min", "+40 s", "-12 s".
func DelayWords(sec int64) string {
	switch {
	case sec >= 60:
		return fmt.Sprintf("+%d min", (sec+30)/60)
	case sec < 0:
		return fmt.Sprintf("-%d s", -sec)
	}
	return fmt.Sprintf("+%d s", sec)
}
