package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/finance"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
	"quartermaster/internal/store"
	"quartermaster/internal/store/storetest"
	"quartermaster/routing/road"
)

// scene is a guarded server with two tenants; the things are all the first one's.
type scene struct {
	*house
	keys    map[string]string // by role; "other" is the other tenant's administrator
	fill    map[string]string // what stands for a path's {…}, by its name or by "operation name"
	bodies  map[string]string // by operation, where an empty object is no request
	secrets []string          // what the other tenant may never see
}

func guarded(o *server.Options) {
	o.Authenticate = o.Access.Authenticate
}

// openPostgres opens tables of the test's own on the server that the environment names.
func openPostgres(t *testing.T) *store.Store {
	t.Helper()
	address, _ := storetest.Schema(t, "pool_max_conns", "4")
	s, err := store.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func newScene(t *testing.T, h *house) *scene {
	t.Helper()
	c := &scene{house: h, keys: map[string]string{}}
	ctx := t.Context()
	access := &service.Access{Store: c.store}
	if _, err := c.store.SaveTenant(ctx, service.Tenant{ID: "other"}); err != nil {
		t.Fatal(err)
	}
	key := func(tenant string, role service.AccessRole) (service.APIKey, string) {
		k, secret, err := access.CreateKey(ctx, tenant, "test", service.NewKey{Name: string(role), Role: role})
		if err != nil {
			t.Fatal(err)
		}
		return k, secret
	}
	for _, role := range service.AccessRoles() {
		_, c.keys[string(role)] = key(tenant, role)
	}
	_, c.keys["other"] = key("other", service.AccessAdmin)
	spare, _ := key(tenant, service.AccessViewer)
	turned, _ := key(tenant, service.AccessViewer)

	c.anOrder("O-1", 15291)
	for _, o := range []service.Order{{ID: "O-2", CustomerID: "C-2"}, {ID: "O-3", CustomerID: "C-of-main"}} {
		o.Lines = []service.OrderLine{{ItemID: "A", Qty: 1}}
		if _, err := c.store.SaveOrders(ctx, tenant, []service.Order{o}); err != nil {
			t.Fatal(err)
		}
	}
	personal := &service.Personal{Store: c.store, Orders: c.store, Keys: testKeys(t)}
	if err := personal.Save(ctx, tenant, "O-2", service.Consignee{Name: "Anna of main"}); err != nil {
		t.Fatal(err)
	}
	made := c.job(service.KindPlan)
	c.finish(made)
	queued, failed, scenarios := c.job(service.KindPlan), c.job(service.KindPlan), c.job(service.KindScenario)
	job, _, ok, err := c.store.Claim(ctx, service.Ref{Tenant: tenant, ID: failed}, time.Minute)
	if err != nil || !ok {
		t.Fatalf("claim: %v, %v", ok, err)
	}
	if err := c.store.Fail(ctx, job, "for the test"); err != nil {
		t.Fatal(err)
	}
	c.lease(made)
	c.fill = map[string]string{
		"get-plan id": made, "list-plan-suppliers id": made, "get-plan-map id": made, "get-order-story id": made, "z": "12", "x": "2156", "y": "1438.mvt", "list-promises id": made, "get-promise id": made, "order": "O-1", "get-scenarios id": scenarios,
		"get-job id": queued, "cancel-job id": queued, "retry-job id": failed, "warehouse": "S/1", "task": "pick/1",
		"save-consignee id": "O-1", "get-consignee id": "O-2", "erase-customer id": "C-of-main",
		"rotate-api-key id": turned.ID, "revoke-api-key id": spare.ID,
	}
	c.fill["get-floor warehouse"], c.fill["get-floor-moves warehouse"] = "S", "S"
	c.creditModel()
	for name, value := range map[string]string{"get-credit-points": "1", "put-credit-champion": "2", "delete-credit-model": "1"} {
		c.fill[name+" name"], c.fill[name+" version"] = "model-of-main", value
	}
	c.fill["get-supplier-risk id"] = "sup"
	c.facts()
	for name, kind := range server.OfferedKinds() {
		c.fill["read-"+name+" id"] = c.job(kind)
	}
	c.fill["list-stock-lines id"] = c.pagedLines("item-of-main")
	c.secrets = []string{made, queued, failed, scenarios, spare.ID, turned.ID, "O-1", "S/1", "pick/1", "Anna of main", "C-of-main", "model-of-main"}
	c.forecasts()
	return c
}

// pagedLines stores a replenishment whose lines are read by pages.
func (c *scene) pagedLines(items ...string) string {
	c.t.Helper()
	id := c.job("replenishment")
	job, _, ok, err := c.store.Claim(c.t.Context(), service.Ref{Tenant: tenant, ID: id}, time.Minute)
	if err != nil || !ok {
		c.t.Fatalf("claim: %v, %v", ok, err)
	}
	a := api.ReplenishmentAnswer{PagedLines: len(items)}
	for _, item := range items {
		a.Stock = append(a.Stock, api.StockLine{ItemID: item, SiteID: "S", Health: "healthy"})
	}
	body, err := json.Marshal(a)
	if err == nil {
		err = c.store.Finish(c.t.Context(), job, service.Result{Body: body})
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return id
}

// forecasts stores two versions of a forecast and an override.
func (c *scene) forecasts() {
	c.t.Helper()
	ctx := c.t.Context()
	for _, document := range []string{`{"Mean":[1]}`, `{"Mean":[2]}`} {
		if err := c.store.SaveForecasts(ctx, tenant, []service.ItemForecast{{ItemID: "item-of-main", Document: []byte(document), Head: service.ForecastHead{Attention: 1}}}); err != nil {
			c.t.Fatal(err)
		}
	}
	o, err := c.store.AddOverride(ctx, tenant, service.ForecastOverride{ItemID: "item-of-main", Override: plan.Override{Kind: plan.OverrideSet}, Reason: "reason-of-main"})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, id := range []string{"get-item-forecast", "list-forecast-versions", "get-forecast-version", "compare-forecast-versions", "override-forecast", "list-forecast-overrides",
		"withdraw-forecast-override", "get-item-forecast-value"} {
		c.fill[id+" id"] = "item-of-main"
	}
	c.fill["version"], c.fill["override"] = "1", o.ID
	c.secrets = append(c.secrets, "reason-of-main")
	c.bodies["override-forecast"] = `{"from_date":"1970-01-01","to_date":"1970-01-01","kind":"set","value":3,"reason":"a promotion"}`
}

// facts declares a business, stores a quote of a promise for each operation on one, and a receiver that was sent something.
func (c *scene) facts() {
	c.t.Helper()
	c.declare()
	ctx := c.t.Context()
	for _, verb := range []string{"get", "put", "patch", "delete"} {
		for noun, id := range map[string]string{"item": "A", "site": "S", "supplier": "sup", "vehicle": "van"} {
			c.fill[verb+"-"+noun+" id"] = id
		}
	}
	for _, id := range []string{"get-order", "cancel-order"} {
		c.fill[id+" id"] = "O-1"
	}
	for _, id := range []string{"get-quoted-promise", "confirm-promise", "release-promise"} {
		q, err := c.store.SaveQuote(ctx, tenant, []byte(`{"Request":{"Lines":[{"ItemID":"A","Qty":1}],"ToSec":3600},"Parcels":[{"SiteID":"S"}]}`), time.Hour)
		if err != nil {
			c.t.Fatal(err)
		}
		c.fill[id+" id"] = q.ID
	}
	closure := service.RoadCondition{ID: "closure-of-main", Kind: road.Closure, Closed: true, UntilUs: 1, Nodes: [][2]int64{{1, 2}}}
	if _, err := c.store.SaveRoadConditions(ctx, tenant, []service.RoadCondition{closure}); err != nil {
		c.t.Fatal(err)
	}
	c.fill["get-road-condition id"], c.fill["delete-road-condition id"] = closure.ID, closure.ID
	c.fill["follow-job id"] = c.job(service.KindPlan)
	w, err := c.store.AddWebhook(ctx, tenant, service.Webhook{URL: "https://main.example/hook", State: service.WebhookActive, Secrets: []service.WebhookSecret{{Secret: "whsec_AAAA"}}})
	if err == nil {
		err = c.store.Announce(ctx, tenant, service.TopicOrderCreated, "O-1", []byte(`{}`))
	}
	if err == nil {
		_, err = c.store.FanOut(ctx, 10)
	}
	sent, err2 := c.store.Deliveries(ctx, tenant, service.DeliveryFilter{})
	if err != nil || err2 != nil || len(sent) != 1 {
		c.t.Fatal(err, err2, len(sent))
	}
	for _, id := range []string{"get-webhook", "put-webhook", "delete-webhook", "rotate-webhook-secret", "test-webhook", "list-deliveries", "get-delivery", "replay-delivery"} {
		c.fill[id+" id"] = w.ID
	}
	c.fill["delivery"] = sent[0].ID
	money := `{"minor":1,"currency":"GBP"}`
	for id, body := range map[string]string{
		"confirm-promise": `{"order_id":"O-9"}`, "put-road-conditions": `{"conditions":[{"id":"x","kind":"closure","closed":true,"from":"2026-01-01T00:00:00Z","until":"2026-01-02T00:00:00Z","nodes":[[1,2]]}]}`, "put-webhook": `{"url":"https://other.example/hook"}`, "create-webhook": `{"url":"https://other.example/hook"}`,
		"put-item":     `{"id":"A","supplier_id":"sup","unit_cost":` + money + `,"price":` + money + `,"weight_g":1,"volume_cm3":1,"pack_size":1}`,
		"put-site":     `{"id":"S","lon":9.5,"lat":47.1,"orders_per_day":10,"opens":"06:00","closes":"18:00","pickers":1}`,
		"put-supplier": `{"id":"sup","since_date":"2010-01-01","lead_days":3,"credit_limit":` + money + `,"open_orders":` + money + `}`,
		"put-vehicle":  `{"id":"van","site_id":"S","shift":{"from":"08:00","to":"17:00"},"max_weight_g":1,"max_volume_cm3":1,"fixed":` + money + `,"per_km":` + money + `,"per_hour":` + money + `}`,
	} {
		c.bodies[id] = body
	}
	c.supplierRecords()
	c.secrets = append(c.secrets, w.ID, sent[0].ID, "main.example", closure.ID)
}

// supplierRecords stores a delivery and a report of the declared supplier.
func (c *scene) supplierRecords() {
	c.t.Helper()
	d := service.SupplierDelivery{ID: "delivery-of-main", SupplierID: "sup", Delivery: finance.Delivery{OrderedDay: 15000, PromisedDay: 15005, ReceivedDay: 15006, OrderedQty: 5, ReceivedQty: 5}}
	_, err := c.store.SaveSupplierDeliveries(c.t.Context(), tenant, []service.SupplierDelivery{d})
	if err == nil {
		_, err = c.store.SaveSupplierReports(c.t.Context(), tenant, []service.SupplierReport{{SupplierID: "sup", Report: finance.Report{Day: 15000, Ratios: map[string]float64{"ratio-of-main": 1}}}})
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.bodies["save-supplier-deliveries"] = `{"deliveries":[{"id":"d","supplier_id":"sup","ordered_date":"2011-01-01","promised_date":"2011-01-05","ordered_qty":3}]}`
	c.bodies["save-supplier-reports"] = `{"reports":[{"supplier_id":"sup","date":"2011-01-01","stock_days":12}]}`
	c.fill["list-supplier-reports supplier_id"] = "sup"
	c.secrets = append(c.secrets, "delivery-of-main", "ratio-of-main")
}

// creditModel stores two versions of a model.
func (c *scene) creditModel() {
	c.t.Helper()
	for range 2 {
		id := c.job("credit-training")
		job, _, ok, err := c.store.Claim(c.t.Context(), service.Ref{Tenant: tenant, ID: id}, time.Minute)
		if err != nil || !ok {
			c.t.Fatalf("claim: %v, %v", ok, err)
		}
		stored := aCard(c.t, "model-of-main")
		if err := c.store.Finish(c.t.Context(), job, service.Result{CreditModel: stored}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// job submits one in the first tenant and gives its id.
func (c *scene) job(kind string) string {
	c.t.Helper()
	j, _, err := c.store.Submit(c.t.Context(), tenant, service.Submission{Kind: kind, Input: []byte(`{}`)})
	if err != nil {
		c.t.Fatal(err)
	}
	return j.ID
}

// lease leases the plan's first task, so that its bodies can name the lease.
func (c *scene) lease(plan string) {
	c.t.Helper()
	got, err := c.store.LeaseTasks(c.t.Context(), tenant, "S/1", service.TaskFilter{Max: 1}, time.Hour)
	if err != nil || len(got) != 1 {
		c.t.Fatalf("leased %d tasks: %v", len(got), err)
	}
	proof := fmt.Sprintf(`"plan_id":%q,"lease_id":%q`, plan, got[0].LeaseID)
	c.bodies = map[string]string{
		"extend-task": `{` + proof + `,"lease_sec":60}`, "return-task": `{` + proof + `}`, "complete-task": `{` + proof + `}`,
		"fail-task":         `{` + proof + `,"reason":"broken"}`,
		"report-task":       `{` + proof + `,"percent":40}`,
		"except-task":       `{` + proof + `,"code":"other","note":"broken"}`,
		"change-task":       fmt.Sprintf(`{"plan_id":%q,"priority":5}`, plan),
		"request-scenarios": `{"scenarios":[{"name":"a","changes":[{"review":{"days":3}}]}]}`,
		"save-consignee":    `{"name":"Anna of main"}`,
		"create-api-key":    `{"name":"made by the matrix","role":"viewer"}`,
	}
}

// described is one operation of the description.
type described struct {
	id, method, path, scope string
	body                    bool
	names                   []string // of the path's {…}
}

func operations(t testing.TB, h *house) []described {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(h.ask("GET", "/openapi.json", "").body, &doc); err != nil {
		t.Fatal(err)
	}
	var out []described
	for path, item := range object(doc["paths"]) {
		for method, raw := range object(item) {
			op := object(raw)
			d := described{id: fmt.Sprint(op["operationId"]), method: strings.ToUpper(method), path: path, body: op["requestBody"] != nil}
			if !knownScope(op) {
				t.Errorf("%s needs no scope that is one of ours", d.id)
				continue
			}
			ways := op["security"].([]any)
			for _, scopes := range object(ways[0]) {
				d.scope = fmt.Sprint(scopes.([]any)[0])
			}
			for _, m := range regexp.MustCompile(`\{([^}]+)\}`).FindAllStringSubmatch(path, -1) {
				d.names = append(d.names, m[1])
			}
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b described) int { return strings.Compare(a.id, b.id) })
	return out
}

// ask does one operation with a key; "" = with none.
func (c *scene) ask(t *testing.T, d described, key string) answer {
	t.Helper()
	path := d.path
	for _, name := range d.names {
		value, ok := c.fill[d.id+" "+name]
		if !ok {
			value, ok = c.fill[name]
		}
		if !ok {
			t.Fatalf("%s: say in newScene what stands for {%s}: a thing of the first tenant", d.id, name)
		}
		path = strings.Replace(path, "{"+name+"}", url.PathEscape(value), 1)
	}
	body := c.bodies[d.id]
	if body == "" && d.body {
		body = `{}`
	}
	var headers []string
	if key != "" {
		headers = []string{"Authorization", "Bearer " + key}
	}
	if strings.HasPrefix(d.id, "follow-") { // a stream has no end: its beginning says enough
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		return c.house.begin(ctx, path, headers...)
	}
	return c.house.ask(d.method, path, body, headers...)
}

// Every operation of the description, asked by nobody, by each role, and by another tenant's administrator, answers as its
// scope says: 401 without a key, 403 to a role that lacks the scope, and never either to one that holds it; to the other
// tenant the first one's things are not there, and no list of its own shows them.
func TestMatrix(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); matrix(t, newScene(t, newHouse(t, guarded))) })
	t.Run("postgresql", func(t *testing.T) {
		t.Parallel()
		matrix(t, newScene(t, newHouseOn(t, openPostgres(t), guarded)))
	})
}

func matrix(t *testing.T, c *scene) {
	all := operations(t, c.house)
	for _, d := range all { // what may not change anything comes first
		if got := c.ask(t, d, "").status; got != 401 {
			t.Errorf("%s without a key: %d, want 401", d.id, got)
		}
		if got := c.ask(t, d, c.keys["viewer"]+"x").status; got != 401 {
			t.Errorf("%s with a wrong key: %d, want 401", d.id, got)
		}
		for _, role := range service.AccessRoles() {
			if holds(role, d.scope) {
				continue
			}
			if a := c.ask(t, d, c.keys[string(role)]); a.status != 403 {
				t.Errorf("%s as %s, who lacks %s: %d, want 403: %s", d.id, role, d.scope, a.status, a.body)
			}
		}
		a := c.ask(t, d, c.keys["other"])
		named := slices.ContainsFunc(d.names, func(n string) bool { return n != "warehouse" && len(n) > 1 }) && // z, x, y: streets are nobody's
			(d.method != "PUT" || d.id == "put-webhook") // a caller may declare a thing of its own under any id
		if named && a.status != 404 {
			t.Errorf("%s of another tenant's thing: %d, want 404: %s", d.id, a.status, a.body)
		}
		for _, secret := range c.secrets {
			if a.status < 300 && strings.Contains(string(a.body), secret) {
				t.Errorf("%s shows %s to another tenant: %s", d.id, secret, a.body)
			}
		}
	}
	for _, d := range all {
		for _, role := range service.AccessRoles() {
			if !holds(role, d.scope) {
				continue
			}
			// An empty object may be no request: that it was looked into shows that the guard let it through.
			empty := c.bodies[d.id] == "" && d.body
			a := c.ask(t, d, c.keys[string(role)])
			if a.status == 401 || a.status == 403 || a.status == 404 || a.status == 422 && !empty || a.status >= 500 {
				t.Errorf("%s as %s, who holds %s: %d: %s", d.id, role, d.scope, a.status, a.body)
			}
		}
	}
	if len(all) < 20 {
		t.Errorf("only %d operations are described", len(all))
	}
}

func holds(role service.AccessRole, scope string) bool {
	scopes, _ := service.ScopesOf(role)
	return service.Principal{Scopes: scopes}.May(service.Scope(scope))
}

// With authentication on, what says nothing about a business is open, everything else under /v1 is not, and neither are
// metrics; a scheme that is not ours is refused rather than overlooked.
func TestOpenPaths(t *testing.T) {
	t.Parallel()
	c := newScene(t, newHouse(t, guarded))
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/openapi.json": 200, "/docs": 200, "/metrics": 401, "/v1/nothing": 401, "/v1/jobs": 401} {
		if got := c.house.ask("GET", path, "").status; got != want {
			t.Errorf("GET %s: %d, want %d", path, got, want)
		}
	}
	refusal := c.house.ask("GET", "/v1/jobs", "")
	refused(t, refusal, 401, "unauthorized")
	if refusal.header.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
	refused(t, c.house.ask("GET", "/v1/jobs", "", "Authorization", "Basic "+c.keys["admin"]), 401, "unauthorized")
	refused(t, c.house.ask("GET", "/metrics", "", "Authorization", "Bearer "+c.keys["viewer"]), 403, "forbidden")
	if got := c.house.ask("GET", "/metrics", "", "Authorization", "Bearer "+c.keys["admin"]).status; got != 200 {
		t.Errorf("metrics to an administrator: %d", got)
	}
}

// A key that is made over HTTP works at once, is shown once, and ends when it is revoked.
func TestKeysOverHTTP(t *testing.T) {
	t.Parallel()
	c := newScene(t, newHouse(t, guarded))
	admin := []string{"Authorization", "Bearer " + c.keys["admin"]}
	type made struct{ ID, Key, Role string }
	m := want[made](t, c.house.ask("POST", "/v1/api-keys", `{"name":"till","role":"viewer","expires_in_days":30}`, admin...), 201)
	asNew := []string{"Authorization", "Bearer " + m.Key}
	me := want[map[string]any](t, c.house.ask("GET", "/v1/me", "", asNew...), 200)
	if me["tenant"] != tenant || me["authentication"] != true {
		t.Errorf("me is %v", me)
	}
	list := c.house.ask("GET", "/v1/api-keys", "", admin...)
	if strings.Contains(string(list.body), m.Key) || !strings.Contains(string(list.body), m.ID) {
		t.Errorf("the list is %s", list.body)
	}
	next := want[made](t, c.house.ask("POST", "/v1/api-keys/"+m.ID+"/rotate", `{"overlap_sec":3600}`, admin...), 201)
	if next.ID == m.ID || c.house.ask("GET", "/v1/me", "", asNew...).status != 200 {
		t.Error("the old key ended within the overlap")
	}
	if got := c.house.ask("POST", "/v1/api-keys/"+m.ID+"/revoke", "", admin...).status; got != 200 {
		t.Fatalf("revoke: %d", got)
	}
	refused(t, c.house.ask("GET", "/v1/me", "", asNew...), 401, "unauthorized")
	refused(t, c.house.ask("POST", "/v1/api-keys", `{"name":"x","scopes":["everything"]}`, admin...), 422, "invalid")
}
