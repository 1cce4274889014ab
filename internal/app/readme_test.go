package app

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"quartermaster/internal/intake"
)

// The README's lines for an order system, a controller and a planner work as they stand against a running service, one
// after the other: each call succeeds. (The test's small shop has other items than the demo: their code is put in.)
func TestReadmeCurls(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatal("curl is missing: install it, the README's lines are run with it")
	}
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(page), "## Talking to it")
	part, _, _ = strings.Cut(part, "\n## ")
	a, planning := started(t, settings(t))
	if _, err := a.Import(t.Context(), Shop{Orders: []intake.Source{{Name: "b.csv", Data: book(4)}}}, planning.Roads); err != nil {
		t.Fatal(err)
	}
	address, _ := a.Address()
	blocks := strings.Split(part, "```")
	if len(blocks) < 7 {
		t.Fatalf("found %d blocks in the README", len(blocks)/2)
	}
	for i := 1; i < len(blocks); i += 2 {
		script := strings.NewReplacer("localhost:8480", address, "85123A", "20001", "curl -s", "curl -fsS").Replace(blocks[i])
		if n := strings.Count(script, "curl -fsS"); n < 3 {
			t.Errorf("block %d has %d curl lines", i/2+1, n)
		}
		cmd := exec.CommandContext(t.Context(), "bash", "-euxo", "pipefail", "-c", script)
		cmd.Dir = t.TempDir()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("block %d: %v\n%s", i/2+1, err, out)
		}
	}
}
