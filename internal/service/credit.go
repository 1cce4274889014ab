package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"quartermaster/finance/credit"
	"quartermaster/internal/plan"
)

// CreditModel is one version of a learned credit model.
type CreditModel struct {
	Name     string
	Version  int  // 1, 2, …; given by the store
	Champion bool // in use
	JobID    string
	Card     []byte // JSON: a CreditCard
	Document []byte // the model's file; nil in lists
	// CreatedUs is given by the store.
	CreatedUs int64
	// Answer, where a job leaves a model, gives the job's answer from the version that the store gave it; nil = Result.Body.
	Answer func(version int) ([]byte, error)
}

// CreditCard is what lists show of a version.
type CreditCard struct {
	Kind        string             `json:"kind"`
	Columns     []string           `json:"columns"`
	Cases       int                `json:"cases"`
	Bads        int                `json:"bads"`
	CrossFitted credit.Measures    `json:"cross_fitted"`
	SetAside    []credit.SetAside  `json:"set_aside,omitempty"`
	Rejects     *credit.RejectNote `json:"rejects,omitempty"`
	Note        string             `json:"note,omitempty"`
}

// Limits of what is kept for a tenant.
const (
	MaxCreditNames    = 100
	MaxCreditVersions = 50 // of a name; the oldest that is not in use goes first
)

// SupplierModel is the name of the model that judges suppliers: its champion speaks in plans and on supplier pages.
const SupplierModel = "suppliers"

// CreditStore keeps learned models. They are written with the end of the job that learned them (Result.CreditModel).
type CreditStore interface {
	// CreditModel reads one version with its document; version 0 = the champion. Else ErrNotFound.
	CreditModel(ctx context.Context, tenant, name string, version int) (CreditModel, error)
	// CreditModels lists all versions without documents, by name and newest first; name "" = of all names.
	CreditModels(ctx context.Context, tenant, name string) ([]CreditModel, error)
	// CrownCreditModel makes one version the champion of its name; ErrNotFound where there is no such version.
	CrownCreditModel(ctx context.Context, tenant, name string, version int) (CreditModel, error)
	// DropCreditModel removes one version; ErrConflict for a champion that others are left beside, ErrNotFound else.
	DropCreditModel(ctx context.Context, tenant, name string, version int) error
}

// ReadCreditModel reads and checks a version's document.
func ReadCreditModel(m CreditModel) (*credit.Model, error) {
	if m.Name == WarningModel {
		return nil, fmt.Errorf("%w: %s looks months ahead at suppliers by their records; it has no table of points and scores no table", ErrConflict, m.Name)
	}
	model, err := credit.ReadModel(m.Document)
	if err != nil {
		return nil, fmt.Errorf("credit model %s, version %d: %w", m.Name, m.Version, err)
	}
	return model, nil
}

// NewCreditModel is what is stored of a model that was learned.
func NewCreditModel(name string, champion bool, m *credit.Model, note string, rejects *credit.RejectNote) (*CreditModel, error) {
	card := CreditCard{Kind: m.Kind, Cases: m.Cases, Bads: m.Bads, CrossFitted: m.Fitted, SetAside: m.Aside, Rejects: rejects, Note: note}
	for _, f := range m.Features {
		card.Columns = append(card.Columns, f.Name)
	}
	out := &CreditModel{Name: name, Champion: champion}
	var err error
	if out.Card, err = json.Marshal(card); err != nil {
		return nil, fmt.Errorf("write the model's card: %w", err)
	}
	if out.Document, err = json.Marshal(m); err != nil {
		return nil, fmt.Errorf("write the model: %w", err)
	}
	return out, nil
}

// ReadCreditCard reads what lists show of a version.
func ReadCreditCard(m CreditModel) (card CreditCard, err error) {
	if err := json.Unmarshal(m.Card, &card); err != nil {
		return card, fmt.Errorf("credit model %s, version %d: read its card: %w", m.Name, m.Version, err)
	}
	return card, nil
}

// WarningModel is the name of the hazard model that looks months ahead: its champion warns of suppliers.
const WarningModel = "early-warning"

// WarningKind is its kind on cards.
const WarningKind = "hazard"

// NewWarningModel is what is stored of a hazard model that was learned from suppliers of which some failed.
func NewWarningModel(champion bool, h *credit.Hazard, suppliers int, note string) (*CreditModel, error) {
	card := CreditCard{Kind: WarningKind, Columns: h.Model.Names, Cases: suppliers, Bads: h.Watch.Failures, CrossFitted: credit.Measures{N: h.Watch.Months, Bads: int(h.Watch.Came), AUC: h.Watch.AUC, Gini: 2*h.Watch.AUC - 1}, Note: note}
	out := &CreditModel{Name: WarningModel, Champion: champion}
	var err error
	if out.Card, err = json.Marshal(card); err != nil {
		return nil, fmt.Errorf("write the model's card: %w", err)
	}
	if out.Document, err = json.Marshal(h); err != nil {
		return nil, fmt.Errorf("write the model: %w", err)
	}
	return out, nil
}

// SupplierJudges are the champions that judge suppliers; none of a name leaves its field nil.
func SupplierJudges(ctx context.Context, store CreditStore, tenant string) (j plan.Judges, err error) {
	if store == nil {
		return j, nil
	}
	failure, err := champion(ctx, store, tenant, SupplierModel)
	if err != nil {
		return j, err
	}
	warning, err := champion(ctx, store, tenant, WarningModel)
	if err != nil {
		return j, err
	}
	if failure != nil {
		m, err := ReadCreditModel(*failure)
		if err != nil {
			return j, err
		}
		j.Failure = plan.NewSupplierModel(failure.Name, failure.Version, failure.Document, m)
	}
	if warning != nil {
		h, err := credit.ReadHazard(warning.Document)
		if err != nil {
			return j, fmt.Errorf("credit model %s, version %d: %w", warning.Name, warning.Version, err)
		}
		j.Warning = plan.NewWarningModel(warning.Name, warning.Version, warning.Document, h)
	}
	return j, nil
}

// champion is the version of a name that is in use, nil where there is none.
func champion(ctx context.Context, store CreditStore, tenant, name string) (*CreditModel, error) {
	m, err := store.CreditModel(ctx, tenant, name, 0)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &m, nil
}
