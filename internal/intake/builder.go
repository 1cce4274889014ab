package intake

import (
	"quartermaster/internal/history"
)

// unit is a piece of input that is read in one go by one goroutine: a text file, or a row group of a Parquet file. It
// has dictionaries of its own, which join puts together with those of the others.
type unit struct {
	source string
	lines  history.Lines
	index  [columnCount]map[string]int32
	parts  map[int64]int32 // sheet → part
	tally  *tally
	file   FileReport

	decimalComma bool
	scratch      []byte
	lastPlaced   []byte // the last time read as a text: most rows repeat it
	lastMicros   int64
}

func newUnit(source string, maxExamples int) *unit {
	u := &unit{source: source, tally: newTally(source, maxExamples), parts: map[int64]int32{}}
	for c := range u.index {
		u.index[c] = map[string]int32{}
	}
	return u
}

// convert reads one value of a column: a dictionary entry for texts, the number for numbers.
func (u *unit) convert(c column, v value) (int64, *trouble) {
	v = v.clean()
	switch c {
	case colCustomer:
		return u.customer(v)
	case colDescription, colCountry:
		if v.kind == kindNull {
			return u.intern(c, nil), nil
		}
		text, t := v.freeText(u.scratch)
		if t != nil {
			return 0, t
		}
		return u.intern(c, text), nil
	case colSheet:
		if v.kind == kindNull {
			return 0, nil
		}
		return v.whole(maxSheet)
	}
	if v.kind == kindNull {
		return 0, wrong(codeMissing, "the value is missing")
	}
	switch c {
	case colQty:
		return v.whole(maxQty)
	case colPrice:
		return v.price(u.decimalComma)
	case colPlaced:
		return u.placed(v)
	}
	id, t := v.identifier(u.scratch)
	if t != nil {
		return 0, t
	}
	return u.intern(c, id), nil
}

// customer reads a customer number. 13085.0, as data frames write whole numbers, is 13085; 0 is nobody.
func (u *unit) customer(v value) (int64, *trouble) {
	if v.kind == kindNull {
		return u.intern(colCustomer, nil), nil
	}
	id, t := v.identifier(u.scratch)
	if t != nil {
		return 0, t
	}
	if n := len(id); n > 2 && id[n-2] == '.' && id[n-1] == '0' {
		if _, whole := digits(id[:n-2]); whole {
			id = id[:n-2]
		}
	}
	if len(id) == 1 && id[0] == '0' {
		id = nil
	}
	return u.intern(colCustomer, id), nil
}

func (u *unit) placed(v value) (int64, *trouble) {
	if v.kind == kindText && len(v.text) > 0 && string(v.text) == string(u.lastPlaced) {
		return u.lastMicros, nil
	}
	micros, t := v.placed()
	if t == nil && v.kind == kindText {
		u.lastPlaced, u.lastMicros = append(u.lastPlaced[:0], v.text...), micros
	}
	return micros, t
}

// intern numbers a text within its column, first come first numbered.
func (u *unit) intern(c column, text []byte) int64 {
	if id, ok := u.index[c][string(text)]; ok { // the compiler makes no string of a map key
		return int64(id)
	}
	return int64(u.internString(c, string(text)))
}

func (u *unit) internString(c column, s string) int32 {
	if id, ok := u.index[c][s]; ok {
		return id
	}
	dict := dictionaryOf(&u.lines, c)
	id := int32(len(*dict))
	*dict = append(*dict, s)
	u.index[c][s] = id
	return id
}

func dictionaryOf(l *history.Lines, c column) *[]string {
	switch c {
	case colInvoice:
		return &l.Invoices
	case colCode:
		return &l.Codes
	case colDescription:
		return &l.Descriptions
	case colCustomer:
		return &l.Customers
	}
	return &l.Countries
}

// reserve makes room for that many rows.
func (u *unit) reserve(rows int) {
	l := &u.lines
	for _, col := range []*[]int32{&l.Part, &l.Row, &l.Invoice, &l.Code, &l.Description, &l.Customer, &l.Country, &l.Qty} {
		*col = make([]int32, 0, rows)
	}
	l.Price, l.Placed = make([]int64, 0, rows), make([]int64, 0, rows)
}

// add puts one converted row in.
func (u *unit) add(row int, v *[columnCount]int64) {
	part, ok := u.parts[v[colSheet]]
	if !ok {
		part = int32(len(u.lines.Parts))
		u.lines.Parts = append(u.lines.Parts, history.Part{Source: u.source, Sheet: v[colSheet]})
		u.parts[v[colSheet]] = part
	}
	l := &u.lines
	l.Part = append(l.Part, part)
	l.Row = append(l.Row, int32(row))
	l.Invoice = append(l.Invoice, int32(v[colInvoice]))
	l.Code = append(l.Code, int32(v[colCode]))
	l.Description = append(l.Description, int32(v[colDescription]))
	l.Customer = append(l.Customer, int32(v[colCustomer]))
	l.Country = append(l.Country, int32(v[colCountry]))
	l.Qty = append(l.Qty, int32(v[colQty]))
	l.Price = append(l.Price, v[colPrice])
	l.Placed = append(l.Placed, v[colPlaced])
}

// addRecord converts one record of a text file and puts it in, or tallies its first problem. field gives the value of a
// column that the layout has.
func (u *unit) addRecord(row int, l *layout, field func(at int) value) {
	var out [columnCount]int64
	for c := range columnCount {
		v := value{}
		if at := l.at[c]; at >= 0 {
			v = field(at)
		}
		n, t := u.convert(c, v)
		if t != nil {
			u.tally.bad(Problem{Row: row, Column: l.name[c], Code: t.code, Sentence: t.sentence})
			return
		}
		out[c] = n
	}
	u.add(row, &out)
}
