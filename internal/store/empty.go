package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"quartermaster/internal/service"
)

// turn is a movement after which a shelf was empty, or before which it was.
type turn struct {
	site       string
	onHand, at int64
}

// EmptySpells tells when items were on no shelf. A site without such movements counts by what it has now: stock there means
// that the item was never gone.
func (s *Store) EmptySpells(ctx context.Context, tenant string, itemIDs ...string) ([]service.EmptySpell, error) {
	turns := map[string][]turn{}
	err := s.byItem(ctx, "reading when shelves were empty", `select item_id, site_id, on_hand, at from movements
		where tenant = $1 and (on_hand = 0 or on_hand = change)`, tenant, itemIDs, func(scan func(...any) error) error {
		var id string
		var m turn
		err := scan(&id, &m.site, &m.onHand, &m.at)
		turns[id] = append(turns[id], m)
		return err
	})
	if err != nil || len(turns) == 0 {
		return nil, err
	}
	empty := map[string]map[string]bool{} // item → site → nothing there
	err = s.byItem(ctx, "reading where items are", `select item_id, site_id, on_hand from positions where tenant = $1`, tenant, itemIDs, func(scan func(...any) error) error {
		var id, site string
		var onHand int64
		err := scan(&id, &site, &onHand)
		if turns[id] != nil {
			if empty[id] == nil {
				empty[id] = map[string]bool{}
			}
			empty[id][site] = onHand == 0
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []service.EmptySpell
	for id, all := range turns {
		out = append(out, spellsOf(id, all, empty[id])...)
	}
	slices.SortFunc(out, func(a, b service.EmptySpell) int {
		return cmp.Or(strings.Compare(a.ItemID, b.ItemID), cmp.Compare(a.FromUs, b.FromUs))
	})
	return out, nil
}

// spellsOf goes through one item's turns. empty says of each site whether nothing is there now.
func spellsOf(id string, turns []turn, empty map[string]bool) []service.EmptySpell {
	slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Compare(a.at, b.at) })
	places := make(map[string]bool, len(empty))
	for site, none := range empty {
		places[site] = none
	}
	for _, m := range slices.Backward(turns) { // before its first turn a shelf was what that turn changed
		places[m.site] = m.onHand > 0
	}
	var out []service.EmptySpell
	gone := int64(-1)
	for _, m := range turns {
		places[m.site] = m.onHand == 0
		nowhere := true
		for _, none := range places {
			nowhere = nowhere && none
		}
		switch {
		case nowhere && gone < 0:
			gone = m.at
		case !nowhere && gone >= 0:
			out = append(out, service.EmptySpell{ItemID: id, FromUs: gone, ToUs: m.at})
			gone = -1
		}
	}
	if gone >= 0 {
		out = append(out, service.EmptySpell{ItemID: id, FromUs: gone})
	}
	return out
}
