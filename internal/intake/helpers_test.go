package intake

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/parquet-go/parquet-go"

	"quartermaster/internal/history"
)

const header = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"

const goodLine = "536365,85123A,T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850,France\n"

func readBytes(t testing.TB, name string, data []byte, opts Options) (*history.Lines, Report, error) {
	t.Helper()
	return Read(context.Background(), []Source{{Name: name, Data: data}}, opts)
}

// refused wants an *InputError and gives its first problem.
func refused(t testing.TB, lines *history.Lines, err error) Problem {
	t.Helper()
	var bad *InputError
	if !errors.As(err, &bad) {
		t.Fatalf("got %v, want an *InputError", err)
	}
	if lines != nil {
		t.Fatal("lines were given beside the error")
	}
	return bad.First
}

// row is line i of the result, written out.
type row struct {
	Part                                          int32
	Row                                           int32
	Invoice, Code, Description, Customer, Country string
	Qty                                           int32
	Price, Placed                                 int64
}

func rowsOf(l *history.Lines) []row {
	out := make([]row, l.Len())
	for i := range out {
		out[i] = row{l.Part[i], l.Row[i], l.Invoices[l.Invoice[i]], l.Codes[l.Code[i]], l.Descriptions[l.Description[i]],
			l.Customers[l.Customer[i]], l.Countries[l.Country[i]], l.Qty[i], l.Price[i], l.Placed[i]}
	}
	return out
}

// parquetOf writes rows as a Parquet file, so many to a row group.
func parquetOf[T any](t testing.TB, rows []T, perGroup int64, options ...parquet.WriterOption) []byte {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[T](&out, append(options, parquet.MaxRowsPerRowGroup(perGroup))...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// parquetLine has the names and types of Online Retail II's first sheet.
type parquetLine struct {
	Invoice     *string  `parquet:"Invoice,optional,dict"`
	StockCode   *string  `parquet:"StockCode,optional,dict"`
	Description *string  `parquet:"Description,optional,dict"`
	Quantity    *int64   `parquet:"Quantity,optional,dict"`
	InvoiceDate *string  `parquet:"InvoiceDate,optional,dict"`
	Price       *float64 `parquet:"Price,optional,dict"`
	CustomerID  *float64 `parquet:"Customer ID,optional,dict"`
	Country     *string  `parquet:"Country,optional,dict"`
}

func to[T any](x T) *T { return &x }

func parquetRow(invoice string, qty int64) parquetLine {
	return parquetLine{to(invoice), to("85123A"), to("T-LIGHT HOLDER"), to(qty), to("2010-12-01 08:26:00"), to(2.55), to(17850.0), to("France")}
}
