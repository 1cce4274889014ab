package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"quartermaster/finance"
	"quartermaster/finance/credit"
)

// trust scores the suppliers by what was known of them on the first day of the plan, by the learned model too where there is
// one, and states the money that this plan's purchase orders put at risk with each.
func (b *builder) trust(context.Context) error {
	suppliers := b.s.finances()
	proposed := make([]finance.Money, len(suppliers))
	for i := range proposed {
		proposed[i].Currency = b.s.Currency
	}
	for _, po := range b.plan.Purchases {
		proposed[b.supplierIndex[po.SupplierID]].Minor += po.CostCents
	}
	scores, err := Judge(suppliers, b.s.OriginDay, b.s.Judges, b.o.Workers)
	if err != nil {
		return err
	}
	exposures, err := credit.Exposures(suppliers, scores, proposed)
	if err != nil {
		return err
	}
	for i := range suppliers {
		b.plan.Suppliers = append(b.plan.Suppliers, SupplierView{suppliers[i].Name, scores[i], exposures[i]})
	}
	b.progress(0.97, "%d suppliers scored", len(suppliers))
	return nil
}

// SuppliersThen are the suppliers as they were known on the morning of OriginDay: a plan for a past week sees no later
// delivery, and one with whom trade began later counts as new.
func (s *Snapshot) SuppliersThen() []finance.Supplier {
	out := make([]finance.Supplier, len(s.Suppliers))
	for i, x := range s.Suppliers {
		out[i] = credit.Then(x.Supplier, s.OriginDay)
	}
	return out
}

// finances are the suppliers as finance knows them.
func (s *Snapshot) finances() []finance.Supplier {
	out := make([]finance.Supplier, len(s.Suppliers))
	for i := range s.Suppliers {
		out[i] = s.Suppliers[i].Supplier
	}
	return out
}

// Judges are the learned models that judge suppliers; nil = there is none of the kind.
type Judges struct {
	Failure *SupplierModel `json:",omitempty" hash:"omitempty"`
	Warning *WarningModel  `json:",omitempty" hash:"omitempty"`
}

// SupplierModel is a learned credit model that reads a supplier's record, named so that a score can say what gave it.
type SupplierModel struct {
	Name    string
	Version int
	SHA256  string        // of its file
	Model   *credit.Model `json:"-"`
}

// NewSupplierModel names a model by its file.
func NewSupplierModel(name string, version int, file []byte, m *credit.Model) *SupplierModel {
	return &SupplierModel{Name: name, Version: version, SHA256: digest(file), Model: m}
}

// WarningModel is a learned hazard model that looks months ahead.
type WarningModel struct {
	Name    string
	Version int
	SHA256  string         // of its file
	Model   *credit.Hazard `json:"-"`
}

// NewWarningModel names a model by its file.
func NewWarningModel(name string, version int, file []byte, h *credit.Hazard) *WarningModel {
	return &WarningModel{Name: name, Version: version, SHA256: digest(file), Model: h}
}

func digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// Judge scores suppliers by what was known of them on a morning: by the table of points and, where there are models, by what
// these say of their records; every score has passed its check.
func Judge(suppliers []finance.Supplier, asOfDay int, by Judges, workers int) ([]finance.Score, error) {
	then := make([]finance.Supplier, len(suppliers))
	for i := range suppliers {
		then[i] = credit.Then(suppliers[i], asOfDay)
	}
	scores, err := credit.Scores(then, asOfDay)
	if err != nil {
		return nil, err
	}
	if m := by.Failure; m != nil && len(suppliers) > 0 {
		records, err := credit.Records(then, asOfDay)
		if err != nil {
			return nil, err
		}
		said, err := m.Model.Assess(records, credit.AssessOptions{Workers: workers})
		if err != nil {
			return nil, fmt.Errorf("credit model %s, version %d, on the suppliers' records: %w", m.Name, m.Version, err)
		}
		for i := range scores {
			scores[i].Failure = failureOf(m, &said[i])
		}
	}
	for i := range scores {
		if m := by.Warning; m != nil { // it reads what came later as not there yet
			if scores[i].Outlook, err = m.Model.Outlook(suppliers[i], asOfDay, m.Name, m.Version); err != nil {
				return nil, err
			}
		}
		if err := finance.CheckScore(scores[i]); err != nil {
			return nil, err
		}
	}
	return scores, nil
}

// failureOf puts what a model says of a record into the words of finance.
func failureOf(m *SupplierModel, a *credit.Assessment) *finance.Failure {
	f := &finance.Failure{
		Model: m.Name, Version: m.Version, PD: a.PD, Low: a.Low, High: a.High, Rating: a.Grade, Notes: a.Notes,
	}
	for _, r := range a.Reasons {
		reason := finance.Reason{Factor: r.Factor, Points: r.Points, Sentence: r.Sentence}
		if r.Change != nil && r.Change.PD < a.PD {
			reason.Change = fmt.Sprintf("%s from %s to %s", r.Change.Column, r.Change.From, r.Change.To)
			reason.ChangePD = r.Change.PD
		}
		f.Reasons = append(f.Reasons, reason)
	}
	for _, r := range a.Strengths {
		f.Strengths = append(f.Strengths, finance.Reason{Factor: r.Factor, Points: r.Points, Sentence: r.Sentence})
	}
	return f
}
