package store

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"quartermaster/internal/service"
)

// A job that learned a model leaves it as the next version of its name, however many end at once; the first is in use, later
// ones when they are crowned or say so; the champion cannot be removed from under its challengers; another tenant sees none.
func TestCreditModels(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		learn := func(m service.CreditModel) error {
			job := claim(t, s, submit(t, s, service.Submission{Kind: "learn"}).Ref)
			return s.Finish(ctx, job, service.Result{CreditModel: &m})
		}
		const many = 6
		var all sync.WaitGroup
		jobs := make([]service.Job, many)
		for i := range jobs {
			jobs[i] = claim(t, s, submit(t, s, service.Submission{Kind: "learn"}).Ref)
		}
		errs := make([]error, many)
		for i := range jobs {
			all.Go(func() {
				errs[i] = s.Finish(ctx, jobs[i], service.Result{CreditModel: &service.CreditModel{Name: "suppliers", Card: []byte(`{}`), Document: fmt.Append(nil, "model ", i)}})
			})
		}
		all.Wait()
		for _, err := range errs {
			noError(t, err)
		}
		list := must[[]service.CreditModel](t)(s.CreditModels(ctx, tenant, "suppliers"))
		if len(list) != many || list[0].Version != many || list[many-1].Version != 1 || !list[many-1].Champion || list[0].Champion || list[0].Document != nil || list[0].CreatedUs == 0 {
			t.Fatalf("%d versions: %+v", len(list), list)
		}
		first := must[service.CreditModel](t)(s.CreditModel(ctx, tenant, "suppliers", 0))
		if first.Version != 1 || !strings.HasPrefix(string(first.Document), "model ") {
			t.Errorf("champion %+v", first)
		}
		if m := must[service.CreditModel](t)(s.CrownCreditModel(ctx, tenant, "suppliers", 3)); !m.Champion || m.Version != 3 {
			t.Errorf("crowned %+v", m)
		}
		noError(t, learn(service.CreditModel{Name: "suppliers", Document: []byte("newest"), Champion: true}))
		if m := must[service.CreditModel](t)(s.CreditModel(ctx, tenant, "suppliers", 0)); m.Version != many+1 || string(m.Document) != "newest" {
			t.Errorf("champion %+v", m)
		}
		_, err := s.CrownCreditModel(ctx, tenant, "suppliers", 99)
		wantError(t, err, service.ErrNotFound)
		if m := must[service.CreditModel](t)(s.CreditModel(ctx, tenant, "suppliers", 0)); m.Version != many+1 {
			t.Errorf("a crown that failed left %+v", m)
		}
		wantError(t, s.DropCreditModel(ctx, tenant, "suppliers", many+1), service.ErrConflict)
		noError(t, s.DropCreditModel(ctx, tenant, "suppliers", 2))
		wantError(t, s.DropCreditModel(ctx, tenant, "suppliers", 2), service.ErrNotFound)
		_, err = s.CreditModel(ctx, "other", "suppliers", 0)
		wantError(t, err, service.ErrNotFound)
		if list := must[[]service.CreditModel](t)(s.CreditModels(ctx, "other", "")); len(list) > 0 {
			t.Errorf("another tenant sees %+v", list)
		}
		wantError(t, learn(service.CreditModel{Name: "Bad Name", Document: []byte("x")}), service.ErrInvalid)
	})
}

// Of a name no more versions are kept than the limit says, and never the champion goes.
func TestCreditModelsAreBounded(t *testing.T) {
	t.Parallel()
	s := openTestSQLite(t)
	for range service.MaxCreditVersions + 4 {
		job := claim(t, s, submit(t, s, service.Submission{Kind: "learn"}).Ref)
		noError(t, s.Finish(t.Context(), job, service.Result{CreditModel: &service.CreditModel{Name: "m", Document: []byte("x")}}))
	}
	list := must[[]service.CreditModel](t)(s.CreditModels(t.Context(), tenant, ""))
	if len(list) != service.MaxCreditVersions+1 || !list[len(list)-1].Champion || list[len(list)-1].Version != 1 {
		t.Errorf("%d versions, the oldest %+v", len(list), list[len(list)-1])
	}
}
