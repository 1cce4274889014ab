package service

import (
	"context"
	"encoding/json"
	"fmt"

	"quartermaster/internal/history"
	"quartermaster/internal/plan"
)

// Importing is the use case of taking over a shop: its cleaned order history and its declared business become facts.
type Importing struct{ Facts FactStore }

// Takeover is all that one import brings.
type Takeover struct {
	Source      string // names of the files
	ContentHash string // of all that the facts were made from: files, declaration, seed
	Books       *history.Books
	// Facts are the declared and drawn facts of the whole book: its Orders are all orders, not those of one plan.
	Facts  *plan.Snapshot
	Report any // written as JSON beside the import: counts, rows set aside with reasons and places
}

// Known gives the import with this content hash, so that the same files need not be read into facts again.
func (im *Importing) Known(ctx context.Context, tenant, contentHash string) (Import, bool, error) {
	business, err := im.Facts.Business(ctx, tenant)
	if err != nil || business.Revision == 0 { // an import that died between its two writes is done again
		return Import{}, false, err
	}
	all, err := im.Facts.Imports(ctx, tenant)
	if err != nil {
		return Import{}, false, err
	}
	for _, imp := range all {
		if imp.ContentHash == contentHash {
			return imp, true, nil
		}
	}
	return Import{}, false, nil
}

// Save writes orders, sales, stock and what is on its way in one transaction, then the declaration. Saving the same
// content again changes nothing.
func (im *Importing) Save(ctx context.Context, tenant string, t Takeover) (Import, error) {
	report, err := json.Marshal(t.Report)
	if err != nil {
		return Import{}, fmt.Errorf("write the import's report: %w", err)
	}
	batch := ImportBatch{
		Import: Import{
			Source: t.Source, ContentHash: t.ContentHash, Report: report,
			Rows: int64(t.Books.Report.Rows), SetAside: int64(t.Books.Report.Rows - t.Books.Report.Kept),
		},
		Orders: storedOrders(t.Facts), Sales: t.Books.Sales, Positions: t.Facts.Positions, Inbound: storedInbound(t.Facts),
	}
	imp, _, err := im.Facts.SaveImport(ctx, tenant, batch)
	if err != nil {
		return Import{}, err
	}
	document, err := EncodeBusiness(*t.Facts)
	if err != nil {
		return Import{}, fmt.Errorf("write the business document: %w", err)
	}
	old, err := im.Facts.Business(ctx, tenant)
	if err != nil {
		return Import{}, err
	}
	_, err = im.Facts.SaveBusiness(ctx, tenant, document, old.Revision)
	return imp, err
}

func storedOrders(s *plan.Snapshot) []Order {
	origin := int64(s.OriginDay) * microsPerDay
	out := make([]Order, len(s.Orders))
	lines := 0
	for i := range s.Orders {
		lines += len(s.Orders[i].Lines)
	}
	all := make([]OrderLine, 0, lines) // one array for all orders: half a million small ones would cost more than the rest
	for i, o := range s.Orders {
		first := len(all)
		for _, l := range o.Lines {
			all = append(all, OrderLine(l))
		}
		out[i] = Order{
			ID: o.ID, CustomerID: o.CustomerID, PlacedUs: origin + o.PlacedSec*microsPerSec,
			Lon: o.Point[0], Lat: o.Point[1], FromSec: o.WindowSec.StartSec, ToSec: o.WindowSec.EndSec,
			Lines: all[first:len(all):len(all)],
		}
	}
	return out
}

func storedInbound(s *plan.Snapshot) []Inbound {
	out := make([]Inbound, len(s.Inbound))
	for i, x := range s.Inbound {
		out[i] = Inbound{
			ID:     fmt.Sprintf("%s/%s/%d", x.ItemID, x.SiteID, s.OriginDay+x.DueDay),
			ItemID: x.ItemID, SiteID: x.SiteID, Qty: x.Qty, DueDay: s.OriginDay + x.DueDay,
		}
	}
	return out
}
