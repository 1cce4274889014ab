package floor

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Open reads a floor file, a movingai map (.map), or a problem of the League of Robot Runners (.json).
//
// An error names the file, and the line or cell.
func Open(path string) (*Floor, error) {
	if filepath.Ext(path) == ".json" {
		return fromProblem(path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileBytes {
		return nil, fmt.Errorf("%s: %d bytes are over the limit of %d", path, info.Size(), maxFileBytes)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw, []byte("floor")) {
		return Parse(path, raw)
	}
	width, height, blocked, err := ReadMap(path)
	if err != nil {
		return nil, err
	}
	return fromGrid(strings.TrimSuffix(filepath.Base(path), ".map"), width, height, blocked)
}

func fromGrid(name string, width, height int, blocked []bool) (*Floor, error) {
	f := &Floor{Name: name, CellM: 1, StepSec: 1, Width: width, Height: height, Kinds: make([]Kind, len(blocked))}
	for c, b := range blocked {
		f.Kinds[c] = Free
		if b {
			f.Kinds[c] = Wall
		}
	}
	return f, f.build()
}

func fromProblem(path string) (*Floor, error) {
	p, err := ReadProblem(path)
	if err != nil {
		return nil, err
	}
	f, err := fromGrid(p.Name, p.Width, p.Height, p.Blocked)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i, c := range p.Starts {
		f.Robots = append(f.Robots, Robot{ID: fmt.Sprintf("R%d", i+1), Vertex: f.Graph.Vertex(c), Speed: 1, Charge: 100})
	}
	for _, t := range p.Tasks {
		var errands []int32
		for _, c := range t {
			errands = append(errands, f.Graph.Vertex(c))
		}
		f.Tasks = append(f.Tasks, errands)
	}
	return f, nil
}

// Write lays a floor of a grid out as a floor file.
func (f *Floor) Write() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "floor 1\nname %s\ncell_m %g\nstep_s %g\ngrid\n", strings.Join(strings.Fields(f.Name), " "), f.CellM, f.StepSec)
	for y := range f.Height {
		for _, k := range f.Kinds[y*f.Width : (y+1)*f.Width] {
			b.WriteByte(byte(k))
		}
		b.WriteByte('\n')
	}
	for i, t := range f.Types {
		if i == 0 {
			fmt.Fprintln(&b, "types")
		}
		fmt.Fprintf(&b, "%s speed %g\n", t.Name, t.Speed)
	}
	for i := range f.Zones {
		if i == 0 {
			fmt.Fprintln(&b, "zones")
		}
		fmt.Fprintln(&b, f.Zones[i].words())
	}
	if len(f.Robots) > 0 {
		fmt.Fprintln(&b, "robots")
	}
	for _, r := range f.Robots {
		c := int(f.Graph.Cell(r.Vertex))
		of := ""
		if r.Type != "" {
			of = " type " + r.Type
		}
		fmt.Fprintf(&b, "%s %d %d %s%s speed %g charge %g\n", r.ID, c%f.Width, c/f.Width, [4]string{"east", "south", "west", "north"}[r.Dir], of, r.Speed, r.Charge)
	}
	return b.Bytes()
}
