package history

// lineKey is what makes two lines of different parts the same one. The customer and the description are left out: one
// sheet may know them where the other does not.
type lineKey struct {
	invoice, code, qty int32
	price, placed      int64
}

// dropDoubles applies rule 1: the k-th copy of a line in a later part doubles the k-th copy in the first part that holds
// the invoice.
func (c *cleaner) dropDoubles() {
	first := make([]int32, len(c.Invoices))
	for i := range first {
		first[i] = -1
	}
	shared := make([]bool, len(c.Invoices))
	for row, inv := range c.Invoice {
		switch part := c.Part[row]; {
		case first[inv] < 0 || part < first[inv]:
			shared[inv] = shared[inv] || first[inv] >= 0
			first[inv] = part
		case part > first[inv]:
			shared[inv] = true
		}
	}
	// copies counts per key and part how often the line stood there; a later part may use up what earlier ones hold.
	type inPart struct {
		lineKey
		part int32
	}
	held, seen := map[lineKey]int{}, map[inPart]int{}
	for _, row := range c.rowsByPart(shared) {
		key := lineKey{c.Invoice[row], c.Code[row], c.Qty[row], c.Price[row], c.Placed[row]}
		here := inPart{key, c.Part[row]}
		seen[here]++
		if seen[here] > held[key] {
			held[key]++
		} else { // never in the first part: there held counts the part's own copies
			c.fate[row] = Double
		}
	}
}

// rowsByPart lists the rows of shared invoices, earlier parts first, in their own order within a part.
func (c *cleaner) rowsByPart(shared []bool) []int32 {
	perPart := make([][]int32, len(c.Parts))
	for row, inv := range c.Invoice {
		if shared[inv] {
			perPart[c.Part[row]] = append(perPart[c.Part[row]], int32(row))
		}
	}
	var rows []int32
	for _, r := range perPart {
		rows = append(rows, r...)
	}
	return rows
}
