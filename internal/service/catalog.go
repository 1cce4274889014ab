package service

import (
	"context"
	"sync"

	"github.com/paulmach/orb"

	"quartermaster/internal/plan"
	"quartermaster/inventory"
	"quartermaster/routing/road"
)

// Catalog keeps the declared facts of tenants at hand, decoded, as long as their revision is the stored one. Reading a
// declaration of thousands of items takes tens of milliseconds, and a single order has to be answered in few.
type Catalog struct {
	Facts FactStore
	Roads *road.Graph // nil = straight lines
	Live  *Streets    // Roads under what holds on them; nil = nothing does
	// Straight is travel where Roads is nil.
	Straight road.Straight

	mu  sync.Mutex
	per map[string]*Declared
}

// maxCatalogs bounds the tenants whose facts are kept decoded.
const maxCatalogs = 64

// Declared is one tenant's declared facts. It is shared: nobody changes it.
type Declared struct {
	Revision int64
	Facts    plan.Snapshot
	items    map[string]int
	sites    map[string]int
	places   []road.Place // of the sites, with Roads
}

// Item gives a declared item, and whether there is one.
func (d *Declared) Item(id string) (inventory.Item, bool) {
	i, ok := d.items[id]
	if !ok {
		return inventory.Item{}, false
	}
	return d.Facts.Items[i], true
}

// HasSite says whether a site is declared.
func (d *Declared) HasSite(id string) bool {
	_, ok := d.sites[id]
	return ok
}

// Of gives a tenant's declared facts; ErrConflict where nothing is declared.
func (c *Catalog) Of(ctx context.Context, tenant string) (*Declared, error) {
	revision, err := c.Facts.BusinessRevision(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if revision == 0 {
		return nil, ErrUndeclared
	}
	c.mu.Lock()
	known := c.per[tenant]
	c.mu.Unlock()
	if known != nil && known.Revision == revision {
		return known, nil
	}
	business, err := c.Facts.Business(ctx, tenant)
	if err != nil {
		return nil, err
	}
	d := &Declared{Revision: business.Revision, items: map[string]int{}, sites: map[string]int{}}
	if d.Facts, err = DecodeBusiness(business.Document); err != nil {
		return nil, err
	}
	for i, item := range d.Facts.Items {
		d.items[item.ID] = i
	}
	for i, site := range d.Facts.Sites {
		d.sites[site.ID] = i
		if c.Roads != nil {
			place, _ := c.Roads.Snap(orb.Point{site.Lon, site.Lat}) // one without a street reaches nobody
			d.places = append(d.places, place)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.per == nil || len(c.per) >= maxCatalogs {
		c.per = map[string]*Declared{}
	}
	c.per[tenant] = d
	return d, nil
}
