package server

import (
	"context"
	"fmt"
	"net/http"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type movementsInput struct {
	Body api.MovementBatch
}

type movementReceiptOutput struct {
	Status int
	Body   api.MovementReceipt
}

type listMovementsInput struct {
	ItemID  string `query:"item_id" maxLength:"200"`
	SiteID  string `query:"site_id" maxLength:"64"`
	OrderID string `query:"order_id" maxLength:"200"`
	Cursor  string `query:"cursor" maxLength:"64" doc:"next_cursor of the page before"`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type movementsOutput struct{ Body api.MovementList }

type listPositionsInput struct {
	ItemID string `query:"item_id" maxLength:"200"`
	SiteID string `query:"site_id" maxLength:"64"`
	Cursor string `query:"cursor" maxLength:"400" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type positionsOutput struct{ Body api.StockPositionList }

func (s *Server) registerStock() {
	move := operation("move-stock", http.MethodPost, "/v1/stock-movements", "Say what happened to stock", "stock", service.ScopeTasksWork, 409, 413, 422)
	move.Description = "All movements of a request are taken, in their order, or none; the positions follow at once. Telling the same movement again is no error; another one under its id, and one that would leave less than nothing on the shelf, is 409."
	move.MaxBodyBytes, move.DefaultStatus = maxBatchBytes, http.StatusCreated
	register(s, s.once(move), s.moveStock)
	register(s, operation("list-stock-movements", http.MethodGet, "/v1/stock-movements", "List stock movements, newest first", "stock", service.ScopeFactsRead), s.listMovements)
	register(s, operation("list-stock-positions", http.MethodGet, "/v1/stock-positions", "List stock by item and site", "stock", service.ScopeFactsRead), s.listPositions)
}

func (s *Server) moveStock(ctx context.Context, in *movementsInput) (*movementReceiptOutput, error) {
	d, err := s.options.Catalog.Of(ctx, s.tenant(ctx))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	var wrong fieldErrors
	moves := make([]service.Movement, len(in.Body.Movements))
	for i, x := range in.Body.Movements {
		moves[i] = readMovement(d, x, fmt.Sprintf("movements[%d].", i), &wrong)
	}
	if len(wrong) > 0 {
		return nil, invalidFields(wrong)
	}
	moved, fresh, err := s.options.Stock.Move(ctx, s.tenant(ctx), moves)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &movementReceiptOutput{Status: http.StatusOK, Body: api.MovementReceipt{Stored: fresh, Known: len(moved) - fresh, Movements: make([]api.Movement, len(moved))}}
	if fresh > 0 {
		out.Status = http.StatusCreated
	}
	for i, m := range moved {
		out.Body.Movements[i] = s.movementWords(m)
	}
	return out, nil
}

func readMovement(d *service.Declared, x api.NewMovement, at string, wrong *fieldErrors) service.Movement {
	m := service.Movement{
		ID: x.ID, ItemID: x.ItemID, SiteID: x.SiteID, Kind: service.MovementKind(x.Kind), Qty: x.Qty, OrderID: x.OrderID, InboundID: x.InboundID, Reason: x.Reason,
	}
	if x.At != nil { // else its recording stands for it, so that telling it again is telling the same
		m.AtUs = x.At.UnixMicro()
	}
	if _, ok := d.Item(x.ItemID); !ok {
		wrong.add(x.ItemID, "no such item is declared", "%sitem_id", at)
	}
	if !d.HasSite(x.SiteID) {
		wrong.add(x.SiteID, "no such site is declared", "%ssite_id", at)
	}
	switch {
	case m.Kind == service.MoveAdjusted && x.Qty == 0:
		wrong.add(x.Qty, "changes nothing", "%sqty", at)
	case m.Kind == service.MoveCounted && x.Qty < 0, m.Kind != service.MoveAdjusted && m.Kind != service.MoveCounted && x.Qty < 1:
		wrong.add(x.Qty, "is no number of units that "+x.Kind+" goes with", "%sqty", at)
	}
	if x.OrderID != "" && m.Kind != service.MoveShipped && m.Kind != service.MoveReturned {
		wrong.add(x.OrderID, "goes with shipped and returned alone", "%sorder_id", at)
	}
	if x.InboundID != "" && m.Kind != service.MoveReceived {
		wrong.add(x.InboundID, "goes with received alone", "%sinbound_id", at)
	}
	return m
}

func (s *Server) movementWords(m service.Movement) api.Movement {
	at := m.AtUs
	if at == 0 {
		at = m.CreatedUs
	}
	return api.Movement{
		ID: m.ID, ItemID: m.ItemID, SiteID: m.SiteID, Kind: string(m.Kind), Qty: m.Qty, Change: m.Change, OnHand: m.OnHand, OrderID: m.OrderID,
		InboundID: m.InboundID, Reason: m.Reason, At: s.timeOf(at), RecordedAt: s.timeOf(m.CreatedUs),
	}
}

func (s *Server) listMovements(ctx context.Context, in *listMovementsInput) (*movementsOutput, error) {
	all, err := s.options.Stock.Movements(ctx, s.tenant(ctx), service.MovementQuery{
		ItemID: in.ItemID, SiteID: in.SiteID, OrderID: in.OrderID, Before: in.Cursor, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	all, more := page(all, in.Limit)
	out := &movementsOutput{Body: api.MovementList{Items: make([]api.Movement, len(all))}}
	for i, m := range all {
		out.Body.Items[i] = s.movementWords(m)
	}
	if more {
		out.Body.NextCursor = all[len(all)-1].Seq
	}
	return out, nil
}

func (s *Server) listPositions(ctx context.Context, in *listPositionsInput) (*positionsOutput, error) {
	q := service.PositionQuery{SiteID: in.SiteID, Limit: in.Limit + 1}
	if in.ItemID != "" {
		q.ItemIDs = []string{in.ItemID}
	}
	if in.Cursor != "" {
		parts, err := readCursor(in.Cursor, 2)
		if err != nil {
			return nil, errCursor(in.Cursor)
		}
		q.AfterItem, q.AfterSite = parts[0], parts[1]
	}
	all, err := s.options.Stock.StockPositions(ctx, s.tenant(ctx), q)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	all, more := page(all, in.Limit)
	out := &positionsOutput{Body: api.StockPositionList{Items: make([]api.StockPosition, len(all))}}
	for i, p := range all {
		out.Body.Items[i] = api.StockPosition{
			ItemID: p.ItemID, SiteID: p.SiteID, OnHand: p.OnHand, Reserved: p.Reserved, Allocated: p.Allocated, Available: p.Available(),
			OnOrder: p.OnOrder, Backordered: p.Backordered,
		}
	}
	if more {
		last := all[len(all)-1]
		out.Body.NextCursor = cursorOf(last.ItemID, last.SiteID)
	}
	return out, nil
}
