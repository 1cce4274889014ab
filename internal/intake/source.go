package intake

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Expand turns paths into sources: a file stands for itself, a folder for the files in it whose names end in .csv, .tsv,
// .txt, .ndjson, .jsonl, .json or .parquet, by name. The error names the path that is not there or holds none.
func Expand(paths ...string) ([]Source, error) {
	var out []Source
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, &InputError{First: Problem{File: path, Code: codeUnreadable, Sentence: "there is no such file or folder"}}
		}
		if !info.IsDir() {
			out = append(out, Source{Name: path, Path: path})
			continue
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, &InputError{First: Problem{File: path, Code: codeUnreadable, Sentence: "the folder cannot be read: " + err.Error()}}
		}
		before := len(out)
		for _, e := range entries { // ReadDir sorts by name
			if !e.IsDir() && orderFile(e.Name()) {
				full := filepath.Join(path, e.Name())
				out = append(out, Source{Name: full, Path: full})
			}
		}
		if len(out) == before {
			return nil, &InputError{First: Problem{File: path, Code: codeUnreadable, Sentence: "the folder holds no CSV, NDJSON or Parquet file"}}
		}
	}
	return out, nil
}

func orderFile(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv", ".txt", ".ndjson", ".jsonl", ".json", ".parquet":
		return true
	}
	return false
}

// opened is a source that can be read from anywhere by many at once.
type opened struct {
	name string
	in   io.ReaderAt
	size int64
	file *os.File // nil where the bytes were given
}

func (o *opened) close() {
	if o.file != nil {
		_ = o.file.Close() // it was only read
	}
}

func open(s Source) (*opened, error) {
	name := s.Name
	if name == "" {
		name = s.Path
	}
	if s.Data != nil {
		return &opened{name: name, in: bytes.NewReader(s.Data), size: int64(len(s.Data))}, nil
	}
	refuse := func(sentence string) (*opened, error) {
		return nil, &InputError{First: Problem{File: name, Code: codeUnreadable, Sentence: sentence}}
	}
	f, err := os.Open(s.Path)
	if errors.Is(err, os.ErrNotExist) {
		return refuse("there is no such file")
	} else if err != nil {
		return refuse("the file cannot be opened: " + err.Error())
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return refuse("this is not a regular file")
	}
	return &opened{name: name, in: f, size: info.Size(), file: f}, nil
}

// The formats, told by how a file begins.
type kind int

const (
	isText kind = iota
	isNDJSON
	isParquet
)

var bom = []byte("\xef\xbb\xbf")

// sniff tells the format from the first bytes, and how many of them to skip.
func (o *opened) sniff() (k kind, skip int64, err error) {
	head := make([]byte, min(4096, o.size))
	if _, err := o.in.ReadAt(head, 0); err != nil && err != io.EOF {
		return 0, 0, &InputError{First: Problem{File: o.name, Code: codeUnreadable, Sentence: "the file cannot be read: " + err.Error()}}
	}
	refuse := func(code, sentence string) (kind, int64, error) {
		return 0, 0, &InputError{First: Problem{File: o.name, Code: code, Sentence: sentence}}
	}
	text := head
	if bytes.HasPrefix(head, bom) {
		text, skip = head[len(bom):], int64(len(bom))
	}
	text = trim(text)
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return isParquet, 0, nil
	case strings.EqualFold(filepath.Ext(o.name), ".parquet"):
		return refuse(codeDamaged, "this is no Parquet file, although its name says so: it does not begin with the mark PAR1")
	case len(text) == 0:
		return refuse(codeFormat, "the file is empty")
	case bytes.HasPrefix(head, []byte("\x1f\x8b")), bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		return refuse(codeFormat, "the file is compressed or a spreadsheet; unpack it, or export it as CSV")
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return refuse(codeFormat, "the file is UTF-16 text (Excel calls it Unicode); save it as UTF-8")
	case bytes.IndexByte(head, 0) >= 0:
		return refuse(codeFormat, "the file is neither Parquet nor UTF-8 text; CSV and NDJSON must be UTF-8")
	case text[0] == '[':
		return refuse(codeFormat, "the file is one JSON array; write one object a line (NDJSON)")
	case text[0] == '{':
		return isNDJSON, skip, nil
	case !utf8.Valid(firstLine(text)):
		return refuse(codeFormat, "the header is not UTF-8 text; CSV must be UTF-8")
	}
	return isText, skip, nil
}

func firstLine(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i]
	}
	for i := 0; i < utf8.UTFMax && len(b) > 0 && !utf8.Valid(b); i++ { // the head may end within a letter
		b = b[:len(b)-1]
	}
	return b
}
