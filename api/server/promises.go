package server

import (
	"context"
	"encoding/json"
	"fmt"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type listPromisesInput struct {
	ID     string `path:"id" maxLength:"64"`
	Status string `query:"status" enum:"promised,partial,unserved"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type promisesOutput struct{ Body api.PromiseList }

type promiseInput struct {
	ID    string `path:"id" maxLength:"64"`
	Order string `path:"order" maxLength:"200"`
}

type promiseOutput struct{ Body api.Promise }

// promiseScan is how many promises are read at a time when only some of them are wanted.
const promiseScan = 1000

// listPromises shows a page of promises by order id; the cursor is the last order of the page before.
func (s *Server) listPromises(ctx context.Context, in *listPromisesInput) (*promisesOutput, error) {
	plan, err := s.planFrame(ctx, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	size := in.Limit + 1
	if in.Status != "" {
		size = max(size, promiseScan)
	}
	out := &promisesOutput{Body: api.PromiseList{Items: []api.Promise{}}}
	for after := in.Cursor; ; {
		batch, err := s.options.Plans.Promises(ctx, s.tenant(ctx), plan.id, after, size)
		if err != nil {
			return nil, s.fail(ctx, err)
		}
		for _, record := range batch {
			words, err := s.readPromise(plan, record)
			if err != nil {
				return nil, s.fail(ctx, err)
			}
			if in.Status != "" && words.Status != in.Status {
				continue
			}
			if n := len(out.Body.Items); n == in.Limit {
				out.Body.NextCursor = out.Body.Items[n-1].OrderID
				return out, nil
			}
			out.Body.Items = append(out.Body.Items, words)
		}
		if len(batch) < size {
			return out, nil
		}
		after = batch[len(batch)-1].OrderID
	}
}

func (s *Server) getPromise(ctx context.Context, in *promiseInput) (*promiseOutput, error) {
	plan, err := s.planFrame(ctx, in.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	found, err := s.options.Plans.Promise(ctx, s.tenant(ctx), plan.id, in.Order)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	words, err := s.readPromise(plan, found)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	return &promiseOutput{Body: words}, nil
}

// planFrame is what a promise is read against.
type planFrame struct {
	id        string
	originDay int
	currency  string
}

func (s *Server) planFrame(ctx context.Context, id string) (planFrame, error) {
	record, err := s.options.Plans.Plan(ctx, s.tenant(ctx), id)
	if err != nil {
		return planFrame{}, err
	}
	summary, err := readSummary(record)
	return planFrame{record.ID, summary.OriginDay, summary.Currency}, err
}

func (s *Server) readPromise(plan planFrame, r service.PromiseRecord) (api.Promise, error) {
	var answer service.OrderAnswer
	if err := json.Unmarshal(r.Document, &answer); err != nil {
		return api.Promise{}, fmt.Errorf("server: read the promise of order %s: %w", r.OrderID, err)
	}
	return s.promiseWords(plan.originDay, plan.currency, answer), nil
}
