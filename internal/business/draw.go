package business

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"quartermaster/forecast"
	"quartermaster/internal/history"
	"quartermaster/internal/plan"
	"quartermaster/internal/rng"
	"quartermaster/inventory"
	"quartermaster/routing"
)

// drawer holds what the draws of one snapshot share.
type drawer struct {
	b     *Business
	books *history.Books
	req   Request
	known []history.Item // the plan's items
	index []int32        // item of the books → item of the plan, −1 = none
	sales []forecast.Series
	place map[string]orb.Point // by consignee; drawn once, and the same whenever it is drawn
}

// newDrawer picks the plan's items: those sold before it starts, and those its orders ask for.
func newDrawer(b *Business, books *history.Books, req Request) *drawer {
	d := &drawer{b: b, books: books, req: req, index: make([]int32, len(books.Items)), place: map[string]orb.Point{}}
	asked := make([]bool, len(books.Items))
	for i := range req.Orders {
		for _, l := range req.Orders[i].Lines {
			asked[l.Item] = true
		}
	}
	sales := books.SalesBefore(req.StartDay)
	for i, it := range books.Items {
		d.index[i] = -1
		if asked[i] || it.FirstDay < req.StartDay {
			d.index[i] = int32(len(d.known))
			d.known = append(d.known, it)
			d.sales = append(d.sales, sales[i])
		}
	}
	return d
}

// items draws cost, weight, volume, supplier and pack of every item.
func (d *drawer) items() []inventory.Item {
	out := make([]inventory.Item, len(d.known))
	rule := d.b.Items
	for i, it := range d.known {
		r := rng.New(d.req.Seed, "item", it.ID)
		price := float64(it.PriceCents)
		weight := (rule.WeightBaseG + rule.WeightPriceG*price/100) * rule.WeightSpread.draw(r)
		weight = max(1, min(weight, float64(rule.WeightMaxG)))
		supplier := d.b.supplierOf(rng.New(d.req.Seed, "supplier of", it.ID))
		pack := supplier.PackSizes[r.IntN(len(supplier.PackSizes))]
		out[i] = inventory.Item{
			ID: it.ID, Name: it.Name, PriceCents: it.PriceCents,
			UnitCostCents: max(1, int64(math.Round(price*rule.CostShare.draw(r)))),
			WeightG:       int64(weight), VolumeCm3: max(1, int64(weight/rule.Density.draw(r))),
			PackSize: pack, MinOrderQty: pack * supplier.MinPacks, SupplierID: supplier.ID,
		}
	}
	return out
}

func (r Range) draw(from *rand.Rand) float64 { return r.Min + (r.Max-r.Min)*from.Float64() }

// supplierOf draws a supplier by their shares of the range.
func (b *Business) supplierOf(r *rand.Rand) *Supplier {
	total := 0.0
	for i := range b.Suppliers {
		total += b.Suppliers[i].ItemShare
	}
	at := r.Float64() * total
	last := 0
	for i := range b.Suppliers {
		if b.Suppliers[i].ItemShare == 0 {
			continue
		}
		if last = i; at < b.Suppliers[i].ItemShare {
			break
		}
		at -= b.Suppliers[i].ItemShare
	}
	return &b.Suppliers[last]
}

// consignee names whoever an order goes to: the customer, or the order itself where the customer is not known.
func consignee(o *history.Order) string {
	if o.Customer != "" {
		return "customer " + o.Customer
	}
	return "order " + o.ID
}

// pointOf is where a consignee lives.
func (d *drawer) pointOf(who string) orb.Point {
	p, ok := d.place[who]
	if !ok {
		p = d.req.Place(rng.New(d.req.Seed, "consignee", who))
		d.place[who] = p
	}
	return p
}

// windowOf is when a consignee takes deliveries.
func (d *drawer) windowOf(who string) routing.Window {
	at := rng.New(d.req.Seed, "window", who).Float64()
	windows := d.b.Delivery.Windows
	chosen := windows[len(windows)-1]
	for _, w := range windows {
		if at < w.Share {
			chosen = w
			break
		}
		at -= w.Share
	}
	return routing.Window{StartSec: chosen.From.Sec(), EndSec: chosen.To.Sec()}
}

// orders turns the chosen orders into the plan's words.
func (d *drawer) orders() ([]plan.Order, error) {
	out := make([]plan.Order, len(d.req.Orders))
	for i := range d.req.Orders {
		o := &d.req.Orders[i]
		who := consignee(o)
		out[i] = plan.Order{
			ID: o.ID, CustomerID: o.Customer, Point: d.pointOf(who), WindowSec: d.windowOf(who),
			PlacedSec: floorDiv(o.PlacedMicros-int64(d.req.StartDay)*history.MicrosPerDay, 1_000_000),
			Lines:     make([]plan.OrderLine, len(o.Lines)),
		}
		for j, l := range o.Lines {
			if int(l.Item) >= len(d.index) || l.Item < 0 {
				return nil, fmt.Errorf("business: order %s line %d asks for item %d of books with %d items", o.ID, j+1, l.Item, len(d.index))
			}
			out[i].Lines[j] = plan.OrderLine{ItemID: d.books.Items[l.Item].ID, Qty: l.Qty, PriceCents: l.PriceCents}
		}
	}
	return out, nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
