package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/warehouse"
)

type orderStoryOutput struct{ Body api.OrderStory }

func (s *Server) registerOrderStory() {
	op := operation("get-order-story", http.MethodGet, "/v1/fulfilment-plans/{id}/orders/{order}", "Everything a plan does for one order", "plans", service.ScopePlansRead, 404)
	op.Description = "The promise, the warehouse tasks from pick to chute, and the stops of vehicles that bring it."
	register(s, op, s.getOrderStory)
}

func (s *Server) getOrderStory(ctx context.Context, in *promiseInput) (*orderStoryOutput, error) {
	frame, err := s.planFrame(ctx, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	record, err := s.options.Plans.Promise(ctx, s.tenant(ctx), frame.id, in.Order)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	out := &orderStoryOutput{Body: api.OrderStory{OrderID: in.Order, Tasks: []api.StoryTask{}, Stops: []api.StoryStop{}}}
	if out.Body.Promise, err = s.readPromise(frame, record); err != nil {
		return nil, s.fail(ctx, err)
	}
	for _, tell := range []func(context.Context, planFrame, *api.OrderStory) error{s.tellOrder, s.tellTasks, s.tellStops} {
		if err := tell(ctx, frame, &out.Body); err != nil {
			return nil, s.fail(ctx, err)
		}
	}
	return out, nil
}

// tellOrder adds what was asked for; an order that is stored no more is told without.
func (s *Server) tellOrder(ctx context.Context, frame planFrame, story *api.OrderStory) error {
	story.Lines = []api.OrderedLine{}
	order, err := s.options.Planning.Facts.Order(ctx, s.tenant(ctx), story.OrderID)
	if errorIsMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	names, err := s.itemNames(ctx)
	if err != nil {
		return err
	}
	door := orb.Point{order.Lon, order.Lat}
	if !mayReadOrders(ctx) {
		door = rounded(door)
	}
	story.PlacedAt, story.Lon, story.Lat = s.localTime(order.PlacedUs/1_000_000), door.Lon(), door.Lat()
	story.WindowFrom, story.WindowTo = clock(order.FromSec), clock(order.ToSec)
	for _, l := range order.Lines {
		story.Lines = append(story.Lines, api.OrderedLine{
			ItemID: l.ItemID, Name: names[l.ItemID], Qty: l.Qty, Price: api.Money{Minor: l.PriceCents, Currency: frame.currency},
		})
	}
	return nil
}

// itemNames are the names of the items that are declared now.
func (s *Server) itemNames(ctx context.Context) (map[string]string, error) {
	business, err := s.options.Planning.Facts.Business(ctx, s.tenant(ctx))
	if err != nil || business.Revision == 0 {
		return nil, err
	}
	return service.DecodeItemNames(business.Document)
}

func clock(sec int64) string { return fmt.Sprintf("%02d:%02d", sec/3600, sec/60%60) }

func errorIsMissing(err error) bool { return errors.Is(err, service.ErrNotFound) }

// tellTasks adds the tasks of the sites that serve the order. A park task is a robot's own business.
func (s *Server) tellTasks(ctx context.Context, frame planFrame, story *api.OrderStory) error {
	var sites []string
	for _, p := range story.Promise.Parcels {
		if !slices.Contains(sites, p.SiteID) {
			sites = append(sites, p.SiteID)
		}
	}
	for _, site := range sites {
		tasks, err := s.options.Tasks.Tasks(ctx, s.tenant(ctx), frame.id, site)
		if err != nil {
			return err
		}
		for _, t := range tasks {
			if !bytes.Contains(t.Payload, []byte(story.OrderID)) { // most tasks are others', and decoding is dear
				continue
			}
			var planned warehouse.Task
			if err := json.Unmarshal(t.Payload, &planned); err != nil {
				return fmt.Errorf("server: read task %s of plan %s: %w", t.ID, t.PlanID, err)
			}
			if slices.Contains(planned.OrderIDs, story.OrderID) && planned.Kind != warehouse.TaskPark {
				story.Tasks = append(story.Tasks, s.storyTask(t, planned, story.OrderID))
			}
		}
	}
	slices.SortStableFunc(story.Tasks, func(a, b api.StoryTask) int { return a.StartAt.Compare(b.StartAt) })
	return nil
}

func (s *Server) storyTask(t service.FloorTask, planned warehouse.Task, orderID string) api.StoryTask {
	out := api.StoryTask{
		Warehouse: t.SiteID, TaskID: t.ID, Kind: t.Kind, Worker: t.Worker, Wave: planned.Wave, Batch: planned.Batch,
		StartAt: s.localTime(t.StartSec), EndAt: s.localTime(t.EndSec), Status: string(t.State), Orders: len(planned.OrderIDs),
		Chute: planned.Chute, DistanceCm: planned.DistanceCm,
	}
	for _, x := range planned.Stops {
		if x.OrderID == orderID {
			out.Grasps++
		}
	}
	return out
}

// tellStops adds the order's places on routes.
func (s *Server) tellStops(ctx context.Context, frame planFrame, story *api.OrderStory) error {
	planned, err := s.readPlannedRoutes(ctx, frame.id)
	if err != nil {
		return err
	}
	at := func(sec int64) time.Time { return s.localTime(int64(frame.originDay)*secondsPerDay + sec) }
	for _, day := range planned.SiteDays {
		for _, r := range day.Routes {
			for i, id := range r.StopIDs {
				if id != story.OrderID {
					continue
				}
				v := r.Route.Visits[i]
				story.Stops = append(story.Stops, api.StoryStop{
					RouteID: r.ID, SiteID: day.SiteID, VehicleID: r.VehicleID, Number: i + 1, Of: len(r.StopIDs),
					ArriveAt: at(v.ArrivalSec), StartAt: at(v.StartSec), DepartAt: at(v.DepartSec),
				})
			}
		}
	}
	slices.SortStableFunc(story.Stops, func(a, b api.StoryStop) int { return a.ArriveAt.Compare(b.ArriveAt) })
	return nil
}
