package floor

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Problem is one problem of the League of Robot Runners.
type Problem struct {
	Name          string
	Width, Height int
	Blocked       []bool
	Starts        []int   // cells, one a robot
	Tasks         [][]int // cells of each task's errands, in order
	Reveal        float64 // open tasks a robot
	// Pooled: tasks are chosen from the open ones (2024); else robot i is given tasks i, i+n, i+2n, …
	Pooled bool
	Steps  int
}

// problemFile is the JSON of a problem.
type problemFile struct {
	MapFile    string  `json:"mapFile"`
	AgentFile  string  `json:"agentFile"`
	TaskFile   string  `json:"taskFile"`
	TeamSize   int     `json:"teamSize"`
	TaskReveal float64 `json:"numTasksReveal"`
	Version    string  `json:"version"`
}

// defaultSteps are simulated where no simulation_time.json says otherwise.
const defaultSteps = 500

// ReadProblem reads a problem and the files that it names beside it.
func ReadProblem(path string) (*Problem, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var f problemFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	folder := filepath.Dir(path)
	p := &Problem{Name: strings.TrimSuffix(filepath.Base(path), ".json"), Reveal: max(1, f.TaskReveal)}
	if p.Width, p.Height, p.Blocked, err = ReadMap(filepath.Join(folder, f.MapFile)); err != nil {
		return nil, err
	}
	if p.Starts, err = p.readStarts(filepath.Join(folder, f.AgentFile), f.TeamSize); err != nil {
		return nil, err
	}
	if err := p.readTasks(filepath.Join(folder, f.TaskFile)); err != nil {
		return nil, err
	}
	p.Steps, err = readSteps(folder, p.Name)
	return p, err
}

// ReadMap reads a movingai map: a head of four lines, then one row a line.
func ReadMap(path string) (width, height int, blocked []bool, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, nil, err
	}
	lines := strings.Split(strings.ReplaceAll(string(raw), "\r", ""), "\n")
	row := 0
	for i, line := range lines {
		word, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case width > 0 && height > 0 && row > 0 && row <= height:
			if len(line) < width {
				return 0, 0, nil, fmt.Errorf("%s: line %d has %d cells, want %d", path, i+1, len(line), width)
			}
			for _, c := range line[:width] {
				blocked = append(blocked, c == '@' || c == 'T' || c == 'O' || c == 'W')
			}
			row++
		case word == "height":
			height, err = strconv.Atoi(value)
		case word == "width":
			width, err = strconv.Atoi(value)
		case word == "map":
			row = 1
		}
		if err != nil {
			return 0, 0, nil, fmt.Errorf("%s: line %d: %w", path, i+1, err)
		}
	}
	if width < 1 || height < 1 || len(blocked) != width*height {
		return 0, 0, nil, fmt.Errorf("%s: %d cells read for a map of %d × %d", path, len(blocked), width, height)
	}
	return width, height, blocked, nil
}

func (p *Problem) readStarts(path string, team int) ([]int, error) {
	rows, err := readNumbers(path)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || len(rows[0]) != 1 || len(rows)-1 < team {
		return nil, fmt.Errorf("%s: want a count and then %d robots, one a line", path, team)
	}
	starts := make([]int, team)
	taken := make(map[int]bool, team)
	for i := range starts {
		c := rows[i+1][0]
		if !p.free(c) || taken[c] {
			return nil, fmt.Errorf("%s: robot %d starts on cell %d, which is blocked, outside or taken", path, i, c)
		}
		taken[c] = true
		starts[i] = c
	}
	return starts, nil
}

func (p *Problem) free(cell int) bool { return cell >= 0 && cell < len(p.Blocked) && !p.Blocked[cell] }

func (p *Problem) readTasks(path string) error {
	rows, err := readNumbers(path)
	if err != nil {
		return err
	}
	if len(rows) < 2 {
		return fmt.Errorf("%s: no tasks", path)
	}
	p.Tasks = rows[1:]
	for i, t := range p.Tasks {
		if len(t) > 1 {
			p.Pooled = true
		}
		for _, c := range t {
			if !p.free(c) {
				return fmt.Errorf("%s: task %d goes to cell %d, which is blocked or outside", path, i, c)
			}
		}
	}
	return nil
}

// readNumbers reads lines of whole numbers parted by commas; lines that begin with # are left out.
func readNumbers(path string) ([][]int, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows [][]int
	in := bufio.NewReader(f)
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
			var row []int
			for part := range strings.SplitSeq(text, ",") {
				x, err := strconv.Atoi(strings.TrimSpace(part))
				if err != nil {
					return nil, fmt.Errorf("%s: line %d: %q is no whole number", path, n, part)
				}
				row = append(row, x)
			}
			rows = append(rows, row)
		}
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
	}
}

// readSteps looks for the number of steps beside the problem or one folder up.
func readSteps(folder, name string) (int, error) {
	for _, at := range []string{folder, filepath.Dir(folder)} {
		raw, err := os.ReadFile(filepath.Join(at, "simulation_time.json"))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		var steps map[string]int
		if err := json.Unmarshal(raw, &steps); err != nil {
			return 0, fmt.Errorf("%s: simulation_time.json: %w", at, err)
		}
		for key, n := range steps {
			if key == name || strings.HasSuffix(name, "-"+key) {
				return n, nil
			}
		}
	}
	return defaultSteps, nil
}
