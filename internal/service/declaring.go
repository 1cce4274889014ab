package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"quartermaster/internal/plan"
	"quartermaster/routing/road"
)

// Declaring changes the declared facts (items, sites, suppliers, vehicles) one by one. The document stays the one truth.
type Declaring struct {
	Facts FactStore
	Roads *road.Graph // a site must be near a street of them; nil = that is not looked at
}

// declareTries bounds how often a change is made anew because somebody else changed the document meanwhile.
const declareTries = 8

// Change changes the declared facts as change does, which may be called more than once. What the change leaves must be
// sound, else the error is a *plan.InvalidError marked ErrInvalid and nothing is stored.
func (d *Declaring) Change(ctx context.Context, tenant string, change func(s *plan.Snapshot) error) error {
	var err error
	for range declareTries {
		if err = d.try(ctx, tenant, change); !errors.Is(err, errRevision) {
			return err
		}
	}
	return err
}

// errRevision says that the document was changed meanwhile.
var errRevision = fmt.Errorf("%w: the declaration is being changed by others; try again", ErrConflict)

func (d *Declaring) try(ctx context.Context, tenant string, change func(s *plan.Snapshot) error) error {
	business, err := d.Facts.Business(ctx, tenant)
	if err != nil {
		return err
	}
	if business.Revision == 0 {
		return ErrUndeclared
	}
	var doc declaration
	if err := json.Unmarshal(business.Document, &doc); err != nil {
		return fmt.Errorf("service: read the stored business document: %w", err)
	}
	if err := change(&doc.Snapshot); err != nil {
		return err
	}
	doc.Roads = d.Roads
	if err := doc.ValidateDeclared(); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	doc.Snapshot = declaredPart(doc.Snapshot)
	document, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("write the business document: %w", err)
	}
	_, err = d.Facts.SaveBusiness(ctx, tenant, document, business.Revision)
	if errors.Is(err, ErrConflict) {
		return errRevision
	}
	return err
}
