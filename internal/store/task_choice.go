package store

import "quartermaster/internal/service"

// mostChoices bounds the values of one list of a TaskFilter.
const mostChoices = 1000

// chosen gives the conditions of a filter and adds their values to args.
func chosen(f service.TaskFilter, args []any) (where string, _ []any, err error) {
	for _, choice := range []struct {
		column string
		values []string
		open   bool // a task that names none is for all
		needed bool // whoever gives no value gets only those that name none
	}{
		{column: "kind", values: f.Kinds},
		{column: "worker", values: f.Workers, open: true},
		{column: "station", values: f.Stations},
		{column: "zone", values: f.Zones},
		{column: "robot_type", values: f.RobotTypes, open: true, needed: true},
		{column: "skill", values: f.Skills, open: true, needed: true},
	} {
		if len(choice.values) > mostChoices {
			return "", nil, invalid("%d values to choose %s by are over the limit of %d", len(choice.values), choice.column, mostChoices)
		}
		if len(choice.values) == 0 {
			if choice.needed {
				where += ` and ` + choice.column + ` = ''`
			}
			continue
		}
		list := ` in (values ` + tuples(len(choice.values), 1, len(args)+1) + `)`
		for _, v := range choice.values {
			args = append(args, v)
		}
		if choice.open {
			where += ` and (` + choice.column + ` = '' or ` + choice.column + list + `)`
		} else {
			where += ` and ` + choice.column + list
		}
		if choice.column == "worker" {
			where += ` and (avoid = '' or avoid not` + list + `)`
		}
	}
	return where, args, nil
}
