package plan

import (
	"encoding/json"
	"strings"
	"testing"

	"quartermaster/finance"
	"quartermaster/finance/credit"
)

// firmsOf are suppliers of whom each third has come later and later, with what became of them.
func firmsOf(n int) (all []finance.Supplier, y []float64) {
	for i := range n {
		s := finance.Supplier{ID: "s", PrepaidShare: 0.5, CreditLimit: finance.Money{Minor: 1000, Currency: "GBP"}, OpenOrders: finance.Money{Minor: 600, Currency: "GBP"}}
		for day := 100; day < 460; day += 20 {
			late := i * day % 4
			if i%3 == 0 {
				late += i * day % 7
			}
			s.Deliveries = append(s.Deliveries, finance.Delivery{OrderedDay: day, PromisedDay: day + 10, ReceivedDay: day + 10 + late, OrderedQty: 10, ReceivedQty: 10})
		}
		bad := 0.0
		if i%3 == 0 && i%5 > 0 || i%17 == 1 {
			bad = 1
		}
		all, y = append(all, s), append(y, bad)
	}
	return all, y
}

// Where there is a model, each supplier carries its PD with reasons, advice goes by that, the loss to be expected is stated,
// and the snapshot's hash names the model; without one nothing of it is there.
func TestJudgeByModel(t *testing.T) {
	t.Parallel()
	all, y := firmsOf(150)
	const day = 500
	f, err := credit.Records(all, day)
	if err != nil {
		t.Fatal(err)
	}
	m, err := credit.Train(t.Context(), f, y, credit.RecordOptions(credit.Options{Kind: credit.ScoreCard, KeepLeaks: true}))
	if err != nil {
		t.Fatal(err)
	}
	file, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	model := NewSupplierModel("suppliers", 3, file, m)
	plain, err := Judge(all, day, Judges{}, 1)
	if err != nil || plain[0].Failure != nil || plain[0].Verdict() != plain[0].Grade {
		t.Fatalf("%+v, %v", plain[0], err)
	}
	scores, err := Judge(all, day, Judges{Failure: model}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var bad, good float64
	for i, s := range scores {
		if s.Failure.Version != 3 || s.Failure.Model != "suppliers" || s.Points != plain[i].Points {
			t.Fatalf("%+v", s.Failure)
		}
		if y[i] == 1 {
			bad = max(bad, s.Failure.PD)
		} else {
			good = s.Failure.PD
		}
	}
	exposures, err := credit.Exposures(all[:1], scores[:1], make([]finance.Money, 1))
	if err != nil || !(bad > good) || exposures[0].Expected.Minor == 0 {
		t.Errorf("PDs %g and %g, %+v, %v", bad, good, exposures, err)
	}
	risky := scores[0]
	risky.Failure.PD, risky.Failure.High = 0.4, 0.9
	advice, err := credit.Exposures(all[:1], []finance.Score{risky}, []finance.Money{{Minor: 100, Currency: "GBP"}})
	if err != nil || !strings.Contains(advice[0].Advice, "graded E") {
		t.Errorf("%+v, %v", advice, err)
	}
	s, with := &Snapshot{}, &Snapshot{Judges: Judges{Failure: model}}
	if a, b := s.Hash(), with.Hash(); a == b {
		t.Error("the hash does not name the model")
	}
}
