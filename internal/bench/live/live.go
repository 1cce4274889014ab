// Package live holds the benches that need doors: databases, queues, files.
//
// Takes nothing but the options of the bench contract and gives benches for the command line's registry. Method: it puts
// the production parts together as the program does, drives them from outside, and counts what they left behind. Never:
// it measures no solver; those bring benches of their own.
package live

import "quartermaster/internal/bench"

// All lists the benches of this package, by name.
func All() []bench.Bench {
	return []bench.Bench{API(), Chaos(), ForecastQueue(), Import(), Jobs(), Plan(), Replay(), Siege(), Tasks(), VDA5050()}
}
