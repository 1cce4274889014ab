package agv

// find gives r, which is lifted, the way that loses least among those free of the others, nil where none loses most or
// less. A* over (vertex, step) with the exact distance as bound; staying at the goal costs nothing.
func (im *improver) find(r int32, most int) []int32 {
	goal, cells := im.m.goals[r], im.m.g.Len()
	free := im.freeFrom(goal)
	im.search++
	start := im.m.starts[r]
	bound := int(im.m.far(r, start))
	if bound > most {
		return nil
	}
	im.open(0, start)
	im.meet(int(start), 0, 0)
	for f := bound; f <= most; f++ {
		for f-bound < len(im.bucket) && len(im.bucket[f-bound]) > 0 {
			b := im.bucket[f-bound]
			state := b[len(b)-1]
			im.bucket[f-bound] = b[:len(b)-1]
			v, t := state%int32(cells), int(state)/cells
			cost := int(im.cost[state])
			if cost+int(im.m.far(r, v)) != f {
				continue // met again at less cost
			}
			if v == goal && t >= free {
				im.empty()
				return im.walkBack(int(state))
			}
			if t < im.horizon {
				im.expand(r, v, t, cost, bound, most)
			}
		}
	}
	im.empty()
	return nil
}

// expand puts the states that follow (v, t) into their buckets.
func (im *improver) expand(r, v int32, t, cost, bound, most int) {
	cells := im.m.g.Len()
	for d := range uint8(4) {
		u := im.m.g.Ahead(v, d)
		if u < 0 || im.at(u, t+1) >= 0 {
			continue
		}
		if q := im.at(u, t); q >= 0 && im.at(v, t+1) == q {
			continue
		}
		im.reach(r, u, (t+1)*cells+int(u), cost+1, int8(d+1), bound, most)
	}
	if im.at(v, t+1) < 0 {
		if v != im.m.goals[r] {
			cost++
		}
		im.reach(r, v, (t+1)*cells+int(v), cost, 0, bound, most)
	}
}

func (im *improver) reach(r, v int32, state, cost int, came int8, bound, most int) {
	if im.stamp[state] == im.search && int(im.cost[state]) <= cost {
		return
	}
	if f := cost + int(im.m.far(r, v)); f <= most {
		im.meet(state, cost, came)
		im.open(f-bound, int32(state))
	}
}

func (im *improver) meet(state, cost int, came int8) {
	im.stamp[state], im.cost[state], im.came[state] = im.search, int32(cost), came
}

func (im *improver) open(f int, state int32) {
	for len(im.bucket) <= f {
		im.bucket = append(im.bucket, nil)
	}
	im.bucket[f] = append(im.bucket[f], state)
}

func (im *improver) empty() {
	for f := range im.bucket {
		im.bucket[f] = im.bucket[f][:0]
	}
}

// freeFrom tells from which step on nobody passes the goal any more.
func (im *improver) freeFrom(goal int32) int {
	for t := im.horizon; t >= 0; t-- {
		if im.holder[t*im.m.g.Len()+int(goal)] >= 0 {
			return t + 1
		}
	}
	return 0
}

// walkBack reads the way that led to a state.
func (im *improver) walkBack(state int) []int32 {
	cells := im.m.g.Len()
	t := state / cells
	path := make([]int32, t+1)
	for ; ; t-- {
		v := int32(state % cells)
		path[t] = v
		if t == 0 {
			return trim(path)
		}
		from := v
		if came := im.came[state]; came > 0 {
			from = im.m.behind[v*4+int32(came)-1]
		}
		state = (t-1)*cells + int(from)
	}
}
