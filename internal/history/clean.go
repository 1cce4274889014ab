package history

import (
	"context"
	"fmt"
	"strings"
)

// Rules adjust cleaning to a shop. The zero value is the documented default.
type Rules struct {
	// NotGoods gives further stock codes (upper case) that are no goods, with the reason; Kept makes a code goods that
	// the default table sets aside.
	NotGoods map[string]Reason
}

// Clean gives each row its fate and makes the books of those that are kept. Lines is not changed. The error is ctx's, or
// says which columns do not fit together, or that the days span more than can be held.
func Clean(ctx context.Context, lines *Lines, rules Rules) (*Books, error) {
	if err := lines.check(); err != nil {
		return nil, err
	}
	c := newCleaner(lines, rules)
	for _, step := range []func(){c.dropDoubles, c.judgeRows, c.matchCancellations} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		step()
	}
	b := &Books{}
	for _, step := range []func(*Books){c.makeItems, c.makeOrders} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		step(b)
	}
	if err := c.makeSales(b); err != nil {
		return nil, err
	}
	c.account(b)
	return b, nil
}

// check guards against columns that were put together wrongly; readers of files never give such.
func (l *Lines) check() error {
	n := len(l.Invoice)
	for _, col := range []struct {
		name string
		ids  []int32
		max  int
	}{
		{"Part", l.Part, len(l.Parts)}, {"Invoice", l.Invoice, len(l.Invoices)}, {"Code", l.Code, len(l.Codes)},
		{"Description", l.Description, len(l.Descriptions)}, {"Customer", l.Customer, len(l.Customers)},
		{"Country", l.Country, len(l.Countries)},
	} {
		if len(col.ids) != n {
			return fmt.Errorf("history: column %s has %d rows, Invoice has %d", col.name, len(col.ids), n)
		}
		for row, id := range col.ids {
			if id < 0 || int(id) >= col.max {
				return fmt.Errorf("history: column %s row %d points at entry %d of %d", col.name, row, id, col.max)
			}
		}
	}
	for _, col := range []struct {
		name string
		size int
	}{{"Row", len(l.Row)}, {"Qty", len(l.Qty)}, {"Price", len(l.Price)}, {"Placed", len(l.Placed)}} {
		if col.size != n {
			return fmt.Errorf("history: column %s has %d rows, Invoice has %d", col.name, col.size, n)
		}
	}
	return nil
}

// cleaner holds what the steps of Clean hand to each other.
type cleaner struct {
	*Lines
	item     []int32  // code → item before sorting, −1 where the code is no goods
	itemIDs  []string // first seen first
	codeFate []Reason
	cancels  []bool  // invoice → begins with C
	unknown  []bool  // customer → not known
	left     []int32 // row → units that were not cancelled
	fate     []Reason

	cancelledUnits, unmatchedUnits int64
}

func newCleaner(lines *Lines, rules Rules) *cleaner {
	c := &cleaner{Lines: lines, fate: make([]Reason, lines.Len()), left: make([]int32, lines.Len())}
	copy(c.left, lines.Qty)
	c.item, c.codeFate = make([]int32, len(lines.Codes)), make([]Reason, len(lines.Codes))
	index := map[string]int32{}
	for code, text := range lines.Codes {
		id := strings.ToUpper(strings.TrimSpace(text))
		if c.codeFate[code] = fateOfCode(id, rules.NotGoods); c.codeFate[code] != Kept {
			c.item[code] = -1
			continue
		}
		item, ok := index[id]
		if !ok {
			item = int32(len(c.itemIDs))
			index[id], c.itemIDs = item, append(c.itemIDs, id)
		}
		c.item[code] = item
	}
	c.cancels = make([]bool, len(lines.Invoices))
	for i, id := range lines.Invoices {
		c.cancels[i] = strings.HasPrefix(id, "C") || strings.HasPrefix(id, "c")
	}
	c.unknown = make([]bool, len(lines.Customers))
	for i, id := range lines.Customers {
		c.unknown[i] = id == ""
	}
	return c
}

// judgeRows applies rules 2 and 3, which look at one row alone.
func (c *cleaner) judgeRows() {
	for row := range c.fate {
		if c.fate[row] != Kept {
			continue
		}
		c.fate[row] = c.judge(row)
	}
}

func (c *cleaner) judge(row int) Reason {
	qty, price := c.Qty[row], c.Price[row]
	switch fate := c.codeFate[c.Code[row]]; {
	case fate != Kept:
		return fate
	case qty == 0:
		return ZeroQuantity
	case price < 0:
		return NegativePrice
	case price < PriceUnitsPerCent/2 && qty < 0:
		return StockAdjustment
	case price < PriceUnitsPerCent/2:
		return ZeroPrice
	case qty > 0 && c.cancels[c.Invoice[row]]:
		return PositiveCancellation
	case qty < 0:
		return UnmatchedCancellation // until matchCancellations finds its purchase
	}
	return Kept
}

// account counts every fate.
func (c *cleaner) account(b *Books) {
	var rows [reasonCount]int
	var units [reasonCount]int64
	for row, fate := range c.fate {
		rows[fate]++
		units[fate] += int64(c.Qty[row])
	}
	r := &b.Report
	r.Rows, r.Kept, r.Invoices = c.Len(), rows[Kept], len(c.Invoices)
	for reason := Kept + 1; reason < reasonCount; reason++ {
		if rows[reason] > 0 {
			r.SetAside = append(r.SetAside, ReasonRows{reason, reason.Code(), reason.Sentence(), rows[reason], units[reason]})
		}
	}
	r.Orders, r.Items = len(b.Orders), len(b.Items)
	for i := range b.Orders {
		r.OrderLines += len(b.Orders[i].Lines)
		for _, l := range b.Orders[i].Lines {
			r.KeptUnits += l.Qty
		}
	}
	r.Summed = r.Kept - r.OrderLines
	r.CancelledUnits, r.UnmatchedUnits = c.cancelledUnits, c.unmatchedUnits
}

// Aside is the number of rows that were set aside for any reason.
func (r *Report) Aside() int {
	sum := 0
	for _, s := range r.SetAside {
		sum += s.Rows
	}
	return sum
}

// Check returns nil if every row has exactly one fate.
func (r *Report) Check() error {
	if got := r.Kept + r.Aside(); got != r.Rows {
		return fmt.Errorf("history: %d rows went in, %d kept + %d set aside came out", r.Rows, r.Kept, r.Aside())
	}
	return nil
}
