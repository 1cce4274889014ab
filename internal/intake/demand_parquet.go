package intake

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetTable gives the rows of a Parquet file's flat columns as text, one row group after the other.
type parquetTable struct {
	name    string
	file    *parquet.File
	names   []string
	leaves  []parquet.LeafColumn
	group   int
	columns []*parquetColumn
	left    int64 // rows of the group
	record  []string
}

// parquetColumn reads one column of a row group.
type parquetColumn struct {
	pages  parquet.Pages
	values parquet.ValueReader
	text   func(parquet.Value) string
	buffer [256]parquet.Value
	have   []parquet.Value
}

func parquetRecords(name string, in io.ReaderAt, size int64) (t *parquetTable, err error) {
	defer recoverDamage(name, &err)
	f, err := parquet.OpenFile(in, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%s: this is no Parquet file, or it is damaged: %w", name, err)
	}
	t = &parquetTable{name: name, file: f}
	schema := f.Schema()
	for _, path := range schema.Columns() {
		leaf, ok := schema.Lookup(path...)
		if len(path) == 1 && ok && leaf.MaxRepetitionLevel == 0 { // nested and repeated columns are none of a table's
			t.names, t.leaves = append(t.names, path[0]), append(t.leaves, leaf)
		}
	}
	if len(t.names) == 0 {
		return nil, fmt.Errorf("%s: the Parquet file has no flat columns", name)
	}
	t.record = make([]string, len(t.names))
	return t, nil
}

func (t *parquetTable) heading() []string { return t.names }

func (t *parquetTable) close() {
	for _, c := range t.columns {
		_ = c.pages.Close() // they were only read
	}
	t.columns = nil
}

func (t *parquetTable) next() (record []string, err error) {
	defer recoverDamage(t.name, &err)
	for t.left == 0 {
		groups := t.file.RowGroups()
		if t.group == len(groups) {
			return nil, io.EOF
		}
		t.open(groups[t.group])
		t.group++
	}
	t.left--
	for i, c := range t.columns {
		if t.record[i], err = c.next(); err != nil {
			return nil, fmt.Errorf("column %s: %w", t.names[i], err)
		}
	}
	return t.record, nil
}

func (t *parquetTable) open(group parquet.RowGroup) {
	t.close()
	t.left = group.NumRows()
	for _, leaf := range t.leaves {
		t.columns = append(t.columns, &parquetColumn{pages: group.ColumnChunks()[leaf.ColumnIndex].Pages(), text: parquetText(leaf.Node.Type())})
	}
}

func (c *parquetColumn) next() (string, error) {
	for len(c.have) == 0 {
		if c.values == nil {
			page, err := c.pages.ReadPage()
			if errors.Is(err, io.EOF) {
				return "", errors.New("it ends before its row group does")
			}
			if err != nil {
				return "", err
			}
			c.values = page.Values()
		}
		n, err := c.values.ReadValues(c.buffer[:])
		c.have = c.buffer[:n]
		if errors.Is(err, io.EOF) {
			c.values = nil
		} else if err != nil {
			return "", err
		}
	}
	v := c.have[0]
	c.have = c.have[1:]
	if v.IsNull() {
		return "", nil
	}
	return c.text(v), nil
}

// parquetText writes a value of a type as a CSV file would have it: dates and times by their logical type.
func parquetText(kind parquet.Type) func(parquet.Value) string {
	stamp := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	if l := kind.LogicalType(); l != nil {
		switch x := l.Value.(type) {
		case *format.DateType:
			return func(v parquet.Value) string { return time.Unix(int64(v.Int32())*86400, 0).UTC().Format(time.DateOnly) }
		case *format.TimestampType:
			switch x.Unit.Value.(type) {
			case *format.MilliSeconds:
				return func(v parquet.Value) string { return stamp(time.UnixMilli(v.Int64())) }
			case *format.NanoSeconds:
				return func(v parquet.Value) string { return stamp(time.Unix(0, v.Int64())) }
			default:
				return func(v parquet.Value) string { return stamp(time.UnixMicro(v.Int64())) }
			}
		}
	}
	switch kind.Kind() {
	case parquet.Double:
		return func(v parquet.Value) string { return strconv.FormatFloat(v.Double(), 'g', -1, 64) }
	case parquet.Float:
		return func(v parquet.Value) string { return strconv.FormatFloat(float64(v.Float()), 'g', -1, 32) }
	case parquet.Int32:
		return func(v parquet.Value) string { return strconv.Itoa(int(v.Int32())) }
	case parquet.Int64:
		return func(v parquet.Value) string { return strconv.FormatInt(v.Int64(), 10) }
	case parquet.Boolean:
		return func(v parquet.Value) string {
			if v.Boolean() {
				return "1"
			}
			return "0"
		}
	}
	return func(v parquet.Value) string { return string(v.ByteArray()) }
}
