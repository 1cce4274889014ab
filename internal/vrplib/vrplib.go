// Package vrplib reads public vehicle-routing instances.
//
// Takes a file in the text of CVRPLIB/VRPLIB with the sections of its dialects, of Solomon, of Li and Lim or of Cordeau
// and gives a routing.Problem with the conventions its costs are compared in. Method: the format is told by its first
// lines; lengths become whole numbers in the rounding of the family. Never: it solves nothing and opens no file.
package vrplib

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"quartermaster/routing"
)

// ErrFormat marks text that is no instance; the message names the line and what was expected.
var ErrFormat = errors.New("not a routing instance")

// maxBytes bounds one file; a hundred thousand stops with coordinates take 3 MB.
const maxBytes = 256 << 20

// Instance is one problem with the way its costs are compared.
type Instance struct {
	Name   string
	Format string // vrplib, solomon, lilim, cordeau
	Kind   string // CVRP, VRPTW, PDPTW, MDVRP, HFVRP, …
	// Problem counts lengths and times in 1/Scale of the file's units.
	Problem routing.Problem
	Scale   float64
	// Exact is set where costs are compared in plain float64 lengths; Problem's whole numbers are then rounded up, so that
	// what is feasible in them is feasible in exact lengths.
	Exact bool
}

// Read reads one instance; name is the file's, for messages and where the text has none.
func Read(name string, from io.Reader) (*Instance, error) {
	text, err := io.ReadAll(io.LimitReader(from, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("%w: %s is larger than %d MB", ErrFormat, name, maxBytes>>20)
	}
	text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	lines := strings.Split(string(text), "\n")
	inst, err := dispatch(lines)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if inst.Name == "" {
		base := path.Base(name)
		inst.Name = strings.TrimSuffix(base, path.Ext(base))
	}
	if err := routing.Validate(inst.Problem); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", name, ErrFormat, err)
	}
	return inst, nil
}

func dispatch(lines []string) (*Instance, error) {
	for i, line := range lines {
		upper := strings.ToUpper(line)
		switch {
		case strings.Contains(upper, "_SECTION"), strings.HasPrefix(strings.TrimSpace(upper), "DIMENSION"):
			return readVRPLIB(lines)
		case strings.HasPrefix(strings.TrimSpace(upper), "VEHICLE") && i < 10 && !strings.Contains(line, ":"):
			return readSolomon(lines)
		}
		if i == 20 {
			break
		}
	}
	if len(lines) > 0 {
		switch len(strings.Fields(lines[0])) {
		case 3:
			return readLiLim(lines)
		case 4:
			return readCordeau(lines)
		}
	}
	return nil, fmt.Errorf("%w: its first lines are none of VRPLIB (NAME, DIMENSION), Solomon (VEHICLE), Li and Lim (three numbers) or Cordeau (four numbers)", ErrFormat)
}

// forever is the end of a window or shift that the file does not limit.
const forever = int64(1e11)

// exactScale is the parts of a unit in which lengths of the float64 families are counted.
const exactScale = 1e4

func idOf(node int) string { return fmt.Sprint(node) }
