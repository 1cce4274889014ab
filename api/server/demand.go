package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"quartermaster/api"
	"quartermaster/forecast"
	"quartermaster/internal/service"
)

// demandDays is how many of the newest days say what sells: eight weeks, so that no single week decides.
const demandDays = 56

type findItemsInput struct {
	Q     string `query:"q" maxLength:"200" doc:"Part of an id or name, in any case; several words must all be there"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type soldItemsOutput struct{ Body api.SoldItemList }

func (s *Server) registerDemand() {
	op := operation("find-sold-items", http.MethodGet, "/v1/sold-items", "Find items by name, those sold on most days first", "items", service.ScopeFactsRead)
	op.Description = "The stored forecast of each is at /v1/items/{id}/forecast."
	register(s, op, s.findItems)
}

func (s *Server) findItems(ctx context.Context, in *findItemsInput) (*soldItemsOutput, error) {
	names, err := s.itemNames(ctx)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	words := strings.Fields(strings.ToLower(in.Q))
	out := &soldItemsOutput{Body: api.SoldItemList{WindowDays: demandDays, Items: []api.SoldItem{}}}
	for id, name := range names {
		text := strings.ToLower(id + " " + name)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			out.Body.Items = append(out.Body.Items, api.SoldItem{ItemID: id, Name: name})
		}
	}
	out.Body.Found = len(out.Body.Items)
	if err := s.countSales(ctx, out.Body.Items); err != nil {
		return nil, s.fail(ctx, err)
	}
	slices.SortFunc(out.Body.Items, func(a, b api.SoldItem) int {
		return cmp.Or(cmp.Compare(b.Days, a.Days), cmp.Compare(b.Units, a.Units), strings.Compare(a.ItemID, b.ItemID))
	})
	out.Body.Items, _ = page(out.Body.Items, in.Limit)
	return out, nil
}

// countSales fills in what was sold of the items, counted from the newest day in any of the books on.
func (s *Server) countSales(ctx context.Context, items []api.SoldItem) error {
	sales, err := s.options.Planning.Facts.Sales(ctx, s.tenant(ctx))
	if err != nil {
		return err
	}
	series := make(map[string]forecast.Series, len(sales))
	end := 0
	for _, x := range sales {
		series[x.ID] = x
		end = max(end, x.StartDay+len(x.Values))
	}
	for i := range items {
		x := series[items[i].ItemID]
		for k, v := range x.Values {
			if !(v > 0) { // nor days not observed
				continue
			}
			items[i].LastSale = dateOf(x.StartDay + k)
			if x.StartDay+k >= end-demandDays {
				items[i].Units += v
				items[i].Days++
			}
		}
	}
	return nil
}
