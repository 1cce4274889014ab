package forecast

import "math"

// Profile is the shape of a week: the demand of each weekday over the mean of the open ones. Index 0 is Monday.
// A factor of 0 says that the shop is closed on that weekday and nothing can be sold.
type Profile struct {
	Factor [7]float64
}

// FlatProfile is a week of seven equal open days.
func FlatProfile() Profile {
	return Profile{Factor: [7]float64{1, 1, 1, 1, 1, 1, 1}}
}

// Open says whether anything can be sold on weekday w.
func (p *Profile) Open(w int) bool { return p.Factor[w] > 0 }

const (
	// A weekday that came up at least closedMinDays times and was observed on fewer than closedShare of them is closed:
	// the one Saturday before Christmas does not make Saturday a day of business.
	closedMinDays = 4
	closedShare   = 0.05
	// profileVariance is the variance across items of the true weekday factors about the pooled ones: the prior of the
	// shrinkage in fitProfile. 0.02 is a standard deviation of 14 %.
	profileVariance = 0.02
	minFactor       = 0.01 // of an open weekday, so that dividing by it is safe
)

// ProfilePool adds up what series say of the week that they share, one by one, so that they need not be in memory together.
type ProfilePool struct{ came, seen, days, demand [7]float64 }

// Add takes in one series. Each weighs by 1/(1 + CV²) of its days and not by its volume, so that neither a best-seller nor a
// lumpy item sets everyone's week. O(days).
func (p *ProfilePool) Add(s Series) {
	t := tally(s)
	for w := range p.came {
		p.came[w] += t.came[w]
		p.seen[w] += t.seen[w]
	}
	open := FlatProfile()
	mean, variance := t.moments(&open)
	if mean <= 0 {
		return
	}
	say := 1 / (1 + variance/(mean*mean))
	for w := range p.days {
		p.days[w] += say * t.days[w]
		p.demand[w] += say * t.demand[w] / mean
	}
}

// Profile is the week of what was added.
func (p *ProfilePool) Profile() Profile {
	out := Profile{Factor: openWeekdays(p.came, p.seen, nil)}
	for w := range out.Factor {
		if out.Factor[w] > 0 && p.days[w] > 0 {
			out.Factor[w] = max(minFactor, p.demand[w]/p.days[w])
		}
	}
	out.normalise()
	return out
}

// PooledProfile is the week that all series share; see ProfilePool. O(total days).
func PooledProfile(series []Series) Profile {
	var p ProfilePool
	for _, s := range series {
		p.Add(s)
	}
	return p.Profile()
}

// tallies counts a series by weekday: days that came up and days observed over all its length; days, demand and squared
// demand from the first sale on.
type tallies struct {
	came, seen, days, demand, square [7]float64
}

func tally(s Series) tallies {
	var t tallies
	w, sold := Weekday(s.StartDay), false
	for _, v := range s.Values {
		t.came[w]++
		if v >= 0 && v <= MaxUnits { // false for NaN
			t.seen[w]++
			sold = sold || v >= leastUnits
			if sold {
				t.days[w]++
				t.demand[w] += v
				t.square[w] += v * v
			}
		}
		if w++; w == 7 {
			w = 0
		}
	}
	return t
}

// moments gives the mean demand of a day open in p and the variance about the mean of its own weekday.
func (t *tallies) moments(p *Profile) (mean, variance float64) {
	var n, sum, within, free float64
	for w := range t.days {
		if t.days[w] == 0 || !p.Open(w) {
			continue
		}
		n += t.days[w]
		sum += t.demand[w]
		within += max(0, t.square[w]-t.demand[w]*t.demand[w]/t.days[w])
		free += t.days[w] - 1
	}
	if n == 0 {
		return 0, 0
	}
	return sum / n, within / max(free, 1)
}

// openWeekdays gives 1 for the open weekdays and 0 for the closed ones. Where too few days came up to tell, pooled
// decides, and without it the day counts as open.
func openWeekdays(came, seen [7]float64, pooled *Profile) (open [7]float64) {
	for w := range open {
		open[w] = 1
		if came[w] >= closedMinDays {
			if seen[w] < closedShare*came[w] {
				open[w] = 0
			}
		} else if pooled != nil && !pooled.Open(w) && seen[w] == 0 {
			open[w] = 0
		}
	}
	return open
}

// profile is the week of one series, shrunk towards pooled (nil: flat) by empirical Bayes: the factor of weekday w is the
// mean of its n own relative demands and K = noise/profileVariance pooled ones, noise = squared coefficient of variation
// within weekdays (Efron and Morris 1975). A steady item keeps its own week, a lumpy or a young one takes the pooled one.
func (t *tallies) profile(pooled *Profile) Profile {
	p := Profile{Factor: openWeekdays(t.came, t.seen, pooled)}
	mean, variance := t.moments(&p)
	prior := FlatProfile()
	if pooled != nil {
		prior = *pooled
	}
	k := math.Inf(1)
	if mean > 0 {
		k = variance / (mean * mean) / profileVariance
	}
	for w := range p.Factor {
		if p.Factor[w] == 0 {
			continue
		}
		base := prior.Factor[w]
		if base == 0 { // the pool is closed on this day, this series is not
			base = 1
		}
		p.Factor[w] = base
		if n := t.days[w]; n+k > 0 && !math.IsInf(k, 1) {
			p.Factor[w] = max(minFactor, (t.demand[w]/mean+k*base)/(n+k))
		}
	}
	p.normalise()
	return p
}

// normalise scales the open factors to a mean of one.
func (p *Profile) normalise() {
	sum, n := 0.0, 0.0
	for _, f := range p.Factor {
		if f > 0 {
			sum += f
			n++
		}
	}
	if sum <= 0 {
		return
	}
	for w := range p.Factor {
		p.Factor[w] *= n / sum
	}
}
