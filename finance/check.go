package finance

import (
	"fmt"
	"math"
)

// checkTol is what adding a handful of points in another sequence may differ by.
const checkTol = 1e-9

// CheckScore holds a score against what any score must keep: named criteria within 0…Max whose points add up, maxima that
// add up to 100, an interval around the points, a sentence for each criterion, and the grade of the points. It knows nothing
// of how the points were found.
func CheckScore(s Score) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("finance check: score of supplier %q: %s", s.SupplierID, fmt.Sprintf(format, args...))
	}
	var points, most float64
	known := map[string]bool{"": true}
	for i, c := range s.Criteria {
		switch {
		case c.Name == "" || c.Reason == "" || c.Unit == "" || known[c.Name]:
			return bad("criterion %d (%q) lacks a name, unit or reason, or comes twice", i, c.Name)
		case !(c.Points >= 0 && c.Points <= c.Max) || !(c.Max > 0) || math.IsNaN(c.Value) || math.IsInf(c.Value, 0):
			return bad("%s gives %g of %g points for %g", c.Name, c.Points, c.Max, c.Value)
		}
		known[c.Name] = true
		points += c.Points
		most += c.Max
	}
	switch {
	case !(math.Abs(points-s.Points) <= checkTol):
		return bad("criteria add up to %g, stated %g", points, s.Points)
	case math.Abs(most-100) > checkTol:
		return bad("the most that can be reached is %g, not 100", most)
	case !(s.Low >= 0 && s.Low <= s.Points+checkTol && s.High >= s.Points-checkTol && s.High <= 100):
		return bad("%g lies outside its interval %g…%g", s.Points, s.Low, s.High)
	case !known[s.Widest]:
		return bad("widest names no criterion: %q", s.Widest)
	}
	bands := []struct {
		grade       Grade
		least, most float64
	}{{"A", 85, 101}, {"B", 70, 85}, {"C", 55, 70}, {"D", 40, 55}, {"E", 0, 40}}
	for _, b := range bands {
		if b.grade == s.Grade && s.Points >= b.least && s.Points < b.most {
			if err := checkOutlook(s.SupplierID, s.Outlook); err != nil {
				return err
			}
			return checkFailure(s.SupplierID, s.Failure)
		}
	}
	return bad("grade %q does not fit %g points", s.Grade, s.Points)
}

// checkFailure holds a model's word to what any must keep: a named model, a PD within its interval, reasons with sentences
// in order of weight, and no change that makes things worse.
func checkFailure(supplier string, f *Failure) error {
	if f == nil {
		return nil
	}
	bad := func(format string, args ...any) error {
		return fmt.Errorf("finance check: failure of supplier %q: %s", supplier, fmt.Sprintf(format, args...))
	}
	switch {
	case f.Model == "" || f.Version < 1 || f.Rating == "":
		return bad("model %q, version %d, rating %q", f.Model, f.Version, f.Rating)
	case !(f.PD >= 0 && f.PD <= 1 && f.Low >= 0 && f.Low <= f.PD+checkTol && f.High >= f.PD-checkTol && f.High <= 1):
		return bad("PD %g lies outside %g…%g", f.PD, f.Low, f.High)
	}
	for i, r := range f.Reasons {
		switch {
		case r.Factor == "" || r.Sentence == "" || !(r.Points < 0) || i > 0 && r.Points < f.Reasons[i-1].Points-checkTol:
			return bad("reason %d (%q, %g points) lacks words or weight, or stands below a lesser one", i, r.Factor, r.Points)
		case r.Change != "" && !(r.ChangePD < f.PD):
			return bad("reason %d: %s would make the PD %g", i, r.Change, r.ChangePD)
		}
	}
	return nil
}

// checkOutlook holds an outlook to what any must keep: a named model, chances that never fall with the months, and an alarm
// where the last is above the threshold and nowhere else.
func checkOutlook(supplier string, o *Outlook) error {
	if o == nil {
		return nil
	}
	bad := func(format string, args ...any) error {
		return fmt.Errorf("finance check: outlook of supplier %q: %s", supplier, fmt.Sprintf(format, args...))
	}
	if o.Model == "" || o.Version < 1 || len(o.PD) == 0 {
		return bad("model %q, version %d, %d months", o.Model, o.Version, len(o.PD))
	}
	before := 0.0
	for k, pd := range o.PD {
		if !(pd >= before && pd <= 1) {
			return bad("PD within %d months is %g after %g", k+1, pd, before)
		}
		before = pd
	}
	if o.Alarm != (before > o.Threshold) {
		return bad("alarm %v at a PD of %g and a threshold of %g", o.Alarm, before, o.Threshold)
	}
	return nil
}

// CheckExposures recomputes exposures from suppliers and proposed amounts, which run parallel to them: amounts carried over
// to the unit, headroom exact, prepaid within one rounding of its share, shares adding up to 1 where anything is proposed.
func CheckExposures(suppliers []Supplier, proposed []Money, exposures []Exposure) error {
	if len(exposures) != len(suppliers) || len(proposed) != len(suppliers) {
		return fmt.Errorf("finance check: %d suppliers, %d proposed amounts, %d exposures", len(suppliers), len(proposed), len(exposures))
	}
	var total int64
	shares := 0.0
	for i, e := range exposures {
		s := suppliers[i]
		bad := func(format string, args ...any) error {
			return fmt.Errorf("finance check: exposure %d, supplier %q: %s", i, s.ID, fmt.Sprintf(format, args...))
		}
		prepaid := s.PrepaidShare * float64(s.OpenOrders.Minor+proposed[i].Minor)
		switch {
		case e.SupplierID != s.ID:
			return bad("stated for %q", e.SupplierID)
		case e.Open.Minor != s.OpenOrders.Minor || e.Proposed.Minor != proposed[i].Minor || e.Limit.Minor != s.CreditLimit.Minor:
			return bad("open %d, proposed %d, limit %d are not the amounts given", e.Open.Minor, e.Proposed.Minor, e.Limit.Minor)
		case e.Headroom.Minor != e.Limit.Minor-e.Prepaid.Minor:
			return bad("headroom %d is not limit %d less prepaid %d", e.Headroom.Minor, e.Limit.Minor, e.Prepaid.Minor)
		case !(math.Abs(float64(e.Prepaid.Minor)-prepaid) <= 0.5+checkTol*prepaid):
			return bad("prepaid %d is not %g of the amounts (%.2f)", e.Prepaid.Minor, s.PrepaidShare, prepaid)
		case e.Open.Currency != e.Prepaid.Currency || e.Open.Currency != e.Headroom.Currency ||
			e.Open.Currency != e.Limit.Currency || e.Open.Currency != e.Proposed.Currency:
			return bad("amounts are in more than one currency")
		case e.Advice == "":
			return bad("no advice")
		}
		total += e.Proposed.Minor
		shares += e.Share
	}
	for i, e := range exposures {
		if total > 0 && !(math.Abs(e.Share*float64(total)-float64(e.Proposed.Minor)) <= 0.5) {
			return fmt.Errorf("finance check: exposure %d: share %g of %d is not %d", i, e.Share, total, e.Proposed.Minor)
		}
	}
	if total > 0 && math.Abs(shares-1) > checkTol*float64(len(exposures)) {
		return fmt.Errorf("finance check: shares add up to %g", shares)
	}
	return nil
}
