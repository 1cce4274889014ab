package command_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"quartermaster/api/vda5050"
	"quartermaster/internal/command"
)

// The vehicles on a broker are shown with state, charge and errors, as a table and as JSON; a broker that is not there is told.
func TestFleet(t *testing.T) {
	t.Parallel()
	b, err := vda5050.NewBroker("127.0.0.1:0", vda5050.BrokerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for i, v := range []vda5050.Version{vda5050.V21, vda5050.V30} {
		x := vda5050.NewVehicle(b.Address(), vda5050.ID{Manufacturer: "acme", Serial: []string{"a", "b"}[i]}, "dock", vda5050.VehicleOptions{Version: v, StateTime: 50 * time.Millisecond, Maps: []vda5050.MapState{{MapID: "hall", MapVersion: "2", MapStatus: "ENABLED"}}})
		defer x.Close()
		if i == 1 {
			x.Fail("MOTOR_FAULT", "FATAL")
		}
	}
	url := "tcp://" + b.Address()
	show := func(args ...string) (out, err string, code int) {
		var o, e bytes.Buffer
		code = command.Main(append([]string{"warehouse", "fleet"}, args...), command.Streams{In: strings.NewReader(""), Out: &o, Err: &e})
		return o.String(), e.String(), code
	}
	out, wrong, code := show(url, "--within", "2s", "--json")
	var got struct {
		Vehicles []struct {
			Serial string   `json:"serial_number"`
			Node   string   `json:"last_node_id"`
			Online bool     `json:"online"`
			Charge float64  `json:"charge_percent"`
			Errors []string `json:"errors"`
			Maps   []string `json:"maps"`
		} `json:"vehicles"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || len(got.Vehicles) != 2 {
		t.Fatalf("exit %d, %s%s, %v", code, out, wrong, err)
	}
	if a, b := got.Vehicles[0], got.Vehicles[1]; a.Serial != "a" || !a.Online || a.Node != "dock" || a.Charge != 80 || len(a.Errors) != 0 || len(b.Errors) != 1 || b.Errors[0] != "FATAL MOTOR_FAULT" || len(a.Maps) != 1 || a.Maps[0] != "hall 2 ENABLED" {
		t.Errorf("vehicles %+v", got.Vehicles)
	}
	if out, _, code = show(url, "--within", "1s"); code != 0 || !strings.Contains(out, "acme/b") || !strings.Contains(out, "80 %") || !strings.Contains(out, "FATAL MOTOR_FAULT") {
		t.Errorf("exit %d, %s", code, out)
	}
	for text, args := range map[string][]string{
		"no broker at tcp://127.0.0.1:1": {"tcp://127.0.0.1:1", "--within", "200ms"},
		"no address such as":             {"localhost"},
		"want more than 0":               {url, "--within", "0s"},
	} {
		if _, wrong, code = show(args...); code == 0 || !strings.Contains(wrong, text) {
			t.Errorf("%v: exit %d, %s", args, code, wrong)
		}
	}
}
