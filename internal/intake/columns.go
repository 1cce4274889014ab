package intake

import "strings"

// column is one of the facts an order line is made of.
type column int

const (
	colInvoice column = iota
	colCode
	colDescription
	colQty
	colPlaced
	colPrice
	colCustomer
	colCountry
	colSheet
	columnCount
	colNone column = -1
)

// columnNames are the names columns have in files, written as fold gives them; the first is the one used in sentences.
var columnNames = [columnCount][]string{
	colInvoice:     {"invoice", "invoiceno", "invoicenumber", "order", "orderid", "orderno", "ordernumber"},
	colCode:        {"stockcode", "item", "itemid", "itemcode", "sku", "product", "productid", "productcode", "article"},
	colDescription: {"description", "itemname", "productname", "name"},
	colQty:         {"quantity", "qty", "units"},
	colPlaced:      {"invoicedate", "orderdate", "placed", "placedat", "orderedat", "datetime", "timestamp", "date"},
	colPrice:       {"price", "unitprice"},
	colCustomer:    {"customer", "customerid", "customerno", "clientid"},
	colCountry:     {"country", "countryname"},
	colSheet:       {"sheet"},
}

// required columns must be there; the others may be missing and then count as not known.
var required = [...]column{colInvoice, colCode, colQty, colPlaced, colPrice}

// fold makes "Customer ID", "customer_id" and "CustomerID" the same.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == ' ' || r == '_' || r == '-' || r == '.':
			return -1
		}
		return r
	}, strings.TrimSpace(name))
}

// columnOf finds the column a name stands for.
func columnOf(name string) column {
	folded := fold(name)
	for c, names := range columnNames {
		for _, n := range names {
			if n == folded {
				return column(c)
			}
		}
	}
	return colNone
}

// layout says where in a record each column stands, −1 where it is missing, and what it is called there.
type layout struct {
	at   [columnCount]int
	name [columnCount]string
}

// layoutOf finds the columns in a header. A column that two names stand for, or a required one that none stands for, is a
// problem of the whole file.
func layoutOf(header []string) (layout, *Problem) {
	l := layout{}
	for c := range l.at {
		l.at[c], l.name[c] = -1, title(column(c))
	}
	for i, name := range header {
		c := columnOf(name)
		if c == colNone {
			continue
		}
		if l.at[c] >= 0 {
			return l, &Problem{Column: name, Code: codeAmbiguous, Sentence: "the columns " + quote(l.name[c]) + " and " +
				quote(name) + " both stand for " + title(c) + "; rename or remove one"}
		}
		l.at[c], l.name[c] = i, name
	}
	for _, c := range required {
		if l.at[c] < 0 {
			return l, &Problem{Column: title(c), Code: codeMissingColumn, Sentence: "there is no column " + title(c) +
				" (known names: " + strings.Join(columnNames[c], ", ") + "); the file has: " + listed(header)}
		}
	}
	return l, nil
}

// title is what a column is called in sentences.
func title(c column) string { return columnNames[c][0] }

// listed names the columns a file has, as far as a reader needs.
func listed(header []string) string {
	const most = 30
	names := make([]string, 0, min(len(header), most)+1)
	for i, n := range header {
		if i == most {
			names = append(names, "…")
			break
		}
		names = append(names, quote(n))
	}
	return strings.Join(names, ", ")
}
