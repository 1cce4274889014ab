package credit

import (
	"fmt"
	"math"
	"strings"

	"quartermaster/finance"
)

const (
	// concentrated is the share of all purchases above which one supplier's failure stops the shop.
	concentrated = 0.40
	// nearLimit is the use of the limit from which a buyer should look before the next order.
	nearLimit = 0.80
	// PrepaidLGD is the share of a prepayment that is lost when the supplier fails: that of senior unsecured claims on firms
	// (Basel CRE32.6).
	PrepaidLGD = 0.45
)

// Exposures states, for each supplier, the money that is open, newly proposed and prepaid, the room under the limit, the
// share of all proposed purchases, and advice. scores and proposed run parallel to suppliers; a zero Money proposes nothing.
// An error names the supplier whose terms make no sense or whose currency differs from the others'.
func Exposures(suppliers []finance.Supplier, scores []finance.Score, proposed []finance.Money) ([]finance.Exposure, error) {
	if len(scores) != len(suppliers) || len(proposed) != len(suppliers) {
		return nil, fmt.Errorf("credit: %d suppliers but %d scores and %d proposed amounts", len(suppliers), len(scores), len(proposed))
	}
	currency, err := commonCurrency(suppliers, scores, proposed)
	if err != nil {
		return nil, err
	}
	total := 0.0
	for _, m := range proposed {
		total += float64(m.Minor)
	}
	out := make([]finance.Exposure, len(suppliers))
	for i := range suppliers {
		s := &suppliers[i]
		money := func(minor int64) finance.Money { return finance.Money{Minor: minor, Currency: currency} }
		e := finance.Exposure{
			SupplierID: s.ID,
			Open:       money(s.OpenOrders.Minor),
			Proposed:   money(proposed[i].Minor),
			Prepaid:    money(prepaidPart(s, s.OpenOrders.Minor+proposed[i].Minor)),
			Limit:      money(s.CreditLimit.Minor),
		}
		e.Headroom = money(e.Limit.Minor - e.Prepaid.Minor)
		if pd, known := scores[i].PD(); known {
			e.Expected = money(int64(math.Round(pd * PrepaidLGD * float64(e.Prepaid.Minor))))
		}
		if total > 0 {
			e.Share = float64(proposed[i].Minor) / total
		}
		e.Advice = advice(s, scores[i], e, len(suppliers))
		out[i] = e
	}
	return out, nil
}

func commonCurrency(suppliers []finance.Supplier, scores []finance.Score, proposed []finance.Money) (string, error) {
	currency := ""
	for i := range suppliers {
		s := &suppliers[i]
		if err := validateTerms(s); err != nil {
			return "", err
		}
		if scores[i].SupplierID != s.ID {
			return "", supplierError(s, "the score beside it belongs to %q", scores[i].SupplierID)
		}
		own := supplierCurrency(s)
		if own == "" {
			own = proposed[i].Currency
		}
		if err := validateMoney(s, "proposed purchase", proposed[i], own); err != nil {
			return "", err
		}
		switch {
		case own == "":
		case currency == "":
			currency = own
		case own != currency:
			return "", supplierError(s, "amounts are in %q but those of other suppliers in %q; convert them first", own, currency)
		}
	}
	return currency, nil
}

// prepaidPart is the prepaid share of an amount, rounded once, half away from zero.
func prepaidPart(s *finance.Supplier, minor int64) int64 {
	return int64(math.Round(s.PrepaidShare * float64(minor)))
}

// advice names the gravest point first and ends the sentence with what to do about it.
func advice(s *finance.Supplier, score finance.Score, e finance.Exposure, suppliers int) string {
	grade := score.Verdict()
	weak := grade == "D" || grade == "E"
	switch {
	case e.Proposed.Minor == 0 && e.Headroom.Minor >= 0:
		return "nothing is proposed"
	case e.Prepaid.Minor > 0 && e.Headroom.Minor < 0:
		return fmt.Sprintf("prepaid %s exceeds the limit of %s by %s: pay on delivery or order less", amount(e.Prepaid), amount(e.Limit), amount(finance.Money{Minor: -e.Headroom.Minor, Currency: e.Headroom.Currency}))
	case score.Alarmed() && s.PrepaidShare > 0:
		return fmt.Sprintf("early warning: ask for delivery before payment and look for a second source; its records look like those of suppliers that failed within %d months", len(score.Outlook.PD))
	case score.Alarmed():
		return fmt.Sprintf("early warning: look for a second source; its records look like those of suppliers that failed within %d months", len(score.Outlook.PD))
	case weak && s.PrepaidShare > 0:
		return fmt.Sprintf("ask for delivery before payment: %.0f %% of this order would be prepaid to a supplier graded %s", 100*s.PrepaidShare, grade)
	case weak:
		return fmt.Sprintf("graded %s: keep more safety stock or a second source; nothing is prepaid", grade)
	case suppliers > 1 && e.Share > concentrated:
		return fmt.Sprintf("%.0f %% of all proposed purchases go to this supplier: look for a second source", 100*e.Share)
	case e.Limit.Minor > 0 && float64(e.Prepaid.Minor) > nearLimit*float64(e.Limit.Minor):
		return fmt.Sprintf("%s of the limit is left: agree on later payment before the next order", amount(e.Headroom))
	}
	return fmt.Sprintf("no objection: graded %s, %s prepaid", grade, amount(e.Prepaid))
}

func amount(m finance.Money) string {
	return strings.TrimSpace(fmt.Sprintf("%d.%02d %s", m.Minor/100, m.Minor%100, m.Currency))
}

// Concentration is the Herfindahl–Hirschman index of the proposed purchases, 1/n (even) to 1 (one supplier), 0 for none; the
// US merger guidelines of 2023 call more than 0.18 highly concentrated.
func Concentration(exposures []finance.Exposure) float64 {
	sum := 0.0
	for i := range exposures {
		sum += exposures[i].Share * exposures[i].Share
	}
	return sum
}
