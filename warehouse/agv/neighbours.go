package agv

// choose draws a group of robots to plan anew, by manner: 0 = a late robot and those in its way, 1 = those that meet around a
// place, 2 = late ones at random.
func (im *improver) choose(manner, size int) {
	im.group = im.group[:0]
	im.draw++
	size = min(size, len(im.paths))
	switch manner {
	case 0:
		im.aroundLate(im.late(), size)
	case 1:
		im.aroundPlace(size)
	}
	for tries := 0; len(im.group) < size && tries < 4*size; tries++ {
		im.add(im.late())
	}
}

func (im *improver) add(r int32) {
	if r >= 0 && im.member[r] != im.draw {
		im.member[r] = im.draw
		im.group = append(im.group, r)
	}
}

// late draws a robot that loses more than it must, the latest of a few.
func (im *improver) late() int32 {
	best, most := int32(0), int32(-1)
	for range 6 {
		r := int32(im.random.IntN(len(im.paths)))
		if over := im.loss[r] - im.least(r); over > most {
			best, most = r, over
		}
	}
	return best
}

// aroundLate walks from random steps of r's way towards its goal and takes those who are in the way.
func (im *improver) aroundLate(r int32, size int) {
	im.add(r)
	path := im.paths[r]
	for range 10 {
		t := im.random.IntN(len(path))
		for v := path[t]; t < im.tt.horizon && len(im.group) < size; {
			to := im.nearer(r, v)
			if to == v {
				break
			}
			t++
			im.add(im.tt.at(to, t))
			if q := im.tt.at(to, t-1); q >= 0 && im.tt.at(v, t) == q {
				im.add(q)
			}
			v = to
		}
	}
}

// nearer is a neighbour of v from which r has less to go, one of them at random; v itself at the goal.
func (im *improver) nearer(r, v int32) int32 {
	best, n := v, 0
	for _, u := range im.m.around(v) {
		if im.m.far(r, u) < im.m.far(r, v) {
			if n++; im.random.IntN(n) == 0 {
				best = u
			}
		}
	}
	return best
}

// aroundPlace takes robots that pass near a place on a late robot's way, around the same time.
func (im *improver) aroundPlace(size int) {
	const cells, stepsAround = 200, 3
	r := im.late()
	im.add(r)
	t := im.random.IntN(len(im.paths[r]))
	im.queue = append(im.queue[:0], im.paths[r][t])
	im.seen[im.queue[0]] = im.draw
	for head := 0; head < len(im.queue); head++ {
		v := im.queue[head]
		for at := max(0, t-stepsAround); at <= min(im.tt.horizon, t+stepsAround); at++ {
			if im.add(im.tt.at(v, at)); len(im.group) >= size {
				return
			}
		}
		for _, u := range im.m.around(v) {
			if im.seen[u] != im.draw && len(im.queue) < cells {
				im.seen[u] = im.draw
				im.queue = append(im.queue, u)
			}
		}
	}
}
