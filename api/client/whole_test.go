package client_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/api/client"
	"quartermaster/internal/app"
	"quartermaster/internal/config"
	"quartermaster/internal/intake"
)

// Every operation of the committed description has its method, so that an operation added to the API is missed here.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	methods := map[string]string{
		"request-scenarios": "AskScenarios", "get-scenarios": "Scenarios",
		"request-plan": "AskPlan", "get-plan": "Plan", "list-plans": "Plans", "get-promise": "Promise", "list-promises": "Promises",
		"get-me": "Me", "list-api-keys": "APIKeys", "create-api-key": "CreateAPIKey", "rotate-api-key": "RotateAPIKey", "revoke-api-key": "RevokeAPIKey",
		"get-consignee": "Consignee", "save-consignee": "SaveConsignee", "erase-customer": "EraseCustomer", "list-audit": "Audit", "list-warehouses": "Warehouses", "get-floor": "Floor", "get-floor-moves": "FloorMoves",
		"list-credit-models": "CreditModels", "get-credit-points": "CreditPoints", "put-credit-champion": "CrownCreditModel", "delete-credit-model": "DropCreditModel",
		"list-supplier-risks": "SupplierRisks", "get-supplier-risk": "SupplierRisk",
		"save-supplier-deliveries": "SaveSupplierDeliveries", "list-supplier-deliveries": "SupplierDeliveries",
		"save-supplier-reports": "SaveSupplierReports", "list-supplier-reports": "SupplierReports",
		"put-road-conditions": "PutRoadConditions", "list-road-conditions": "RoadConditions", "get-road-condition": "RoadCondition", "delete-road-condition": "EndRoadCondition", "get-road-speeds": "RoadSpeeds",
		"get-plan-map": "PlanMap", "list-stock-lines": "StockLines", "get-order-story": "OrderStory",
		"get-item-forecast": "ItemForecast", "list-forecast-versions": "ForecastVersions", "get-forecast-version": "ForecastVersion",
		"compare-forecast-versions": "CompareForecastVersions", "override-forecast": "OverrideForecast", "list-forecast-overrides": "ForecastOverrides",
		"withdraw-forecast-override": "WithdrawForecastOverride", "get-item-forecast-value": "ItemForecastValue", "get-forecast-value": "ForecastValue", "list-forecast-alerts": "ForecastAlerts",
		"store-order": "StoreOrder", "store-orders": "StoreOrders", "get-order": "Order", "list-orders": "Orders", "cancel-order": "CancelOrder",
		"move-stock": "MoveStock", "list-stock-movements": "StockMovements", "list-stock-positions": "StockPositions", "upload-sales": "UploadSales",
		"quote-promise": "QuotePromise", "get-quoted-promise": "QuotedPromise", "confirm-promise": "ConfirmPromise", "release-promise": "ReleasePromise",
		"create-webhook": "CreateWebhook", "list-webhooks": "Webhooks", "get-webhook": "Webhook", "put-webhook": "PutWebhook", "delete-webhook": "DeleteWebhook",
		"rotate-webhook-secret": "RotateWebhookSecret", "test-webhook": "TestWebhook", "list-deliveries": "Deliveries", "get-delivery": "Delivery", "replay-delivery": "ReplayDelivery",
		"follow-job": "FollowJob", "follow-jobs": "FollowJobs", "follow-tasks": "FollowTasks",
		"get-job": "Job", "list-jobs": "Jobs", "cancel-job": "CancelJob", "retry-job": "RetryJob",
		"lease-tasks": "LeaseTasks", "list-tasks": "Tasks", "complete-task": "CompleteTask", "extend-task": "ExtendTask", "fail-task": "FailTask", "return-task": "ReturnTask",
		"report-task": "ReportTask", "except-task": "ExceptTask", "change-task": "ChangeTask", "follow-task-leases": "WorkTasks",
	}
	data, err := os.ReadFile("../../docs/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Operation   string `json:"x-operation"`
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	seen := 0
	declared := map[string]bool{}
	for _, name := range []string{"item", "site", "supplier", "vehicle"} {
		declared[name], declared[name+"s"] = true, true
	}
	for path, item := range doc.Paths {
		for verb, op := range item {
			seen++
			if op.OperationID == "get-road-tile" {
				continue // map programs load tiles by their address
			}
			if op.Operation != "" || declared[op.OperationID[strings.LastIndex(op.OperationID, "-")+1:]] {
				continue // client.Ask, Read, Wait and List serve all operations; Get, Put, Patch, Delete and Declared all declared things
			}
			if _, ok := reflect.TypeFor[*client.Client]().MethodByName(methods[op.OperationID]); !ok {
				t.Errorf("%s %s (%s) has no method in the client", verb, path, op.OperationID)
			}
		}
	}
	if seen < len(methods) {
		t.Errorf("%d operations are described and %d have a method", seen, len(methods))
	}
}

// holdsOnTheRoad takes a closure through its life and reads a street.
func holdsOnTheRoad(t *testing.T, c *client.Client) {
	t.Helper()
	ctx, now := t.Context(), time.Now().UTC().Truncate(time.Second)
	closure := api.RoadCondition{ID: "works/1", Kind: "closure", Closed: true, From: now.Add(-time.Hour), Until: now.Add(time.Hour),
		Area: []api.Place{{Lon: 9.52, Lat: 47.14}, {Lon: 9.521, Lat: 47.14}, {Lon: 9.521, Lat: 47.141}}}
	if r, err := c.PutRoadConditions(ctx, []api.RoadCondition{closure}); err != nil || r.Stored != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	list, err := c.RoadConditions(ctx, client.RoadConditionFilter{HoldingAt: now, Kind: "closure", Limit: 10})
	if err != nil || len(list.Items) != 1 || list.Items[0].ID != closure.ID {
		t.Errorf("listed %+v, %v", list, err)
	}
	if err := c.EndRoadCondition(ctx, closure.ID); err != nil {
		t.Error(err)
	}
	if got, err := c.RoadCondition(ctx, closure.ID); err != nil || got.State != "ended" {
		t.Errorf("ended as %+v, %v", got, err)
	}
	if s, err := c.RoadSpeeds(ctx, 9.52, 47.14); err != nil || len(s.Hours) != 24 || s.FreeKmh <= 0 {
		t.Errorf("street %+v, %v", s, err)
	}
}

// twoOrders are enough to plan a day.
const twoOrders = `Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
500001,20001,LAMP,2,2011-11-24 09:10:00,3.50,12001,United Kingdom
500002,20002,MUG,1,2011-11-25 11:40:00,1.25,12002,United Kingdom
500003,20001,LAMP,1,2011-11-28 10:05:00,3.50,12003,United Kingdom
500003,20002,MUG,4,2011-11-28 10:05:00,1.25,12003,United Kingdom
`

// The client drives the whole program: an imported shop's day is planned by a real worker on real streets, each order is
// answered, and the floor's tasks are leased and completed until none is left.
func TestWholeProgram(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cfg := config.Default()
	cfg.Home, cfg.Listen, cfg.Drain = filepath.Join(t.TempDir(), "home"), "127.0.0.1:0", 5*time.Second
	a, err := app.Open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	planning, err := app.LoadPlanning(ctx, "", "")
	if err == nil {
		err = a.Start(ctx, app.StartOptions{Planning: planning})
	}
	if err == nil {
		_, err = a.Import(ctx, app.Shop{Orders: []intake.Source{{Name: "orders.csv", Data: []byte(twoOrders)}}}, planning.Roads)
	}
	if err != nil {
		t.Fatal(err)
	}
	address, _ := a.Address()
	c, err := client.New(address, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := c.AskPlan(ctx, api.PlanRequest{OriginDate: "2011-11-28"}, client.AskOptions{})
	if err == nil {
		plan, err = c.WaitPlan(ctx, plan.ID, nil)
	}
	if err != nil || plan.Status != "done" || plan.Summary.Orders == 0 {
		t.Fatalf("plan %+v, summary %+v, %v", plan, plan.Summary, err)
	}
	promises, sites := 0, map[string]bool{}
	for p, err := range c.AllPromises(ctx, plan.ID, client.PromiseFilter{}) {
		if err != nil || p.Status != "promised" && p.Status != "partial" && p.Status != "unserved" {
			t.Fatalf("promise %+v, %v", p, err)
		}
		promises++
		for _, parcel := range p.Parcels {
			sites[parcel.SiteID] = true
		}
	}
	if promises != plan.Summary.Orders {
		t.Errorf("%d promises for %d orders", promises, plan.Summary.Orders)
	}
	holdsOnTheRoad(t, c)
	run, err := c.AskScenarios(ctx, api.ScenarioRequest{
		OriginDate: "2011-11-28", Scenarios: []api.Scenario{{Name: "as it is"}, {Name: "dear goods", Changes: []api.ScenarioChange{{Price: &api.PriceChange{CostFactor: 2}}}}},
	}, client.AskOptions{})
	if err == nil {
		run, err = c.WaitScenarios(ctx, run.ID, 10, nil)
	}
	if err != nil || run.Status != "done" || len(run.Results) != 2 || run.Results[0].Report.OrdersChanged.Any != 0 {
		t.Errorf("scenarios %+v, %v", run, err)
	}
	operations(t, c)
	creditWork(t, c)
	job, err := c.WaitJob(ctx, plan.ID, nil)
	if err != nil || job.State != "done" || !strings.HasPrefix(job.Links[0].Href, "/v1/jobs/") {
		t.Errorf("job %+v, %v", job, err)
	}
	for site := range sites {
		onTheFloor(t, c, site, plan.ID)
		done := work(t, c, site)
		for task, err := range c.AllTasks(ctx, site, client.TaskFilter{Plan: plan.ID}) {
			if err != nil || task.Status != "done" {
				t.Fatalf("task %+v, %v", task, err)
			}
			done--
		}
		if done != 0 {
			t.Errorf("on the floor of %s %d tasks were done that are not listed", site, done)
		}
	}
	if len(sites) == 0 {
		t.Error("no site serves anything")
	}
}

// operations asks for each kind of work once and waits for its answer.
func operations(t *testing.T, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	f := asked(t, c, api.Forecasts, api.ForecastRequest{ItemIDs: []string{"20001"}})
	stored, err := c.ItemForecast(ctx, "20001", 3)
	if err != nil || len(f.Forecasts) != 1 || stored.Method != f.Forecasts[0].Method || len(stored.History) != 3 {
		t.Errorf("made %+v, stored %+v, %v", f.Forecasts, stored, err)
	}
	if s := asked(t, c, api.Scores, api.ScoreRequest{}); len(s.Scores) == 0 || len(s.Scores[0].Criteria) == 0 {
		t.Errorf("scores %+v", s)
	}
	if r := asked(t, c, api.Replenishments, api.ReplenishmentRequest{OriginDate: "2011-11-28"}); r.Cost.Currency != "GBP" {
		t.Errorf("replenishments %+v", r)
	}
	if r := asked(t, c, api.Replenishments, api.ReplenishmentRequest{OriginDate: "2011-11-28", Lines: true, ItemIDs: []string{"20001"}}); len(r.Stock) == 0 || r.Stock[0].ItemID != "20001" || r.Health.Value.Minor == 0 {
		t.Errorf("stock %+v, health %+v", r.Stock, r.Health)
	}
	stockStudies(t, c)
	if f := asked(t, c, api.FloorTrials, api.FloorTrialRequest{Width: 20, Height: 12, Robots: 9, Steps: 50}); len(f.Moves.Robots) != 9 || f.Collisions != 0 || len(f.Floor.Rows) != 12 {
		t.Errorf("floor trial %+v", f)
	}
	at := func(hour int) time.Time { return time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC) }
	routes := asked(t, c, api.Routes, api.RouteRequest{
		Stops: []api.RouteStop{
			{ID: "a", Lon: 9.5215, Lat: 47.1415, WeightG: 1000}, {ID: "b", Lon: 9.5100, Lat: 47.1660, Window: &api.Window{From: at(9), To: at(10)}},
			{ID: "at sea", Lon: -30, Lat: 40},
		},
		Vehicles: []api.RouteVehicle{{ID: "van", Lon: 9.5100, Lat: 47.1700, MaxWeightG: 5000, MaxVolumeCm3: 5000, PerKmMinor: 50, Shift: api.Window{From: at(8), To: at(17)}}},
		Currency: "CHF",
	})
	if routes.Status != "partial" || len(routes.Routes) != 1 || len(routes.Routes[0].Visits) != 2 || len(routes.Unassigned) != 1 || routes.Cost.Currency != "CHF" || routes.Cost.Minor == 0 {
		t.Errorf("routes %+v", routes)
	}
	seen := 0
	for a, err := range client.All(ctx, c, api.Routes, "done") {
		if err != nil || a.Status != "done" || a.Result != nil {
			t.Errorf("listed %+v, %v", a, err)
		}
		seen++
	}
	if seen != 1 {
		t.Errorf("%d routes are listed", seen)
	}
}

// stockPages reads how items stand page by page, all of them and those that a filter leaves.
func stockPages(t *testing.T, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	a, err := client.Ask(ctx, c, api.Replenishments, api.ReplenishmentRequest{OriginDate: "2011-11-28", LinePages: true}, client.AskOptions{Wait: 20 * time.Second})
	if err == nil {
		a, err = client.Wait(ctx, c, api.Replenishments, a.ID, nil)
	}
	if err != nil || a.Result == nil || a.Result.Stock != nil || a.Result.PagedLines == 0 {
		t.Fatalf("replenishment %+v, %v", a.Result, err)
	}
	seen, under := 0, 0
	for l, err := range c.AllStockLines(ctx, a.ID, client.StockLineFilter{PageOf: client.PageOf{Limit: 1000}}) {
		if err != nil {
			t.Fatal(err)
		}
		seen++
		if l.Health == "under" && strings.Contains(l.ItemID, "20") {
			under++
		}
	}
	page, err := c.StockLines(ctx, a.ID, client.StockLineFilter{PageOf: client.PageOf{Limit: 1}, Health: "under", Search: "20"})
	if err != nil || seen != a.Result.PagedLines || page.Found != under || len(page.Items) != min(1, under) {
		t.Errorf("%d lines of %d, %d of %d under (%v)", seen, a.Result.PagedLines, page.Found, under, err)
	}
}

// stockStudies asks for rules, placements and networks.
func stockStudies(t *testing.T, c *client.Client) {
	t.Helper()
	p := asked(t, c, api.Policies, api.PolicyRequest{ItemIDs: []string{"20001"}, OriginDate: "2011-11-28", Days: 30})
	if len(p.Policies) == 0 || len(p.Policies[0].Path.Mean) != 30 || len(p.Policies[0].Curve) < 5 || len(p.Policies[0].Sensitivity) != 10 {
		t.Fatalf("policies %+v", p)
	}
	better := asked(t, c, api.Policies, api.PolicyRequest{ItemIDs: []string{"20001"}, OriginDate: "2011-11-28", Service: &api.StockService{Cycle: 0.999}})
	if a, b := p.Policies[0].ReorderPoint, better.Policies[0].ReorderPoint; b < a {
		t.Errorf("a better service orders at %d, not above %d", b, a)
	}
	stockPages(t, c)
	zero := 0
	lots := asked(t, c, api.LotPlans, api.LotPlanRequest{Items: []api.LotItem{{ID: "flour", Demand: []float64{150, 100, 80, 200}, OrderCost: 120, HoldingCost: 0.8}}})
	if lots.Status != "optimal" || lots.Cost != 424 || len(lots.Orders) != 3 || len(lots.Items[0].Stock) != 4 { // Snyder & Shen 2019, problem 3.27
		t.Errorf("lots %+v", lots)
	}
	s := asked(t, c, api.Placements, api.PlacementRequest{Stages: []api.PlacementStage{{ID: "make", LeadTime: 10, HoldingCost: 1}, {ID: "sell", LeadTime: 2, HoldingCost: 3, DemandSD: 5, MaxServiceTime: &zero}},
		Arcs: []api.PlacementArc{{From: "make", To: "sell"}}})
	if s.Status != "optimal" || s.Bound > s.Cost || s.Cost > s.ZeroCost || len(s.Stages) != 2 {
		t.Errorf("placement %+v", s)
	}
	circle := asked(t, c, api.Placements, api.PlacementRequest{Stages: []api.PlacementStage{{ID: "a"}, {ID: "b"}}, Arcs: []api.PlacementArc{{From: "a", To: "b"}, {From: "b", To: "a"}}})
	if circle.Status != "infeasible" || len(circle.Relaxation) == 0 {
		t.Errorf("a circle is %+v", circle)
	}
	n := asked(t, c, api.NetworkStudies, api.NetworkStudyRequest{Greenfield: 1, Customers: []api.NetworkCustomer{{ID: "x", Lon: 7, Lat: 47, Demand: 3}, {ID: "y", Lon: 8, Lat: 47, Demand: 1}}})
	if n.Status != "optimal" || len(n.Open) != 1 || len(n.Serves) != 2 {
		t.Errorf("network %+v", n)
	}
}

// onTheFloor reads a site's floor and the ways of its robots: each way leads over cells of the floor, to where its tasks end.
func onTheFloor(t *testing.T, c *client.Client, site, plan string) {
	t.Helper()
	floor, err := c.Floor(t.Context(), site)
	if err != nil || len(floor.Rows) != floor.Height {
		t.Fatalf("floor %+v, %v", floor, err)
	}
	moves, err := c.FloorMoves(t.Context(), site, client.MovesFilter{Plan: plan, MostSteps: 100_000})
	if err != nil || moves.TotalSteps == 0 || moves.Steps != moves.TotalSteps {
		t.Fatalf("%d of %d steps, %v", moves.Steps, moves.TotalSteps, err)
	}
	for _, r := range moves.Robots {
		cells, err := r.Cells(floor.Width)
		if err != nil || len(cells) != moves.Steps+1 {
			t.Fatalf("robot %s: %d cells, %v", r.RobotID, len(cells), err)
		}
		for _, e := range r.Errands {
			if cells[e.ToStep] != e.GoalCell {
				t.Errorf("robot %s is at %d when %s ends at %d", r.RobotID, cells[e.ToStep], e.TaskID, e.GoalCell)
			}
		}
	}
}

// asked asks for work and waits for its result.
func asked[Q, A any](t *testing.T, c *client.Client, op api.Operation[Q, A], q Q) A {
	t.Helper()
	answer, err := client.Ask(t.Context(), c, op, q, client.AskOptions{Wait: time.Second})
	if err == nil {
		answer, err = client.Wait(t.Context(), c, op, answer.ID, nil)
	}
	if err != nil || answer.Status != "done" || answer.Result == nil {
		t.Fatalf("%s: %+v, %v", op.Name, answer, err)
	}
	return *answer.Result
}

// work leases and completes the tasks of a warehouse until there is none.
func work(t *testing.T, c *client.Client, warehouse string) (done int) {
	t.Helper()
	for {
		tasks, err := c.LeaseTasks(t.Context(), warehouse, api.LeaseRequest{Max: 50})
		if err != nil {
			t.Fatal(err)
		}
		if len(tasks) == 0 {
			return done
		}
		for _, task := range tasks {
			if r, err := c.CompleteTask(t.Context(), warehouse, task); err != nil || r.State != "done" {
				t.Fatalf("complete %s: %+v, %v", task.TaskID, r, err)
			}
			done++
		}
	}
}
