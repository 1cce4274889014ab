package simulations

import (
	"fmt"
	"strings"

	"quartermaster/internal/plan"
)

// maxProblems bounds how much an InvalidError says.
const maxProblems = 50

// InvalidError says what is wrong with scenarios; fields are written as scenarios[0].changes[1].demand.factor.
type InvalidError struct{ Problems []plan.FieldProblem }

func (e *InvalidError) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.Field + ": " + p.Reason
	}
	return "simulations: " + strings.Join(parts, "; ")
}

// problems collects what is wrong.
type problems []plan.FieldProblem

func (p *problems) want(ok bool, field, reason string, args ...any) bool {
	if !ok && len(*p) < maxProblems {
		*p = append(*p, plan.FieldProblem{Field: field, Reason: fmt.Sprintf(reason, args...)})
	}
	return ok
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &InvalidError{p}
}

// CheckWords looks at the scenarios alone: names, numbers, and that each change is one change. It knows no business, so
// that a file can be checked where it is read. The error is an *InvalidError.
func CheckWords(scenarios []Scenario) error {
	var p problems
	p.want(len(scenarios) > 0, "scenarios", "there is none")
	p.want(len(scenarios) <= MaxScenarios, "scenarios", "%d are more than %d", len(scenarios), MaxScenarios)
	seen := map[string]bool{}
	for i, s := range scenarios {
		at := fmt.Sprintf("scenarios[%d]", i)
		name := strings.TrimSpace(s.Name)
		p.want(name != "" && len(name) <= 100, at+".name", "want a name of at most 100 bytes")
		p.want(!seen[name], at+".name", "%q stands twice", name)
		seen[name] = true
		p.changes(s, at)
	}
	return p.err()
}

func (p *problems) changes(s Scenario, at string) {
	p.want(len(s.Changes) <= MaxChanges, at+".changes", "%d are more than %d", len(s.Changes), MaxChanges)
	for i, c := range s.Changes {
		at := fmt.Sprintf("%s.changes[%d]", at, i)
		set := c.set()
		if p.want(len(set) == 1, at, "a change has exactly one of %s; this one has %d", strings.Join(kinds, ", "), len(set)) {
			set[0].check(p, at+"."+set[0].kind())
		}
	}
}

// Validate looks at the scenarios and whether they fit the business: every item, site and supplier known, never more
// vehicles removed than there are, never every site closed. Of the snapshot it needs items, sites, suppliers and shares
// alone. The error is an *InvalidError.
func Validate(base *plan.Snapshot, scenarios []Scenario) error {
	if err := CheckWords(scenarios); err != nil {
		return err
	}
	var p problems
	for i, s := range scenarios {
		e := newEditor(base)
		e.make(s, fmt.Sprintf("scenarios[%d]", i))
		p = append(p, e.problems...)
	}
	return p.err()
}
