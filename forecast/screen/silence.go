package screen

import "math"

// Silence is suspected where a regular item would be silent for so long less than once in a million runs.
const (
	leastRegular = 0.5  // share of steps with demand about the run
	leastAbout   = 14   // observed steps about it, on each side
	mostAbout    = 56   // looked at, on each side
	leastChance  = 1e-6 // of a run of such length
)

// suspect takes inner runs of zeros for an empty shelf where chance does not explain them: the steps about the run have
// demand with probability p each, so that g silent steps in a row come with (1−p)^g. Runs that were silent a year before as
// well are a season, and one that lasts to the end may be the item's end: both stay.
func suspect(y []float64, f Facts, r *Report) {
	for t := 0; t < len(y); t++ {
		if y[t] != 0 {
			continue
		}
		end := t
		for end < len(y) && !(y[end] > 0) {
			end++
		}
		if end == len(y) {
			return
		}
		zeros := 0
		for _, v := range y[t:end] {
			if v == 0 {
				zeros++
			}
		}
		before, m := share(y, t-1, -1)
		after, n := share(y, end, 1)
		p := min(before, after)
		if zeros >= 3 && m >= leastAbout && n >= leastAbout && p >= leastRegular &&
			float64(zeros)*math.Log1p(-min(p, 0.999)) < math.Log(leastChance) && !quietYearBefore(y, t, end, f.Year) {
			for k := t; k < end; k++ {
				if y[k] == 0 {
					y[k] = math.NaN()
					r.Suspected++
				}
			}
		}
		t = end
	}
}

// share of observed steps with demand from step at on in a direction, and how many were observed.
func share(y []float64, at, step int) (p float64, n int) {
	positive := 0
	for ; at >= 0 && at < len(y) && n < mostAbout; at += step {
		if v := y[at]; v >= 0 {
			n++
			if v > 0 {
				positive++
			}
		}
	}
	return float64(positive) / float64(max(n, 1)), n
}

func quietYearBefore(y []float64, from, to, year int) bool {
	if year == 0 || from < year {
		return false
	}
	positive := 0
	for _, v := range y[from-year : to-year] {
		if v > 0 {
			positive++
		}
	}
	return 4*positive < to-from
}

// lifeOf tells the stage of a life, and the observed steps since the last demand.
func lifeOf(y []float64, f Facts) (life Life, silent int) {
	first, demands, observed := -1, 0, 0
	for t, v := range y {
		if v > 0 {
			if first < 0 {
				first = t
			}
			demands++
			silent = 0
		} else if v == 0 {
			silent++
		}
		if first >= 0 && v >= 0 {
			observed++
		}
	}
	if first < 0 {
		return Unseen, silent
	}
	least, young := 4, max(f.Season, 8)
	if f.Season == 7 {
		least, young = 28, 56
	}
	if demands >= 3 && silent >= least {
		p := float64(demands) / float64(max(observed-silent, demands)) // of the time before the silence
		if float64(silent)*math.Log1p(-min(p, 0.999)) < math.Log(0.005) && !quietYearBefore(y, len(y)-silent, len(y), f.Year) {
			return Dying, silent
		}
	}
	if len(y)-first < young {
		return New, silent
	}
	return Active, silent
}
