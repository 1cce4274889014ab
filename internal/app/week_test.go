package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"quartermaster/api"
	"quartermaster/internal/config"
	"quartermaster/internal/intake"
	"quartermaster/internal/rng"
	"quartermaster/internal/sample"
	"quartermaster/internal/service"
	"quartermaster/internal/store/storetest"
)

// book writes eight weeks of orders of a small shop as CSV: up to ten orders on each weekday before 2011-12-03.
func book(seed uint64) []byte {
	var b bytes.Buffer
	b.WriteString("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n")
	r := rng.New(seed, "book")
	invoice := 500000
	for day := time.Date(2011, 10, 3, 0, 0, 0, 0, time.UTC); day.Before(time.Date(2011, 12, 3, 0, 0, 0, 0, time.UTC)); day = day.AddDate(0, 0, 1) {
		if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
			continue
		}
		for n := range 4 + r.IntN(7) {
			invoice++
			at := day.Add(9*time.Hour + time.Duration(n)*25*time.Minute)
			for range 1 + r.IntN(5) {
				item := r.IntN(25)
				fmt.Fprintf(&b, "%d,%d,THING %d,%d,%s,%d.50,%d,United Kingdom\n", invoice, 20000+item, item, 1+r.IntN(6), at.Format(time.DateTime), 1+item%7, 12000+r.IntN(40))
			}
		}
	}
	return b.Bytes()
}

// pairs are the two pairs of servers that the same code drives. Without addresses of private servers the test fails,
// unless it is told to go without.
func pairs(t *testing.T) map[string]config.Config {
	t.Helper()
	out := map[string]config.Config{"SQLite and the inner Redis": settings(t)}
	if os.Getenv("QUARTERMASTER_TEST_SKIP_SERVERS") == "1" {
		t.Log("told to go without PostgreSQL and Redis: only the embedded pair is tested")
		return out
	}
	shared := settings(t)
	shared.Store, _ = storetest.Schema(t)
	shared.Redis = storetest.Address(t, "QUARTERMASTER_TEST_REDIS")
	out["PostgreSQL and Redis"] = shared
	return out
}

// A shop's files become facts, a plan asked for over HTTP is made from them, every order of the week is answered, and a
// controller can lease and complete the floor's first task: on both pairs. The two plans are the same, byte for byte.
func TestWeekOverHTTP(t *testing.T) {
	t.Parallel()
	documents := map[string][]byte{}
	for name, cfg := range pairs(t) {
		t.Run(name, func(t *testing.T) {
			documents[name] = week(t, cfg)
		})
	}
	var first []byte
	for name, d := range documents {
		if first == nil {
			first = d
		}
		if !bytes.Equal(first, d) {
			t.Errorf("the plan on %s differs from that on the other pair", name)
		}
	}
}

func week(t *testing.T, cfg config.Config) []byte {
	ctx := t.Context()
	a, planning := started(t, cfg)
	shop := Shop{Orders: []intake.Source{{Name: "book.csv", Data: book(1)}}, Seed: 3}
	imported, err := a.Import(ctx, shop, planning.Roads)
	if err != nil || !imported.Fresh || imported.Report.Cleaning.Orders < 200 {
		t.Fatalf("Import: %+v, %v", imported, err)
	}
	if again, err := a.Import(ctx, shop, planning.Roads); err != nil || again.Fresh || again.Import.ID != imported.Import.ID {
		t.Fatalf("importing the same files again: %+v, %v", again, err)
	}
	address, _ := a.Address()
	var plan api.FulfilmentPlan
	post(t, address+"/v1/fulfilment-plans", `{"origin_date":"2011-11-28","days":5,"seed":7}`, http.StatusOK, &plan)
	s := plan.Summary
	if plan.Status != "done" || s == nil || s.Orders < 20 || s.Promised+s.Partial+s.Unserved != s.Orders || s.Promised == 0 || s.PickTasks == 0 {
		t.Fatalf("plan = %+v, summary = %+v", plan, s)
	}
	job, err := a.Store.Job(ctx, service.Ref{Tenant: Tenant, ID: plan.ID})
	if err != nil || job.Kind != service.KindPlan {
		t.Fatal(job, err)
	}
	var leased api.LeaseResponse
	post(t, address+"/v1/warehouses/schaan/task-leases", `{"kinds":["pick"],"max":1}`, http.StatusOK, &leased)
	if len(leased.Tasks) != 1 {
		t.Fatalf("leased %+v", leased)
	}
	task := leased.Tasks[0]
	post(t, address+"/v1/warehouses/schaan/tasks/"+task.TaskID+"/complete", fmt.Sprintf(`{"plan_id":%q,"lease_id":%q}`, task.PlanID, task.LeaseID), 0, nil)
	document, err := a.Store.PlanDocument(ctx, Tenant, plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	return document
}

func started(t *testing.T, cfg config.Config) (*App, *service.Planning) {
	t.Helper()
	a, err := Open(t.Context(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := a.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	planning, err := LoadPlanning(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Start(t.Context(), StartOptions{Planning: planning}); err != nil {
		t.Fatal(err)
	}
	return a, planning
}

// post sends JSON and waits for a job's end; status 0 is any success.
func post(t *testing.T, url, body string, status int, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Prefer", "wait=25")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var text bytes.Buffer
	_, _ = text.ReadFrom(res.Body)
	if status != 0 && res.StatusCode != status || res.StatusCode >= 300 {
		t.Fatalf("POST %s: %d, want %d: %s", url, res.StatusCode, status, text.String())
	}
	if into != nil {
		if err := json.Unmarshal(text.Bytes(), into); err != nil {
			t.Fatalf("POST %s: %v in %s", url, err, text.String())
		}
	}
}

// A file that cannot be taken is refused with its place, and leaves nothing behind: no order, no item, no declaration.
func TestBadFilesLeaveNothing(t *testing.T) {
	t.Parallel()
	a, planning := started(t, settings(t))
	good := string(book(1))
	for name, c := range map[string]struct {
		shop Shop
		want []string
	}{
		"cut Parquet": {
			Shop{Orders: []intake.Source{{Name: "cut.parquet", Data: sample.Orders()[:1<<20]}}}, []string{"cut.parquet"},
		},
		"wrong type": {
			Shop{Orders: []intake.Source{{Name: "b.csv", Data: []byte(strings.Replace(good, ",1.50,", ",dear,", 1))}}}, []string{"b.csv", "dear"},
		},
		"missing column": {
			Shop{Orders: []intake.Source{{Name: "b.csv", Data: []byte(strings.Replace(good, "Quantity", "Amounts", 1))}}}, []string{"b.csv", "quantity"},
		},
		"unknown site": {
			declaredAs(good, "sites:", "sites:\n  - {id: 7}"), []string{"bad.yaml"},
		},
		"negative stock": {
			declaredAs(good, "new_item_units: 48", "new_item_units: -48"), []string{"bad.yaml", "new_item_units"},
		},
		"impossible window": {
			declaredAs(good, `{from: "09:00", to: "11:00"`, `{from: "11:00", to: "09:00"`), []string{"bad.yaml", "windows"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.Import(t.Context(), c.shop, planning.Roads)
			if err == nil {
				t.Fatal("it was imported")
			}
			for _, want := range c.want {
				if !strings.Contains(strings.ToLower(err.Error()), want) {
					t.Errorf("error %q does not name %q", err, want)
				}
			}
			count, _, _, spanErr := a.Store.OrderSpan(t.Context(), Tenant)
			business, bizErr := a.Store.Business(t.Context(), Tenant)
			if count != 0 || business.Revision != 0 || errors.Join(spanErr, bizErr) != nil {
				t.Errorf("left behind: %d orders, revision %d (%v, %v)", count, business.Revision, spanErr, bizErr)
			}
		})
	}
}

// declaredAs is a shop whose declaration is the sample's with one text replaced.
func declaredAs(book, old, replacement string) Shop {
	text := strings.Replace(string(sample.Business()), old, replacement, 1)
	return Shop{
		Orders:   []intake.Source{{Name: "b.csv", Data: []byte(book)}},
		Business: intake.Source{Name: "bad.yaml", Data: []byte(text)},
	}
}

// A plan that is cancelled while it is made ends as cancelled, and nothing of it is stored.
func TestCancelledPlanLeavesNothing(t *testing.T) {
	t.Parallel()
	a, planning := started(t, settings(t))
	if _, err := a.Import(t.Context(), Shop{Orders: []intake.Source{{Name: "b.csv", Data: book(2)}}}, planning.Roads); err != nil {
		t.Fatal(err)
	}
	breakOff(t, a, planning, service.PlanRequest{OriginDay: 15306, Days: 5, Seed: 1}, "")
	jobs, err := a.Store.Jobs(t.Context(), Tenant, service.JobFilter{Kind: service.KindPlan})
	if err != nil || len(jobs) != 1 {
		t.Fatal(jobs, err)
	}
	for job := jobs[0]; !job.State.Ended(); {
		if job, err = a.Store.Job(t.Context(), job.Ref); err != nil {
			t.Fatal(err)
		}
	}
	if plans, err := a.Store.Plans(t.Context(), Tenant, "", 10); err != nil || len(plans) != 0 {
		t.Errorf("%d plans are stored, %v", len(plans), err)
	}
}
