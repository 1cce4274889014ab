package intake

import "quartermaster/internal/history"

// join puts the jobs' lines into one, in the order of the jobs, with dictionaries in the order of first use. The jobs'
// own lines are given up on the way.
func join(jobs []*job) *history.Lines {
	if len(jobs) == 1 {
		return &jobs[0].unit.lines
	}
	rows := 0
	for _, j := range jobs {
		rows += j.unit.lines.Len()
	}
	to := newUnit("", 0)
	to.reserve(rows)
	parts := map[partKey]int32{}
	for _, j := range jobs {
		to.append(j, parts)
		j.unit = nil
	}
	return &to.lines
}

// partKey tells parts apart: the same sheet of the same file may be spread over row groups.
type partKey struct {
	source int
	sheet  int64
}

func (u *unit) append(j *job, parts map[partKey]int32) {
	from, to := &j.unit.lines, &u.lines
	partOf := make([]int32, len(from.Parts))
	for i, p := range from.Parts {
		key := partKey{j.source, p.Sheet}
		id, ok := parts[key]
		if !ok {
			id = int32(len(to.Parts))
			parts[key], to.Parts = id, append(to.Parts, p)
		}
		partOf[i] = id
	}
	to.Part = appendMapped(to.Part, from.Part, partOf)
	for _, c := range []struct {
		column   column
		to, from *[]int32
	}{
		{colInvoice, &to.Invoice, &from.Invoice}, {colCode, &to.Code, &from.Code}, {colDescription, &to.Description, &from.Description},
		{colCustomer, &to.Customer, &from.Customer}, {colCountry, &to.Country, &from.Country},
	} {
		dict := *dictionaryOf(from, c.column)
		ids := make([]int32, len(dict))
		for i, text := range dict {
			ids[i] = u.internString(c.column, text)
		}
		*c.to = appendMapped(*c.to, *c.from, ids)
	}
	to.Row = append(to.Row, from.Row...)
	to.Qty = append(to.Qty, from.Qty...)
	to.Price = append(to.Price, from.Price...)
	to.Placed = append(to.Placed, from.Placed...)
}

func appendMapped(to, from, ids []int32) []int32 {
	for _, id := range from {
		to = append(to, ids[id])
	}
	return to
}
