package agv

import "fmt"

// Rules are what a Referee asks beyond that robots do not meet. The zero value asks nothing.
type Rules struct {
	Pace   []int  // robot → steps that its actions take, the first of which does them; nil = 1
	Slow   []int  // cell → steps that a move from it or to it takes at least; nil = 1
	Zone   []int  // cell → its zone, −1 = none
	Most   []int  // zone → robots within at most
	Closed []bool // cell → nobody who is not on a closed one enters it
}

// judge says what the rules do not allow, and notes who must wait now.
func (e *Referee) judge(before, after []Place, actions []Action) error {
	rules := &e.Rules
	if len(e.resting) != len(before) {
		e.resting = make([]int, len(before))
	}
	within := make([]int, len(rules.Most))
	for r := range before {
		if e.resting[r] > 0 && actions[r] != Wait {
			return fmt.Errorf("robot %d acts %d steps before its last action is over", r, e.resting[r])
		}
		from, to := before[r].Cell, after[r].Cell
		if rules.Closed != nil && rules.Closed[to] && !rules.Closed[from] {
			return fmt.Errorf("robot %d enters cell %d, which is closed", r, to)
		}
		if rules.Zone == nil || rules.Zone[to] < 0 {
			continue
		}
		z := rules.Zone[to]
		if within[z]++; within[z] > rules.Most[z] {
			return fmt.Errorf("robot %d is one too many in zone %d, which takes %d", r, z, rules.Most[z])
		}
	}
	for r := range before {
		if actions[r] == Wait {
			e.resting[r] = max(0, e.resting[r]-1)
			continue
		}
		takes := 1
		if rules.Pace != nil {
			takes = rules.Pace[r]
		}
		if from, to := before[r].Cell, after[r].Cell; rules.Slow != nil && from != to {
			takes = max(takes, rules.Slow[from], rules.Slow[to])
		}
		e.resting[r] = takes - 1
	}
	return nil
}
