// Command pack writes the Parquet file that the sample ships, from the two yearly sheets of Online Retail II.
//
// Takes the two Parquet files of the sheets (525,461 and 531,282 rows) and gives one: the rows of both in their order, one
// row group per sheet, the sheet's number in every row, columns made alike in name and type, prices in ten-thousandths.
// Method: dictionary and delta encodings under zstd. Never: it drops, adds or corrects no row; cleaning is the import's work.
//
//	go run ./internal/sample/pack FIRST.parquet SECOND.parquet internal/sample/data/online_retail.parquet
package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// line is one row of the written file. A customer of 0 is one that is not known; so it stands in the second sheet.
type line struct {
	Sheet       int32  `parquet:"Sheet,delta"`
	Invoice     string `parquet:"Invoice,delta"`
	StockCode   string `parquet:"StockCode,dict"`
	Description string `parquet:"Description,dict"`
	Quantity    int32  `parquet:"Quantity,dict"`
	InvoiceDate int64  `parquet:"InvoiceDate,delta,timestamp(millisecond:local)"`
	Price       int64  `parquet:"Price,dict,decimal(4:18)"`
	Customer    int32  `parquet:"CustomerID,dict"`
	Country     string `parquet:"Country,dict"`
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: pack FIRST.parquet SECOND.parquet OUT.parquet")
		os.Exit(2)
	}
	if err := pack(os.Args[1:3], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func pack(sheets []string, to string) error {
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	w := parquet.NewGenericWriter[line](out, parquet.Compression(&zstd.Codec{Level: zstd.SpeedBestCompression}),
		parquet.PageBufferSize(4<<20), parquet.DataPageStatistics(false), parquet.CreatedBy("quartermaster", "sample", "pack"))
	for i, path := range sheets {
		if err := copySheet(w, path, int32(i+1)); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", path, err), out.Close())
		}
	}
	return errors.Join(w.Close(), out.Close())
}

func copySheet(w *parquet.GenericWriter[line], path string, sheet int32) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	f, err := parquet.OpenFile(in, info.Size())
	if err != nil {
		return err
	}
	rows := parquet.NewReader(f)
	defer rows.Close()
	buffer, lines := make([]parquet.Row, 1024), make([]line, 1024)
	for {
		n, err := rows.ReadRows(buffer)
		for i, row := range buffer[:n] {
			l, bad := lineOf(row, sheet)
			if bad != nil {
				return bad
			}
			lines[i] = l
		}
		if _, werr := w.Write(lines[:n]); werr != nil {
			return werr
		}
		if errors.Is(err, io.EOF) || n == 0 {
			return w.Flush() // ends the row group
		} else if err != nil {
			return err
		}
	}
}

// lineOf reads a row by place: both sheets have the same eight columns in the same order under different names.
func lineOf(row parquet.Row, sheet int32) (line, error) {
	placed, err := time.Parse(time.DateTime, row[4].String())
	if err != nil {
		return line{}, err
	}
	l := line{
		Sheet: sheet, Invoice: row[0].String(), StockCode: row[1].String(), Description: text(row[2]), Quantity: int32(row[3].Int64()),
		InvoiceDate: placed.UnixMilli(), Price: int64(math.Round(row[5].Double() * 10_000)), Country: row[7].String(),
	}
	if !row[6].IsNull() {
		l.Customer = int32(row[6].Double())
	}
	if float64(l.Price) != math.Round(row[5].Double()*10_000) || math.Abs(float64(l.Price)/10_000-row[5].Double()) > 1e-9 {
		return line{}, fmt.Errorf("price %s is finer than four places", strconv.FormatFloat(row[5].Double(), 'g', -1, 64))
	}
	return l, nil
}

func text(v parquet.Value) string {
	if v.IsNull() {
		return ""
	}
	return v.String()
}
