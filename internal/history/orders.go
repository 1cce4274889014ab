package history

import (
	"math/bits"
	"slices"
)

// makeOrders gathers the kept rows under their invoices, one line per item, and sorts the orders by time.
func (c *cleaner) makeOrders(b *Books) {
	start, rows := c.rowsByInvoice()
	lines := make([]Line, 0, len(rows)) // never grown: the orders hold slices of it
	merge := merger{at: make([]int32, len(b.Items)), stamp: make([]int32, len(b.Items))}
	var firstRow []int32
	for inv := range c.Invoices {
		mine := rows[start[inv]:start[inv+1]]
		if len(mine) == 0 {
			continue
		}
		from := len(lines)
		lines = merge.sum(c, mine, int32(inv)+1, lines)
		o := Order{
			ID: c.Invoices[inv], PlacedMicros: c.Placed[mine[0]], Country: c.Countries[c.Country[mine[0]]],
			Lines: lines[from:len(lines):len(lines)],
		}
		for _, row := range mine {
			o.PlacedMicros = min(o.PlacedMicros, c.Placed[row])
			if o.Customer == "" {
				o.Customer = c.Customers[c.Customer[row]]
			}
		}
		b.Orders, firstRow = append(b.Orders, o), append(firstRow, mine[0])
	}
	b.sortOrders(firstRow)
	known := map[string]bool{}
	for i := range b.Orders {
		known[b.Orders[i].Customer] = true
	}
	delete(known, "")
	b.Customers = len(known)
}

func (b *Books) sortOrders(firstRow []int32) {
	order := make([]int32, len(b.Orders))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int {
		if by := compare(b.Orders[x].PlacedMicros, b.Orders[y].PlacedMicros); by != 0 {
			return by
		}
		return int(firstRow[x] - firstRow[y])
	})
	sorted := make([]Order, len(order))
	for i, from := range order {
		sorted[i] = b.Orders[from]
	}
	b.Orders = sorted
}

// rowsByInvoice lists the kept rows of invoice i in rows[start[i]:start[i+1]], in the order of the input.
func (c *cleaner) rowsByInvoice() (start []int, rows []int32) {
	start = make([]int, len(c.Invoices)+1)
	for row, fate := range c.fate {
		if fate == Kept {
			start[c.Invoice[row]+1]++
		}
	}
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
	next := slices.Clone(start)
	rows = make([]int32, start[len(start)-1])
	for row, fate := range c.fate {
		if fate == Kept {
			inv := c.Invoice[row]
			rows[next[inv]] = int32(row)
			next[inv]++
		}
	}
	return start, rows
}

// merger sums the lines of one invoice item by item without a map: stamp says for which invoice at is true.
type merger struct{ at, stamp []int32 }

func (m *merger) sum(c *cleaner, rows []int32, stamp int32, lines []Line) []Line {
	base := len(lines)
	for _, row := range rows {
		item, qty, price := c.item[c.Code[row]], int64(c.left[row]), c.Price[row]
		if m.stamp[item] != stamp {
			m.stamp[item], m.at[item] = stamp, int32(len(lines)-base)
			lines = append(lines, Line{item, qty, price})
			continue
		}
		l := &lines[base+int(m.at[item])]
		l.PriceCents = meanPrice(l.PriceCents, l.Qty, price, qty)
		l.Qty += qty
	}
	for i := base; i < len(lines); i++ { // until here the fine price stood in PriceCents
		lines[i].PriceCents = toCents(lines[i].PriceCents)
	}
	return lines
}

// meanPrice is the mean by units, rounded to the nearest; the products may pass 64 bits. All arguments are ≥ 0, na > 0.
func meanPrice(a, na, b, nb int64) int64 {
	if a == b {
		return a
	}
	hi, lo := bits.Mul64(uint64(a), uint64(na))
	hi2, lo2 := bits.Mul64(uint64(b), uint64(nb))
	n := uint64(na + nb)
	lo, carry := bits.Add64(lo, lo2, 0)
	hi, _ = bits.Add64(hi, hi2, carry)
	lo, carry = bits.Add64(lo, n/2, 0)
	hi += carry
	mean, _ := bits.Div64(hi, lo, n) // hi < n: a mean is no larger than the larger price
	return int64(mean)
}
