package history

import (
	"fmt"
	"math"
	"sort"
	"time"

	"quartermaster/forecast"
)

// maxSeriesDays bounds the days of all series together (400 MB): a single order dated a century off would otherwise
// stretch the series of every item.
const maxSeriesDays = 50_000_000

// makeSales makes one daily series per item, from its first sale to the last day of the books. A day on which nobody
// ordered anything is NaN: the shop was closed, which says nothing of demand.
func (c *cleaner) makeSales(b *Books) error {
	if len(b.Orders) == 0 {
		return nil
	}
	if err := b.span(); err != nil {
		return err
	}
	b.OpenDays = make([]bool, b.LastDay-b.FirstDay+1)
	for row, fate := range c.fate {
		if fate == Kept || fate == Cancelled {
			if day := dayOf(c.Placed[row]) - b.FirstDay; day >= 0 && day < len(b.OpenDays) {
				b.OpenDays[day] = true
			}
		}
	}
	b.Sales = make([]forecast.Series, len(b.Items))
	for i, it := range b.Items {
		b.Sales[i] = forecast.Series{ID: it.ID, StartDay: it.FirstDay, Values: make([]float64, b.LastDay-it.FirstDay+1)}
		for d := range b.Sales[i].Values {
			if !b.OpenDays[it.FirstDay-b.FirstDay+d] {
				b.Sales[i].Values[d] = math.NaN()
			}
		}
	}
	for row, fate := range c.fate {
		if fate == Kept {
			s := &b.Sales[c.item[c.Code[row]]]
			s.Values[dayOf(c.Placed[row])-s.StartDay] += float64(c.left[row])
		}
	}
	return nil
}

// span finds the first and last day, and refuses a span whose series would fill the memory.
func (b *Books) span() error {
	b.FirstDay, b.LastDay = b.Orders[0].Day(), b.Orders[len(b.Orders)-1].Day()
	for _, it := range b.Items { // a line may be later than the first of its invoice
		b.LastDay = max(b.LastDay, it.LastDay)
	}
	total := 0
	for _, it := range b.Items {
		if total += b.LastDay - it.FirstDay + 1; total > maxSeriesDays {
			return fmt.Errorf("history: the orders run from %s to %s; with %d items that is more than %d days of sales: "+
				"is a year mistyped?", date(b.FirstDay), date(b.LastDay), len(b.Items), maxSeriesDays)
		}
	}
	return nil
}

func date(day int) string { return time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly) }

// SalesBefore gives every item's series as it was known at the start of day: cut to end on day − 1, extended by closed
// days where the books end earlier. An item first sold on day or later has no values. The values are shared with b.
func (b *Books) SalesBefore(day int) []forecast.Series {
	out := make([]forecast.Series, len(b.Sales))
	for i, s := range b.Sales {
		if s.StartDay >= day {
			out[i] = forecast.Series{ID: s.ID, StartDay: day}
			continue
		}
		out[i] = forecast.Series{ID: s.ID, StartDay: s.StartDay, Values: s.Values[:min(len(s.Values), day-s.StartDay)]}
		if known := len(out[i].Values); known < day-s.StartDay {
			values := make([]float64, day-s.StartDay)
			for d := copy(values, out[i].Values); d < len(values); d++ {
				values[d] = math.NaN()
			}
			out[i].Values = values
		}
	}
	return out
}

// OrdersBetween gives the orders placed in [fromMicros, toMicros), by time.
func (b *Books) OrdersBetween(fromMicros, toMicros int64) []Order {
	first := b.firstFrom(fromMicros)
	return b.Orders[first:max(first, b.firstFrom(toMicros))]
}

// OrdersFrom gives up to n consecutive orders, the first of them placed at fromMicros or later.
func (b *Books) OrdersFrom(fromMicros int64, n int) []Order {
	first := b.firstFrom(fromMicros)
	return b.Orders[first:min(len(b.Orders), first+max(n, 0))]
}

// OrdersBefore gives up to n consecutive orders, the last of them placed before micros.
func (b *Books) OrdersBefore(micros int64, n int) []Order {
	end := b.firstFrom(micros)
	return b.Orders[max(0, end-max(n, 0)):end]
}

// firstFrom is the index of the first order placed at micros or later.
func (b *Books) firstFrom(micros int64) int {
	return sort.Search(len(b.Orders), func(i int) bool { return b.Orders[i].PlacedMicros >= micros })
}
