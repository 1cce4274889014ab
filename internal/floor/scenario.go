package floor

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"quartermaster/warehouse/agv"
)

// Scenario is one file of starts and goals on its map.
type Scenario struct {
	Graph         *agv.Graph
	Starts, Goals []int32
}

// ReadScenario reads a movingai scenario; its map is looked for by its base name below the data folder.
func ReadScenario(file, data string) (*Scenario, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := &Scenario{}
	in := bufio.NewScanner(f)
	for n := 1; in.Scan(); n++ {
		line := strings.TrimSpace(in.Text())
		if line == "" || strings.HasPrefix(line, "version") {
			continue
		}
		columns := strings.Fields(line)
		if len(columns) < 8 {
			return nil, fmt.Errorf("%s: line %d has %d columns, want bucket, map, width, height, start x, y, goal x, y", file, n, len(columns))
		}
		if s.Graph == nil {
			if s.Graph, err = findMap(path.Base(columns[1]), filepath.Dir(file), data); err != nil {
				return nil, fmt.Errorf("%s: line %d: %w", file, n, err)
			}
		}
		if err := s.add(columns[4:8]); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", file, n, err)
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if s.Graph == nil {
		return nil, fmt.Errorf("%s: no robots", file)
	}
	return s, nil
}

func (s *Scenario) add(columns []string) error {
	var n [4]int
	for i, text := range columns {
		var err error
		if n[i], err = strconv.Atoi(text); err != nil {
			return fmt.Errorf("%q is no whole number", text)
		}
	}
	for i, ends := range []*[]int32{&s.Starts, &s.Goals} {
		x, y := n[2*i], n[2*i+1]
		if x < 0 || y < 0 || x >= s.Graph.Width || y >= s.Graph.Height {
			return fmt.Errorf("column %d, row %d is off the map", x, y)
		}
		*ends = append(*ends, s.Graph.Vertex(y*s.Graph.Width+x))
	}
	return nil
}

// errFound ends a walk.
var errFound = errors.New("found")

func findMap(name, folder, data string) (*agv.Graph, error) {
	found := ""
	for _, root := range []string{folder, data, filepath.Dir(folder)} {
		err := filepath.WalkDir(root, func(at string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() && filepath.Base(at) == name {
				found = at
				return errFound
			}
			return err
		})
		if errors.Is(err, errFound) {
			break
		}
	}
	if found == "" {
		return nil, fmt.Errorf("map %s is not there", name)
	}
	width, height, blocked, err := ReadMap(found)
	if err != nil {
		return nil, err
	}
	return agv.NewGraph(width, height, blocked)
}
