package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

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

// declaration is the stored business document with the import it came with.
type declaration struct {
	plan.Snapshot
	Import string // id; SaveImport and SaveBusiness are two writes, and only together they are a takeover
}

// Known gives the import with this content hash if the stored facts are its own, so that the same files need not be read
// into facts again. They are not after another import, nor where the program died between the two writes of Save.
func (im *Importing) Known(ctx context.Context, tenant, contentHash string) (Import, bool, error) {
	business, err := im.Facts.Business(ctx, tenant)
	if err != nil || business.Revision == 0 {
		return Import{}, false, err
	}
	var from struct{ Import string }
	if err := json.Unmarshal(business.Document, &from); err != nil {
		return Import{}, false, fmt.Errorf("service: read the stored business document: %w", err)
	}
	all, err := im.takeovers(ctx, tenant)
	if err != nil || len(all) == 0 || all[0].ID != from.Import || !sameContent(all[0].ContentHash, contentHash) {
		return Import{}, false, err
	}
	return all[0], true, nil
}

// takeovers lists the imports that brought a whole shop, newest first.
func (im *Importing) takeovers(ctx context.Context, tenant string) ([]Import, error) {
	all, err := im.Facts.Imports(ctx, tenant)
	return slices.DeleteFunc(all, func(i Import) bool { return strings.HasPrefix(i.ContentHash, salesImport) }), err
}

// again parts a content hash from the count of its takeover, where the same content was taken over more than once.
const again = "@"

func sameContent(stored, contentHash string) bool {
	hash, _, _ := strings.Cut(stored, again)
	return hash == contentHash
}

// contentKey is the hash to store an import under: the store writes the same hash once, but files that were in before
// another import came between must be written again, declaration and stock with them.
func (im *Importing) contentKey(ctx context.Context, tenant, contentHash string) (string, error) {
	all, err := im.takeovers(ctx, tenant)
	switch {
	case err != nil || len(all) == 0:
		return contentHash, err
	case sameContent(all[0].ContentHash, contentHash):
		return all[0].ContentHash, nil
	}
	before := 0
	for _, imp := range all {
		if sameContent(imp.ContentHash, contentHash) {
			before++
		}
	}
	if before == 0 {
		return contentHash, nil
	}
	return fmt.Sprintf("%s%s%d", contentHash, again, before+1), nil
}

// Save writes orders, sales, stock and what is on its way in one transaction, then the declaration. Saving the same
// content again changes nothing. The last takeover is the business: its declaration replaces the one before, its sales
// those of the same items, its stock that of the same item and site; stock of what it does not declare stays stored but
// is planned with no more. Orders that are there stay as they are, also the place and hours of their consignee, though
// another seed or declaration would draw others: promises may have been given for them.
func (im *Importing) Save(ctx context.Context, tenant string, t Takeover) (Import, error) {
	report, err := json.Marshal(t.Report)
	if err != nil {
		return Import{}, fmt.Errorf("write the import's report: %w", err)
	}
	key, err := im.contentKey(ctx, tenant, t.ContentHash)
	if err != nil {
		return Import{}, err
	}
	batch := ImportBatch{
		Import: Import{
			Source: t.Source, ContentHash: key, Report: report,
			Rows: int64(t.Books.Report.Rows), SetAside: int64(t.Books.Report.Rows - t.Books.Report.Kept),
		},
		Orders: storedOrders(t.Facts), Sales: t.Books.Sales, Positions: t.Facts.Positions, Inbound: storedInbound(t.Facts), InboundPrefix: takeoverInbound,
	}
	imp, _, err := im.Facts.SaveImport(ctx, tenant, batch)
	if err != nil {
		return Import{}, err
	}
	document, err := json.Marshal(declaration{declaredPart(*t.Facts), imp.ID})
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

// takeoverInbound begins the ids of what a takeover says to be on its way, so that the next one can take it back.
const takeoverInbound = "takeover/"

func storedInbound(s *plan.Snapshot) []Inbound {
	out := make([]Inbound, len(s.Inbound))
	for i, x := range s.Inbound {
		out[i] = Inbound{
			ID:     fmt.Sprintf("%s%s/%s/%d", takeoverInbound, x.ItemID, x.SiteID, s.OriginDay+x.DueDay),
			ItemID: x.ItemID, SiteID: x.SiteID, Qty: x.Qty, DueDay: s.OriginDay + x.DueDay,
		}
	}
	return out
}
