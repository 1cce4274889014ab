package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"text/tabwriter"
)

// Report is what one run of a bench says, in the words of the contract.
type Report struct {
	Name       string             `json:"name"`
	Figures    map[string]float64 `json:"figures"`
	Rows       []Row              `json:"rows"`
	Seconds    float64            `json:"seconds"`
	CPUSeconds float64            `json:"cpu_seconds"` // this process and the children it waited for
	PeakMB     float64            `json:"peak_mb"`     // largest resident size of this process, 2^20 bytes
	Seed       uint64             `json:"seed"`
	Workers    int                `json:"workers"`
}

// Row is one instance with its named values in a fixed order.
type Row struct {
	Instance string
	Cells    []Cell
}

// Cell is one named value of a row: a number, a string or a bool.
type Cell struct {
	Key   string
	Value any
}

// With returns the row with one more value.
func (r Row) With(key string, value any) Row {
	r.Cells = append(slices.Clip(r.Cells), Cell{key, value})
	return r
}

// MarshalJSON writes the row as one flat object that keeps the order of its values.
func (r Row) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"instance":`)
	if err := appendJSON(&b, r.Instance); err != nil {
		return nil, err
	}
	for _, c := range r.Cells {
		b.WriteByte(',')
		if err := appendJSON(&b, c.Key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := appendJSON(&b, c.Value); err != nil {
			return nil, fmt.Errorf("bench: row %s, %s: %w", r.Instance, c.Key, err)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func appendJSON(b *bytes.Buffer, v any) error {
	data, err := json.Marshal(v)
	b.Write(data)
	return err
}

// WriteJSON writes the report as one JSON object on one line.
func (r Report) WriteJSON(w io.Writer) error {
	if r.Rows == nil {
		r.Rows = []Row{}
	}
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("bench %s: write the report: %w", r.Name, err)
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// WriteTable writes the report for people: the rows, the figures in the bench's order, what it took.
func (r Report) WriteTable(w io.Writer, figures []Figure) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	header := ""
	for _, row := range r.Rows {
		if h := row.header(); h != header { // rows of another kind get their own heading
			if header != "" {
				fmt.Fprintln(t)
			}
			fmt.Fprintln(t, h)
			header = h
		}
		fmt.Fprint(t, row.Instance)
		for _, c := range row.Cells {
			fmt.Fprint(t, "\t", text(c.Value))
		}
		fmt.Fprintln(t)
	}
	if len(r.Rows) > 0 {
		fmt.Fprintln(t)
	}
	for _, f := range figures {
		if _, ok := r.Figures[f.Key]; !ok {
			continue // nothing was run that it could stand on
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", f.Key, text(r.Figures[f.Key]), f.Meaning)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s: %.2f s, %.2f s of processor, %.0f MB at most, seed %d, %d workers\n",
		r.Name, r.Seconds, r.CPUSeconds, r.PeakMB, r.Seed, r.Workers)
	return err
}

func (r Row) header() string {
	h := "instance"
	for _, c := range r.Cells {
		h += "\t" + c.Key
	}
	return h
}

// text writes whole numbers without a fraction and others with four significant digits.
func text(v any) string {
	f, ok := v.(float64)
	if !ok {
		return fmt.Sprint(v)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	if math.Abs(f) >= 1000 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'g', 4, 64)
}
