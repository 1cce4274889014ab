package robots

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/internal/bench"
)

// write lays a small problem of two robots out and returns its path.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"p.json": `{"mapFile":"m.map","agentFile":"a.agents","taskFile":"t.tasks","teamSize":2,"numTasksReveal":1}`,
		"m.map":  "type octile\nheight 3\nwidth 4\nmap\n....\n.@..\n....\n", "a.agents": "2\n0\n11\n", "t.tasks": "3\n3\n8\n6\n",
		"simulation_time.json": `{"p":40}`,
	} {
		if other, ok := files[name]; ok {
			text = other
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "p.json")
}

// TestLifelongRunsBothRules runs a small floor under fixed and pooled assignment and looks at what is reported.
func TestLifelongRunsBothRules(t *testing.T) {
	for name, tasks := range map[string]string{"fixed": "3\n3\n8\n6\n", "pooled": "# version for LoRR 2024\n3\n3,8\n8,0,6\n6,2\n"} {
		path := write(t, map[string]string{"t.tasks": tasks})
		report, err := bench.Execute(context.Background(), Lifelong(), bench.Options{Data: filepath.Dir(path), Budget: time.Millisecond, Seed: 1, Workers: 1})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if report.Figures["conflicts"] != 0 || report.Figures["tasks"] < 5 {
			t.Errorf("%s: %v, want no conflict and five tasks or more in 40 steps", name, report.Figures)
		}
	}
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
		if _, err := readProblem(write(t, map[string]string{c.file: c.text})); err == nil || !strings.Contains(err.Error(), c.want) {
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
		if w, h, blocked, err := readMap(path); err == nil && len(blocked) != w*h {
			t.Errorf("%d cells for %d × %d", len(blocked), w, h)
		}
	})
}
