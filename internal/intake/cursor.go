package intake

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// cursor walks over one column of a row group, page by page, and gives converted values a chunk of rows at a time.
// Dictionary entries are converted once: a column of half a million rows has a few thousand of them.
type cursor struct {
	unit   *unit
	column column
	name   string
	read   func(parquet.Value) value
	level  byte // definition level of a value that is there
	pages  parquet.Pages

	page    parquet.Page
	values  parquet.ValueReader // of a page without dictionary
	indexes []int32             // of a page with one
	levels  []byte              // nil = every value is there
	at      int                 // rows of the page that were given
	used    int                 // indexes that were given

	dict     parquet.Dictionary
	dictOut  []int64
	dictWhy  []uint16
	nullOut  int64
	nullWhy  uint16
	troubles []*trouble // troubles[0] = nil: none
	out      []int64    // the chunk
	why      []uint16
	buffer   []parquet.Value
}

// maxTroubles bounds the distinct sentences a cursor keeps; later ones share the last. Reports keep fewer.
const maxTroubles = 1000

func (u *unit) openCursor(c column, name string, chunk parquet.ColumnChunk, leaf parquet.LeafColumn, rows int) (*cursor, error) {
	read, ok := reading(leaf.Node.Type())
	if !ok { // findColumns has refused such
		return nil, fmt.Errorf("intake: column %s has no reading", name)
	}
	cur := &cursor{unit: u, column: c, name: name, read: read, level: byte(leaf.MaxDefinitionLevel), pages: chunk.Pages(),
		troubles: []*trouble{nil}, out: make([]int64, min(rows, chunkRows)), why: make([]uint16, min(rows, chunkRows))}
	return cur, nil
}

// fill converts the next n rows into out and why.
func (c *cursor) fill(n int) error {
	for i := 0; i < n; {
		if c.page == nil || c.at == int(c.page.NumValues()) {
			if err := c.nextPage(); err != nil {
				return err
			}
			continue
		}
		m := min(n-i, int(c.page.NumValues())-c.at)
		var err error
		if c.indexes != nil {
			err = c.fromDictionary(c.out[i:i+m], c.why[i:i+m])
		} else {
			err = c.fromValues(c.out[i:i+m], c.why[i:i+m])
		}
		if err != nil {
			return err
		}
		c.at += m
		i += m
	}
	return nil
}

func (c *cursor) nextPage() error {
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
	page, err := c.pages.ReadPage()
	if err != nil {
		return err
	}
	c.page, c.at, c.used, c.values, c.indexes, c.levels = page, 0, 0, nil, nil, nil
	if c.level > 0 {
		c.levels = page.DefinitionLevels()
	}
	dict := page.Dictionary()
	if dict == nil {
		c.values = page.Values()
		return nil
	}
	if dict != c.dict {
		c.convertDictionary(dict)
	}
	data := page.Data()
	c.indexes = data.Int32()
	if c.indexes == nil {
		c.indexes = []int32{} // a page of nulls alone
	}
	return nil
}

func (c *cursor) convertDictionary(dict parquet.Dictionary) {
	c.dict = dict
	c.dictOut, c.dictWhy = make([]int64, dict.Len()), make([]uint16, dict.Len())
	for i := range c.dictOut {
		c.dictOut[i], c.dictWhy[i] = c.convert(dict.Index(int32(i)))
	}
	if c.level > 0 {
		c.nullOut, c.nullWhy = c.convert(parquet.Value{})
	}
}

func (c *cursor) convert(v parquet.Value) (int64, uint16) {
	in := value{}
	if !v.IsNull() {
		in = c.read(v)
	}
	out, t := c.unit.convert(c.column, in)
	if t == nil {
		return out, 0
	}
	if len(c.troubles) <= maxTroubles {
		c.troubles = append(c.troubles, t)
	}
	return 0, uint16(len(c.troubles) - 1)
}

func (c *cursor) fromDictionary(out []int64, why []uint16) error {
	for i := range out {
		if c.levels != nil && c.levels[c.at+i] != c.level {
			out[i], why[i] = c.nullOut, c.nullWhy
			continue
		}
		if c.used >= len(c.indexes) {
			return io.ErrUnexpectedEOF
		}
		index := c.indexes[c.used]
		c.used++
		if index < 0 || int(index) >= len(c.dictOut) {
			return fmt.Errorf("it points at entry %d of a dictionary of %d", index, len(c.dictOut))
		}
		out[i], why[i] = c.dictOut[index], c.dictWhy[index]
	}
	return nil
}

func (c *cursor) fromValues(out []int64, why []uint16) error {
	if c.buffer == nil {
		c.buffer = make([]parquet.Value, 512)
	}
	for i := 0; i < len(out); {
		n, err := c.values.ReadValues(c.buffer[:min(len(c.buffer), len(out)-i)])
		for _, v := range c.buffer[:n] {
			out[i], why[i] = c.convert(v)
			i++
		}
		if n == 0 && err == nil {
			err = io.ErrNoProgress
		}
		if err != nil && !(errors.Is(err, io.EOF) && i == len(out)) {
			return err
		}
	}
	return nil
}
