// Package credit scores suppliers from their own delivery history and states the money at risk with them.
//
// Takes a supplier with its deliveries and gives 0–100 points by a published table, a 90 % interval, a grade and a sentence
// per criterion; takes proposed purchases and gives exposures with advice. Method: each measure is shrunk to a prudent prior
// worth PriorDeliveries deliveries (beta-binomial, Gelman et al. 2013, §2.4) and read off a straight line of points, as in
// an additive scorecard (Siddiqi 2017). Never: it trains nothing, sees no financial statements and rounds no amount twice.
//
// The table of points; between "none" and "all" they lie on a straight line, and nothing outside it gains or loses more:
//
//	criterion             measure                                                        prior  none   all    max
//	on-time delivery      share of deliveries received by the promised day               0.75   0.50   0.98   25
//	lateness              mean days late, on time = 0, never came = MissedDays           3      10     0      15
//	quantity received     mean share of the ordered quantity received, at most 1 each    0.92   0.80   0.99   15
//	rejects               mean share of the received quantity unfit for sale             0.02   0.05   0      10
//	lead-time spread      root mean square of days late / mean promised lead time        0.35   0.60   0.05   10
//	recent deliveries     on-time share of the last third (at least RecentLeast)         whole  0.50   0.98   10
//	relationship          years since the first purchase                                 –      0      5      5
//	exposure to limit     prepaid part of open orders / credit limit                     –      1      0.5    10
//
// Two choices keep the score honest. Spread counts late days alone, so that coming later can never look steadier; and the
// trend enters as the level of the recent deliveries (shrunk to the supplier's own whole), so that a bad past cannot be
// bought as an improvement. Hence making any delivery later, or letting it not come in place of coming whole and sound,
// never raises a score.
package credit

import (
	"fmt"

	"quartermaster/finance"
)

const (
	// PriorDeliveries is how many deliveries the prior weighs.
	PriorDeliveries = 8
	// MissedDays stands for the lateness of a delivery that never came, and is the most that any one counts.
	MissedDays = 30
	// RecentLeast is the least number of deliveries that "recent" looks at, where there are so many.
	RecentLeast = 5
	// RecentPrior is how many deliveries the supplier's own whole history weighs against the recent ones.
	RecentPrior = 4
)

// Score judges one supplier as of a day (days since 1970-01-01); deliveries that are received later are refused. An error
// names the supplier and the field or the index of the delivery that makes no sense.
func Score(s finance.Supplier, asOfDay int) (finance.Score, error) {
	if err := validate(&s, asOfDay); err != nil {
		return finance.Score{}, err
	}
	h := measure(&s)
	parts := []part{
		h.onTime(), h.lateness(), h.quantity(), h.rejects(), h.spread(), h.recent(),
		relationship(&s, asOfDay), limitUse(&s),
	}
	out := finance.Score{SupplierID: s.ID}
	for _, p := range parts {
		out.Criteria = append(out.Criteria, p.criterion)
		out.Points += p.criterion.Points
	}
	out.Low, out.High, out.Widest = interval(parts, out.Points)
	out.Grade = finance.GradeOf(out.Points)
	return out, nil
}

// Scores judges every supplier, in the same order.
func Scores(suppliers []finance.Supplier, asOfDay int) ([]finance.Score, error) {
	out := make([]finance.Score, len(suppliers))
	for i := range suppliers {
		var err error
		if out[i], err = Score(suppliers[i], asOfDay); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func supplierError(s *finance.Supplier, format string, args ...any) error {
	return fmt.Errorf("credit: supplier %q: %s", s.ID, fmt.Sprintf(format, args...))
}
