package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
)

// readNDJSON reads a file of JSON objects, one a line. The columns are those of the first object; later ones may have
// their keys in any order and leave out what is not required.
func (u *unit) readNDJSON(ctx context.Context, in io.Reader, w progress) error {
	u.file.Format = "NDJSON"
	r := newRecordReader(in)
	keys := map[string]column{}
	for rows := 0; ; rows++ {
		if rows%chunkRows == 0 {
			if err := w(ctx, r.bytes, u.lines.Len()); err != nil {
				return err
			}
		}
		record, err := r.plain()
		if errors.Is(err, io.EOF) {
			return w(ctx, r.bytes, u.lines.Len())
		} else if err != nil {
			return u.lost(r, err)
		}
		if record = trim(record); len(record) == 0 {
			continue
		}
		if record[0] != '{' || !json.Valid(record) {
			u.tally.bad(Problem{Row: r.line, Code: codeSyntax, Sentence: "the line is not one JSON object"})
			continue
		}
		if len(u.file.Columns) == 0 {
			if err := u.jsonColumns(record); err != nil {
				return err
			}
		}
		u.addJSON(r.line, record, keys)
	}
}

// jsonColumns takes the columns from the keys of the first object.
func (u *unit) jsonColumns(record []byte) error {
	var names []string
	eachMember(record, func(key, _ []byte) { names = append(names, jsonText(key)) })
	l, problem := layoutOf(names)
	if problem != nil {
		problem.File = u.source
		return &InputError{First: *problem}
	}
	u.file.Columns = columnsOf(&l, func(int) string { return "JSON" })
	return nil
}

// addJSON puts one object in. keys remembers which column a key stands for; it stops growing once it holds more keys than
// any honest file has.
func (u *unit) addJSON(line int, record []byte, keys map[string]column) {
	const mostKeys = 1000
	var l layout
	var fields [columnCount]value
	for c := range l.at {
		l.at[c], l.name[c] = -1, title(column(c))
	}
	twice := ""
	eachMember(record, func(key, raw []byte) {
		c, known := keys[string(key)]
		if !known {
			c = columnOf(jsonText(key))
			if len(keys) < mostKeys {
				keys[string(key)] = c
			}
		}
		if c == colNone {
			return
		}
		if l.at[c] >= 0 && twice == "" {
			twice = jsonText(key)
		}
		l.at[c], l.name[c], fields[c] = int(c), jsonText(key), jsonValue(raw)
	})
	if twice != "" {
		u.tally.bad(Problem{Row: line, Column: twice, Code: codeAmbiguous, Sentence: "the object gives this value twice"})
		return
	}
	u.addRecord(line, &l, func(at int) value { return fields[at] })
}

// eachMember walks over the members of one object that is known to be valid JSON. key and raw point into it, quotes
// included.
func eachMember(object []byte, visit func(key, raw []byte)) {
	b := trim(object[1:]) // behind the brace
	for len(b) > 0 && b[0] == '"' {
		key := b[:stringEnd(b)]
		b = trim(b[len(key):])
		b = trim(b[1:]) // the colon
		raw := b[:valueEnd(b)]
		b = trim(b[len(raw):])
		visit(key, trim(raw))
		if len(b) == 0 || b[0] != ',' {
			return
		}
		b = trim(b[1:])
	}
}

// stringEnd is the length of the JSON string at the beginning of b, both quotes included.
func stringEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// valueEnd is the length of the JSON value at the beginning of b.
func valueEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i += stringEnd(b[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}

// jsonText undoes the escapes of a JSON string.
func jsonText(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 && len(raw) >= 2 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil { // the object was valid, so its strings are
		return string(raw)
	}
	return s
}

func jsonValue(raw []byte) value {
	switch c := raw[0]; {
	case c == 'n':
		return value{}
	case c == '"' && bytes.IndexByte(raw, '\\') < 0:
		return value{kind: kindText, text: raw[1 : len(raw)-1]}
	case c == '"':
		return value{kind: kindText, text: []byte(jsonText(raw))}
	case c == '-' || c >= '0' && c <= '9': // as text: every digit of it is kept
		return value{kind: kindText, text: raw}
	}
	return value{kind: kindOther, text: raw}
}
