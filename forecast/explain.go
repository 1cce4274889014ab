package forecast

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Explanation says in numbers what a forecast is made of, and in a sentence. It adds up, whatever method made the forecast:
//
//	mean[h] = Level + Trend·(h − (m−1)/2) + Season[h mod m] + Σ Regressors + rest, m = len(Season) or 1
type Explanation struct {
	Level      float64            // units a step about the middle of the first season
	Trend      float64            // units a step that each step adds
	Season     []float64          // units above or below the level, for each step of the shortest season; none = no season
	Regressors map[string]float64 `json:",omitempty"` // mean units a step that each adds, against its usual value
	Rest       float64            // mean absolute part of the means that none of these says
	// Recent and YearAgo compare the forecast's total with that of as many observed steps just before it and of the same steps a
	// year before: 0.1 = a tenth more. NaN is never in them: they are 0 and Known says so.
	Recent, YearAgo           float64
	KnownRecent, KnownYearAgo bool
	Width                     float64 // mean width of the 10–90 % band over the mean forecast, 0 where there is none
	Sentence                  string
}

// Story is what an explanation is told with. Only Step is needed.
type Story struct {
	Step       string             // day, week, month …
	History    []float64          // before the forecast, NaN = not observed
	Seasons    []int              // as Regular has them
	Year       int                // steps of a year, 0 = not compared
	Label      func(h int) string // name of step h, such as Monday; nil = no names
	Regressors map[string]float64 // effects that whoever fitted them knows
	Accuracy   *Accuracy          // of a backtest
}

// Explain takes a forecast apart. low and high are the 10 and 90 % quantiles or nil. O(horizon + season).
func Explain(mean, low, high []float64, s Story) Explanation {
	e := Explanation{Regressors: s.Regressors}
	if len(mean) == 0 {
		return e
	}
	e.takeApart(mean, s)
	e.Recent, e.KnownRecent = against(mean, s.History, len(mean))
	if s.Year > 0 {
		e.YearAgo, e.KnownYearAgo = against(mean, s.History, s.Year)
	}
	total := 0.0
	for h := range low {
		e.Width += high[h] - low[h]
		total += math.Abs(mean[h])
	}
	if total > 0 {
		e.Width /= total
	}
	e.Sentence = e.sentence(s)
	return e
}

// takeApart gives level, trend and season. The trend is the mean change from one season before, which lies in the history
// for the first steps, so that a season is never taken for a trend.
func (e *Explanation) takeApart(mean []float64, s Story) {
	n, m := len(mean), 1
	for _, season := range s.Seasons {
		if season > 1 && season <= n {
			m = season
			break
		}
	}
	before := func(h int) float64 { // the value of step h − m
		if h >= m {
			return mean[h-m]
		}
		if at := len(s.History) + h - m; at >= 0 {
			return s.History[at]
		}
		return math.NaN()
	}
	from, change, count := 0, 0.0, 0.0
	if n >= 2*m {
		from = m // the means alone: they are smooth
	}
	for h := from; h < n; h++ {
		if d := mean[h] - before(h); !math.IsNaN(d) {
			change += d
			count++
		}
	}
	if n >= 2*m {
		e.Trend = change / max(count, 1) / float64(m)
	}
	for _, v := range mean[:m] {
		e.Level += v / float64(m)
	}
	middle := float64(m-1) / 2
	line := func(h int) float64 { return e.Level + e.Trend*(float64(h)-middle) }
	if m > 1 {
		e.Season = make([]float64, m)
		times := make([]float64, m)
		for h, v := range mean {
			e.Season[h%m] += v - line(h)
			times[h%m]++
		}
		for k := range e.Season {
			e.Season[k] /= times[k]
		}
	}
	for h, v := range mean {
		rest := v - line(h)
		if m > 1 {
			rest -= e.Season[h%m]
		}
		e.Rest += math.Abs(rest) / float64(n)
	}
	for _, v := range s.Regressors { // what they add is part of the level above
		e.Level -= v
	}
}

// against compares the total of the means with that of the history lag steps before each, over the steps observed.
func against(mean, history []float64, lag int) (change float64, known bool) {
	ours, theirs, n := 0.0, 0.0, 0
	for h, v := range mean {
		at := len(history) + h - lag
		if at < 0 || at >= len(history) || math.IsNaN(history[at]) {
			continue
		}
		ours += v
		theirs += history[at]
		n++
	}
	if 2*n < min(len(mean), max(lag, 1)) || theirs <= 0 {
		return 0, false
	}
	return ours/theirs - 1, true
}

// sentence tells the numbers to people.
func (e *Explanation) sentence(s Story) string {
	step := s.Step
	if step == "" {
		step = "step"
	}
	usual := e.Level
	for _, v := range e.Regressors {
		usual += v
	}
	parts := []string{fmt.Sprintf("About %s units a %s", figure(usual), step)}
	if m := max(len(e.Season), 1); math.Abs(e.Trend)*float64(m) > 0.002*math.Abs(usual) && usual != 0 {
		word := "rising"
		if e.Trend < 0 {
			word = "falling"
		}
		parts[0] += fmt.Sprintf(", %s by %s a %s", word, figure(math.Abs(e.Trend)), step)
	} else {
		parts[0] += ", level"
	}
	if text := e.seasonText(s, usual); text != "" {
		parts = append(parts, text)
	}
	for _, name := range sortedNames(e.Regressors) {
		parts = append(parts, fmt.Sprintf("%s adds %s a %s", name, figure(e.Regressors[name]), step))
	}
	if e.KnownRecent {
		parts = append(parts, comparison(e.Recent)+" than just before")
	}
	if e.KnownYearAgo {
		parts = append(parts, comparison(e.YearAgo)+" than a year before")
	}
	text := strings.Join(parts, "; ") + "."
	if a := s.Accuracy; a != nil && a.Points > 0 {
		text += fmt.Sprintf(" Tried on the past (%d times), it was off by %.0f %% of demand, %.0f %% of what came lay within its 80 %% band, and it was %s than repeating the last season.",
			a.Origins, 100*a.WAPE, 100*a.Coverage80, better(a.ValueAdded))
	}
	return text
}

func (e *Explanation) seasonText(s Story, usual float64) string {
	if len(e.Season) == 0 || usual <= 0 {
		return ""
	}
	high, low := 0, 0
	for k, v := range e.Season {
		if v > e.Season[high] {
			high = k
		}
		if v < e.Season[low] {
			low = k
		}
	}
	if e.Season[high]-e.Season[low] < 0.02*usual {
		return ""
	}
	name := func(k int) string {
		if s.Label != nil {
			return s.Label(k)
		}
		return fmt.Sprintf("step %d of %d", k+1, len(e.Season))
	}
	return fmt.Sprintf("most on %s (%+.0f %%), least on %s (%+.0f %%)", name(high), 100*e.Season[high]/usual, name(low), 100*e.Season[low]/usual)
}

func comparison(change float64) string {
	switch {
	case change > 0.005:
		return fmt.Sprintf("%.0f %% more", 100*change)
	case change < -0.005:
		return fmt.Sprintf("%.0f %% less", -100*change)
	}
	return "no more or less"
}

func better(added float64) string {
	if added >= 0 {
		return fmt.Sprintf("%.0f %% better", 100*added)
	}
	return fmt.Sprintf("%.0f %% worse", -100*added)
}

// figure writes a quantity with three digits, whole numbers in full.
func figure(v float64) string {
	if math.Abs(v) >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

var weekdays = [7]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// WeekdayName is the English name of day d counted from 1970-01-01.
func WeekdayName(d int) string { return weekdays[Weekday(d)] }

func sortedNames(m map[string]float64) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}
