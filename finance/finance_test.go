package finance

import (
	"fmt"
	"testing"
)

// Adding keeps the currency, and the bands of grades meet without a hole.
func TestMoneyAndGrades(t *testing.T) {
	t.Parallel()
	if got := (Money{5, "GBP"}).Add(Money{7, "GBP"}); got != (Money{12, "GBP"}) {
		t.Errorf("5 + 7 = %v", got)
	}
	for _, c := range []struct {
		points float64
		want   Grade
	}{{100, "A"}, {85, "A"}, {84.999, "B"}, {70, "B"}, {69.999, "C"}, {55, "C"}, {54.999, "D"}, {40, "D"}, {39.999, "E"}, {0, "E"}} {
		if got := GradeOf(c.points); got != c.want {
			t.Errorf("%g points are %s, want %s", c.points, got, c.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("pounds were added to euros")
		}
	}()
	Money{1, "GBP"}.Add(Money{1, "EUR"})
}

// The checks pass what holds and notice each figure that is bent.
func TestChecksCanFail(t *testing.T) {
	t.Parallel()
	good := func() Score {
		return Score{SupplierID: "s", Points: 60, Low: 50, High: 70, Grade: "C", Widest: "a", Criteria: []Criterion{
			{Name: "a", Value: 1, Unit: "share", Points: 40, Max: 50, Reason: "r"},
			{Name: "b", Value: 1, Unit: "share", Points: 20, Max: 50, Reason: "r"},
		}}
	}
	if err := CheckScore(good()); err != nil {
		t.Fatal(err)
	}
	for i, bend := range []func(*Score){
		func(s *Score) { s.Points++ },
		func(s *Score) { s.Grade = "B" },
		func(s *Score) { s.Low = 61 },
		func(s *Score) { s.High = 101 },
		func(s *Score) { s.Widest = "c" },
		func(s *Score) { s.Criteria[0].Max = 60 },
		func(s *Score) { s.Criteria[0].Points = 51; s.Points = 71; s.Grade = "B" },
		func(s *Score) { s.Criteria[1].Reason = "" },
		func(s *Score) { s.Criteria[1].Name = "a" },
	} {
		s := good()
		bend(&s)
		if CheckScore(s) == nil {
			t.Errorf("bent score %d went unnoticed", i)
		}
	}
	suppliers := []Supplier{{ID: "s", CreditLimit: Money{100, "GBP"}, PrepaidShare: 0.5, OpenOrders: Money{40, "GBP"}}}
	proposed := []Money{{60, "GBP"}}
	exposure := func() []Exposure {
		return []Exposure{{SupplierID: "s", Open: Money{40, "GBP"}, Proposed: Money{60, "GBP"}, Prepaid: Money{50, "GBP"}, Limit: Money{100, "GBP"}, Headroom: Money{50, "GBP"}, Share: 1, Advice: "fine"}}
	}
	if err := CheckExposures(suppliers, proposed, exposure()); err != nil {
		t.Fatal(err)
	}
	for i, bend := range []func(*Exposure){
		func(e *Exposure) { e.Open.Minor++ },
		func(e *Exposure) { e.Headroom.Minor++ },
		func(e *Exposure) { e.Prepaid.Minor += 2; e.Headroom.Minor -= 2 },
		func(e *Exposure) { e.Share = 0.9 },
		func(e *Exposure) { e.Advice = "" },
		func(e *Exposure) { e.Limit.Currency = "EUR" },
		func(e *Exposure) { e.SupplierID = "t" },
	} {
		e := exposure()
		bend(&e[0])
		if CheckExposures(suppliers, proposed, e) == nil {
			t.Errorf("bent exposure %d went unnoticed", i)
		}
	}
}

func ExampleGradeOf() {
	fmt.Println(GradeOf(72))
	// Output: B
}
