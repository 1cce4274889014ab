package sourcing

// assignment writes the best solution in the caller's words: units shared out over lines, costs per parcel, reasons.
func (m *model) assignment() Assignment {
	m.restoreBest()
	a := Assignment{
		Parts:        make([][]Part, len(m.p.Orders)),
		Unserved:     make([][]Shortfall, len(m.p.Orders)),
		Iterations:   m.best.iterations,
		Status:       StatusFeasible,
		StockPrices:  m.dual.bestLambda,
		ParcelPrices: m.dual.bestMu,
	}
	for o := range m.p.Orders {
		a.Parts[o], a.Unserved[o] = m.orderAnswer(o)
		for _, part := range a.Parts[o] {
			a.CostCents += part.CostCents
		}
		for _, short := range a.Unserved[o] {
			a.UnservedUnits += short.Qty
		}
	}
	for k, left := range m.primal.left {
		a.ScarcityCents += scarcityCents(m.p.ScarcityCents, m.p.Stock[k], m.threshold(k), m.p.Stock[k]-left)
	}
	a.CostCents += a.ScarcityCents
	a.ObjectiveCents = a.CostCents + a.UnservedUnits*m.m
	a.BoundCents = min(a.ObjectiveCents, m.boundCents())
	if a.BoundCents == a.ObjectiveCents {
		a.Status = StatusOptimal
	} else {
		a.Gap = float64(a.ObjectiveCents-a.BoundCents) / float64(max(1, a.CostCents))
	}
	return a
}

// orderAnswer shares the units of each demand out over the lines that asked for it, in the sequence of lines and sites.
func (m *model) orderAnswer(o int) ([]Part, []Shortfall) {
	lines := m.p.Orders[o].Lines
	left := append([]int64(nil), m.takeOf(o)...)
	row := make(map[int]int, len(lines)) // item → demand of this order; only looked up
	for d := m.first[o]; d < m.first[o+1]; d++ {
		row[m.item[d]] = d - m.first[o]
	}
	var parts []Part
	served := make([]int64, len(lines))
	for s := 0; s < m.sites; s++ {
		if !m.ships(o, m.takeOf(o), s) {
			continue
		}
		part := Part{Site: s, CostCents: m.openCents(o, s)}
		for r := 0; r < m.first[o+1]-m.first[o]; r++ {
			if left[r*m.sites+s] > 0 {
				part.CostCents += m.p.PerLineCents
			}
		}
		for l, line := range lines {
			have := &left[row[line.Item]*m.sites+s]
			if units := min(*have, line.Qty-served[l]); units > 0 {
				part.Lines = append(part.Lines, PartLine{Line: l, Qty: units})
				*have -= units
				served[l] += units
			}
		}
		parts = append(parts, part)
	}
	var short []Shortfall
	for l, line := range lines {
		if rest := line.Qty - served[l]; rest > 0 {
			short = append(short, Shortfall{Line: l, Qty: rest, Reason: m.reason(o, line.Item)})
		}
	}
	return parts, short
}

// reason says why units of an item stay unserved for order o, by what is left when all orders are placed.
func (m *model) reason(o, item int) Reason {
	reachable, blocked, elsewhere := false, false, false
	for s := 0; s < m.sites; s++ {
		switch {
		case m.primal.left[item*m.sites+s] == 0:
		case m.p.Orders[o].ShipCents[s] < 0:
			elsewhere = true
		case m.primal.parcels[s] == 0 && !m.ships(o, m.takeOf(o), s):
			blocked = true
		default:
			reachable = true
		}
	}
	switch {
	case reachable:
		return ReasonTooDear
	case blocked:
		return ReasonSiteCapacity
	case elsewhere:
		return ReasonNoRoad
	}
	return ReasonNoStock
}
