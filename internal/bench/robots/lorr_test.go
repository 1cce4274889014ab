package robots

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"quartermaster/internal/bench"
)

// write lays the small problem of two robots out that the readers are tested on, some of its files replaced, and returns its path.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../../floor/testdata/pair")); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
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
