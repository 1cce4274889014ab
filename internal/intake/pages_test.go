package intake

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// Page headers that say more than their chunk can hold are refused before anything is unpacked; honest ones pass.
func TestPagesAreCheckedFirst(t *testing.T) {
	t.Parallel()
	var rows []parquetLine
	for i := range 300 {
		rows = append(rows, parquetRow(fmt.Sprint(i), int64(i)))
	}
	data := parquetOf(t, rows, 1000, parquet.Compression(&parquet.Zstd))
	in := bytes.NewReader(data)
	table, err := openParquet("a.parquet", in, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	meta := table.file.Metadata().RowGroups[0].Columns[0].MetaData
	if err := checkPages(in, &meta, 300, maxPage); err != nil {
		t.Errorf("an honest column: %v", err)
	}
	cut := meta
	cut.TotalCompressedSize -= 1
	for want, err := range map[string]error{
		"unpack to":        checkPages(in, &meta, 300, 100),
		"row group of 299": checkPages(in, &meta, 299, maxPage),
		"bytes where":      checkPages(in, &cut, 300, maxPage),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
