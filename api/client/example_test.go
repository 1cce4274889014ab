package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"quartermaster/api"
	"quartermaster/api/client"
)

// stub answers each path with what is written here, in place of a service.
func stub(answers map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.Method+" "+r.URL.Path]
		if !ok {
			w.Header().Set("Content-Type", api.ProblemMediaType)
			w.WriteHeader(http.StatusUnprocessableEntity)
			body = `{"code":"invalid","detail":"validation failed","errors":[{"location":"body.days","message":"expected number <= 14"}]}`
		}
		_, _ = fmt.Fprint(w, body)
	}))
}

// An order system asks for a plan, waits until it is made, and reads what it promises.
func Example_orderSystem() {
	service := stub(map[string]string{
		"POST /v1/fulfilment-plans":             `{"id":"01P","status":"queued"}`,
		"GET /v1/fulfilment-plans/01P":          `{"id":"01P","status":"done","progress":1}`,
		"GET /v1/fulfilment-plans/01P/promises": `{"items":[{"order_id":"O-1","status":"promised"},{"order_id":"O-2","status":"unserved"}]}`,
	})
	defer service.Close()

	c, err := client.New(service.URL, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	plan, err := c.AskPlan(ctx, api.PlanRequest{Days: 5}, client.AskOptions{Key: "week 48 of 2011", Wait: 20 * time.Second})
	if err == nil {
		plan, err = c.WaitPlan(ctx, plan.ID, nil)
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("plan", plan.ID, plan.Status)
	for promise, err := range c.AllPromises(ctx, plan.ID, client.PromiseFilter{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(promise.OrderID, promise.Status)
	}
	// Output:
	// plan 01P done
	// O-1 promised
	// O-2 unserved
}

// A warehouse controller takes a task, has it done, and reports.
func Example_controller() {
	service := stub(map[string]string{
		"POST /v1/warehouses/schaan/task-leases":           `{"tasks":[{"plan_id":"01P","task_id":"pick-7","kind":"pick","worker":"P1","lease_id":"L1"}]}`,
		"POST /v1/warehouses/schaan/tasks/pick-7/complete": `{"plan_id":"01P","task_id":"pick-7","state":"done"}`,
	})
	defer service.Close()

	c, err := client.New(service.URL, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	tasks, err := c.LeaseTasks(ctx, "schaan", api.LeaseRequest{Kinds: []string{"pick"}, Max: 1, WaitSec: 25})
	if err != nil {
		log.Fatal(err)
	}
	for _, task := range tasks {
		receipt, err := c.CompleteTask(ctx, "schaan", task)
		if client.CodeOf(err) == api.CodeLeaseLost {
			continue // it took too long: the task is somebody else's now
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(receipt.TaskID, receipt.State)
	}
	// Output: pick-7 done
}

// A refusal is a *Problem, which names every wrong field.
func ExampleProblem() {
	service := stub(nil)
	defer service.Close()

	c, err := client.New(service.URL, client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.AskPlan(context.Background(), api.PlanRequest{Days: 99}, client.AskOptions{})
	var problem *client.Problem
	if errors.As(err, &problem) {
		fmt.Println(problem.Status, problem.Code)
		for _, field := range problem.Errors {
			fmt.Println(field.Location, field.Message)
		}
	}
	// Output:
	// 422 invalid
	// body.days expected number <= 14
}
