package naive

import (
	"fmt"
	"math"
	"slices"

	"quartermaster/forecast"
)

// Profile is the mean of the last rounds of a season, step by step, moved to the latest level.
type Profile struct {
	// Longest takes the longest season of which there are two rounds, else the first one is taken.
	Longest bool
	Rounds  int // how many at most; 0 = 4
	// Level is the number of latest steps whose mean is the level, 0 = the rounds as they were.
	Level  int
	Median bool // of the rounds rather than the mean
	// Fade is the weight of a round against the one after it; 0 = 1.
	Fade float64
}

// Name tells rounds, level and kind.
func (p Profile) Name() string {
	name := "profile"
	if p.Longest {
		name = "long-profile"
	}
	if p.Median {
		name += "-median"
	}
	if p.Fade > 0 {
		name += fmt.Sprintf("-fade%g", p.Fade)
	}
	return fmt.Sprintf("%s%d-%d", name, p.rounds(), p.Level)
}

func (p Profile) rounds() int {
	if p.Rounds == 0 {
		return 4
	}
	return p.Rounds
}

// Fit implements forecast.Method.
func (p Profile) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	m := r.FirstSeason()
	if p.Longest {
		m = r.Season()
	}
	y := r.Values
	rounds := min(p.rounds(), len(y)/m)
	if rounds == 0 {
		return forecast.Curve{}, fmt.Errorf("%w: %s needs one round of %d", forecast.ErrShort, p.Name(), m)
	}
	shape, seen := make([]float64, m), make([]float64, rounds)
	for i := range shape {
		for k := range seen {
			seen[k] = y[len(y)-(rounds-k)*m+i]
		}
		shape[i] = p.centre(seen)
	}
	scale := 1.0
	if p.Level > 0 && p.Level <= len(y) {
		now, then := 0.0, 0.0
		for k := 1; k <= p.Level; k++ {
			now += y[len(y)-k]
			then += shape[((-k)%m+m)%m]
		}
		if then > 0 && now > 0 {
			scale = min(max(now/then, 0.2), 5)
		}
	}
	f := forecast.Curve{Method: p.Name(), Mean: make([]float64, horizon), Params: map[string]float64{"rounds": float64(rounds), "scale": scale}}
	for h := range f.Mean {
		f.Mean[h] = shape[h%m] * scale
	}
	return f, nil
}

func (p Profile) centre(v []float64) float64 {
	if p.Median {
		s := slices.Clone(v)
		slices.Sort(s)
		return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
	}
	fade := p.Fade
	if fade == 0 {
		fade = 1
	}
	sum, total, w := 0.0, 0.0, 1.0
	for k := len(v) - 1; k >= 0; k-- {
		sum += w * v[k]
		total += w
		w *= fade
	}
	return sum / total
}

// Quantile is the quantile at Level of the last Window values (0 = all): the median is what absolute errors ask for.
type Quantile struct {
	Level  float64
	Window int
}

// Name is "q" with level and window.
func (q Quantile) Name() string { return fmt.Sprintf("q%g-%d", q.Level, q.Window) }

// Fit implements forecast.Method.
func (q Quantile) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	y := r.Values
	if q.Window > 0 {
		y = y[max(0, len(y)-q.Window):]
	}
	if len(y) == 0 {
		return forecast.Curve{}, fmt.Errorf("%w: %s needs 1 value", forecast.ErrShort, q.Name())
	}
	s := slices.Clone(y)
	slices.Sort(s)
	return forecast.Curve{Method: q.Name(), Mean: slices.Repeat([]float64{forecast.Quantile(s, q.Level)}, horizon)}, nil
}

// YearAgo is the last value and a share of the change that came after the same step one season ago, where there are three rounds.
type YearAgo struct{ Share float64 }

// Name is "year-ago" and the share.
func (s YearAgo) Name() string { return fmt.Sprintf("year-ago%g", s.Share) }

// Fit implements forecast.Method.
func (s YearAgo) Fit(r *forecast.Regular, horizon int) (forecast.Curve, error) {
	y, n := r.Values, len(r.Values)
	if n == 0 {
		return forecast.Curve{}, fmt.Errorf("%w: %s needs 1 value", forecast.ErrShort, s.Name())
	}
	m := r.Season()
	f := forecast.Curve{Method: s.Name(), Mean: make([]float64, horizon)}
	for h := range f.Mean {
		f.Mean[h] = y[n-1]
		if at := n - 1 - m; m > 1 && n >= 3*m && y[at] != 0 {
			if ratio := y[at+1+h%m] / y[at]; ratio > 0 && !math.IsInf(ratio, 0) && y[n-1] > 0 {
				f.Mean[h] = y[n-1] * math.Pow(min(max(ratio, 0.05), 20), s.Share)
			}
		}
	}
	return f, nil
}
