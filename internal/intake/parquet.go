package intake

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// table is an opened Parquet file.
type table struct {
	in     io.ReaderAt
	file   *parquet.File
	layout layout
	leaves [columnCount]parquet.LeafColumn
}

// openParquet reads the footer and finds the columns.
func openParquet(name string, in io.ReaderAt, size int64) (t *table, err error) {
	defer recoverDamage(name, &err)
	damaged := func(why string) error {
		return &InputError{First: Problem{File: name, Code: codeDamaged, Sentence: why}}
	}
	var tail [8]byte
	if size < 12 {
		return nil, damaged(fmt.Sprintf("the Parquet file is cut off: it has %d bytes", size))
	}
	if _, err := in.ReadAt(tail[:], size-8); err != nil {
		return nil, damaged("the end of the Parquet file cannot be read: " + err.Error())
	}
	if string(tail[4:]) != "PAR1" {
		return nil, damaged("the Parquet file is cut off or damaged: it does not end with the mark PAR1")
	}
	if footer := int64(binary.LittleEndian.Uint32(tail[:4])); footer > size-12 {
		return nil, damaged(fmt.Sprintf("the Parquet file is damaged: it says its footer has %d bytes, more than the file", footer))
	}
	f, err := parquet.OpenFile(in, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, damaged("the footer of the Parquet file cannot be read: " + err.Error())
	}
	t = &table{in: in, file: f}
	return t, t.findColumns(name)
}

// findColumns matches the flat columns of the schema with ours.
func (t *table) findColumns(name string) error {
	schema := t.file.Schema()
	var names []string
	var leaves []parquet.LeafColumn
	for _, path := range schema.Columns() {
		leaf, ok := schema.Lookup(path...)
		if len(path) != 1 || !ok || leaf.MaxRepetitionLevel > 0 {
			continue // nested and repeated columns are none of an order line's
		}
		names, leaves = append(names, path[0]), append(leaves, leaf)
	}
	l, problem := layoutOf(names)
	if problem == nil {
		for c, at := range l.at {
			if at < 0 {
				continue
			}
			t.leaves[c] = leaves[at]
			if _, ok := reading(leaves[at].Node.Type()); !ok {
				problem = &Problem{Column: l.name[c], Code: codeColumnType, Sentence: "the column has the type " +
					leaves[at].Node.Type().String() + ", which " + title(column(c)) + " cannot be read from"}
			}
		}
	}
	t.layout = l
	if problem != nil {
		problem.File = name
		return &InputError{First: *problem}
	}
	return nil
}

func (t *table) columns() []ColumnReport {
	return columnsOf(&t.layout, func(at int) string {
		for c := range t.layout.at {
			if t.layout.at[c] == at {
				return t.leaves[c].Node.Type().String()
			}
		}
		return ""
	})
}

// readRowGroup reads one row group into the unit. Rows count from firstRow.
func (u *unit) readRowGroup(ctx context.Context, t *table, group int, firstRow int, weight int64, w progress) (err error) {
	defer recoverDamage(u.source, &err)
	rg := t.file.RowGroups()[group]
	total := int(rg.NumRows())
	u.reserve(min(total, 1<<21)) // within reason: a damaged figure must not fill the memory
	var cursors [columnCount]*cursor
	for c := range cursors {
		if t.layout.at[c] >= 0 {
			meta := &t.file.Metadata().RowGroups[group].Columns[t.leaves[c].ColumnIndex].MetaData
			if err := checkPages(t.in, meta, int64(total), maxPage); err != nil {
				return &InputError{First: Problem{File: u.source, Row: firstRow, Column: t.layout.name[c], Code: codeDamaged,
					Sentence: "the column is damaged: " + err.Error()}}
			}
			cursors[c], err = u.openCursor(column(c), t.layout.name[c], rg.ColumnChunks()[t.leaves[c].ColumnIndex], t.leaves[c], total)
			if err != nil {
				return err
			}
			defer cursors[c].pages.Close()
		}
	}
	for done := 0; done < total; {
		n := min(chunkRows, total-done)
		if err := u.readChunk(&cursors, n, firstRow+done); err != nil {
			return err
		}
		done += n
		if err := w(ctx, weight*int64(done)/int64(total), u.lines.Len()); err != nil {
			return err
		}
	}
	return nil
}

// readChunk moves every column on by n rows and puts the rows in.
func (u *unit) readChunk(cursors *[columnCount]*cursor, n, row int) error {
	for c, cur := range cursors {
		if cur == nil {
			continue
		}
		if err := cur.fill(n); err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("it ends before its row group does")
			}
			return &InputError{First: Problem{File: u.source, Row: row, Column: cursors[c].name, Code: codeDamaged,
				Sentence: "the column is damaged within the " + fmt.Sprint(n) + " rows from here: " + err.Error()}}
		}
	}
	var out [columnCount]int64
	none := [columnCount]int64{colDescription: -1, colCustomer: -1, colCountry: -1}
	for i := range n {
		out = none
		bad := false
		for c, cur := range cursors {
			if cur == nil {
				continue
			}
			if t := cur.troubles[cur.why[i]]; t != nil {
				u.tally.bad(Problem{Row: row + i, Column: cur.name, Code: t.code, Sentence: t.sentence})
				bad = true
				break
			}
			out[c] = cur.out[i]
		}
		if bad {
			continue
		}
		for c, v := range out {
			if v < 0 && none[c] < 0 { // the file has no such column
				out[c] = u.intern(column(c), nil)
			}
		}
		u.add(row+i, &out)
	}
	return nil
}

// recoverDamage turns a panic of the Parquet library, which corrupt files can cause, into an error.
func recoverDamage(name string, err *error) {
	if p := recover(); p != nil {
		*err = &InputError{First: Problem{File: name, Code: codeDamaged,
			Sentence: fmt.Sprintf("the Parquet file is damaged: decoding it failed (%v)", p)}}
	}
}
