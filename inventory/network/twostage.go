package network

import (
	"fmt"
	"math"
)

// TwoStage is a choice of hubs between plants and customers, with a way of transport for each leg and a price of CO2.
type TwoStage struct {
	Plants    []Plant
	Hubs      []Site
	Customers []Customer
	// Modes carry goods; InKm[p][h] and OutKm[h][c] are kilometres by any of them, ≥ 0; +Inf = no way.
	Modes       []Mode
	InKm, OutKm [][]float64
	CO2Price    float64 // per kg, ≥ 0
	Open        int     // hubs to be open, 0 = as many as pays
}

// Plant is where goods come from.
type Plant struct {
	ID       string
	UnitCost float64 // of a unit made, ≥ 0
	Capacity float64 // units, 0 = unlimited
}

// Mode is a way of transport.
type Mode struct {
	ID                string
	PerUnit           float64 // cost of loading and unloading a unit, ≥ 0
	PerUnitKm         float64 // cost, ≥ 0
	CO2KgPerUnitKm    float64 // ≥ 0
	Inbound, Outbound bool    // whether it serves the legs before and behind the hubs
}

// Flow is units on a leg.
type Flow struct {
	From, To int
	Mode     int
	Units    float64
}

// TwoStageChoice is which hubs to open and what flows.
type TwoStageChoice struct {
	Status              Status
	Open                []int
	In, Out             []Flow // plant → hub, hub → customer
	Cost                float64
	FixedCost, MadeCost float64
	TransportCost       float64 // without the price of CO2
	CO2Kg               float64
	Bound, Gap          float64
	Reasons, Relaxation []string
}

// Validate says what is wrong with p, naming the field.
func (p *TwoStage) Validate() error {
	if len(p.Plants) == 0 || len(p.Modes) == 0 || len(p.InKm) != len(p.Plants) || len(p.OutKm) != len(p.Hubs) {
		return fmt.Errorf("network: %d plants with %d rows of distances, %d hubs with %d, %d modes", len(p.Plants), len(p.InKm), len(p.Hubs), len(p.OutKm), len(p.Modes))
	}
	if !(p.CO2Price >= 0) || math.IsInf(p.CO2Price, 1) {
		return fmt.Errorf("network: the price of CO2 is %g", p.CO2Price)
	}
	for i, x := range p.Plants {
		if !(x.UnitCost >= 0) || x.UnitCost > 1e12 || !(x.Capacity >= 0) || x.Capacity > 1e15 || len(p.InKm[i]) != len(p.Hubs) {
			return fmt.Errorf("network: plant %d (%q): unit cost %g, capacity %g, %d distances", i, x.ID, x.UnitCost, x.Capacity, len(p.InKm[i]))
		}
	}
	for i, m := range p.Modes {
		if !(m.PerUnit >= 0) || !(m.PerUnitKm >= 0) || !(m.CO2KgPerUnitKm >= 0) || math.IsInf(m.PerUnit+m.PerUnitKm+m.CO2KgPerUnitKm, 1) {
			return fmt.Errorf("network: mode %d (%q): %+v", i, m.ID, m)
		}
	}
	for _, rows := range [2][][]float64{p.InKm, p.OutKm} {
		for _, row := range rows {
			for _, km := range row {
				if !(km >= 0) {
					return fmt.Errorf("network: a distance is %g km", km)
				}
			}
		}
	}
	for h, row := range p.OutKm {
		if len(row) != len(p.Customers) {
			return fmt.Errorf("network: hub %d has %d distances for %d customers", h, len(row), len(p.Customers))
		}
	}
	return nil
}

// leg is the cheapest mode of a leg and its cost of a unit with CO2 priced in; −1 = none.
func (p *TwoStage) leg(km float64, inbound bool) (mode int, cost float64) {
	mode, cost = -1, math.Inf(1)
	for k, m := range p.Modes {
		if (inbound && !m.Inbound) || (!inbound && !m.Outbound) || math.IsInf(km, 1) {
			continue
		}
		if c := m.PerUnit + km*(m.PerUnitKm+p.CO2Price*m.CO2KgPerUnitKm); c < cost {
			mode, cost = k, c
		}
	}
	return mode, cost
}
