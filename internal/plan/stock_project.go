package plan

import (
	"math"

	"quartermaster/inventory"
)

// StockPath is what a shelf is expected to hold, one entry a day from the run on: mean, and the band that holds it with 80 %.
// Below 0 is what is owed.
type StockPath struct {
	Mean, Low, High []float64
	Position        []float64 // on hand + on order − owed: what the reorder point is compared with
}

// bandZ is the normal quantile of 90 %.
const bandZ = 1.2815515655446004

// ProjectStock follows one line for some days at mean demand: what is on its way comes on its day, what is proposed now after the
// lead time, and later orders are placed by the rule on days that the supplier takes them. The spread of demand grows with the
// root of time until an order placed now answers it.
func ProjectStock(l *StockLine, rule inventory.Policy, inbound []Inbound, orderQty int64, leadDays int, terms *inventory.Terms, today, days int) StockPath {
	p := StockPath{Mean: make([]float64, days), Low: make([]float64, days), High: make([]float64, days), Position: make([]float64, days)}
	come := make([]float64, days+leadDays+1)
	onHand := float64(l.Position.OnHand - l.Position.Backordered)
	onOrder := 0.0
	for _, in := range inbound {
		if d := arrives(in); d < days {
			come[d] += float64(in.Qty)
			onOrder += float64(in.Qty)
		}
	}
	place := func(day int, qty float64) {
		come[min(day+leadDays, len(come)-1)] += qty
		onOrder += qty
	}
	if orderQty > 0 {
		place(0, float64(orderQty))
	}
	batch := float64(rule.OrderUpTo - rule.ReorderPoint)
	for d := range days {
		onHand += come[d]
		onOrder -= come[d]
		onHand -= l.Demand.MeanPerDay
		if at := onHand + onOrder; d > 0 && batch > 0 && at <= float64(rule.ReorderPoint) && terms.Takes(today+d) {
			place(d, math.Ceil((float64(rule.OrderUpTo)-at)/batch)*batch)
		}
		spread := 0.0
		if l.Demand.LeadDays > 0 {
			spread = bandZ * l.Demand.LeadSD * math.Sqrt(min(1, float64(d+1)/l.Demand.LeadDays))
		}
		p.Mean[d], p.Low[d], p.High[d], p.Position[d] = onHand, onHand-spread, onHand+spread, onHand+onOrder
	}
	return p
}
