package decompose

import (
	"math"
	"slices"

	"quartermaster/forecast"
)

// Parts of a series: values = Trend + Σ Season[i] + Rest.
type Parts struct {
	Trend, Rest []float64
	Season      [][]float64 // one per season, in the order given
}

// MSTL separates y into trend, seasons and rest; seasons are lengths in steps, rising, each with two full rounds at least. windows are the
// loess windows of each season over rounds, 0 = periodic (the season never changes); nil = 7 + 4·(1, 2, …) as published. robust
// rounds weigh outliers down. O(rounds · Σ n·window/jump).
func MSTL(y []float64, seasons, windows []int, robust int) Parts {
	p := Parts{Season: make([][]float64, len(seasons))}
	for i := range p.Season {
		p.Season[i] = make([]float64, len(y))
	}
	rest := append([]float64(nil), y...)
	passes := 2
	if len(seasons) == 1 {
		passes = 1
	}
	for range passes {
		for i, m := range seasons {
			for t := range rest {
				rest[t] += p.Season[i][t]
			}
			window := 7 + 4*(i+1)
			if windows != nil {
				window = windows[i]
			}
			s := newSTL(rest, m, window)
			s.fit(robust)
			copy(p.Season[i], s.season)
			p.Trend = s.trend
			for t := range rest {
				rest[t] -= p.Season[i][t]
			}
		}
	}
	if len(seasons) == 0 {
		p.Trend = make([]float64, len(y))
		loess(y, nil, odd(max(7, len(y)/4)), 1, 0, p.Trend)
	}
	p.Rest = rest
	for t := range rest {
		rest[t] -= p.Trend[t]
	}
	return p
}

func odd(n int) int { return n | 1 }

// stl is one season's decomposition (Cleveland et al. 1990), whose names of steps stand in fit.
type stl struct {
	y             []float64
	m, window     int
	trendWindow   int
	season, trend []float64
	weight        []float64 // robustness, nil = all 1
	cycle, low    []float64 // workspaces, m longer at both ends
	sub, smooth   []float64
	subWeight     []float64
}

func newSTL(y []float64, m, window int) *stl {
	n := len(y)
	s := &stl{y: y, m: m, window: window, season: make([]float64, n), trend: make([]float64, n),
		cycle: make([]float64, n+2*m), low: make([]float64, n+2*m)}
	rounds := n/m + 1
	s.sub, s.smooth, s.subWeight = make([]float64, rounds), make([]float64, rounds+2), make([]float64, rounds)
	wide := float64(window)
	if window == 0 {
		wide = 10*float64(n) + 1
	}
	s.trendWindow = odd(int(math.Ceil(1.5 * float64(m) / (1 - 1.5/wide))))
	return s
}

func (s *stl) fit(robust int) {
	for outer := 0; outer <= robust; outer++ {
		for range 2 {
			s.inner()
		}
		if outer < robust {
			s.reweigh()
		}
	}
}

func (s *stl) inner() {
	n, m := len(s.y), s.m
	for i := range m { // steps 1 and 2: detrend, smooth each cycle-subseries and extend it by one at both ends
		k := 0
		for t := i; t < n; t += m {
			s.sub[k] = s.y[t] - s.trend[t]
			s.subWeight[k] = 1
			if s.weight != nil {
				s.subWeight[k] = s.weight[t]
			}
			k++
		}
		out := s.smooth[:k+2]
		if s.window == 0 {
			periodic(s.sub[:k], s.subWeight[:k], out)
		} else {
			loess(s.sub[:k], s.subWeight[:k], s.window, 1, 1, out)
		}
		for j, v := range out {
			if at := i + j*m; at < len(s.cycle) {
				s.cycle[at] = v
			}
		}
	}
	// step 3: low pass
	a := running(s.cycle, m)
	b := running(a, m)
	c := running(b, 3)
	low := s.low[:n]
	loess(c, nil, odd(m), jumpOf(m), 0, low)
	for t := range n { // steps 4 and 5
		s.season[t] = s.cycle[t+m] - low[t]
	}
	rest := make([]float64, n)
	for t := range rest {
		rest[t] = s.y[t] - s.season[t]
	}
	loess(rest, s.weight, s.trendWindow, jumpOf(s.trendWindow), 0, s.trend) // step 6
}

func jumpOf(window int) int { return max(1, (window+9)/10) }

func periodic(sub, weight, out []float64) {
	sum, total := 0.0, 0.0
	for i, v := range sub {
		sum += weight[i] * v
		total += weight[i]
	}
	for i := range out {
		out[i] = sum / max(total, 1e-9)
	}
}

// running is the moving average of length m, m−1 values shorter.
func running(y []float64, m int) []float64 {
	if len(y) < m {
		return nil
	}
	out := make([]float64, len(y)-m+1)
	sum := 0.0
	for t, v := range y {
		sum += v
		if t >= m {
			sum -= y[t-m]
		}
		if t >= m-1 {
			out[t-m+1] = sum / float64(m)
		}
	}
	return out
}

// reweigh gives bisquare weights by the size of the rest.
func (s *stl) reweigh() {
	n := len(s.y)
	size := make([]float64, n)
	for t := range size {
		size[t] = math.Abs(s.y[t] - s.season[t] - s.trend[t])
	}
	limit := 6 * medianOf(size)
	if s.weight == nil {
		s.weight = make([]float64, n)
	}
	for t, r := range size {
		switch u := r / max(limit, 1e-300); {
		case u <= 0.001:
			s.weight[t] = 1
		case u >= 0.999:
			s.weight[t] = 1e-3
		default:
			s.weight[t] = (1 - u*u) * (1 - u*u)
		}
	}
}

// loess smooths y by local lines with tricube weights over the window nearest values, at every jump-th point with lines
// between, and extend points beyond both ends. out has len(y) + 2·extend points.
func loess(y, weight []float64, window, jump, extend int, out []float64) {
	last := -1
	for i := 0; i < len(out); {
		out[i] = local(y, weight, window, float64(i-extend))
		if last >= 0 {
			for k := last + 1; k < i; k++ {
				share := float64(k-last) / float64(i-last)
				out[k] = out[last]*(1-share) + out[i]*share
			}
		}
		last = i
		if i == len(out)-1 {
			break
		}
		i = min(i+jump, len(out)-1)
	}
}

// local is the tricube-weighted line through the window values nearest to x, at x.
func local(y, weight []float64, window int, x float64) float64 {
	n := len(y)
	q := min(window, n)
	from := min(max(int(x)-(q-1)/2, 0), n-q)
	to := from + q
	h := max(x-float64(from), float64(to-1)-x)
	if window > n {
		h += float64(window-n) / 2
	}
	h = max(h, 0.5) * 1.0000001
	var sw, sx, sy, sxx, sxy float64
	for t := from; t < to; t++ {
		d := float64(t) - x
		u := math.Abs(d) / h
		w := 0.0
		if u < 0.999 {
			w = 1 - u*u*u
			w = w * w * w
		}
		if weight != nil {
			w *= weight[t]
		}
		sw += w
		sx += w * d
		sy += w * y[t]
		sxx += w * d * d
		sxy += w * d * y[t]
	}
	if sw <= 0 {
		return y[min(max(int(x), 0), n-1)]
	}
	if det := sw*sxx - sx*sx; det > 1e-9*sw*sw {
		return (sxx*sy - sx*sxy) / det
	}
	return sy / sw
}

func medianOf(v []float64) float64 {
	s := append([]float64(nil), v...)
	sortFloats(s)
	n := len(s)
	if n == 0 {
		return 0
	}
	return (s[(n-1)/2] + s[n/2]) / 2
}

// Over is the method inner fitted to what is left after STL (one season) or MSTL (several); each season goes on as its last
// round did. Where the values are all above zero and Log is set, everything happens in logarithms.
type Over struct {
	Inner  forecast.Method
	Label  string
	Log    bool
	Robust int
	// Periodic keeps each season the same through all of the history.
	Periodic bool
	// Shortest season taken out, longest season taken out (0 = any).
	Longest int
	// Window of latest values looked at, 0 = all.
	Window int
}

// Name is the label, or "stl-" and the inner name.
func (o Over) Name() string {
	if o.Label != "" {
		return o.Label
	}
	return "stl-" + o.Inner.Name()
}

// Fit implements forecast.Method.
func (o Over) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	skip := 0
	if o.Window > 0 {
		skip = max(0, len(r.Values)-o.Window)
	}
	y := r.Values[skip:]
	logs := o.Log && least(y) > 0
	if logs {
		y = logarithms(y)
	}
	seasons, windows := o.seasons(r, len(y))
	rest := y
	var p Parts
	if len(seasons) > 0 {
		p = MSTL(y, seasons, windows, o.Robust)
		rest = make([]float64, len(y))
		for t := range rest {
			rest[t] = p.Trend[t] + p.Rest[t]
		}
	}
	inner := r.With(rest)
	inner.Seasons, inner.Signed = nil, true
	f, err := o.Inner.Fit(inner, horizon)
	if err != nil {
		return f, err
	}
	f.Method = o.Name()
	for i, m := range seasons {
		for h := range f.Mean {
			f.Mean[h] += p.Season[i][len(y)-m+h%m]
		}
		for t := range f.Fitted {
			f.Fitted[t] += p.Season[i][t]
		}
	}
	if logs {
		unlog(y, f.Mean, f.Fitted)
	}
	if skip > 0 && f.Fitted != nil {
		f.Fitted = append(slices.Repeat([]float64{math.NaN()}, skip), f.Fitted...)
	}
	return f, nil
}

// seasons are those of r that have two rounds in n values, with their loess windows; 0 = periodic.
func (o Over) seasons(r *forecast.Regular, n int) (seasons, windows []int) {
	for _, m := range r.Seasons {
		if m > 1 && 2*m <= n && (o.Longest == 0 || m <= o.Longest) {
			seasons = append(seasons, m)
			w := 7 + 4*len(seasons)
			if o.Periodic || n/m < 6 {
				w = 0
			}
			windows = append(windows, w)
		}
	}
	return seasons, windows
}

func logarithms(y []float64) []float64 {
	out := make([]float64, len(y))
	for t, v := range y {
		out[t] = math.Log(v)
	}
	return out
}

// unlog turns logarithms back into values. One far above all logarithms seen is no forecast and is cut.
func unlog(seen []float64, rows ...[]float64) {
	top := 0.0
	for _, v := range seen {
		top = max(top, v)
	}
	for _, row := range rows {
		for t := range row {
			row[t] = math.Exp(min(row[t], top+1))
		}
	}
}
