package echelon

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Serial is a line of stages under backlogging, the first serving the customer, each fed by the next, the last by a
// supplier without limit. Times are continuous; stock is reviewed all the time.
type Serial struct {
	Stages []SerialStage
	// StockoutCost is the cost of one unit owed to the customer per time, > 0.
	StockoutCost float64
	// Mean and SD are of the demand of one unit of time; SD is not read where Poisson is set.
	Mean, SD float64
	Poisson  bool
}

// SerialStage is one stage of a Serial line.
type SerialStage struct {
	ID       string
	LeadTime float64 // from the next stage, ≥ 0
	// EchelonHolding is what one unit's stay here costs per time beyond its stay at the next stage, > 0.
	EchelonHolding float64
}

// SerialPlan is the best echelon base-stock policy: each stage orders so that all stock here and downstream, less what is
// owed, stands at its level.
type SerialPlan struct {
	Levels []float64 // echelon base-stock levels, one per stage
	Local  []float64 // the same counted at the stage alone
	Cost   float64   // expected, per time, with the stock under way
	// ShangSong are the newsvendor bounds of each level (Shang & Song 2003, eq. 6): Levels lie between them up to the grid.
	ShangSong [][2]float64
}

// serialGrid is how many points the widest lead-time demand is spread over.
const serialGrid = 3000

// PlaceSerial gives the best policy of a line: Clark & Scarf (1960) in the form of Snyder & Shen (2019, §6.2), on whole units
// for Poisson demand and on a grid else. Work is O(N·serialGrid²). An error names what makes no sense.
func PlaceSerial(ctx context.Context, line Serial) (SerialPlan, error) {
	if err := line.validate(); err != nil {
		return SerialPlan{}, err
	}
	n := len(line.Stages)
	local := 0.0 // cost of a unit's stay at the first stage
	total := 0.0
	for _, s := range line.Stages {
		local += s.EchelonHolding
		total += s.LeadTime
	}
	g := line.grid(total)
	implied := make([]float64, g.n) // what a shortfall below the echelon level costs the stages downstream
	for k := range implied {
		implied[k] = (line.StockoutCost + local) * math.Max(0, -g.x(k))
	}
	plan := SerialPlan{Levels: make([]float64, n), Local: make([]float64, n)}
	cost := make([]float64, g.n)
	for j, s := range line.Stages {
		if err := ctx.Err(); err != nil {
			return SerialPlan{}, err
		}
		for k := range implied {
			implied[k] += s.EchelonHolding * g.x(k)
		}
		g.expect(cost, implied, line.mass(g, s.LeadTime))
		best := 0
		for k := range cost {
			if cost[k] < cost[best] {
				best = k
			}
		}
		plan.Levels[j], plan.Cost = g.x(best), cost[best]
		for k := range implied {
			implied[k] = cost[min(k, best)]
		}
	}
	for j := range n {
		plan.Local[j] = plan.Levels[j]
		if j > 0 {
			low := plan.Levels[j]
			for i := j - 1; i >= 0; i-- {
				low = math.Min(low, plan.Levels[i])
			}
			plan.Local[j] = plan.Levels[j] - low
		}
	}
	plan.ShangSong = line.shangSong(local)
	return plan, nil
}

func (line *Serial) validate() error {
	if len(line.Stages) == 0 {
		return errors.New("echelon: a line needs a stage")
	}
	if !(line.StockoutCost > 0) || math.IsInf(line.StockoutCost, 0) {
		return fmt.Errorf("echelon: stock-out cost is %g; it must be finite and above 0, or no stock is worth holding", line.StockoutCost)
	}
	if !(line.Mean > 0) || line.Mean > 1e9 || (!line.Poisson && (!(line.SD > 0) || line.SD > 1e9)) {
		return fmt.Errorf("echelon: demand with mean %g and standard deviation %g; both must lie in 0…1e9", line.Mean, line.SD)
	}
	total := 0.0
	for j, s := range line.Stages {
		if !(s.LeadTime >= 0) || s.LeadTime > 1e6 {
			return fmt.Errorf("echelon: stage %d (%q): lead time is %g, want 0…1e6", j, s.ID, s.LeadTime)
		}
		if !(s.EchelonHolding > 0) || s.EchelonHolding > 1e12 {
			return fmt.Errorf("echelon: stage %d (%q): echelon holding cost is %g; it must be above 0, or all stock belongs further down", j, s.ID, s.EchelonHolding)
		}
		total += s.LeadTime
	}
	if line.Poisson && line.Mean*total > 1e4 {
		return fmt.Errorf("echelon: %g units over all lead times; use normal demand above 10,000", line.Mean*total)
	}
	return nil
}

// grid is a row of stock levels with equal steps.
type grid struct {
	lo, step float64
	n        int
}

func (g grid) x(k int) float64 { return g.lo + float64(k)*g.step }

func (line *Serial) grid(total float64) grid {
	mean, sd := line.Mean*total, line.sd(total)
	g := grid{step: 1}
	lo, hi := -mean-8*sd-2, 2*mean+10*sd+10
	if !line.Poisson {
		g.step = (hi - lo) / serialGrid
	}
	g.lo = math.Floor(lo/g.step) * g.step
	g.n = int((hi-g.lo)/g.step) + 1
	return g
}

func (line *Serial) sd(time float64) float64 {
	if line.Poisson {
		return math.Sqrt(line.Mean * time)
	}
	return line.SD * math.Sqrt(time)
}

// mass is the probability of the demand over a time, by grid step from 0 (normal demand below 0 counts as less than none).
type mass struct {
	first int
	p     []float64
}

func (line *Serial) mass(g grid, time float64) mass {
	mean, sd := line.Mean*time, line.sd(time)
	if time == 0 || sd == 0 {
		return mass{p: []float64{1}}
	}
	if line.Poisson {
		d := distuv.Poisson{Lambda: mean}
		m := mass{p: make([]float64, int(mean+12*sd)+10)}
		for k := range m.p {
			m.p[k] = d.Prob(float64(k))
		}
		return m
	}
	first, last := int(math.Floor((mean-7*sd)/g.step)), int(math.Ceil((mean+7*sd)/g.step))
	m := mass{first: first, p: make([]float64, last-first+1)}
	cdf := func(x float64) float64 { return distuv.UnitNormal.CDF((x - mean) / sd) }
	for k := range m.p {
		at := float64(first+k) * g.step
		m.p[k] = cdf(at+g.step/2) - cdf(at-g.step/2)
	}
	return m
}

// expect fills dst[k] with the mean of f at x(k) less the demand; f goes on straight beyond both ends.
func (g grid) expect(dst, f []float64, m mass) {
	left, right := f[1]-f[0], f[g.n-1]-f[g.n-2]
	for k := range dst {
		sum := 0.0
		for d, p := range m.p {
			at := k - m.first - d
			switch {
			case at < 0:
				sum += p * (f[0] + float64(at)*left)
			case at >= g.n:
				sum += p * (f[g.n-1] + float64(at-g.n+1)*right)
			default:
				sum += p * f[at]
			}
		}
		dst[k] = sum
	}
}

// shangSong gives the newsvendor levels of each stage with the lowest and the highest holding cost that may stand for its echelon.
func (line *Serial) shangSong(local float64) [][2]float64 {
	out := make([][2]float64, len(line.Stages))
	time, sum := 0.0, 0.0
	for j, s := range line.Stages {
		time += s.LeadTime
		sum += s.EchelonHolding
		above := local - sum // what is left of the holding cost further up
		ratio := func(h float64) float64 {
			return (line.StockoutCost + above) / (line.StockoutCost + above + h)
		}
		out[j] = [2]float64{line.quantile(time, ratio(sum)), line.quantile(time, ratio(s.EchelonHolding))}
	}
	return out
}

func (line *Serial) quantile(time, p float64) float64 {
	mean, sd := line.Mean*time, line.sd(time)
	if time == 0 {
		return 0
	}
	if !line.Poisson {
		return mean + sd*distuv.UnitNormal.Quantile(p)
	}
	d := distuv.Poisson{Lambda: mean}
	x := 0.0
	for cdf := d.Prob(0); cdf < p && x < mean+40*sd+40; {
		x++
		cdf += d.Prob(x)
	}
	return x
}
