package history

import (
	"slices"
	"strings"
)

// makeItems gathers the kept rows under their items. Items that kept no row are left out.
func (c *cleaner) makeItems(b *Books) {
	start, rows := c.rowsByItem()
	order := make([]int32, 0, len(c.itemIDs))
	for item := range c.itemIDs {
		if start[item+1] > start[item] {
			order = append(order, int32(item))
		}
	}
	slices.SortFunc(order, func(x, y int32) int { return strings.Compare(c.itemIDs[x], c.itemIDs[y]) })
	renumber := make([]int32, len(c.itemIDs))
	b.Items = make([]Item, len(order))
	var scratch itemScratch
	for i, item := range order {
		renumber[item] = int32(i)
		b.Items[i] = c.describe(c.itemIDs[item], rows[start[item]:start[item+1]], &scratch)
	}
	for code, item := range c.item {
		if item >= 0 {
			c.item[code] = renumber[item]
		}
	}
}

// rowsByItem lists the kept rows of item i in rows[start[i]:start[i+1]], in the order of the input.
func (c *cleaner) rowsByItem() (start []int, rows []int32) {
	start = make([]int, len(c.itemIDs)+1)
	for row, fate := range c.fate {
		if fate == Kept {
			start[c.item[c.Code[row]]+1]++
		}
	}
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
	next := slices.Clone(start)
	rows = make([]int32, start[len(start)-1])
	for row, fate := range c.fate {
		if fate == Kept {
			item := c.item[c.Code[row]]
			rows[next[item]] = int32(row)
			next[item]++
		}
	}
	return start, rows
}

type itemScratch struct {
	prices []int64
	names  []nameUse
}

// nameUse is one description of an item on one row, and when.
type nameUse struct {
	name   int32
	placed int64
}

func (c *cleaner) describe(id string, rows []int32, s *itemScratch) Item {
	it := Item{ID: id, FirstDay: dayOf(c.Placed[rows[0]]), LastDay: dayOf(c.Placed[rows[0]])}
	s.prices, s.names = s.prices[:0], s.names[:0]
	for _, row := range rows {
		day := dayOf(c.Placed[row])
		it.FirstDay, it.LastDay = min(it.FirstDay, day), max(it.LastDay, day)
		it.Units += int64(c.left[row])
		s.prices = append(s.prices, c.Price[row])
		if name := c.Description[row]; c.Descriptions[name] != "" {
			s.names = append(s.names, nameUse{name, c.Placed[row]})
		}
	}
	slices.Sort(s.prices)
	n := len(s.prices)
	it.PriceCents = toCents((s.prices[(n-1)/2] + s.prices[n/2]) / 2)
	it.Name = c.usualName(s.names)
	return it
}

// usualName is the description used most often; of two used alike, the one used last.
func (c *cleaner) usualName(uses []nameUse) string {
	slices.SortFunc(uses, func(a, b nameUse) int {
		if a.name != b.name {
			return int(a.name - b.name)
		}
		return compare(a.placed, b.placed)
	})
	best, bestCount, bestLast := "", 0, int64(0)
	for i := 0; i < len(uses); {
		j := i
		for j < len(uses) && uses[j].name == uses[i].name {
			j++
		}
		count, last := j-i, uses[j-1].placed
		if count > bestCount || count == bestCount && last > bestLast {
			best, bestCount, bestLast = c.Descriptions[uses[i].name], count, last
		}
		i = j
	}
	return best
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// toCents rounds ten-thousandths of the currency unit to minor units, halves up. Kept prices are never negative.
func toCents(price int64) int64 { return (price + PriceUnitsPerCent/2) / PriceUnitsPerCent }
