package floor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write lays testdata's small problem of two robots out, some of its files replaced, and returns its path.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("testdata/pair")); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "p.json")
}

// TestReadProblemRefuses names the file and the line of what is wrong.
func TestReadProblemRefuses(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"not JSON":       {"p.json", "{", "p.json"},
		"ragged map":     {"m.map", "type octile\nheight 3\nwidth 4\nmap\n....\n.@\n....\n", "line 6"},
		"short map":      {"m.map", "type octile\nheight 3\nwidth 4\nmap\n....\n", "line 6 has 0 cells"},
		"no size":        {"m.map", "type octile\nmap\n", "0 cells"},
		"bad size":       {"m.map", "height x\n", "line 1"},
		"start in wall":  {"a.agents", "2\n0\n5\n", "robot 1"},
		"start twice":    {"a.agents", "2\n0\n0\n", "robot 1"},
		"few robots":     {"a.agents", "2\n0\n", "2 robots"},
		"task in wall":   {"t.tasks", "1\n5\n", "task 0"},
		"task is a word": {"t.tasks", "1\nx\n", "line 2"},
		"no tasks":       {"t.tasks", "0\n", "no tasks"},
		"steps":          {"simulation_time.json", "[]", "simulation_time.json"},
	} {
		if _, err := ReadProblem(write(t, map[string]string{c.file: c.text})); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// FuzzReadMap shows that no map file breaks the reader.
func FuzzReadMap(f *testing.F) {
	f.Add([]byte("type octile\nheight 2\nwidth 2\nmap\n.@\n..\n"))
	f.Add([]byte("height 999999999\nwidth 999999999\nmap\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "m.map")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if w, h, blocked, err := ReadMap(path); err == nil && len(blocked) != w*h {
			t.Errorf("%d cells for %d × %d", len(blocked), w, h)
		}
	})
}

// TestReadScenarioRefuses names the file and the line of what is wrong.
func TestReadScenarioRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"columns": {"version 1\n0 m.map 4 3 0\n", "line 2 has 5 columns"},
		"number":  {"0 m.map 4 3 0 x 1 1 1\n", `"x" is no whole number`},
		"off map": {"0 m.map 4 3 9 0 1 1 1\n", "off the map"},
		"no map":  {"0 n.map 4 3 0 0 1 1 1\n", "map n.map is not there"},
		"empty":   {"version 1\n", "no robots"},
	} {
		folder := filepath.Dir(write(t, nil))
		file := filepath.Join(folder, "s.scen")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadScenario(file, folder); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// FuzzReadScenario shows that no scenario file breaks the reader.
func FuzzReadScenario(f *testing.F) {
	f.Add([]byte(`version 1
0 m.map 4 3 0 0 3 2 5`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		folder := filepath.Dir(write(t, nil))
		file := filepath.Join(folder, "s.scen")
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := ReadScenario(file, folder); err == nil && len(s.Starts) != len(s.Goals) {
			t.Error("starts and goals differ in number")
		}
	})
}
