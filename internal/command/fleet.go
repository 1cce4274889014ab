package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"quartermaster/api/vda5050"
)

// warehouseFleetVerb looks at the vehicles on a broker.
type warehouseFleetVerb struct {
	Broker string        `arg:"" placeholder:"URL" help:"MQTT broker, as in tcp://host:1883."`
	Within time.Duration `default:"5s" placeholder:"TIME" help:"How long to hear what vehicles tell; one that tells no state in between is shown by its connection alone; default ${default}."`
	User   string        `placeholder:"NAME" help:"For a broker that asks for one; its password comes by the environment, as MQTT_PASSWORD."`
}

func (warehouseFleetVerb) Help() string {
	return "Listens to vehicles that speak VDA 5050, 2.1 or 3.0, and shows of each where it is, what it does, its charge and its errors. It sends them nothing."
}

func (v warehouseFleetVerb) Run(r *run) error {
	if v.Within <= 0 {
		return usageError{fmt.Errorf("warehouse fleet: --within is %s, want more than 0", v.Within)}
	}
	if !strings.Contains(v.Broker, "://") {
		return usageError{fmt.Errorf("warehouse fleet: the broker %q is no address such as tcp://host:1883", v.Broker)}
	}
	master := vda5050.NewMaster(nil, vda5050.Listener{}, vda5050.MasterOptions{})
	defer master.Close()
	connected := make(chan error, 1)
	client := vda5050.Dial(v.Broker, vda5050.ClientOptions{ClientID: fmt.Sprintf("quartermaster-fleet-%d", os.Getpid()), User: v.User, Password: os.Getenv("MQTT_PASSWORD"),
		Connected: func(c *vda5050.Client) {
			err := master.Relink(c)
			select {
			case connected <- err:
			default: // made anew after a loss: the first time is told
			}
		}})
	end := time.After(v.Within)
	select {
	case <-r.ctx.Done():
	case <-end:
	}
	_ = client.Close() // nothing was sent that could be lost
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	select {
	case err := <-connected:
		if err != nil {
			return err
		}
	default:
		return errors.New("warehouse fleet: no broker at " + v.Broker + " let us in within " + v.Within.String() + "; look at its address, the user and the password")
	}
	return r.print(fleetOf(master.Reports()))
}

type fleetView struct {
	Vehicles []vehicleView `json:"vehicles"`
}

type vehicleView struct {
	Manufacturer  string     `json:"manufacturer"`
	Serial        string     `json:"serial_number"`
	Version       string     `json:"version"`
	Online        bool       `json:"online"`
	HeardAt       *time.Time `json:"heard_at,omitempty"`
	NodeID        string     `json:"last_node_id,omitempty"`
	OrderID       string     `json:"order_id,omitempty"`
	Mode          string     `json:"operating_mode,omitempty"`
	Driving       bool       `json:"driving"`
	ChargePercent *float64   `json:"charge_percent,omitempty"`
	Errors        []string   `json:"errors"`
	Maps          []string   `json:"maps,omitempty"`      // id, version and status of each
	ZoneSets      []string   `json:"zone_sets,omitempty"` // id and status of each
	SetAside      string     `json:"set_aside,omitempty"`
	Problems      []string   `json:"problems"`
}

func fleetOf(reports []vda5050.Report) fleetView {
	out := fleetView{Vehicles: make([]vehicleView, len(reports))}
	for i, r := range reports {
		v := vehicleView{Manufacturer: r.ID.Manufacturer, Serial: r.ID.Serial, Version: r.Version.String(), Online: r.Online, NodeID: r.NodeID, OrderID: r.OrderID,
			Mode: r.Mode, Driving: r.Driving, SetAside: r.SetAside, Errors: []string{}, Problems: append([]string{}, r.Problems...)}
		if !r.HeardAt.IsZero() {
			at := r.HeardAt.UTC()
			v.HeardAt = &at
		}
		if r.ChargePercent >= 0 {
			v.ChargePercent = &r.ChargePercent
		}
		for _, e := range r.Errors {
			v.Errors = append(v.Errors, e.ErrorLevel+" "+e.ErrorType)
		}
		for _, m := range r.Maps {
			v.Maps = append(v.Maps, m.MapID+" "+m.MapVersion+" "+m.MapStatus)
		}
		for _, z := range r.ZoneSets {
			v.ZoneSets = append(v.ZoneSets, z.ZoneSetID+" "+z.ZoneSetStatus)
		}
		out.Vehicles[i] = v
	}
	return out
}

func (v fleetView) write(w io.Writer) {
	if len(v.Vehicles) == 0 {
		fmt.Fprintln(w, "no vehicle was heard of")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "VEHICLE\tVERSION\tSTATE\tNODE\tORDER\tCHARGE\tERRORS")
	for _, x := range v.Vehicles {
		charge := "-"
		if x.ChargePercent != nil {
			charge = fmt.Sprintf("%.0f %%", *x.ChargePercent)
		}
		wrong := x.Errors
		if x.SetAside != "" {
			wrong = append(wrong, "not understood: "+x.SetAside)
		}
		fmt.Fprintf(t, "%s/%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Manufacturer, x.Serial, x.Version, x.state(), orDash(x.NodeID), orDash(x.OrderID), charge, orDash(strings.Join(wrong, "; ")))
	}
	_ = t.Flush() // as any other line: who reads it no more has gone
}

func (x vehicleView) state() string {
	switch {
	case !x.Online:
		return "offline"
	case x.HeardAt == nil:
		return "online"
	case x.Driving:
		return "driving, " + strings.ToLower(x.Mode)
	}
	return "standing, " + strings.ToLower(x.Mode)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
