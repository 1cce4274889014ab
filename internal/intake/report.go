package intake

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Report says what was read and what could not be.
type Report struct {
	Files    []FileReport
	Rows     int // rows that were read and are in the result
	BadRows  int // rows that could not be read
	Counts   []ProblemCount
	Examples []Problem // the first problems, in the order of the sources
}

// FileReport is how one file was understood.
type FileReport struct {
	Name      string
	Format    string // "CSV", "NDJSON" or "Parquet"
	Separator string `json:",omitempty"` // CSV
	Rows      int
	BadRows   int
	Columns   []ColumnReport
}

// ColumnReport is one column that was found.
type ColumnReport struct {
	Column string // what it means here
	Name   string // what it is called in the file
	Type   string // as the file states it
}

// Problem is one thing that could not be read. Row is the row of a Parquet file or the line of a text file, from 1; 0 where
// the whole file is meant.
type Problem struct {
	File     string
	Row      int
	Column   string
	Code     string // short and stable, for machines
	Sentence string
}

// ProblemCount counts problems of one code.
type ProblemCount struct {
	Code string
	Rows int
}

// The codes of problems.
const (
	codeUnreadable    = "unreadable_file"
	codeFormat        = "unknown_format"
	codeDamaged       = "damaged_file"
	codeMissingColumn = "missing_column"
	codeAmbiguous     = "ambiguous_column"
	codeColumnType    = "wrong_column_type"
	codeTooLarge      = "too_large"
	codeSyntax        = "bad_syntax"
	codeFields        = "wrong_field_count"
	codeMissing       = "missing_value"
	codeType          = "wrong_type"
	codeNumber        = "bad_number"
	codeNotFinite     = "not_finite"
	codeRange         = "out_of_range"
	codeDate          = "bad_date"
	codeText          = "bad_text"
)

func (p Problem) String() string {
	where := p.File
	if p.Row > 0 {
		where += fmt.Sprintf(", row %d", p.Row)
	}
	if p.Column != "" {
		where += ", column " + p.Column
	}
	return where + ": " + p.Sentence
}

// InputError refuses an import. Nothing of it may be kept.
type InputError struct {
	First   Problem
	BadRows int // 0 where a whole file is wrong
	Rows    int // rows looked at
}

func (e *InputError) Error() string {
	if e.BadRows > 1 {
		return fmt.Sprintf("intake: %d of %d rows cannot be read; the first: %s", e.BadRows, e.Rows, e.First)
	}
	return "intake: " + e.First.String()
}

// tally gathers the problems of one unit of reading, keeping only the first few.
type tally struct {
	file     string
	max      int
	badRows  int
	counts   map[string]int
	examples []Problem
}

func newTally(file string, max int) *tally {
	return &tally{file: file, max: max, counts: map[string]int{}}
}

// bad records that a row cannot be read.
func (t *tally) bad(p Problem) {
	p.File = t.file
	t.badRows++
	t.counts[p.Code]++
	if len(t.examples) < t.max {
		t.examples = append(t.examples, p)
	}
}

func sortedCounts(counts map[string]int) []ProblemCount {
	out := make([]ProblemCount, 0, len(counts))
	for code, n := range counts {
		out = append(out, ProblemCount{code, n})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Code < out[j].Code })
	return out
}

// quote shows a piece of input in a sentence, short and printable whatever it is.
func quote(s string) string {
	const most = 60
	if len(s) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(strings.ToValidUTF8(s, "\uFFFD"))
}
