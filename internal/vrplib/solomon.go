package vrplib

import (
	"fmt"
	"strings"

	"quartermaster/routing"
)

// readSolomon reads the text of Solomon (Operations Research 35(2), 1987), which Gehring and Homberger took over: vehicles
// and capacity, then a row of seven numbers for the depot and each customer.
func readSolomon(lines []string) (*Instance, error) {
	var fleet, capacity float64
	var rows [][]float64
	for i, line := range lines {
		if strings.TrimSpace(line) == "" || i == 0 || !startsWithNumber(line) {
			continue
		}
		v, err := numbers(line, i)
		if err != nil {
			return nil, err
		}
		switch {
		case len(v) == 2 && capacity == 0:
			fleet, capacity = v[0], v[1]
		case len(v) == 7:
			rows = append(rows, v)
		default:
			return nil, fmt.Errorf("%w: line %d: %d numbers; want seven: number, x, y, demand, ready, due, service", ErrFormat, i+1, len(v))
		}
	}
	if len(rows) < 2 || capacity <= 0 || fleet < 1 {
		return nil, fmt.Errorf("%w: wants a number of vehicles and a capacity above 0, and rows of seven numbers for the depot and the customers", ErrFormat)
	}
	inst := &Instance{Name: strings.TrimSpace(lines[0]), Format: "solomon", Kind: "VRPTW", Scale: exactScale, Exact: true}
	p := &inst.Problem
	p.VehiclesFirst = true
	plane := routing.Plane{Scale: exactScale, Rounding: routing.RoundUp}
	for k, v := range rows {
		plane.X, plane.Y = append(plane.X, v[1]), append(plane.Y, v[2])
		if k > 0 {
			p.Stops = append(p.Stops, routing.Stop{ID: idOf(int(v[0])), Location: int32(k), WeightG: int64(v[3]), ServiceSec: whole(v[6], exactScale, false),
				Window: routing.Window{StartSec: whole(v[4], exactScale, false), EndSec: whole(v[5], exactScale, false)}})
		}
	}
	p.Matrix = routing.Matrix{N: len(rows), Plane: &plane}
	p.Vehicles = []routing.Vehicle{{ID: "vehicle", MaxWeightG: int64(capacity), MaxVolumeCm3: 1, CostCentsPerKm: 1000,
		Shift:        routing.Window{StartSec: whole(rows[0][4], exactScale, false), EndSec: whole(rows[0][5], exactScale, false)},
		VehicleRules: routing.VehicleRules{Count: int(fleet)}}}
	return inst, nil
}

func startsWithNumber(line string) bool {
	f := strings.Fields(line)
	return len(f) > 0 && (f[0][0] >= '0' && f[0][0] <= '9' || f[0][0] == '-')
}

// readLiLim reads the text of Li and Lim (2001): vehicles, capacity and speed, then rows of nine numbers, the last two the
// numbers of the pickup and of the delivery that belong to the row.
func readLiLim(lines []string) (*Instance, error) {
	head, err := numbers(lines[0], 0)
	if err != nil {
		return nil, err
	}
	if head[0] < 1 || head[1] <= 0 {
		return nil, fmt.Errorf("%w: line 1: wants vehicles, capacity and speed above 0", ErrFormat)
	}
	inst := &Instance{Format: "lilim", Kind: "PDPTW", Scale: exactScale, Exact: true}
	p := &inst.Problem
	p.VehiclesFirst = true
	plane := routing.Plane{Scale: exactScale, Rounding: routing.RoundUp}
	at := map[int]int{} // node → stop
	var rows [][]float64
	for i, line := range lines[1:] {
		if strings.TrimSpace(line) == "" {
			continue
		}
		v, err := numbers(line, i+1)
		if err != nil {
			return nil, err
		}
		if len(v) != 9 {
			return nil, fmt.Errorf("%w: line %d: %d numbers; want nine", ErrFormat, i+2, len(v))
		}
		plane.X, plane.Y = append(plane.X, v[1]), append(plane.Y, v[2])
		if rows = append(rows, v); len(rows) > 1 {
			at[int(v[0])] = len(p.Stops)
			p.Stops = append(p.Stops, routing.Stop{ID: idOf(int(v[0])), Location: int32(len(rows) - 1), ServiceSec: whole(v[6], exactScale, false),
				Window: routing.Window{StartSec: whole(v[4], exactScale, false), EndSec: whole(v[5], exactScale, false)}})
		}
	}
	if len(rows) < 2 {
		return nil, fmt.Errorf("%w: no rows behind the first line", ErrFormat)
	}
	for k, v := range rows[1:] {
		if v[3] >= 0 {
			continue // a pickup; its delivery names it
		}
		from, ok := at[int(v[7])]
		if !ok {
			return nil, fmt.Errorf("%w: node %v delivers what node %v picks up, which does not exist", ErrFormat, v[0], v[7])
		}
		p.Stops[k].WeightG = int64(-v[3])
		p.Pairs = append(p.Pairs, routing.Pair{Pickup: from, Delivery: k})
	}
	p.Matrix = routing.Matrix{N: len(rows), Plane: &plane}
	p.Vehicles = []routing.Vehicle{{ID: "vehicle", MaxWeightG: int64(head[1]), MaxVolumeCm3: 1, CostCentsPerKm: 1000,
		Shift:        routing.Window{StartSec: whole(rows[0][4], exactScale, false), EndSec: whole(rows[0][5], exactScale, false)},
		VehicleRules: routing.VehicleRules{Count: int(head[0])}}}
	return inst, nil
}

// readCordeau reads the text of Cordeau, Gendreau and Laporte (Networks 30, 1997): type, vehicles per depot, customers,
// depots; a row of limits for each depot; the customers; the depots.
func readCordeau(lines []string) (*Instance, error) {
	head, err := numbers(lines[0], 0)
	if err != nil {
		return nil, err
	}
	perDepot, customers, depots := int(head[1]), int(head[2]), int(head[3])
	if kind := int(head[0]); kind != 2 && kind != 0 && kind != 4 && kind != 6 {
		return nil, fmt.Errorf("%w: line 1: type %d is not read; 0 (VRP), 2 (MDVRP), 4 (VRPTW) and 6 (MDVRPTW) are", ErrFormat, kind)
	}
	if perDepot < 1 || customers < 1 || depots < 1 || customers > 1<<20 || depots > 1<<16 {
		return nil, fmt.Errorf("%w: line 1: %d vehicles, %d customers and %d depots; each must be 1 or more", ErrFormat, perDepot, customers, depots)
	}
	var rows [][]float64
	for i, line := range lines[1:] {
		if strings.TrimSpace(line) == "" {
			continue
		}
		v, err := numbers(line, i+1)
		if err != nil {
			return nil, err
		}
		rows = append(rows, v)
	}
	if len(rows) < depots+customers+depots {
		return nil, fmt.Errorf("%w: %d rows behind the first; want %d", ErrFormat, len(rows), depots+customers+depots)
	}
	inst := &Instance{Format: "cordeau", Kind: "MDVRP", Scale: exactScale, Exact: true}
	p := &inst.Problem
	plane := routing.Plane{Scale: exactScale, Rounding: routing.RoundUp}
	for k, v := range rows[depots : depots+customers+depots] {
		if len(v) < 5 {
			return nil, fmt.Errorf("%w: node %d has %d numbers; want number, x, y, service, demand and more", ErrFormat, k+1, len(v))
		}
		plane.X, plane.Y = append(plane.X, v[1]), append(plane.Y, v[2])
		if k < customers {
			s := routing.Stop{ID: idOf(int(v[0])), Location: int32(k), WeightG: int64(v[4]), ServiceSec: whole(v[3], exactScale, false), Window: routing.Window{EndSec: forever}}
			if head[0] >= 4 && len(v) >= 2 {
				s.Window = routing.Window{StartSec: whole(v[len(v)-2], exactScale, false), EndSec: whole(v[len(v)-1], exactScale, false)}
			}
			p.Stops = append(p.Stops, s)
			continue
		}
		limits := rows[k-customers]
		if len(limits) < 2 || limits[1] <= 0 {
			return nil, fmt.Errorf("%w: depot %d: wants its longest duration and a capacity above 0", ErrFormat, k-customers+1)
		}
		p.Vehicles = append(p.Vehicles, routing.Vehicle{ID: fmt.Sprint("depot ", k-customers+1), Depot: int32(k), MaxWeightG: int64(limits[1]), MaxVolumeCm3: 1,
			CostCentsPerKm: 1000, Shift: routing.Window{EndSec: forever},
			VehicleRules: routing.VehicleRules{Count: perDepot, MaxDurationSec: whole(limits[0], exactScale, false)}})
	}
	p.Matrix = routing.Matrix{N: customers + depots, Plane: &plane}
	return inst, nil
}
