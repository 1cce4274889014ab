package gbdt

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// format names the model file and its version.
const format = "quartermaster-gbdt/1"

type modelFile struct {
	Format    string       `json:"format"`
	Objective string       `json:"objective"`
	Start     float64      `json:"start"`
	Columns   []columnFile `json:"columns"`
	Trees     []treeFile   `json:"trees"`
}

type columnFile struct {
	Name        string `json:"name"`
	Categorical bool   `json:"categorical,omitempty"`
}

type treeFile struct {
	Nodes []nodeFile `json:"nodes"`
}

// nodeFile is one line of the file: a split has a column, a leaf a value.
type nodeFile struct {
	Column  string   `json:"column,omitempty"`
	Below   *float64 `json:"below,omitempty"`
	In      []int32  `json:"in,omitempty"`
	Missing string   `json:"missing,omitempty"`
	Left    int      `json:"left,omitempty"`
	Right   int      `json:"right,omitempty"`
	Gain    float64  `json:"gain,omitempty"`
	Value   *float64 `json:"value,omitempty"`
	Cover   float64  `json:"cover"`
}

// MarshalJSON writes the model: every node is an object that names its column and says what goes left ("below" a number,
// "in" a list of codes, "missing": left or right) and where, or the value that a leaf adds.
func (m *Model) MarshalJSON() ([]byte, error) {
	file := modelFile{Format: format, Objective: m.Objective.Name(), Start: m.Start, Columns: []columnFile{}, Trees: []treeFile{}}
	for f, name := range m.Names {
		file.Columns = append(file.Columns, columnFile{name, m.Categorical[f]})
	}
	for _, t := range m.Trees {
		to := treeFile{Nodes: make([]nodeFile, len(t.Nodes))}
		for i, n := range t.Nodes {
			to.Nodes[i] = m.nodeFile(n)
		}
		file.Trees = append(file.Trees, to)
	}
	return json.Marshal(file)
}

func (m *Model) nodeFile(n Node) nodeFile {
	if n.Column < 0 {
		return nodeFile{Value: &n.Value, Cover: n.Cover}
	}
	to := nodeFile{Column: m.Names[n.Column], Missing: "right", Left: n.Left, Right: n.Right, Gain: n.Gain, Cover: n.Cover}
	if n.MissingLeft {
		to.Missing = "left"
	}
	if n.Categories != nil {
		to.In = n.Categories
	} else {
		to.Below = &n.Threshold
	}
	return to
}

// UnmarshalJSON reads what MarshalJSON wrote and refuses, by tree and node, what makes no model.
func (m *Model) UnmarshalJSON(data []byte) error {
	var file modelFile
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return fmt.Errorf("gbdt: read a model: %w", err)
	}
	if file.Format != format {
		return fmt.Errorf("gbdt: read a model: its format is %q, want %q", file.Format, format)
	}
	objective, err := parseObjective(file.Objective)
	if err != nil {
		return fmt.Errorf("gbdt: read a model: %w", err)
	}
	read := Model{Objective: objective, Start: file.Start}
	column := map[string]int{}
	for f, c := range file.Columns {
		if _, twice := column[c.Name]; twice {
			return fmt.Errorf("gbdt: read a model: two columns are called %q", c.Name)
		}
		column[c.Name] = f
		read.Names = append(read.Names, c.Name)
		read.Categorical = append(read.Categorical, c.Categorical)
	}
	for k, t := range file.Trees {
		tree := Tree{Nodes: make([]Node, len(t.Nodes))}
		for i, n := range t.Nodes {
			if tree.Nodes[i], err = n.node(column); err != nil {
				return fmt.Errorf("gbdt: read a model: tree %d, node %d: %w", k, i, err)
			}
		}
		read.Trees = append(read.Trees, tree)
	}
	if err := read.check(); err != nil {
		return fmt.Errorf("gbdt: read a model: %w", err)
	}
	read.pack()
	*m = read
	return nil
}

func (n nodeFile) node(column map[string]int) (Node, error) {
	if n.Value != nil {
		return Node{Column: -1, Value: *n.Value, Cover: n.Cover}, nil
	}
	f, known := column[n.Column]
	switch {
	case !known:
		return Node{}, fmt.Errorf("column %q is not listed", n.Column)
	case n.Missing != "left" && n.Missing != "right":
		return Node{}, fmt.Errorf("missing goes %q, want left or right", n.Missing)
	}
	to := Node{Column: f, Left: n.Left, Right: n.Right, Gain: n.Gain, Cover: n.Cover, MissingLeft: n.Missing == "left"}
	if n.Below != nil {
		to.Threshold = *n.Below
	} else if to.Categories = n.In; to.Categories == nil {
		to.Categories = []int32{}
	}
	return to, nil
}

// mostFile bounds the size of a model that is read.
const mostFile = 1 << 30

// ReadModel reads a model file to its end.
func ReadModel(r io.Reader) (*Model, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostFile+1))
	if err != nil {
		return nil, fmt.Errorf("gbdt: read a model: %w", err)
	}
	if len(data) > mostFile {
		return nil, fmt.Errorf("gbdt: read a model: it is larger than %d bytes", mostFile)
	}
	m := new(Model)
	return m, m.UnmarshalJSON(data)
}
