package credit

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"

	"quartermaster/finance"
)

// Priors, and the measures at which a criterion gives no and all points; the package comment shows them as a table.
const (
	priorOnTime, noneOnTime, allOnTime, maxOnTime         = 0.75, 0.50, 0.98, 25.0
	priorLateDays, noneLateDays, allLateDays, maxLateDays = 3.0, 10.0, 0.0, 15.0
	priorQuantity, noneQuantity, allQuantity, maxQuantity = 0.92, 0.80, 0.99, 15.0
	priorRejects, noneRejects, allRejects, maxRejects     = 0.02, 0.05, 0.0, 10.0
	priorSpread, noneSpread, allSpread, maxSpread         = 0.35, 0.60, 0.05, 10.0
	noneRecent, allRecent, maxRecent                      = 0.50, 0.98, 10.0
	noneYears, allYears, maxYears                         = 0.0, 5.0, 5.0
	noneLimit, allLimit, maxLimit                         = 1.0, 0.5, 10.0
	priorLateSD                                           = 4.0   // days, of one delivery's lateness
	z90                                                   = 1.645 // half of a central 90 % interval in standard deviations
	daysPerYear                                           = 365.25
)

// part is a criterion with the points that the ends of its 90 % interval would give. Criteria of one group rest on the same
// facts, so that their errors add up; groups are taken as independent.
type part struct {
	criterion finance.Criterion
	low, high float64
	group     int
}

const (
	groupTime = iota
	groupGoods
	groupCertain // known, not estimated
	groups
)

// line gives the points of a measure on the straight line from none (0) to all (most).
func line(value, none, all, most float64) float64 {
	return most * math.Min(1, math.Max(0, (value-none)/(all-none)))
}

// history is what the deliveries say, as sums.
type history struct {
	n          int
	onTimeN    float64
	lateDays   float64
	lateSquare float64
	promised   float64 // days of promised lead time
	filled     float64 // sum of shares received
	received   int     // deliveries of which something came
	rejected   float64 // sum of shares rejected, over those
	recentN    int
	recentOn   float64
}

func measure(s *finance.Supplier) history {
	h := history{n: len(s.Deliveries)}
	h.recentN = min(h.n, max(RecentLeast, (h.n+2)/3))
	for i := range s.Deliveries {
		d := &s.Deliveries[i]
		late := daysLate(d)
		h.lateDays += late
		h.lateSquare += late * late
		h.promised += float64(d.PromisedDay - d.OrderedDay)
		if late == 0 {
			h.onTimeN++
			if i >= h.n-h.recentN {
				h.recentOn++
			}
		}
		h.filled += math.Min(1, float64(d.ReceivedQty)/float64(d.OrderedQty))
		if d.ReceivedQty > 0 {
			h.received++
			h.rejected += float64(d.RejectedQty) / float64(d.ReceivedQty)
		}
	}
	return h
}

func daysLate(d *finance.Delivery) float64 {
	if d.ReceivedDay < 0 {
		return MissedDays
	}
	return math.Min(MissedDays, math.Max(0, float64(d.ReceivedDay-d.PromisedDay)))
}

// shrink is the beta-binomial posterior mean of a share seen in n trials, prior mean and weight in trials.
func shrink(successes, n, prior, weight float64) float64 {
	return (successes + prior*weight) / (n + weight)
}

// betaEnds are the 5 % and 95 % points of the beta distribution with this mean and weight.
func betaEnds(mean, weight float64) (low, high float64) {
	a, b := mean*weight, (1-mean)*weight
	if a <= 0 || b <= 0 {
		return mean, mean
	}
	return math.Min(mean, mathext.InvRegIncBeta(a, b, 0.05)), math.Max(mean, mathext.InvRegIncBeta(a, b, 0.95))
}

func sharePart(name string, value, ends, none, all, most float64, group int) part {
	low, high := betaEnds(value, ends)
	a, b := line(low, none, all, most), line(high, none, all, most)
	return part{
		criterion: finance.Criterion{Name: name, Value: value, Unit: "share", Points: line(value, none, all, most), Max: most},
		low:       math.Min(a, b), high: math.Max(a, b), group: group,
	}
}

func (h *history) onTime() part {
	value := shrink(h.onTimeN, float64(h.n), priorOnTime, PriorDeliveries)
	p := sharePart("on-time delivery", value, float64(h.n)+PriorDeliveries, noneOnTime, allOnTime, maxOnTime, groupTime)
	p.criterion.Reason = h.saying(fmt.Sprintf("%.0f of %d deliveries came by the promised day, scored as %.0f %%", h.onTimeN, h.n, 100*value))
	return p
}

func (h *history) lateness() part {
	weight := float64(h.n) + PriorDeliveries
	value := (h.lateDays + priorLateDays*PriorDeliveries) / weight
	square := (h.lateSquare + (priorLateDays*priorLateDays+priorLateSD*priorLateSD)*PriorDeliveries) / weight
	half := z90 * math.Sqrt(math.Max(0, square-value*value)/weight)
	p := part{
		criterion: finance.Criterion{Name: "lateness", Value: value, Unit: "days", Points: line(value, noneLateDays, allLateDays, maxLateDays), Max: maxLateDays},
		low:       line(value+half, noneLateDays, allLateDays, maxLateDays),
		high:      line(value-half, noneLateDays, allLateDays, maxLateDays),
		group:     groupTime,
	}
	p.criterion.Reason = h.saying(fmt.Sprintf("deliveries came %.1f days late on average (one that never came counts %d), scored as %.1f", h.lateDays/math.Max(1, float64(h.n)), MissedDays, value))
	return p
}

func (h *history) quantity() part {
	value := shrink(h.filled, float64(h.n), priorQuantity, PriorDeliveries)
	p := sharePart("quantity received", value, float64(h.n)+PriorDeliveries, noneQuantity, allQuantity, maxQuantity, groupGoods)
	p.criterion.Reason = h.saying(fmt.Sprintf("%.1f %% of what was ordered came, delivery by delivery, scored as %.1f %%", 100*h.filled/math.Max(1, float64(h.n)), 100*value))
	return p
}

func (h *history) rejects() part {
	n := float64(h.received)
	value := shrink(h.rejected, n, priorRejects, PriorDeliveries)
	p := sharePart("rejects", value, n+PriorDeliveries, noneRejects, allRejects, maxRejects, groupGoods)
	p.criterion.Reason = h.saying(fmt.Sprintf("%.1f %% of what came was not fit for sale, scored as %.1f %%", 100*h.rejected/math.Max(1, n), 100*value))
	return p
}

// spread's interval takes a root mean square of n values to have a relative error of 1/√(2n).
func (h *history) spread() part {
	own := 0.0
	if h.n > 0 {
		own = math.Sqrt(h.lateSquare/float64(h.n)) / math.Max(1, h.promised/float64(h.n))
	}
	weight := float64(h.n) + PriorDeliveries
	value := (own*float64(h.n) + priorSpread*PriorDeliveries) / weight
	half := z90 * value / math.Sqrt(2*weight)
	p := part{
		criterion: finance.Criterion{Name: "lead-time spread", Value: value, Unit: "share", Points: line(value, noneSpread, allSpread, maxSpread), Max: maxSpread},
		low:       line(value+half, noneSpread, allSpread, maxSpread),
		high:      line(value-half, noneSpread, allSpread, maxSpread),
		group:     groupTime,
	}
	p.criterion.Reason = h.saying(fmt.Sprintf("late days scatter by %.0f %% of the promised lead time, scored as %.0f %%", 100*own, 100*value))
	return p
}

func (h *history) recent() part {
	whole := shrink(h.onTimeN, float64(h.n), priorOnTime, PriorDeliveries)
	value := shrink(h.recentOn, float64(h.recentN), whole, RecentPrior)
	p := sharePart("recent deliveries", value, float64(h.recentN)+RecentPrior, noneRecent, allRecent, maxRecent, groupTime)
	text := fmt.Sprintf("%.0f of the last %d deliveries came by the promised day", h.recentOn, h.recentN)
	if earlier := h.n - h.recentN; earlier > 0 {
		now, before := h.recentOn/float64(h.recentN), (h.onTimeN-h.recentOn)/float64(earlier)
		text += ", " + trend(now-before, before)
	}
	p.criterion.Reason = h.saying(text)
	return p
}

func trend(change, before float64) string {
	switch {
	case change > 0.05:
		return fmt.Sprintf("better than the %.0f %% before", 100*before)
	case change < -0.05:
		return fmt.Sprintf("worse than the %.0f %% before", 100*before)
	}
	return fmt.Sprintf("much like the %.0f %% before", 100*before)
}

func (h *history) saying(text string) string {
	if h.n == 0 {
		return "no delivery seen yet, so the prior stands"
	}
	return text
}

func relationship(s *finance.Supplier, asOfDay int) part {
	years := float64(asOfDay-s.SinceDay) / daysPerYear
	points := line(years, noneYears, allYears, maxYears)
	return part{
		criterion: finance.Criterion{
			Name: "relationship", Value: years, Unit: "years", Points: points, Max: maxYears,
			Reason: fmt.Sprintf("first purchase %.1f years ago", years),
		},
		low: points, high: points, group: groupCertain,
	}
}

// limitUse reads the prepaid part of open orders against the limit; nothing prepaid needs no limit, and without a limit
// whatever is prepaid is beyond it.
func limitUse(s *finance.Supplier) part {
	prepaid := prepaidPart(s, s.OpenOrders.Minor)
	use, text := 0.0, "nothing of the open orders is prepaid"
	switch {
	case prepaid > 0 && s.CreditLimit.Minor > 0:
		use = float64(prepaid) / float64(s.CreditLimit.Minor)
		text = fmt.Sprintf("%.0f %% of the credit limit is prepaid on open orders", 100*use)
	case prepaid > 0:
		use, text = noneLimit, "open orders are prepaid without any credit limit"
	}
	points := line(use, noneLimit, allLimit, maxLimit)
	return part{
		criterion: finance.Criterion{Name: "exposure to limit", Value: use, Unit: "share", Points: points, Max: maxLimit, Reason: text},
		low:       points, high: points, group: groupCertain,
	}
}

// interval adds the half-widths of one group and takes the root of the sum of squares over groups, and names the criterion
// with the widest interval.
func interval(parts []part, points float64) (low, high float64, widest string) {
	var down, up [groups]float64
	width := 0.0
	for _, p := range parts {
		down[p.group] += p.criterion.Points - p.low
		up[p.group] += p.high - p.criterion.Points
		if w := p.high - p.low; w > width {
			width, widest = w, p.criterion.Name
		}
	}
	var below, above float64
	for g := range groups {
		below += down[g] * down[g]
		above += up[g] * up[g]
	}
	return math.Max(0, points-math.Sqrt(below)), math.Min(100, points+math.Sqrt(above)), widest
}
