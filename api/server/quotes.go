package server

import (
	"context"
	"net/http"
	"time"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type quoteInput struct {
	Body api.QuoteRequest
}

type quoteOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     api.Quote
}

type quoteIDInput struct {
	ID string `path:"id" maxLength:"64"`
}

type confirmInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body api.Confirmation
}

func (s *Server) registerQuotes() {
	ask := operation("quote-promise", http.MethodPost, "/v1/promises", "Quote what one order can be promised", "promises", service.ScopePlansWrite, 409, 413, 422)
	ask.Description = "Answers at once with site, ship time, arrival window, cost and CO2e, from the stock that nobody was promised and the days' room. Nothing is held until the quote is confirmed."
	ask.DefaultStatus = http.StatusCreated
	register(s, s.once(ask), s.quotePromise)
	register(s, operation("get-quoted-promise", http.MethodGet, "/v1/promises/{id}", "Read a quoted or confirmed promise", "promises", service.ScopePlansRead, 404),
		func(ctx context.Context, in *quoteIDInput) (*quoteOutput, error) {
			q, doc, err := s.options.Promising.Read(ctx, s.tenant(ctx), in.ID)
			return s.quoted(ctx, http.StatusOK, q, doc, err)
		})
	confirm := operation("confirm-promise", http.MethodPost, "/v1/promises/{id}/confirm", "Confirm a promise for an order", "promises", service.ScopePlansWrite, 404, 409, 413, 422)
	confirm.Description = "Holds its units and stores the order unless it is there. What is no longer to be had, or was quoted too long ago, is 409: ask for a new promise. Confirming twice for the same order is no error. " +
		"What is held is free again after hold_sec, unless a plan or a shipment has taken it by then."
	register(s, s.once(confirm), s.confirmPromise)
	release := operation("release-promise", http.MethodPost, "/v1/promises/{id}/release", "Give a promise back", "promises", service.ScopePlansWrite, 404)
	release.Description = "What it holds is free at once. The order stays: cancel it where it is not wanted. Releasing twice is no error."
	register(s, release, func(ctx context.Context, in *quoteIDInput) (*quoteOutput, error) {
		if _, err := s.options.Promising.Quotes.ReleaseQuote(ctx, s.tenant(ctx), in.ID); err != nil {
			return nil, s.fail(ctx, err)
		}
		q, doc, err := s.options.Promising.Read(ctx, s.tenant(ctx), in.ID)
		return s.quoted(ctx, http.StatusOK, q, doc, err)
	})
}

func (s *Server) quotePromise(ctx context.Context, in *quoteInput) (*quoteOutput, error) {
	d, err := s.options.Catalog.Of(ctx, s.tenant(ctx))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	var wrong fieldErrors
	asOf := time.Now()
	if in.Body.AsOf != nil {
		asOf = *in.Body.AsOf
	}
	if asOf.Year() < 1971 || asOf.Year() > 2199 {
		wrong.add(asOf, "is not within the years 1971 to 2199", "as_of")
	}
	r := service.QuoteRequest{PlacedUs: s.localUs(asOf), Lon: in.Body.Destination.Lon, Lat: in.Body.Destination.Lat}
	r.FromSec, r.ToSec = readHours(in.Body.DeliverHours, "deliver_hours", &wrong)
	for i, l := range in.Body.Lines {
		if _, ok := d.Item(l.ItemID); !ok {
			wrong.add(l.ItemID, "no such item is declared", "lines[%d].item_id", i)
		}
		r.Lines = append(r.Lines, service.OrderLine{ItemID: l.ItemID, Qty: l.Qty})
	}
	if len(wrong) > 0 {
		return nil, invalidFields(wrong)
	}
	valid := time.Duration(in.Body.ValidSec) * time.Second
	if valid <= 0 {
		valid = 15 * time.Minute
	}
	q, doc, err := s.options.Promising.Quote(ctx, s.tenant(ctx), r, valid)
	return s.quoted(ctx, http.StatusCreated, q, doc, err)
}

func (s *Server) confirmPromise(ctx context.Context, in *confirmInput) (*quoteOutput, error) {
	hold := time.Duration(in.Body.HoldSec) * time.Second
	if hold <= 0 {
		hold = 48 * time.Hour
	}
	q, doc, err := s.options.Promising.Confirm(ctx, s.tenant(ctx), in.ID, in.Body.OrderID, in.Body.CustomerID, hold)
	return s.quoted(ctx, http.StatusOK, q, doc, err)
}

func (s *Server) quoted(ctx context.Context, status int, q service.Quote, doc service.QuoteDocument, err error) (*quoteOutput, error) {
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &quoteOutput{Status: status, Location: "/v1/promises/" + q.ID, Body: s.quoteWords(q, doc)}, nil
}

func (s *Server) quoteWords(q service.Quote, doc service.QuoteDocument) api.Quote {
	self := "/v1/promises/" + q.ID
	out := api.Quote{
		ID: q.ID, Status: string(q.State), Coverage: "none", OrderID: q.OrderID, Why: doc.Why,
		ExpiresAt: s.timeOf(q.ExpiresUs), CreatedAt: s.timeOf(q.CreatedUs), Links: []api.Link{{Rel: "self", Href: self}},
	}
	switch late := q.ExpiresUs <= time.Now().UnixMicro(); {
	case late && q.State != service.QuoteReleased:
		out.Status = "expired"
	case q.State == service.QuoteOpen && len(doc.Parcels) > 0:
		out.Links = append(out.Links, api.Link{Rel: "confirm", Href: self + "/confirm"})
	case q.State == service.QuoteConfirmed:
		out.Links = append(out.Links, api.Link{Rel: "release", Href: self + "/release"}, api.Link{Rel: "order", Href: "/v1/orders/" + q.OrderID})
	}
	for _, u := range doc.Unserved {
		out.Unserved = append(out.Unserved, api.UnservedPart{Code: u.Code, Reason: u.Reason, Lines: lineWords(u.Lines)})
	}
	if len(doc.Parcels) > 0 {
		out.Coverage = "whole"
		if len(doc.Unserved) > 0 {
			out.Coverage = "partial"
		}
		s.addParcels(&out, doc)
	}
	return out
}

// addParcels shows the parcels with their sums: the first departure, the last arrival, all costs.
func (s *Server) addParcels(out *api.Quote, doc service.QuoteDocument) {
	cost, first, last := int64(0), doc.Parcels[0], doc.Parcels[0]
	for _, p := range doc.Parcels {
		travel := "straight"
		if p.Road {
			travel = "road"
		}
		out.Parcels = append(out.Parcels, api.QuoteParcel{
			SiteID: p.SiteID, ShipAt: s.localTime(p.ShipSec), Arrival: api.Window{From: s.localTime(p.FromSec), To: s.localTime(p.ToSec)},
			DistanceM: p.DistanceM, Travel: travel, Cost: api.Money{Minor: p.CostCents, Currency: doc.Currency}, CO2eG: p.CO2eG, Lines: lineWords(p.Lines),
		})
		cost += p.CostCents
		out.CO2eG += p.CO2eG
		if p.ShipSec < first.ShipSec {
			first = p
		}
		if p.ToSec > last.ToSec {
			last = p
		}
	}
	ship := s.localTime(first.ShipSec)
	out.ShipAt = &ship
	out.Arrival = &api.Window{From: s.localTime(last.FromSec), To: s.localTime(last.ToSec)}
	out.Cost = &api.Money{Minor: cost, Currency: doc.Currency}
}
