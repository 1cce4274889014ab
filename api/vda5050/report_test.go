package vda5050

import (
	"strings"
	"testing"
	"time"
)

// What vehicles of both versions told last is reported by id: one that drives, one with an error, one whose state breaks its
// schema, and one that was lost.
func TestReports(t *testing.T) {
	t.Parallel()
	b, err := NewBroker("127.0.0.1:0", BrokerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	m := NewMaster(b, Listener{}, MasterOptions{SetAsideAfter: 1})
	defer m.Close()
	if err := m.Listen(b); err != nil {
		t.Fatal(err)
	}
	vehicle := func(serial, node string, v Version) *Vehicle {
		x := NewVehicle(b.Address(), ID{"m", serial}, node, VehicleOptions{Version: v, StateTime: 20 * time.Millisecond})
		t.Cleanup(x.Close)
		return x
	}
	vehicle("3", "c", V30)
	vehicle("1", "a", V21).Fail("MOTOR_FAULT", "FATAL")
	want := func(what string, holds func(all []Report) bool) []Report {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			if all := m.Reports(); holds(all) {
				return all
			} else if time.Now().After(end) {
				t.Fatalf("%s: %+v", what, all)
			}
		}
	}
	all := want("two states and an error", func(all []Report) bool { return len(all) == 2 && len(all[0].Errors) == 1 && !all[1].HeardAt.IsZero() })
	for i, w := range []struct {
		serial, node string
		v            Version
	}{{"1", "a", V21}, {"3", "c", V30}} {
		if r := all[i]; r.ID.Serial != w.serial || r.NodeID != w.node || r.Version != w.v || !r.Online || r.ChargePercent != 80 || r.Mode != "AUTOMATIC" || r.OrderID != "" {
			t.Errorf("report %+v, want %+v", r, w)
		}
	}
	m.receive("vda5050/v3/m/2/state", []byte("{"))
	all = want("a broken one", func(all []Report) bool { return len(all) == 3 })
	if r := all[1]; r.Online || !r.HeardAt.IsZero() || r.ChargePercent >= 0 || !strings.Contains(r.SetAside, "not JSON") {
		t.Errorf("broken: %+v", r)
	}
}
