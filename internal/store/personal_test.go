package store

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"quartermaster/internal/service"
)

func masterKeys(t *testing.T, ids ...string) *service.MasterKeys {
	t.Helper()
	var pairs []string
	for _, id := range ids {
		pairs = append(pairs, id+":"+base64.StdEncoding.EncodeToString(bytes.Repeat([]byte(id), 32)[:32]))
	}
	return must[*service.MasterKeys](t)(service.ParseMasterKeys(strings.Join(pairs, ",")))
}

func anOrder(t *testing.T, s *Store, tenant, id, customer string) {
	t.Helper()
	_, err := s.SaveOrders(t.Context(), tenant, []service.Order{{ID: id, CustomerID: customer, Lon: 9.51234, Lat: -47.14321, ToSec: 10, Lines: []service.OrderLine{{ItemID: "A", Qty: 1}}}})
	noError(t, err)
}

// Who an order is for lies encrypted in the store, opens for its own order and tenant alone, survives a change of the master
// key, and is gone when its customer is erased, with the customer's name and exact place.
func TestPersonal(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		p := &service.Personal{Store: s, Orders: s, Keys: masterKeys(t, "old")}
		anOrder(t, s, tenant, "O1", "C1")
		anOrder(t, s, tenant, "O2", "C2")
		anOrder(t, s, tenant, "O3", "")
		anna := service.Consignee{Name: "Anna Muster", Address: "Städtle 1, Vaduz", Phone: "+423 1", Email: "anna@example.org"}
		for _, id := range []string{"O1", "O2", "O3"} {
			noError(t, p.Save(ctx, tenant, id, anna))
		}
		if got := must[service.Consignee](t)(p.Read(ctx, tenant, "O1")); got != anna {
			t.Errorf("read back something else")
		}
		sealed := must[service.SealedConsignee](t)(s.Consignee(ctx, tenant, "O1"))
		for _, part := range []string{"Anna", "Vaduz", "423", "example"} {
			if bytes.Contains(sealed.Box, []byte(part)) {
				t.Errorf("%s lies open in the store", part)
			}
		}
		_, err := p.Read(ctx, "other", "O1")
		wantError(t, err, service.ErrNotFound)
		sealed.OrderID = "O9"
		noError(t, s.SaveConsignee(ctx, tenant, sealed))
		if _, err := p.Read(ctx, tenant, "O9"); err == nil {
			t.Error("a box moved to another order opened")
		}

		p.Keys = masterKeys(t, "new", "old")
		if n := must[int](t)(p.Rewrap(ctx, tenant)); n != 3 {
			t.Errorf("%d keys moved, want 3", n)
		}
		p.Keys = masterKeys(t, "new")
		if got := must[service.Consignee](t)(p.Read(ctx, tenant, "O2")); got != anna {
			t.Error("not the same after the change of keys")
		}
		p.Keys = masterKeys(t, "another")
		_, err = p.Read(ctx, tenant, "O2")
		wantError(t, err, service.ErrNoKey)
		p.Keys = masterKeys(t, "new")

		if e := must[service.Erased](t)(p.Erase(ctx, tenant, "C1")); e != (service.Erased{Consignees: 2, Orders: 1}) {
			t.Errorf("erased %+v", e)
		}
		_, err = p.Read(ctx, tenant, "O1")
		wantError(t, err, service.ErrNotFound)
		wantError(t, s.SaveConsignee(ctx, tenant, sealed), service.ErrConflict) // a write that was on its way brings nothing back
		o := must[service.Order](t)(s.Order(ctx, tenant, "O1"))
		if o.CustomerID != "" || o.Lon != 9.51 || o.Lat != -47.14 || len(o.Lines) != 1 {
			t.Errorf("the order still says %+v", o)
		}
		if got := must[service.Consignee](t)(p.Read(ctx, tenant, "O2")); got != anna {
			t.Error("another customer was erased with it")
		}
		_, err = p.Erase(ctx, tenant, "C1")
		wantError(t, err, service.ErrNotFound)
	})
}

// Many orders come with those whom they are for in one transaction: all or nothing, sealed, each customer with one key; the
// same orders again put in place what is said then, and a customer who was erased meanwhile keeps everything out.
func TestOrdersWithConsignees(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		p := &service.Personal{Store: s, Orders: s, Keys: masterKeys(t, "k")}
		orders, whose := make([]service.Order, 600), map[string]service.Consignee{}
		for i := range orders {
			id := fmt.Sprintf("N%d", i)
			orders[i] = service.Order{ID: id, CustomerID: fmt.Sprintf("C%d", i%250), Lon: 9, Lat: 47, ToSec: 10, Lines: []service.OrderLine{{ItemID: "A", Qty: 1}}}
			if i != 5 {
				whose[id] = service.Consignee{Name: "Anna " + id}
			}
		}
		sealed := must[[]service.SealedConsignee](t)(p.Seal(ctx, tenant, orders, whose))
		fresh := must[[]bool](t)(s.AddOrders(ctx, tenant, orders, sealed))
		if len(sealed) != 599 || !fresh[0] || !fresh[599] {
			t.Fatalf("%d sealed", len(sealed))
		}
		if got := must[service.Consignee](t)(p.Read(ctx, tenant, "N599")); got.Name != "Anna N599" {
			t.Error("read back something else")
		}
		_, err := p.Read(ctx, tenant, "N5")
		wantError(t, err, service.ErrNotFound)
		moved := must[[]service.SealedConsignee](t)(p.Seal(ctx, tenant, orders[:1], map[string]service.Consignee{"N0": {Name: "Berta"}}))
		if fresh := must[[]bool](t)(s.AddOrders(ctx, tenant, orders[:1], moved)); fresh[0] {
			t.Error("the same order is new")
		}
		if got := must[service.Consignee](t)(p.Read(ctx, tenant, "N0")); got.Name != "Berta" {
			t.Error("what was sent again did not take its place")
		}
		must[service.Erased](t)(p.Erase(ctx, tenant, "C0"))
		late := orders[0]
		late.ID = "LATE"
		_, err = s.AddOrders(ctx, tenant, []service.Order{late}, moved)
		wantError(t, err, service.ErrConflict)
		_, err = s.Order(ctx, tenant, "LATE")
		wantError(t, err, service.ErrNotFound)
	})
}

// Without a key nothing personal is stored; what is no consignee is refused by the name of its field; nothing prints.
func TestPersonalRefused(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		anOrder(t, s, tenant, "O1", "C1")
		p := &service.Personal{Store: s, Orders: s, Keys: masterKeys(t)}
		anna := service.Consignee{Name: "Anna"}
		wantError(t, p.Save(t.Context(), tenant, "O1", anna), service.ErrNoKey)
		p.Keys = masterKeys(t, "k")
		wantError(t, p.Save(t.Context(), tenant, "O7", anna), service.ErrNotFound)
		for field, c := range map[string]service.Consignee{
			"consignee:": {}, "consignee.email": {Email: "anna at home"}, "consignee.name": {Name: strings.Repeat("x", 501)}, "consignee.phone": {Phone: "a\x00"},
		} {
			err := p.Save(t.Context(), tenant, "O1", c)
			wantError(t, err, service.ErrInvalid)
			if !strings.Contains(err.Error(), field) || strings.Contains(err.Error(), "at home") {
				t.Errorf("%s: %v", field, err)
			}
		}
		for _, text := range []string{fmt.Sprint(anna), fmt.Sprintf("%v %+v %#v", anna, &anna, anna)} {
			if strings.Contains(text, "Anna") {
				t.Errorf("printed %s", text)
			}
		}
		for _, bad := range []string{"x", "x:y", "a:" + strings.Repeat("A", 20), ":" + base64.StdEncoding.EncodeToString(make([]byte, 32))} {
			if _, err := service.ParseMasterKeys(bad); err == nil {
				t.Errorf("%q was taken for a key", bad)
			}
		}
	})
}

// Entries of the journal are numbered and chained in their tenant; the chain breaks where one is changed, taken out of the
// middle or cut off at the end; on PostgreSQL the service's role can do neither.
func TestAudit(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		entry := func(tenant, action string) service.AuditEntry {
			return service.AuditEntry{Tenant: tenant, AtUs: 5, Actor: "key x", Action: action, Target: "T", Status: 200, Remote: "127.0.0.1"}
		}
		noError(t, s.AppendAudit(ctx, []service.AuditEntry{entry(tenant, "a"), entry("other", "x"), entry(tenant, "b")}))
		for range 3 {
			noError(t, s.AppendAudit(ctx, []service.AuditEntry{entry(tenant, "c")}))
		}
		list := must[[]service.AuditEntry](t)(s.Audit(ctx, tenant, 0, 2))
		if len(list) != 2 || list[0].Seq != 5 || list[1].Seq != 4 {
			t.Fatalf("newest are %+v", list)
		}
		if list = must[[]service.AuditEntry](t)(s.Audit(ctx, tenant, 3, 10)); len(list) != 2 || list[1].Action != "a" || list[0].Action != "b" {
			t.Errorf("before 3: %+v", list)
		}
		verify := func() (entries, broken int64) {
			t.Helper()
			entries, broken, err := s.VerifyAudit(ctx, tenant)
			noError(t, err)
			return entries, broken
		}
		if n, broken := verify(); n != 5 || broken != 0 {
			t.Errorf("%d entries, broken at %d", n, broken)
		}
		if s.pool != nil {
			for _, statement := range []string{`update audit set actor = 'nobody'`, `delete from audit`} {
				if _, err := s.rawExec(statement); err == nil {
					t.Errorf("the service's role may %s", statement)
				}
			}
			return
		}
		for _, c := range []struct {
			spoil, mend string
			at          int64
		}{
			{`update audit set actor = 'nobody' where seq = 3 and tenant = 'acme'`, `update audit set actor = 'key x'`, 3},
			{`update audit set at = 6 where seq = 1 and tenant = 'acme'`, `update audit set at = 5`, 1},
			{`update audit_heads set seq = 6 where tenant = 'acme'`, `update audit_heads set seq = 5 where tenant = 'acme'`, 6},
			{`delete from audit where seq = 2 and tenant = 'acme'`, ``, 2},
		} {
			_, err := s.rawExec(c.spoil)
			noError(t, err)
			if _, broken := verify(); broken != c.at {
				t.Errorf("%s: broken at %d, want %d", c.spoil, broken, c.at)
			}
			if c.mend != "" {
				_, err = s.rawExec(c.mend)
				noError(t, err)
			}
		}
	})
}
