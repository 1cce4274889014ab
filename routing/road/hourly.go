package road

import (
	"math"
	"slices"
)

// HourSpeed is how a street drives in one hour of the day.
type HourSpeed struct {
	Kmh     float64
	SDShare float64 // standard deviation as a share of the speed, about
	Count   int     // passages it was learned from
}

// OpenDirections lists the directed edges of an edge that may be driven.
func (g *Graph) OpenDirections(edge int32) []int32 {
	var out []int32
	for _, d := range []int32{2 * edge, 2*edge + 1} {
		if g.opened(d) {
			out = append(out, d)
		}
	}
	return out
}

// HourlyOf gives the speeds of an edge by the hour, its directions taken together, and that under free flow.
func (g *Graph) HourlyOf(edge int32, l *Learned) (freeKmh float64, hours [Hours]HourSpeed) {
	open := g.OpenDirections(edge)
	n := float64(max(len(open), 1))
	for _, d := range open {
		free := g.freeKmh(d)
		freeKmh += free / n
		k, listed := slices.BinarySearch(l.Edge, d)
		for h := range hours {
			f, sd, count := float64(l.Class[g.class(edge)][h]), l.priorSD(), 0
			if listed {
				f, sd, count = float64(l.Factor[k][h]), float64(l.SD[k][h]), int(l.Count[k][h])
			}
			if f == 0 {
				f = 1
			}
			hours[h].Kmh += free * f / n
			hours[h].SDShare += sd / n
			hours[h].Count += count
		}
	}
	return freeKmh, hours
}

// priorSD is how much a street may differ from its class.
func (l *Learned) priorSD() float64 {
	if l.StreetSD == 0 {
		return math.Hypot(streetSD, hourSD)
	}
	return math.Hypot(l.StreetSD, l.HourSD)
}
