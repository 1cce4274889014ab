package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// TaskCounter counts tasks by site and state; *store.Store is one.
type TaskCounter interface {
	// CountTasks counts the tasks of a plan, of the newest that is no draft where planID is empty.
	CountTasks(ctx context.Context, tenant, planID string) ([]service.TaskCount, error)
}

type listWarehousesInput struct {
	Plan string `query:"plan" maxLength:"64" doc:"Plan id; default: the newest plan that is no draft"`
}

type warehousesOutput struct{ Body api.WarehouseList }

func (s *Server) registerWarehouses() {
	op := operation("list-warehouses", http.MethodGet, "/v1/warehouses", "List warehouses with their tasks counted", "warehouse", service.ScopeTasksRead, 404)
	op.Description = "All declared sites, each with the tasks that a plan gives it, by what became of them."
	register(s, op, s.listWarehouses)
}

func (s *Server) listWarehouses(ctx context.Context, in *listWarehousesInput) (*warehousesOutput, error) {
	out := &warehousesOutput{Body: api.WarehouseList{Items: []api.Warehouse{}}}
	business, err := s.options.Planning.Facts.Business(ctx, s.tenant(ctx))
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	if business.Revision > 0 {
		sites, err := service.DecodeSites(business.Document)
		if err != nil {
			return nil, s.fail(ctx, err)
		}
		for _, x := range sites {
			out.Body.Items = append(out.Body.Items, api.Warehouse{ID: x.ID, Name: x.Name, Lon: x.Lon, Lat: x.Lat})
		}
	}
	plan, err := s.options.Plans.Plan(ctx, s.tenant(ctx), in.Plan)
	if errors.Is(err, service.ErrNotFound) && in.Plan == "" {
		return out, nil
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out.Body.PlanID = plan.ID
	counts, err := s.options.Counts.CountTasks(ctx, s.tenant(ctx), plan.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	countInto(&out.Body, counts)
	return out, nil
}

// countInto adds counts to their warehouses; a site that is declared no more is listed by its id.
func countInto(list *api.WarehouseList, counts []service.TaskCount) {
	for _, c := range counts {
		i := slices.IndexFunc(list.Items, func(w api.Warehouse) bool { return w.ID == c.SiteID })
		if i < 0 {
			i = len(list.Items)
			list.Items = append(list.Items, api.Warehouse{ID: c.SiteID, Name: c.SiteID})
		}
		into := &list.Items[i].Tasks
		switch {
		case c.Blocked:
			into.Blocked += c.Count
		case c.State == service.TaskOpen:
			into.Open += c.Count
		case c.State == service.TaskLeased:
			into.Leased += c.Count
		case c.State == service.TaskDone:
			into.Done += c.Count
		case c.State == service.TaskFailed:
			into.Failed += c.Count
		}
	}
	slices.SortFunc(list.Items, func(a, b api.Warehouse) int { return strings.Compare(a.ID, b.ID) })
}
