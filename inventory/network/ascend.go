package network

import "math"

// start puts each customer's multiplier at its second cheapest site.
func (s *search) start() []float64 {
	m := s.m
	u := make([]float64, m.m)
	for j := range u {
		first, second := math.Inf(1), math.Inf(1)
		for i := range m.n {
			if c := m.cost[i*m.m+j]; c < first {
				first, second = c, first
			} else if c < second {
				second = c
			}
		}
		if u[j] = second; math.IsInf(second, 1) {
			u[j] = first
		}
	}
	return u
}

const (
	rootRounds  = 1200
	childRounds = 60
)

// ascend raises the bound of a part by subgradient steps along a damped direction (Camerini, Fratta & Maffioli 1975) and
// tries choices on the way. Sites that cannot be in a better choice are fixed.
func (s *search) ascend(x *part, rounds int) {
	u := append([]float64(nil), x.u...)
	clear(s.dir)
	clear(s.mean)
	clear(s.over)
	best, still, scale := math.Inf(-1), 0, 1.5
	if rounds <= childRounds {
		scale = 0.5
	}
	weight := 0.0
	s.d.ban(x)
	for k := 0; k < rounds && !s.spent(); k++ {
		value := s.d.evaluate(x, u)
		s.calls++
		if s.agree != nil {
			s.agree.note(s.d)
		}
		if math.IsInf(value, 1) {
			x.bound = value
			return
		}
		if value > best+1e-7*math.Abs(best) {
			still = 0
		} else if still++; still >= 20 {
			scale /= 1.6
			still = 0
			copy(u, s.best)
			clear(s.dir)
			value = s.d.evaluate(x, u)
		}
		if value > best {
			best = value
			copy(s.best, u)
			s.fix(x, value)
		}
		weight = weight*0.95 + 1
		for i, y := range s.d.y {
			s.mean[i] += (y - s.mean[i]) / weight
		}
		for j, v := range s.d.served {
			s.over[j] += (v - s.over[j]) / weight
		}
		if best >= s.need() || scale < 2e-4 {
			break
		}
		if k%20 == 0 || (rounds > childRounds && k < 20) {
			s.h.try(s.d.y, x)
		}
		if !s.move(u, value, scale) {
			s.h.try(s.d.y, x)
			break
		}
	}
	x.bound = math.Max(x.bound, best)
	copy(x.u, s.best)
	x.frac, x.over = append(x.frac[:0], s.mean...), append(x.over[:0], s.over...)
}

// move makes one step; false means that every customer is served just once, so that the choice is best for its part.
func (s *search) move(u []float64, value, scale float64) bool {
	norm := 0.0
	for j := range u {
		s.dir[j] = (1 - s.d.served[j]) + 0.7*s.dir[j]
		norm += s.dir[j] * s.dir[j]
	}
	if norm < 1e-14 {
		return false
	}
	target := s.cost
	if math.IsInf(target, 1) {
		target = value + 0.1*math.Abs(value) + 1
	}
	length := scale * math.Max(target-value, 1e-6*math.Abs(target)) / norm
	for j := range u {
		u[j] += length * s.dir[j]
	}
	return true
}

// fix settles free sites whose other choice would lift the bound, by the linear relaxation of what must be open, to the best cost.
func (s *search) fix(x *part, value float64) {
	if s.m.p.Open > 0 {
		s.fixCounted(x, value)
		return
	}
	m, d, need := s.m, s.d, s.need()
	base, lack := m.constant, m.needed
	for _, v := range s.best { // where value was reached just now
		base += v
	}
	for i := range m.n {
		if x.site[i] == opened || (x.site[i] == free && d.rho[i] < 0) {
			base += d.rho[i]
			lack -= m.holds[i]
		}
	}
	for i := range m.n {
		if x.site[i] != free {
			continue
		}
		without, with := base, base
		if d.rho[i] < 0 {
			without += d.cover.linear(0, lack+m.holds[i], i) - d.rho[i]
			with += d.cover.linear(0, lack, i)
		} else {
			without += d.cover.linear(0, lack, i)
			with += d.cover.linear(0, lack-m.holds[i], i) + d.rho[i]
		}
		switch {
		case without >= need:
			x.site[i] = opened
		case with >= need:
			x.site[i] = closed
		}
	}
}

// fixCounted does so where the number of open sites is given: another one must come in or go out.
func (s *search) fixCounted(x *part, value float64) {
	d, need := s.d, s.need()
	in, out := math.Inf(-1), math.Inf(1) // dearest site in, cheapest out
	for i, v := range x.site {
		if v == free && d.y[i] == 1 {
			in = math.Max(in, d.rho[i])
		} else if v == free {
			out = math.Min(out, d.rho[i])
		}
	}
	for i, v := range x.site {
		switch {
		case v != free:
		case d.y[i] == 1 && value-d.rho[i]+out >= need:
			x.site[i] = opened
		case d.y[i] == 0 && value+d.rho[i]-in >= need:
			x.site[i] = closed
		}
	}
}
