package forecast

import "math"

// Minimise finds a local minimum of f by the simplex of Nelder and Mead (Computer Journal 7, 1965, 308–313), started at x
// with the given step on each axis, and leaves the best point in x. It ends after evals evaluations, or when the simplex'
// values differ by less than tolerance of their size. f may give +Inf outside its domain; NaN counts as +Inf. The same
// input gives the same answer. It allocates its simplex once.
func Minimise(f func(x []float64) float64, x, step []float64, evals int, tolerance float64) float64 {
	s := newSimplex(f, x, step)
	for s.left = evals - len(x) - 1; s.left > 0; {
		low, high := s.order()
		if s.value[high]-s.value[low] <= tolerance*(math.Abs(s.value[low])+1e-300) {
			break
		}
		s.move(low, high)
	}
	low, _ := s.order()
	copy(x, s.point[low])
	return s.value[low]
}

type simplex struct {
	f                     func([]float64) float64
	point                 [][]float64
	value                 []float64
	centre, trial, second []float64
	left                  int
	next                  int // index of the second worst, see order
}

func newSimplex(f func([]float64) float64, x, step []float64) *simplex {
	n := len(x)
	flat := make([]float64, (n+4)*n)
	row := func(i int) []float64 { return flat[i*n : (i+1)*n : (i+1)*n] }
	s := &simplex{f: f, value: make([]float64, n+1), centre: row(n + 1), trial: row(n + 2), second: row(n + 3)}
	for i := 0; i <= n; i++ {
		p := row(i)
		copy(p, x)
		if i > 0 {
			p[i-1] += step[i-1]
		}
		s.point = append(s.point, p)
		s.value[i] = s.at(p)
	}
	return s
}

func (s *simplex) at(p []float64) float64 {
	v := s.f(p)
	if math.IsNaN(v) {
		return math.Inf(1)
	}
	return v
}

// order finds the best and the worst corner and notes the second worst.
func (s *simplex) order() (low, high int) {
	for i, v := range s.value {
		if v < s.value[low] {
			low = i
		}
		if v > s.value[high] {
			high = i
		}
	}
	s.next = low
	for i, v := range s.value {
		if i != high && v > s.value[s.next] {
			s.next = i
		}
	}
	return low, high
}

// move replaces the worst corner by its reflection, expansion or contraction, or shrinks everything towards the best.
func (s *simplex) move(low, high int) {
	for k := range s.centre {
		sum := 0.0
		for i, p := range s.point {
			if i != high {
				sum += p[k]
			}
		}
		s.centre[k] = sum / float64(len(s.point)-1)
	}
	reflected := s.along(s.trial, high, -1)
	switch {
	case reflected < s.value[low]:
		if expanded := s.along(s.second, high, -2); expanded < reflected {
			s.take(high, s.second, expanded)
			return
		}
		s.take(high, s.trial, reflected)
	case reflected < s.value[s.next]:
		s.take(high, s.trial, reflected)
	default:
		share, bound := 0.5, s.value[high]
		if reflected < bound {
			share, bound = -0.5, reflected
		}
		if contracted := s.along(s.second, high, share); contracted < bound {
			s.take(high, s.second, contracted)
			return
		}
		s.shrink(low)
	}
}

// along evaluates the point at centre + share·(worst − centre).
func (s *simplex) along(p []float64, high int, share float64) float64 {
	for k, c := range s.centre {
		p[k] = c + share*(s.point[high][k]-c)
	}
	s.left--
	return s.at(p)
}

func (s *simplex) take(i int, p []float64, v float64) {
	copy(s.point[i], p)
	s.value[i] = v
}

func (s *simplex) shrink(low int) {
	for i, p := range s.point {
		if i == low {
			continue
		}
		for k := range p {
			p[k] = 0.5 * (p[k] + s.point[low][k])
		}
		s.value[i] = s.at(p)
		s.left--
	}
}
