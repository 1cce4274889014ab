package intake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"quartermaster/internal/history"
)

var placed = time.Date(2010, 12, 1, 8, 26, 0, 0, time.UTC).UnixMicro()

var wanted = row{0, 2, "536365", "85123A", "T-LIGHT HOLDER", "17850", "France", 6, 25500, placed}

// typedLine carries the same facts in other Parquet types and under other names.
type typedLine struct {
	OrderNo  int64     `parquet:"order_no"`
	SKU      string    `parquet:"sku"`
	Name     string    `parquet:"product_name"`
	Qty      int32     `parquet:"qty"`
	At       time.Time `parquet:"ordered_at,timestamp(nanosecond)"`
	Price    int32     `parquet:"unit_price,decimal(2:9)"`
	Customer string    `parquet:"customer"`
	Country  string    `parquet:"country_name,plain"`
	Other    bool      `parquet:"gift_wrapped"`
}

type floatLine struct {
	Invoice  float64 `parquet:"Invoice"`
	Code     string  `parquet:"StockCode"`
	Name     string  `parquet:"Description"`
	Quantity float32 `parquet:"Quantity"`
	At       int64   `parquet:"InvoiceDate,timestamp(millisecond)"`
	Price    float32 `parquet:"Price"`
	Customer int64   `parquet:"CustomerID"`
	Country  string  `parquet:"Country"`
}

// One order line means the same in every format, type, column name, separator and order of columns that is understood.
func TestSameLineInEveryForm(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"CSV":                []byte(header + goodLine),
		"CSV with BOM":       []byte("\xef\xbb\xbf" + header + goodLine),
		"CSV with CRLF":      []byte(strings.ReplaceAll(header+goodLine, "\n", "\r\n")),
		"CSV without end":    []byte(strings.TrimSuffix(header+goodLine, "\n")),
		"tabs":               []byte(strings.ReplaceAll(header+goodLine, ",", "\t")),
		"semicolons, commas": []byte(strings.ReplaceAll(strings.ReplaceAll(header+goodLine, ",", ";"), "2.55", "2,55")),
		"quoted":             []byte(header + `"536365","85123A","T-LIGHT HOLDER","6","2010-12-01 08:26:00","2.55","17850","France"` + "\n"),
		"a float's customer": []byte(header + strings.Replace(goodLine, "17850", "17850.0", 1)),
		"offset, T, spaces":  []byte(header + strings.Replace(goodLine, "2010-12-01 08:26:00", " 2010-12-01T08:26:00.000+01:00 ", 1)),
		"other order, more":  []byte("country,x,Unit Price,qty,order_date,SKU,Order No,customer,product name\nFrance,y,2.55,6,2010-12-01 08:26,85123A,536365,17850,T-LIGHT HOLDER\n"),
		"NDJSON": []byte(`{"a":[{"Invoice":1}]}`[:0] + "\n" + `{"Invoice":536365,"StockCode":"85123A","Description":"T-LIGHT HOLDER","Quantity":6,` +
			`"InvoiceDate":"2010-12-01T08:26:00Z","Price":2.55,"CustomerID":17850.0,"Country":"Fr\u0061nce","more":{"x":[1,"}"]}}` + "\n"),
		"Parquet": parquetOf(t, []parquetLine{parquetRow("536365", 6)}, 10),
		"Parquet of other types": parquetOf(t, []typedLine{{536365, "85123A", "T-LIGHT HOLDER", 6, time.UnixMicro(placed).UTC(), 255,
			"17850", "France", true}}, 10),
		"Parquet of floats": parquetOf(t, []floatLine{{536365, "85123A", "T-LIGHT HOLDER", 6, placed / 1000, 2.55, 17850, "France"}}, 10),
	} {
		lines, report, err := readBytes(t, name, data, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := wanted
		if want.Row = 2; report.Files[0].Format == "Parquet" {
			want.Row = 1
		}
		if diff := cmp.Diff([]row{want}, rowsOf(lines)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if len(report.Files[0].Columns) != 8 {
			t.Errorf("%s: columns %v", name, report.Files[0].Columns)
		}
	}
}

// Fields may hold separators, quotes and line ends; rows are numbered by the line they begin at; missing facts are empty.
func TestQuotedFields(t *testing.T) {
	t.Parallel()
	text := header +
		`1,A1,"SET/3, ""RED""` + "\n" + `LAMPS",1,2010-12-01 08:26,1,,` + "\n\n" +
		`2,A1,RECORD FRAME 7" SIZE,1,2010-12-01 08:26,1,NaN,` + "\n" +
		`3,A1,caf` + "\xe9" + `,1,2010-12-01 08:26,1,0,` + "\n"
	lines, _, err := readBytes(t, "a.csv", []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rowsOf(lines) {
		got = append(got, fmt.Sprintf("%d %q %q", r.Row, r.Description, r.Customer))
	}
	if diff := cmp.Diff([]string{`2 "SET/3, \"RED\" LAMPS" ""`, `5 "RECORD FRAME 7\" SIZE" ""`, `6 "caf�" ""`}, got); diff != "" {
		t.Error(diff)
	}
}

// Every kind of wrong value is refused by file, row, column and code.
func TestRefusedValues(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ old, new, column, code string }{
		"no number":            {",6,", ",six,", "Quantity", codeNumber},
		"broken pieces":        {",6,", ",6.5,", "Quantity", codeNumber},
		"quantity overflows":   {",6,", ",99999999999999999999999,", "Quantity", codeRange},
		"absurd quantity":      {",6,", ",100000001,", "Quantity", codeRange},
		"exponent overflows":   {",6,", ",1e300,", "Quantity", codeRange},
		"quantity is infinite": {",6,", ",-inf,", "Quantity", codeNotFinite},
		"no quantity":          {",6,", ",,", "Quantity", codeMissing},
		"not a price":          {"2.55", "2.5.5", "Price", codeNumber},
		"price is NaN":         {"2.55", "NaN", "Price", codeMissing},
		"price is infinite":    {"2.55", "Infinity", "Price", codeNotFinite},
		"absurd price":         {"2.55", "1000000001", "Price", codeRange},
		"no such day":          {"2010-12-01", "2010-02-30", "InvoiceDate", codeDate},
		"month first":          {"2010-12-01 08:26:00", "12/1/2010 8:26", "InvoiceDate", codeDate},
		"no such hour":         {"08:26", "24:26", "InvoiceDate", codeDate},
		"another century":      {"2010-12-01", "1010-12-01", "InvoiceDate", codeRange},
		"no invoice":           {"536365", "", "Invoice", codeMissing},
		"a bell in the code":   {"85123A", "85\a23", "StockCode", codeText},
		"code is not UTF-8":    {"85123A", "85\xff23", "StockCode", codeText},
		"endless code":         {"85123A", strings.Repeat("8", 65), "StockCode", codeText},
		"too few fields":       {",France", "", "", codeFields},
		"too many fields":      {",France", ",France,x", "", codeFields},
		"quote never closed":   {"T-LIGHT", `"T-LIGHT`, "Description", codeSyntax},
		"text behind a quote":  {"T-LIGHT HOLDER", `"T-LIGHT" HOLDER`, "Description", codeSyntax},
	} {
		text := header + goodLine + strings.Replace(goodLine, tc.old, tc.new, 1)
		lines, report, err := readBytes(t, "week.csv", []byte(text), Options{})
		p := refused(t, lines, err)
		if p.File != "week.csv" || p.Row != 3 || p.Column != tc.column || p.Code != tc.code || p.Sentence == "" {
			t.Errorf("%s: %+v", name, p)
		}
		if report.BadRows != 1 || report.Rows != 1 {
			t.Errorf("%s: report says %d good and %d bad rows", name, report.Rows, report.BadRows)
		}
		if _, report, err = readBytes(t, "week.csv", []byte(text), Options{MaxBadRows: 1}); err != nil || report.BadRows != 1 {
			t.Errorf("%s: tolerating one bad row: %v", name, err)
		}
	}
}

// The same in Parquet, across row groups.
func TestRefusedParquetValues(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spoil        func(*parquetLine)
		column, code string
	}{
		"null quantity":  {func(l *parquetLine) { l.Quantity = nil }, "Quantity", codeMissing},
		"infinite price": {func(l *parquetLine) { l.Price = to(1 / *to(0.0)) }, "Price", codeNotFinite},
		"bad date":       {func(l *parquetLine) { l.InvoiceDate = to("yesterday") }, "InvoiceDate", codeDate},
		"half customer":  {func(l *parquetLine) { l.CustomerID = to(1.5) }, "Customer ID", codeType},
	} {
		rows := []parquetLine{parquetRow("1", 1), parquetRow("2", 1), parquetRow("3", 1)}
		tc.spoil(&rows[2])
		lines, _, err := readBytes(t, "week.parquet", parquetOf(t, rows, 2), Options{})
		if p := refused(t, lines, err); p.Row != 3 || p.Column != tc.column || p.Code != tc.code {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// The same in NDJSON, with the values only JSON can hold.
func TestRefusedJSONValues(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ old, new, column, code string }{
		"a list":       {`"Quantity":6`, `"Quantity":[6]`, "Quantity", codeType},
		"true":         {`"Price":2.55`, `"Price":true`, "Price", codeType},
		"missing":      {`"Quantity":6,`, ``, "quantity", codeMissing},
		"twice":        {`"Quantity":6`, `"Quantity":6,"qty":6`, "qty", codeAmbiguous},
		"not JSON":     {`"Quantity":6`, `"Quantity":06`, "", codeSyntax},
		"cut off":      {`2.55}`, `2.5`, "", codeSyntax},
		"not a object": {`{"Inv`, `7,{"Inv`, "", codeSyntax},
	} {
		good := `{"Invoice":"1","StockCode":"A","Quantity":6,"InvoiceDate":"2010-12-01","Price":2.55}`
		lines, _, err := readBytes(t, "week", []byte(good+"\n\n"+strings.Replace(good, tc.old, tc.new, 1)), Options{})
		if p := refused(t, lines, err); p.Row != 3 || p.Column != tc.column || p.Code != tc.code {
			t.Errorf("JSON %s: %+v", name, p)
		}
	}
}

// What is wrong with a whole file is said of the file, and names the column where there is one.
func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	type boolean struct {
		Invoice     string `parquet:"Invoice"`
		StockCode   string `parquet:"StockCode"`
		Quantity    bool   `parquet:"Quantity"`
		InvoiceDate string `parquet:"InvoiceDate"`
		Price       string `parquet:"Price"`
	}
	type listed struct {
		Invoice  []string `parquet:"Invoice"`
		Quantity int64    `parquet:"Quantity"`
	}
	good := parquetOf(t, []parquetLine{parquetRow("1", 1)}, 10)
	for name, tc := range map[string]struct {
		file   string
		data   []byte
		column string
		code   string
	}{
		"empty":                {"a.csv", []byte{}, "", codeFormat},
		"only a BOM":           {"a.csv", []byte("\xef\xbb\xbf"), "", codeFormat},
		"missing column":       {"a.csv", []byte(strings.Replace(header, "Price,", "", 1)), "price", codeMissingColumn},
		"two of a column":      {"a.csv", []byte(strings.Replace(header, "Description", "qty", 1)), "Quantity", codeAmbiguous},
		"UTF-16":               {"a.csv", []byte("\xff\xfeI\x00n\x00"), "", codeFormat},
		"binary":               {"a.csv", []byte("In\x00voice"), "", codeFormat},
		"gzip":                 {"a.csv", []byte("\x1f\x8b\x08"), "", codeFormat},
		"spreadsheet":          {"a.csv", []byte("PK\x03\x04"), "", codeFormat},
		"JSON array":           {"a.json", []byte(`[{"Invoice":1}]`), "", codeFormat},
		"JSON without columns": {"a.json", []byte(`{"Invoice":1}`), "stockcode", codeMissingColumn},
		"an endless record":    {"a.csv", []byte(header + `1,"` + strings.Repeat("x\n", maxRecord)), "", codeSyntax},
		"an endless JSON line": {"a.json", []byte(`{"a":"` + strings.Repeat("x", maxRecord)), "", codeSyntax},
		"Parquet by name only": {"a.parquet", []byte("XXXX" + string(good[4:])), "", codeDamaged},
		"Parquet mark alone":   {"a.parquet", []byte("PAR1"), "", codeDamaged},
		"Parquet cut off":      {"a.parquet", good[:len(good)-20], "", codeDamaged},
		"Parquet footer size":  {"a.parquet", append(append([]byte{}, good[:len(good)-8]...), "\xff\xff\xff\x7fPAR1"...), "", codeDamaged},
		"Parquet of booleans":  {"a.parquet", parquetOf(t, []boolean{{}}, 10), "Quantity", codeColumnType},
		"Parquet of lists":     {"a.parquet", parquetOf(t, []listed{{}}, 10), "invoice", codeMissingColumn},
	} {
		lines, _, err := readBytes(t, tc.file, tc.data, Options{})
		if p := refused(t, lines, err); p.File != tc.file || p.Column != tc.column || p.Code != tc.code {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for _, mark := range []string{"\xff\xfeI\x00", "\xfe\xff\x00I"} {
		if _, _, err := readBytes(t, "a.csv", []byte(mark), Options{}); err == nil || !strings.Contains(err.Error(), "UTF-16 text") {
			t.Errorf("UTF-16 was called: %v", err)
		}
	}
	if _, _, err := Read(context.Background(), []Source{{Path: filepath.Join(t.TempDir(), "gone.csv")}}, Options{}); err == nil {
		t.Error("a file that is not there was read")
	}
	if _, _, err := Read(context.Background(), nil, Options{}); err == nil {
		t.Error("no source at all was read")
	}
}

// However a Parquet file is damaged, at every byte of it, reading ends in lines or an *InputError, never in a panic; and
// wherever it is cut, it is refused.
func TestDamagedParquet(t *testing.T) {
	t.Parallel()
	var rows []parquetLine
	for i := range 40 {
		rows = append(rows, parquetRow(fmt.Sprint(i/3), int64(i)))
	}
	good := parquetOf(t, rows, 25, parquet.Compression(&parquet.Snappy))
	for cut := range good {
		lines, _, err := readBytes(t, "cut.parquet", good[:cut], Options{})
		refused(t, lines, err)
	}
	refusals := 0
	for at := range good {
		for _, bit := range []byte{1, 0x80} {
			spoilt := append([]byte{}, good...)
			spoilt[at] ^= bit
			if lines, _, err := readBytes(t, "bit.parquet", spoilt, Options{}); err != nil {
				refused(t, lines, err)
				refusals++
			}
		}
	}
	if refusals < len(good)/4 {
		t.Errorf("only %d of %d flipped bits were noticed", refusals, 2*len(good))
	}
}

// Examples stay at their limit, counts do not; the first problems in the order of the files are the ones kept.
func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	bad := strings.Repeat(strings.Replace(goodLine, "2.55", "dear", 1), 500)
	_, r, err := Read(context.Background(), []Source{{Name: "a", Data: []byte(header + goodLine)}, {Name: "b", Data: []byte(header + bad)},
		{Name: "c", Data: []byte(header + bad)}}, Options{MaxExamples: 7})
	if err == nil || len(r.Examples) != 7 || r.BadRows != 1000 || r.Examples[6].File != "b" || r.Examples[6].Row != 8 {
		t.Errorf("%v: %+v", err, r)
	}
	if diff := cmp.Diff([]ProblemCount{{codeNumber, 1000}}, r.Counts); diff != "" {
		t.Error(diff)
	}
	if want := "intake: 1000 of 1001 rows cannot be read; the first: b, row 2, column Price: "; !strings.HasPrefix(fmt.Sprint(err), want) {
		t.Errorf("got %q, want it to begin %q", err, want)
	}
}

// Limits on rows hold in every format, before the memory is full of them.
func TestMaxRows(t *testing.T) {
	t.Parallel()
	rows := []parquetLine{parquetRow("1", 1), parquetRow("2", 1), parquetRow("3", 1)}
	for name, data := range map[string][]byte{"a.csv": []byte(header + strings.Repeat(goodLine, 3)), "a.parquet": parquetOf(t, rows, 2)} {
		lines, _, err := readBytes(t, name, data, Options{MaxRows: 2})
		if p := refused(t, lines, err); p.Code != codeTooLarge {
			t.Errorf("%s: %+v", name, p)
		}
		if _, _, err := readBytes(t, name, data, Options{MaxRows: 3}); err != nil {
			t.Errorf("%s: exactly as many rows as allowed: %v", name, err)
		}
	}
}

// A folder is read by name of file, other files in it are left alone, and the parts are told apart.
func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, data := range map[string]string{"b.csv": header + goodLine, "a.tsv": strings.ReplaceAll(header+goodLine, ",", "\t"), "README": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := Expand(dir)
	if err != nil || len(sources) != 2 {
		t.Fatalf("%v: %v", err, sources)
	}
	lines, _, err := Read(context.Background(), sources, Options{})
	if err != nil || lines.Len() != 2 || len(lines.Parts) != 2 || filepath.Base(lines.Parts[0].Source) != "a.tsv" {
		t.Errorf("%v: %+v", err, lines)
	}
	if _, err := Expand(t.TempDir()); err == nil {
		t.Error("an empty folder was taken")
	}
}

// Progress never falls, ends at the whole, and a cancelled context ends the import.
func TestProgressAndCancel(t *testing.T) {
	t.Parallel()
	text := []byte(header + strings.Repeat(goodLine, 3*chunkRows))
	last := -1.0
	_, _, err := readBytes(t, "a.csv", text, Options{Progress: func(done float64, sentence string) {
		if done < last || sentence == "" {
			t.Errorf("%v after %v: %q", done, last, sentence)
		}
		last = done
	}})
	if err != nil || last != 1 {
		t.Errorf("%v, ended at %v", err, last)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if lines, _, err := Read(ctx, []Source{{Name: "a.csv", Data: text}}, Options{}); !errors.Is(err, context.Canceled) || lines != nil {
		t.Errorf("cancelled: %v", err)
	}
}

// Any number of goroutines gives the same lines and the same report.
func TestWorkersDoNotMatter(t *testing.T) {
	t.Parallel()
	var rows []parquetLine
	for i := range 200 {
		rows = append(rows, parquetRow(fmt.Sprint(i/3), int64(i)))
	}
	rows[150].Price = nil
	sources := []Source{{Name: "p", Data: parquetOf(t, rows, 30)}, {Name: "c", Data: []byte(header + goodLine)}, {Name: "q", Data: parquetOf(t, rows[:50], 7)}}
	var first *history.Lines
	var firstReport Report
	for _, workers := range []int{1, 2, 5, 16} {
		lines, report, err := Read(context.Background(), sources, Options{Workers: workers, MaxBadRows: 1})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first, firstReport = lines, report
		}
		if diff := cmp.Diff(first, lines); diff != "" {
			t.Error(workers, diff)
		}
		if diff := cmp.Diff(firstReport, report); diff != "" {
			t.Error(workers, diff)
		}
	}
	if first.Len() != 250 || len(first.Parts) != 3 {
		t.Errorf("%d lines in %d parts", first.Len(), len(first.Parts))
	}
}

// Reading a CSV file and saying how it was understood.
func ExampleRead() {
	text := "Order No;SKU;Qty;Order Date;Unit Price\n536365;85123A;6;2010-12-01 08:26;2,55\n"
	lines, report, err := Read(context.Background(), []Source{{Name: "orders.csv", Data: []byte(text)}}, Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(report.Files[0].Format, report.Files[0].Separator, report.Rows, lines.Price[0])
	_, _, err = Read(context.Background(), []Source{{Name: "orders.csv", Data: []byte(strings.Replace(text, ";6;", ";x;", 1))}}, Options{})
	fmt.Println(err)
	// Output:
	// CSV ; 1 25500
	// intake: orders.csv, row 2, column Qty: "x" is not a whole number
}
