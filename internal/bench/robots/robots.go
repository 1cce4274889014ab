// Package robots holds the benches of the warehouse's robots.
//
// Takes problems of the League of Robot Runners and movingai maps with scenarios, and gives throughput, time and proof that
// no rule was broken. Method: the planners of warehouse/agv drive a simulated floor, and a referee written apart from them
// judges every step. Never: a figure from a run that the referee refused.
package robots

import "quartermaster/internal/bench"

// All lists the benches of this package.
func All() []bench.Bench { return []bench.Bench{Lifelong(), OneShot(), Delay()} }
