package intake

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Demand is a table of quantities over time, as any shop exports it: one series for each combination of the other columns.
type Demand struct {
	Step    string // hour, day, week, month, quarter or year
	Columns DemandColumns
	Series  []DemandSeries
	Doubled int // rows whose series and time had come before; their quantities are added up
	Missing int // steps between a series' first and last one without a row; they count as not observed
}

// DemandColumns says which columns were taken for what.
type DemandColumns struct {
	Time, Quantity string
	Stock          string   // of stock, "" = none: a step with no stock left is no demand
	With           []string // as asked for
	Keys           []string // that name a series
	Unread         []string
}

// DemandSeries is one series. Values[i] belongs to step i after Start; NaN = not observed.
type DemandSeries struct {
	ID     string
	Start  time.Time
	Values []float64
	Empty  []bool      // steps on which the stock column says that nothing was left; nil without one
	With   [][]float64 // the columns asked for, as long as Values and the steps to come that rows tell of; a step without a row is like the one before
}

// Names of the two columns that a demand table must have, as fold gives them, the likeliest first.
var (
	demandTimes      = []string{"date", "ds", "day", "week", "month", "period", "time", "timestamp", "datetime", "orderdate", "invoicedate", "placed", "yearmonth"}
	demandQuantities = []string{"quantity", "qty", "demand", "sales", "units", "unitssold", "y", "sold", "volume", "value", "count", "scripts", "target"}
	demandStocks     = []string{"stock", "onhand", "stockonhand", "instock", "available", "inventory", "stocklevel"}
	demandKeys       = []string{"item", "itemid", "itemcode", "sku", "stockcode", "product", "productid", "productcode", "article", "store", "storeid", "site",
		"siteid", "warehouse", "client", "uniqueid", "seriesid", "id", "series", "department", "dept", "region"}
)

const (
	mostDemandCells = 50_000_000 // steps of all series together
	mostDemandText  = 1 << 16    // bytes of a field
)

// DemandOptions say what to read beside dates, quantities and names.
type DemandOptions struct {
	// With names columns of numbers that are known for the steps to come as well (price, promotion): rows without a quantity
	// after a series' last one say what they will be.
	With []string
}

// ReadDemand reads a demand table from a CSV file with a heading, or from a Parquet file; commas, semicolons and tabs are told apart by
// the heading. Errors name file, row and column. O(rows · log rows).
func ReadDemand(ctx context.Context, path string, o DemandOptions) (*Demand, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	var mark [4]byte
	if n, err := file.ReadAt(mark[:], 0); err == nil && n == 4 && string(mark[:]) == "PAR1" || strings.EqualFold(filepath.Ext(path), ".parquet") {
		records, err := parquetRecords(path, file, info.Size())
		if err != nil {
			return nil, err
		}
		defer records.close()
		return readDemandFrom(ctx, path, records, o)
	}
	return readDemand(ctx, path, file, o)
}

// demandRow is one row read.
type demandRow struct {
	series int
	at     time.Time
	qty    float64
	empty  bool // it says that the shelf was empty
	with   []float64
}

// records is a table as its rows come. Row counts from 1 below the heading; a record is good until the next.
type records interface {
	heading() []string
	next() ([]string, error) // io.EOF at the end
}

// csvRecords are the rows of a CSV file.
type csvRecords struct {
	r    *csv.Reader
	head []string
}

func (c *csvRecords) heading() []string       { return c.head }
func (c *csvRecords) next() ([]string, error) { return c.r.Read() }

func readDemand(ctx context.Context, path string, in io.Reader, o DemandOptions) (*Demand, error) {
	buffered := bufio.NewReaderSize(in, 1<<16)
	heading, err := buffered.Peek(1 << 12)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r := csv.NewReader(buffered)
	r.Comma = separator(string(heading))
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: no heading with the names of the columns: %w", path, err)
	}
	header = slices.Clone(header)
	if len(header) > 0 {
		header[0] = strings.TrimPrefix(header[0], "\ufeff")
	}
	return readDemandFrom(ctx, path, &csvRecords{r, header}, o)
}

func readDemandFrom(ctx context.Context, path string, in records, o DemandOptions) (*Demand, error) {
	d := &Demand{}
	at, err := d.columns(path, in.heading(), o)
	if err != nil {
		return nil, err
	}
	where := map[string]int{}
	var rows []demandRow
	for n := 2; ; n++ {
		record, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if n%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		row, id, err := at.record(record)
		if err != nil {
			return nil, fmt.Errorf("%s, row %d: %w", path, n, err)
		}
		i, ok := where[id]
		if !ok {
			i = len(d.Series)
			where[id] = i
			d.Series = append(d.Series, DemandSeries{ID: id})
		}
		row.series = i
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: there are no rows under the heading", path)
	}
	return d, d.fill(path, rows, len(o.With))
}

// separator is whichever of comma, semicolon and tab the first line has most of.
func separator(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	best := ','
	for _, c := range []rune{';', '\t'} {
		if strings.Count(line, string(c)) > strings.Count(line, string(best)) {
			best = c
		}
	}
	return best
}

// demandPlaces says where in a record things stand; −1 = nowhere.
type demandPlaces struct {
	time, qty, stock int
	keys, with       []int
	withNames        []string
}

// columns finds time, quantity, stock and the columns that name a series.
func (d *Demand) columns(path string, header []string, o DemandOptions) (at demandPlaces, err error) {
	find := func(names []string) int {
		for _, n := range names {
			if at := slices.IndexFunc(header, func(h string) bool { return fold(h) == n }); at >= 0 {
				return at
			}
		}
		return -1
	}
	if at.time = find(demandTimes); at.time < 0 {
		return at, fmt.Errorf("%s: no column of dates (known names: %s); the file has: %s", path, strings.Join(demandTimes, ", "), listed(header))
	}
	if at.qty = find(demandQuantities); at.qty < 0 {
		return at, fmt.Errorf("%s: no column of quantities (known names: %s); the file has: %s", path, strings.Join(demandQuantities, ", "), listed(header))
	}
	at.stock = find(demandStocks)
	for _, name := range o.With {
		k := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), strings.TrimSpace(name)) })
		if k < 0 || k == at.time || k == at.qty {
			return at, fmt.Errorf("%s: there is no column %q to forecast with; the file has: %s", path, name, listed(header))
		}
		at.with, at.withNames = append(at.with, k), append(at.withNames, header[k])
	}
	d.Columns.Time, d.Columns.Quantity, d.Columns.With = header[at.time], header[at.qty], at.withNames
	for i, h := range header {
		switch {
		case i == at.time || i == at.qty || slices.Contains(at.with, i):
		case i == at.stock:
			d.Columns.Stock = h
		case slices.Contains(demandKeys, fold(h)):
			at.keys = append(at.keys, i)
			d.Columns.Keys = append(d.Columns.Keys, h)
		default:
			d.Columns.Unread = append(d.Columns.Unread, h)
		}
	}
	return at, nil
}

func (at *demandPlaces) record(record []string) (demandRow, string, error) {
	for _, f := range record {
		if len(f) > mostDemandText {
			return demandRow{}, "", fmt.Errorf("a field of %d bytes", len(f))
		}
	}
	when, err := demandTime(record[at.time])
	if err != nil {
		return demandRow{}, "", err
	}
	row := demandRow{at: when}
	if row.qty, err = demandNumber(record[at.qty], "quantity"); err != nil {
		return row, "", err
	}
	if at.stock >= 0 {
		stock, err := demandNumber(record[at.stock], "stock")
		if err != nil {
			return row, "", err
		}
		row.empty = stock <= 0
	}
	for i, k := range at.with {
		v, err := demandNumber(record[k], at.withNames[i])
		if err != nil {
			return row, "", err
		}
		row.with = append(row.with, v)
	}
	parts := make([]string, len(at.keys))
	for i, k := range at.keys {
		parts[i] = strings.TrimSpace(record[k])
	}
	return row, strings.Join(parts, "/"), nil
}

// demandNumber reads a number; an empty field is NaN, as is NA.
func demandNumber(text, what string) (float64, error) {
	if text = strings.TrimSpace(text); text == "" || text == "NA" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return v, fmt.Errorf("%q is no %s", text, what)
	}
	return v, nil
}

// demandTime reads a date, with or without a time of day, or a month.
func demandTime(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04:05", "2006-01-02 15:04", time.RFC3339, "2006-01-02T15:04:05", "2006/01/02", "20060102", "2006-01", "2006/01", "02.01.2006", "2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			if t.Year() < 1900 || t.Year() > 2199 {
				return t, fmt.Errorf("%q is not a date of the years 1900 to 2199", text)
			}
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date that is understood: write 2026-01-31", text)
}

// fill puts the rows on a grid of equal steps. Rows without a quantity after the last one that has some tell of the steps to come.
func (d *Demand) fill(path string, rows []demandRow, with int) error {
	d.Step = stepOf(rows)
	first, last := make([]int, len(d.Series)), make([]int, len(d.Series))
	for i := range first {
		first[i], last[i] = math.MaxInt, math.MinInt
	}
	end, far := math.MinInt, math.MinInt
	for _, r := range rows {
		k := stepNumber(d.Step, r.at)
		first[r.series] = min(first[r.series], k)
		far = max(far, k)
		if with == 0 || !math.IsNaN(r.qty) {
			last[r.series] = max(last[r.series], k)
			end = max(end, k)
		}
	}
	if end == math.MinInt {
		return fmt.Errorf("%s: no row has a quantity", path)
	}
	cells := 0
	for i := range d.Series { // all series end together: one that ends earlier was not observed since
		n := max(0, end-first[i]+1)
		if cells += n + with*(far-first[i]+1); cells > mostDemandCells {
			return fmt.Errorf("%s: the dates span more than %d steps of all series together: is a year mistyped?", path, mostDemandCells)
		}
		d.Series[i].make(n, with, far-first[i]+1)
		d.Series[i].Start = stepTime(d.Step, first[i])
	}
	d.place(rows, first, last)
	slices.SortStableFunc(d.Series, func(a, b DemandSeries) int { return strings.Compare(a.ID, b.ID) })
	return nil
}

// make gives a series its steps, none of them observed.
func (s *DemandSeries) make(steps, with, reach int) {
	s.Values = slices.Repeat([]float64{math.NaN()}, steps)
	for range with {
		s.With = append(s.With, slices.Repeat([]float64{math.NaN()}, reach))
	}
}

// place puts each row on its step. Quantities of one step add up.
func (d *Demand) place(rows []demandRow, first, last []int) {
	seen := make([][]bool, len(d.Series))
	for i := range seen {
		seen[i] = make([]bool, len(d.Series[i].Values))
	}
	for _, r := range rows {
		s := &d.Series[r.series]
		k := stepNumber(d.Step, r.at) - first[r.series]
		for i, v := range r.with {
			if !math.IsNaN(v) {
				s.With[i][k] = v
			}
		}
		if k >= len(s.Values) {
			continue
		}
		if seen[r.series][k] {
			d.Doubled++
		}
		seen[r.series][k] = true
		if r.empty {
			if s.Empty == nil {
				s.Empty = make([]bool, len(s.Values))
			}
			s.Empty[k] = true
		}
		switch {
		case math.IsNaN(r.qty):
		case math.IsNaN(s.Values[k]):
			s.Values[k] = r.qty
		default:
			s.Values[k] += r.qty
		}
	}
	for i := range seen {
		for k, s := range seen[i] {
			if !s && k <= last[i]-first[i] {
				d.Missing++
			}
		}
	}
}

// stepOf is the calendar step that the most frequent gap between two different times stands for.
func stepOf(rows []demandRow) string {
	times := make([]time.Time, 0, len(rows))
	for _, r := range rows {
		times = append(times, r.at)
	}
	slices.SortFunc(times, time.Time.Compare)
	times = slices.CompactFunc(times, time.Time.Equal)
	count := map[string]int{}
	for i := 1; i < len(times); i++ {
		switch hours := times[i].Sub(times[i-1]).Hours(); {
		case hours < 20:
			count["hour"]++
		case hours < 6*24:
			count["day"]++
		case hours < 20*24:
			count["week"]++
		case hours < 60*24:
			count["month"]++
		case hours < 200*24:
			count["quarter"]++
		default:
			count["year"]++
		}
	}
	best := "day"
	for _, step := range []string{"hour", "day", "week", "month", "quarter", "year"} {
		if count[step] > count[best] {
			best = step
		}
	}
	return best
}

// stepNumber counts steps since 1970; weeks begin on Mondays.
func stepNumber(step string, t time.Time) int {
	days := int(math.Floor(float64(t.Unix()) / 86400))
	switch step {
	case "hour":
		return int(math.Floor(float64(t.Unix()) / 3600))
	case "week":
		return int(math.Floor(float64(days+3) / 7))
	case "month":
		return t.Year()*12 + int(t.Month()) - 1
	case "quarter":
		return t.Year()*4 + (int(t.Month())-1)/3
	case "year":
		return t.Year()
	}
	return days
}

// stepTime is when a step begins.
func stepTime(step string, k int) time.Time {
	switch step {
	case "hour":
		return time.Unix(int64(k)*3600, 0).UTC()
	case "week":
		return time.Unix(int64(7*k-3)*86400, 0).UTC()
	case "month":
		return time.Date(k/12, time.Month(k%12+1), 1, 0, 0, 0, 0, time.UTC)
	case "quarter":
		return time.Date(k/4, time.Month(k%4*3+1), 1, 0, 0, 0, 0, time.UTC)
	case "year":
		return time.Date(k, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return time.Unix(int64(k)*86400, 0).UTC()
}

// After is the beginning of the n-th step after s ends; 0 = the next one.
func (d *Demand) After(s *DemandSeries, n int) time.Time {
	return stepTime(d.Step, stepNumber(d.Step, s.Start)+len(s.Values)+n)
}
