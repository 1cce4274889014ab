package credit

import (
	"fmt"

	"quartermaster/finance"
)

// maxMinor is the largest amount that a float64 share of it still hits to the unit.
const maxMinor = 1 << 52

func validate(s *finance.Supplier, asOfDay int) error {
	if err := validateTerms(s); err != nil {
		return err
	}
	if s.SinceDay > asOfDay {
		return supplierError(s, "since day %d lies after the day of the score, %d", s.SinceDay, asOfDay)
	}
	currency := supplierCurrency(s)
	for i := range s.Deliveries {
		if err := validateDelivery(s, i, asOfDay, currency); err != nil {
			return err
		}
	}
	return nil
}

func validateTerms(s *finance.Supplier) error {
	if !(s.PrepaidShare >= 0 && s.PrepaidShare <= 1) {
		return supplierError(s, "prepaid share is %g; it must lie in 0…1", s.PrepaidShare)
	}
	if s.PaymentTermDays < 0 {
		return supplierError(s, "payment term is %d days; it may not be negative", s.PaymentTermDays)
	}
	currency := supplierCurrency(s)
	for _, m := range []struct {
		field string
		money finance.Money
	}{{"credit limit", s.CreditLimit}, {"open orders", s.OpenOrders}} {
		if err := validateMoney(s, m.field, m.money, currency); err != nil {
			return err
		}
	}
	return nil
}

func validateMoney(s *finance.Supplier, field string, m finance.Money, currency string) error {
	switch {
	case m.Minor < 0 || m.Minor > maxMinor:
		return supplierError(s, "%s is %d; it must lie in 0…%d", field, m.Minor, int64(maxMinor))
	case m.Currency != currency && (m.Minor != 0 || m.Currency != ""):
		return supplierError(s, "%s is in %q but other amounts are in %q; convert them first", field, m.Currency, currency)
	}
	return nil
}

// supplierCurrency is the first currency named; the zero Money names none.
func supplierCurrency(s *finance.Supplier) string {
	for _, m := range []finance.Money{s.CreditLimit, s.OpenOrders} {
		if m.Currency != "" {
			return m.Currency
		}
	}
	for i := range s.Deliveries {
		if c := s.Deliveries[i].Value.Currency; c != "" {
			return c
		}
	}
	return ""
}

func validateDelivery(s *finance.Supplier, i, asOfDay int, currency string) error {
	d := &s.Deliveries[i]
	bad := func(format string, args ...any) error {
		return supplierError(s, "delivery %d: "+format, append([]any{i}, args...)...)
	}
	switch {
	case d.PromisedDay < d.OrderedDay:
		return bad("promised day %d lies before ordered day %d", d.PromisedDay, d.OrderedDay)
	case d.ReceivedDay < -1:
		return bad("received day is %d; give a day, or -1 for never", d.ReceivedDay)
	case d.ReceivedDay >= 0 && d.ReceivedDay < d.OrderedDay:
		return bad("received day %d lies before ordered day %d", d.ReceivedDay, d.OrderedDay)
	case d.ReceivedDay > asOfDay || d.OrderedDay > asOfDay:
		return bad("lies after the day of the score, %d", asOfDay)
	case i > 0 && d.OrderedDay < s.Deliveries[i-1].OrderedDay:
		return bad("ordered day %d lies before that of the delivery before, %d; give the oldest first", d.OrderedDay, s.Deliveries[i-1].OrderedDay)
	case d.OrderedQty <= 0:
		return bad("ordered quantity is %d; it must be above 0", d.OrderedQty)
	case d.ReceivedQty < 0:
		return bad("received quantity is %d; it may not be negative", d.ReceivedQty)
	case d.RejectedQty < 0 || d.RejectedQty > d.ReceivedQty:
		return bad("rejected quantity is %d of %d received", d.RejectedQty, d.ReceivedQty)
	case d.ReceivedDay < 0 && d.ReceivedQty > 0:
		return bad("never came, yet %d units were received", d.ReceivedQty)
	}
	if err := validateMoney(s, fmt.Sprintf("delivery %d: agreed value", i), d.Agreed, currency); err != nil {
		return err
	}
	return validateMoney(s, fmt.Sprintf("delivery %d: value", i), d.Value, currency)
}
