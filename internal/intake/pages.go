package intake

import (
	"bufio"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// maxPage bounds one page unpacked; writers make pages of about a megabyte.
const maxPage = 256 << 20

// checkPages walks over the page headers of a column chunk before anything is unpacked. The Parquet library makes room for
// whatever a header says, up to many gigabytes, and memory that cannot be had ends the program; so a header that says more
// than its chunk can hold is refused here. What cannot be read at all is left to the reading proper, which names it.
func checkPages(in io.ReaderAt, c *format.ColumnMetaData, rows int64, most int32) error {
	at := c.DataPageOffset
	if c.DictionaryPageOffset > 0 && c.DictionaryPageOffset < at {
		at = c.DictionaryPageOffset
	}
	end := at + c.TotalCompressedSize
	protocol := &thrift.CompactProtocol{}
	for at >= 0 && at < end {
		section := io.NewSectionReader(in, at, end-at)
		buffered := bufio.NewReaderSize(section, 256)
		header := format.PageHeader{}
		if err := thrift.NewDecoder(protocol.NewReader(buffered)).Decode(&header); err != nil {
			return nil
		}
		read, err := section.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil
		}
		at += read - int64(buffered.Buffered())
		values := int64(0)
		switch {
		case header.DataPageHeader.Valid:
			values = int64(header.DataPageHeader.V.NumValues)
		case header.DataPageHeaderV2.Valid:
			values = int64(header.DataPageHeaderV2.V.NumValues)
		}
		entries := int64(0)
		if header.DictionaryPageHeader.Valid {
			entries = int64(header.DictionaryPageHeader.V.NumValues)
		}
		switch packed := int64(header.CompressedPageSize); {
		case packed < 0 || packed > end-at:
			return fmt.Errorf("a page is said to have %d bytes where %d are left", packed, end-at)
		case header.UncompressedPageSize < 0 || header.UncompressedPageSize > most:
			return fmt.Errorf("a page is said to unpack to %d bytes; the most is %d", header.UncompressedPageSize, most)
		case values < 0 || values > rows:
			return fmt.Errorf("a page is said to hold %d values of a row group of %d rows", values, rows)
		case entries < 0 || entries > int64(header.UncompressedPageSize):
			return fmt.Errorf("a dictionary is said to hold %d entries in %d bytes", entries, header.UncompressedPageSize)
		default:
			at += packed
		}
	}
	return nil
}
