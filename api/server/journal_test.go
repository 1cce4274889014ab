package server_test

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"quartermaster/api"
	"quartermaster/api/server"
	"quartermaster/internal/service"
)

// What changes something and who looks at personal data stands in the journal of its tenant, with who, what, with what and
// how it ended; a customer's id stands neither there nor in the log, and the chain holds.
func TestJournal(t *testing.T) {
	t.Parallel()
	var journal *service.Journal
	h := newHouse(t, guarded, func(o *server.Options) {
		journal = service.NewJournal(o.Audit, nil)
		o.Journal = journal
	})
	c := newScene(t, h)
	as := func(role string) []string { return []string{"Authorization", "Bearer " + c.keys[role]} }
	for _, ask := range []struct {
		role, method, path, body string
		status                   int
	}{
		{"order-system", "PUT", "/v1/orders/O-1/consignee", `{"name":"Anna Muster"}`, 204},
		{"order-system", "GET", "/v1/orders/O-1/consignee", "", 200},
		{"viewer", "GET", "/v1/orders/O-1/consignee", "", 403},
		{"viewer", "GET", "/v1/jobs", "", 200},
		{"admin", "POST", "/v1/customers/C-of-main/erase", "", 200},
		{"other", "POST", "/v1/customers/C-of-main/erase", "", 404},
		{"admin", "POST", "/v1/nothing", "{}", 404},
	} {
		if a := h.ask(ask.method, ask.path, ask.body, as(ask.role)...); a.status != ask.status {
			t.Fatalf("%s %s as %s: %d, want %d: %s", ask.method, ask.path, ask.role, a.status, ask.status, a.body)
		}
	}
	if err := journal.Close(); err != nil {
		t.Fatal(err)
	}
	list := want[api.AuditList](t, h.ask("GET", "/v1/audit", "", as("admin")...), 200)
	var got []string
	for _, e := range list.Items {
		got = append(got, strings.Join([]string{e.Action, e.Target, strings.Repeat("x", e.Status/100)}, "|"))
		if !strings.HasPrefix(e.Actor, "key ") || e.Remote != "127.0.0.1" || e.RequestID == "" {
			t.Errorf("entry %+v", e)
		}
	}
	for _, w := range []string{
		"PUT /v1/orders/{id}/consignee|id=O-1|xx", "GET /v1/orders/{id}/consignee|id=O-1|xx", "GET /v1/orders/{id}/consignee|id=O-1|xxxx",
		"POST /v1/customers/{id}/erase|id=[personal data]|xx", "POST (no such operation)||xxxx",
	} {
		if !slices.Contains(got, w) {
			t.Errorf("the journal lacks %q: %q", w, got)
		}
	}
	if len(got) != 5 {
		t.Errorf("%d entries: %q", len(got), got)
	}
	theirs := want[api.AuditList](t, h.ask("GET", "/v1/audit", "", as("other")...), 200)
	if len(theirs.Items) != 1 {
		t.Errorf("the other tenant's journal is %+v", theirs.Items)
	}
	if n, broken, err := c.store.VerifyAudit(t.Context(), tenant); err != nil || broken != 0 || n != 5 {
		t.Errorf("%d entries, broken at %d, %v", n, broken, err)
	}
	if text := h.log.String(); strings.Contains(text, "C-of-main") || strings.Contains(text, "Anna") {
		t.Errorf("the log holds personal data: %s", text)
	}
}

// Fields of the log that would hold personal data are masked by their names, whoever writes them.
func TestMaskedLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: server.MaskPersonal}))
	log.Info("stored", "customer_id", "C-17", "phone", "+423 1", "consignee", service.Consignee{Name: "Anna"}, "whole", service.Consignee{Name: "Anna"}, "order", "O-1",
		slog.Group("to", "address", "Städtle 1"))
	text := out.String()
	for _, secret := range []string{"C-17", "423", "Anna", "Städtle"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s stands in the log: %s", secret, text)
		}
	}
	if !strings.Contains(text, "order=O-1") {
		t.Errorf("the log is %s", text)
	}
}
