package roster

import (
	"testing"

	"quartermaster/forecast"
	"quartermaster/forecast/modeltest"
)

// Every method that is ever tried keeps the contract of forecast.Method.
func TestConformance(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	var all []forecast.Method
	for _, seasons := range [][]int{nil, {12}, {52}, {24, 168}, {7, 364}} {
		for _, m := range For(seasons) {
			if !seen[m.Name()] {
				seen[m.Name()] = true
				all = append(all, m)
			}
		}
	}
	modeltest.RunMethods(t, append(append(all, Classics()...), Sporadic()...)...)
}
