package road

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// Speeds are what traces told of how fast streets are driven, by hour of the day: sums of the logarithm of measured over
// free-flow speed. They are kept by OpenStreetMap's point numbers, so that they outlive the graph they were learned on. One
// Speeds serves one goroutine.
type Speeds struct{ seen map[speedKey]tallied }

// speedKey is a directed edge by its first two points, and an hour.
type speedKey struct {
	from, to int64
	hour     int8
}

type tallied struct {
	n, sum, squares float64
}

// ErrSpeeds marks a file of speeds that cannot be read.
var ErrSpeeds = errors.New("road: bad speeds")

const (
	// A passage slower than a tenth of free flow is a stop, not a speed; one faster than 2.5 times it a mismatch.
	slowestPassage = 0.1
	fastestPassage = 2.5
	// Spreads of the logarithm that are believed before there is much to learn them from: single passages differ by a quarter,
	// streets of one class by a sixth, the hours of one street by a tenth. They count as priorWeight degrees of freedom.
	passageSD   = 0.25
	streetSD    = 0.16
	hourSD      = 0.10
	priorWeight = 20.0
	maxSpeeds   = 20_000_000
)

// NewSpeeds returns Speeds that have seen nothing.
func NewSpeeds() *Speeds { return &Speeds{seen: map[speedKey]tallied{}} }

// Len is how many streets' hours were seen.
func (s *Speeds) Len() int { return len(s.seen) }

// Learn takes in the streets that a matched trace drove over wholly (Graph.Passages), whose clock shows Unix seconds;
// offsetSec is added to get the clock on the street. It tells how many were taken; stops and mismatches are not.
func (s *Speeds) Learn(g *Graph, passages []Passage, offsetSec int64) (taken int) {
	for _, p := range passages {
		factor := p.FreeSec / p.DriveSec
		if !(factor >= slowestPassage && factor <= fastestPassage) || p.Directed < 0 || int(p.Directed) >= 2*g.Edges() {
			continue
		}
		x := math.Log(factor)
		from, to := g.Ends(p.Directed)
		k := speedKey{from, to, int8((&Pattern{OffsetSec: offsetSec}).Hour(int64(math.Floor(p.EnterSec))))}
		t := s.seen[k]
		s.seen[k] = tallied{t.n + 1, t.sum + x, t.squares + x*x}
		taken++
	}
	return taken
}

// Ends are OpenStreetMap's numbers of the first two points of a directed edge.
func (g *streets) Ends(d int32) (from, to int64) {
	first, last := g.shapeFirst[d>>1], g.shapeFirst[d>>1+1]-1
	if d&1 == 0 {
		return g.shapeNode[first], g.shapeNode[first+1]
	}
	return g.shapeNode[last], g.shapeNode[last-1]
}

// Learned is a pattern of speeds with how sure it is.
type Learned struct {
	Pattern
	// SD is the standard deviation of the logarithm of each factor of Pattern.Factor, about the share by which it may be off;
	// Count how many passages it was learned from.
	SD    [][Hours]float32
	Count [][Hours]int32
	// What was found of the spreads: of single passages, of streets within their class, of hours within their street.
	PassageSD, StreetSD, HourSD float64
}

// Pattern learns the speeds of a graph's streets. Method: the logarithm of the factor is the mean of its class at the hour,
// and what the street differs from it, and what the hour differs from the street; each is shrunk towards the level above by
// its variance against that of the mean of what was seen (empirical Bayes; Efron and Morris, "Data Analysis Using Stein's
// Estimator and its Generalizations", JASA 70, 1975, equations 1.7 to 1.9), the variances by the method of moments with a
// prior of twenty observations. A street that was never driven has the pattern of its class; a class never driven at an hour
// has free flow.
func (s *Speeds) Pattern(g *Graph, offsetSec int64) *Learned {
	rows := s.rows(g)
	l := &Learned{Pattern: Pattern{OffsetSec: offsetSec}}
	means := classMeans(rows)
	for c := range means {
		for h := range means[c] {
			if means[c][h] != 0 {
				l.Class[c][h] = float32(clampFactor(math.Exp(means[c][h])))
			}
		}
	}
	v := spreads(rows, &means)
	l.PassageSD, l.StreetSD, l.HourSD = math.Sqrt(v.passage), math.Sqrt(v.street), math.Sqrt(v.hour)
	for i := range rows {
		factor, sd, count := rows[i].estimate(&means[rows[i].class], v)
		l.Edge, l.Factor = append(l.Edge, rows[i].d), append(l.Factor, factor)
		l.SD, l.Count = append(l.SD, sd), append(l.Count, count)
	}
	return l
}

// speedRow is what was seen of one directed edge.
type speedRow struct {
	d     int32
	class Class
	hour  [Hours]tallied
}

// rows gathers what was seen by directed edge, in rising order. What lies on no street of the graph is left out.
func (s *Speeds) rows(g *Graph) []speedRow {
	at := map[[2]int64]int32{}
	for d := range int32(2 * g.Edges()) {
		if g.opened(d) {
			from, to := g.Ends(d)
			at[[2]int64{from, to}] = d
		}
	}
	index := map[int32]int{}
	var rows []speedRow
	for k, t := range s.seen {
		d, ok := at[[2]int64{k.from, k.to}]
		if !ok {
			continue
		}
		i, ok := index[d]
		if !ok {
			i = len(rows)
			index[d] = i
			rows = append(rows, speedRow{d: d, class: g.class(d >> 1)})
		}
		rows[i].hour[k.hour] = t
	}
	slices.SortFunc(rows, func(a, b speedRow) int { return cmp.Compare(a.d, b.d) })
	return rows
}

// classMeans are the mean logarithms by class and hour, shrunk towards those of the hour over all classes.
func classMeans(rows []speedRow) (means [ClassCount][Hours]float64) {
	var classes [ClassCount][Hours]tallied
	var all [Hours]tallied
	for i := range rows {
		for h, t := range rows[i].hour {
			for _, into := range []*tallied{&classes[rows[i].class][h], &all[h]} {
				into.n, into.sum = into.n+t.n, into.sum+t.sum
			}
		}
	}
	for c := range classes {
		for h, t := range classes[c] {
			if all[h].n > 0 {
				means[c][h] = (t.sum + priorWeight*all[h].sum/all[h].n) / (t.n + priorWeight)
			}
		}
	}
	return means
}

// variances of single passages, of streets within their class and of hours within their street.
type variances struct{ passage, street, hour float64 }

func spreads(rows []speedRow, means *[ClassCount][Hours]float64) variances {
	var within, withinDF, street, streets, hour, hours float64
	for i := range rows {
		r := &rows[i]
		residual, n := r.residual(&means[r.class])
		if n == 0 {
			continue
		}
		for h, t := range r.hour {
			if t.n > 1 {
				within += t.squares - t.sum*t.sum/t.n
				withinDF += t.n - 1
			}
			if t.n > 0 {
				x := t.sum/t.n - means[r.class][h] - residual
				hour += x*x - passageSD*passageSD/t.n
				hours++
			}
		}
		street += residual*residual - passageSD*passageSD/n
		streets++
	}
	blend := func(sum, df, prior float64) float64 {
		return math.Max((sum+priorWeight*prior*prior)/(df+priorWeight), prior*prior/25)
	}
	return variances{blend(within, withinDF, passageSD), blend(street, streets, streetSD), blend(hour, hours, hourSD)}
}

// residual is how far the street's passages lie from its class on average, and how many they are.
func (r *speedRow) residual(means *[Hours]float64) (mean, n float64) {
	for h, t := range r.hour {
		mean += t.sum - t.n*means[h]
		n += t.n
	}
	if n == 0 {
		return 0, 0
	}
	return mean / n, n
}

func (r *speedRow) estimate(means *[Hours]float64, v variances) (factor, sd [Hours]float32, count [Hours]int32) {
	residual, n := r.residual(means)
	keep := v.street / (v.street + v.passage/math.Max(n, 1))
	if n == 0 {
		keep = 0
	}
	streetVar := v.street * (1 - keep)
	for h, t := range r.hour {
		x, left := means[h]+keep*residual, v.hour
		if t.n > 0 {
			w := v.hour / (v.hour + v.passage/t.n)
			x += w * (t.sum/t.n - x)
			left *= 1 - w
		}
		factor[h], sd[h], count[h] = float32(clampFactor(math.Exp(x))), float32(math.Sqrt(streetVar+left)), int32(t.n)
	}
	return factor, sd, count
}

func clampFactor(f float64) float64 { return min(max(f, minFactor), maxFactor) }

// Seen is what was seen of one street, by its first two points, in one hour of the day.
type Seen struct {
	FromNode, ToNode int64
	Hour             int
	Passages         float64
	SumLog           float64 // of the logarithm of measured over free-flow speed
	SumLogSquares    float64
}

// Each calls visit with all that was seen, sorted.
func (s *Speeds) Each(visit func(x Seen)) {
	keys := make([]speedKey, 0, len(s.seen))
	for k := range s.seen {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b speedKey) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.hour, b.hour))
	})
	for _, k := range keys {
		t := s.seen[k]
		visit(Seen{k.from, k.to, int(k.hour), t.n, t.sum, t.squares})
	}
}

// Add takes in what was seen elsewhere. The error wraps ErrSpeeds.
func (s *Speeds) Add(x Seen) error {
	most := x.Passages * max(-math.Log(slowestPassage), math.Log(fastestPassage))
	if x.Hour < 0 || x.Hour >= Hours || !(x.Passages >= 1 && x.Passages <= 1e9) || !(math.Abs(x.SumLog) <= most+1e-6) ||
		!(x.SumLogSquares >= 0 && x.SumLogSquares*x.Passages >= x.SumLog*x.SumLog-1e-6*x.Passages) || len(s.seen) >= maxSpeeds {
		return fmt.Errorf("%w: %+v: an hour of the day, a count and two sums that go together are needed", ErrSpeeds, x)
	}
	k := speedKey{x.FromNode, x.ToNode, int8(x.Hour)}
	t := s.seen[k]
	s.seen[k] = tallied{t.n + x.Passages, t.sum + x.SumLog, t.squares + x.SumLogSquares}
	return nil
}

var speedHead = []string{"from_node", "to_node", "hour", "passages", "sum_log", "sum_log_squares"}

// Write writes the speeds as CSV, sorted.
func (s *Speeds) Write(w io.Writer) error {
	out := csv.NewWriter(w)
	err := out.Write(speedHead)
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	s.Each(func(x Seen) {
		if err == nil {
			err = out.Write([]string{strconv.FormatInt(x.FromNode, 10), strconv.FormatInt(x.ToNode, 10), strconv.Itoa(x.Hour),
				number(x.Passages), number(x.SumLog), number(x.SumLogSquares)})
		}
	})
	out.Flush()
	return errors.Join(err, out.Error())
}

// ReadSpeeds reads what Write wrote, adding up lines of the same street and hour. The error wraps ErrSpeeds and names the line.
func ReadSpeeds(r io.Reader) (*Speeds, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(speedHead)
	head, err := in.Read()
	if err != nil || !slices.Equal(head, speedHead) {
		return nil, fmt.Errorf("%w: the first line is not %v", ErrSpeeds, speedHead)
	}
	s := NewSpeeds()
	for line := 2; ; line++ {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSpeeds, err)
		}
		x, err := readSeen(row)
		if err == nil {
			err = s.Add(x)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
}

func readSeen(row []string) (x Seen, err error) {
	var errs [6]error
	x.FromNode, errs[0] = strconv.ParseInt(row[0], 10, 64)
	x.ToNode, errs[1] = strconv.ParseInt(row[1], 10, 64)
	x.Hour, errs[2] = strconv.Atoi(row[2])
	x.Passages, errs[3] = strconv.ParseFloat(row[3], 64)
	x.SumLog, errs[4] = strconv.ParseFloat(row[4], 64)
	x.SumLogSquares, errs[5] = strconv.ParseFloat(row[5], 64)
	if err := errors.Join(errs[:]...); err != nil {
		return x, fmt.Errorf("%w: %w", ErrSpeeds, err)
	}
	return x, nil
}
