package simulations_test

import (
	"fmt"

	sim "quartermaster/simulations"
)

// Scenarios are checked where they are read, before any business is known, and say of themselves what they change.
func Example() {
	scenarios := []sim.Scenario{{
		Name: "Schaan closed in a strong season",
		Changes: []sim.Change{
			{SiteClosed: &sim.SiteClosed{Site: "schaan"}},
			{Demand: &sim.Demand{Factor: 1.3, Orders: true}},
			{Fleet: &sim.Fleet{Site: "eschen", Vehicle: "van", Add: 2}},
		},
	}}
	fmt.Println(sim.CheckWords(scenarios))
	for _, s := range scenarios[0].Sentences() {
		fmt.Println(s)
	}
	scenarios[0].Changes[1].Demand.Factor = -1
	fmt.Println(sim.CheckWords(scenarios))
	// Output:
	// <nil>
	// site schaan closed
	// demand of all items × 1.3, orders included
	// 2 more van at eschen
	// simulations: scenarios[0].changes[1].demand.factor: -1 is not between 0.001 and 100
}
