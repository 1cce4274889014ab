package server

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

// keptPlans is how many plans are kept: the promises of 1,000 orders take about a megabyte, and clients ask
// about few plans at a time.
const keptPlans = 4

// planCache keeps the promises of the last plans asked for in decoded form; a stored plan never changes, so nothing grows stale.
type planCache struct {
	store  service.PlanStore
	tenant string
	mu     sync.Mutex
	kept   []*openPlan // newest use last
}

// openPlan is what a plan says of each order: served orders in the plan's order, then the others.
type openPlan struct {
	id        string
	originDay int
	currency  string
	orders    []service.OrderAnswer
}

func newPlanCache(store service.PlanStore, tenant string) *planCache {
	return &planCache{store: store, tenant: tenant}
}

func (c *planCache) get(ctx context.Context, id string) (*openPlan, error) {
	if p := c.known(id); p != nil {
		return p, nil
	}
	data, err := c.store.PlanDocument(ctx, c.tenant, id)
	if err != nil {
		return nil, err
	}
	var whole plan.Plan
	if err := json.Unmarshal(data, &whole); err != nil {
		return nil, fmt.Errorf("server: read the document of plan %s: %w", id, err)
	}
	p := open(id, &whole)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, p)
	if len(c.kept) > keptPlans {
		c.kept = append([]*openPlan(nil), c.kept[1:]...) // a copy, so that the oldest can be freed
	}
	return p, nil
}

// known finds a kept plan and makes it the last to go.
func (c *planCache) known(id string) *openPlan {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, p := range c.kept {
		if p.id == id {
			copy(c.kept[i:], c.kept[i+1:])
			c.kept[len(c.kept)-1] = p
			return p
		}
	}
	return nil
}

// open keeps of a plan what is asked for again and again.
func open(id string, p *plan.Plan) *openPlan {
	o := &openPlan{id: id, originDay: p.OriginDay, currency: p.Currency}
	at := make(map[string]int, len(p.Promises))
	for i := range p.Promises {
		at[p.Promises[i].OrderID] = len(o.orders)
		o.orders = append(o.orders, service.OrderAnswer{Promise: &p.Promises[i]})
	}
	for _, u := range p.Unserved {
		i, ok := at[u.OrderID]
		if !ok {
			i = len(o.orders)
			at[u.OrderID] = i
			o.orders = append(o.orders, service.OrderAnswer{})
		}
		o.orders[i].Unserved = append(o.orders[i].Unserved, u)
	}
	return o
}
