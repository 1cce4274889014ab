package network

import "math"

// knapsack is the exact 0-1 knapsack over customers sorted by value per weight: depth first with the linear bound. Where it
// would take too long it gives the linear value, which is a valid bound, with the customers of the whole part.
type knapsack struct {
	nodes   int
	steps   int64 // items looked at
	best    float64
	taken   []bool
	keep    []bool
	items   []item
	out     []item
	overrun bool
}

const knapsackNodes = 3000

func (k *knapsack) solve(items []item, capacity float64) (float64, []item) {
	n := len(items)
	k.items = items
	k.taken = append(k.taken[:0], make([]bool, n)...)
	k.keep = append(k.keep[:0], make([]bool, n)...)
	k.nodes, k.steps, k.best, k.overrun = 0, 0, 0, false
	room := capacity
	for i, it := range items { // greedy start
		if it.weight <= room {
			room -= it.weight
			k.best += it.value
			k.keep[i] = true
		}
	}
	k.walk(0, capacity, 0)
	value := k.best
	if k.overrun {
		value = k.linear(0, capacity)
	}
	k.out = k.out[:0]
	for i, it := range items {
		if k.keep[i] {
			k.out = append(k.out, it)
		}
	}
	return value, k.out
}

// linear is the value of the rest from item i on when the last may be cut.
func (k *knapsack) linear(i int, room float64) float64 {
	value := 0.0
	for at, it := range k.items[i:] {
		if it.weight > room {
			k.steps += int64(at)
			return value + it.value*room/it.weight
		}
		room -= it.weight
		value += it.value
	}
	k.steps += int64(len(k.items) - i)
	return value
}

func (k *knapsack) walk(i int, room, value float64) {
	if value < k.best-1e-12 {
		k.best = value
		copy(k.keep, k.taken)
	}
	if i == len(k.items) || k.overrun {
		return
	}
	if k.nodes++; k.nodes > knapsackNodes {
		k.overrun = true
		return
	}
	if value+k.linear(i, room) >= k.best-1e-9*math.Abs(k.best)-1e-12 {
		return
	}
	if it := k.items[i]; it.weight <= room {
		k.taken[i] = true
		k.walk(i+1, room-it.weight, value+it.value)
		k.taken[i] = false
	}
	k.walk(i+1, room, value)
}
