package intake

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxRecord bounds one record of a text file, so that a quote that is never closed does not swallow the file.
const maxRecord = 1 << 20

var errLongRecord = errors.New("record too long")

// recordReader reads the records of a text file with their line numbers.
type recordReader struct {
	in    *bufio.Reader
	line  int // line the current record began at, from 1
	next  int // line the next one begins at
	bytes int64
	buf   []byte
}

func newRecordReader(r io.Reader) *recordReader {
	return &recordReader{in: bufio.NewReaderSize(r, 1<<16), next: 1}
}

// readLine appends the next line with its end to buf. At the end of the file it returns io.EOF and perhaps a last line.
func (r *recordReader) readLine() error {
	for {
		piece, err := r.in.ReadSlice('\n')
		r.bytes += int64(len(piece))
		if len(r.buf)+len(piece) > maxRecord {
			return errLongRecord
		}
		r.buf = append(r.buf, piece...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		r.next++
		return err
	}
}

// plain gives the next line without its end.
func (r *recordReader) plain() ([]byte, error) {
	r.buf, r.line = r.buf[:0], r.next
	err := r.readLine()
	if errors.Is(err, io.EOF) && len(r.buf) > 0 {
		err = nil
	}
	return bytes.TrimRight(r.buf, "\r\n"), err
}

// quoted gives the next record of a CSV file: lines until every quoted field is closed.
func (r *recordReader) quoted(separator byte) ([]byte, error) {
	r.buf, r.line = r.buf[:0], r.next
	state := quoteState{start: true}
	for {
		from := len(r.buf)
		err := r.readLine()
		state.feed(r.buf[from:], separator)
		switch {
		case errors.Is(err, io.EOF) && len(r.buf) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF) || err == nil && !state.inside:
			return bytes.TrimRight(r.buf, "\r\n"), nil
		case err != nil:
			return nil, err
		}
	}
}

// quoteState follows whether a record stands inside a quoted field. A quote opens a field only at its start: 7" is text.
type quoteState struct{ inside, start bool }

func (q *quoteState) feed(b []byte, separator byte) {
	if !q.inside && bytes.IndexByte(b, '"') < 0 {
		return
	}
	for _, c := range b {
		switch {
		case q.inside:
			q.inside = c != '"'
			q.start = !q.inside // a doubled quote closes the field and opens it again
		case c == '"' && q.start:
			q.inside = true
		default:
			q.start = c == separator
		}
	}
}

// split cuts a record into fields in place. Fields point into record. ok is false where text follows a closing quote or a
// quoted field never closes.
func split(record []byte, separator byte, fields [][]byte) (_ [][]byte, ok bool) {
	for {
		if len(record) == 0 || record[0] != '"' {
			end := bytes.IndexByte(record, separator)
			if end < 0 {
				return append(fields, record), true
			}
			fields, record = append(fields, record[:end]), record[end+1:]
			continue
		}
		field, rest, closed := unquote(record[1:])
		fields = append(fields, field)
		if !closed || len(rest) > 0 && rest[0] != separator {
			return fields, false
		}
		if len(rest) == 0 {
			return fields, true
		}
		record = rest[1:]
	}
}

// unquote gives the text up to the closing quote, doubled quotes made single, and what follows.
func unquote(b []byte) (field, rest []byte, closed bool) {
	out := 0
	for i := 0; i < len(b); i++ {
		if b[i] == '"' {
			if i+1 == len(b) || b[i+1] != '"' {
				return b[:out], b[i+1:], true
			}
			i++
		}
		b[out] = b[i]
		out++
	}
	return b[:out], nil, false
}

// separatorOf is the separator under which the header shows the most known columns; a comma where none does.
func separatorOf(header []byte) byte {
	best, bestKnown := byte(','), 0
	for _, sep := range []byte{',', ';', '\t'} {
		fields, _ := split(bytes.Clone(header), sep, nil)
		known := 0
		for _, f := range fields {
			if columnOf(string(f)) != colNone {
				known++
			}
		}
		if known > bestKnown {
			best, bestKnown = sep, known
		}
	}
	return best
}

// readCSV reads a whole CSV file into the unit.
func (u *unit) readCSV(ctx context.Context, in io.Reader, w progress) error {
	r := newRecordReader(in)
	first, err := r.plain()
	if err != nil {
		return u.lost(r, err)
	}
	sep := separatorOf(first)
	u.file.Format, u.file.Separator, u.decimalComma = "CSV", string(sep), sep != ','
	header, ok := split(bytes.Clone(first), sep, nil)
	if !ok {
		return &InputError{First: Problem{File: u.source, Row: 1, Code: codeSyntax, Sentence: "the header has a quote that is not closed"}}
	}
	names := make([]string, len(header))
	for i, h := range header {
		names[i] = strings.ToValidUTF8(string(trim(h)), "\uFFFD")
	}
	l, problem := layoutOf(names)
	if problem != nil {
		problem.File = u.source
		return &InputError{First: *problem}
	}
	u.file.Columns = columnsOf(&l, func(int) string { return "text" })
	var fields [][]byte
	for rows := 0; ; rows++ {
		if rows%chunkRows == 0 {
			if err := w(ctx, r.bytes, u.lines.Len()); err != nil {
				return err
			}
		}
		record, err := r.quoted(sep)
		if errors.Is(err, io.EOF) {
			return w(ctx, r.bytes, u.lines.Len())
		} else if err != nil {
			return u.lost(r, err)
		}
		if len(record) == 0 {
			continue
		}
		fields = u.addCSV(r.line, record, sep, len(names), &l, fields[:0])
	}
}

func (u *unit) addCSV(line int, record []byte, sep byte, want int, l *layout, fields [][]byte) [][]byte {
	fields, ok := split(record, sep, fields)
	switch {
	case !ok:
		u.tally.bad(Problem{Row: line, Column: l.nameAt(len(fields) - 1), Code: codeSyntax,
			Sentence: "a quoted field is not closed, or text follows its closing quote"})
	case len(fields) != want:
		u.tally.bad(Problem{Row: line, Code: codeFields,
			Sentence: fmt.Sprintf("%d fields where the header has %d", len(fields), want)})
	default:
		u.addRecord(line, l, func(at int) value { return value{kind: kindText, text: fields[at]} })
	}
	return fields
}

// lost turns an error of the file below into one that says where it struck.
func (u *unit) lost(r *recordReader, err error) error {
	sentence := "the file cannot be read on: " + err.Error()
	code := codeUnreadable
	if errors.Is(err, errLongRecord) {
		code, sentence = codeSyntax, fmt.Sprintf("the record is longer than %d bytes: is a quote not closed?", maxRecord)
	} else if errors.Is(err, io.EOF) {
		code, sentence = codeFormat, "the file is empty"
	}
	return &InputError{First: Problem{File: u.source, Row: r.line, Code: code, Sentence: sentence}}
}

// nameAt is the name of the column at a place of the record, "" where it is none of ours.
func (l *layout) nameAt(at int) string {
	for c := range l.at {
		if l.at[c] == at {
			return l.name[c]
		}
	}
	return ""
}

func columnsOf(l *layout, typeAt func(at int) string) []ColumnReport {
	var out []ColumnReport
	for c := range l.at {
		if at := l.at[c]; at >= 0 {
			out = append(out, ColumnReport{title(column(c)), l.name[c], typeAt(at)})
		}
	}
	return out
}
