package app

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"quartermaster/internal/intake"
)

// Every curl line of the README's "Talking to it" works as it stands against a running service: it succeeds and answers JSON.
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
	_, part, _ = strings.Cut(part, "```\n")
	block, _, ok := strings.Cut(part, "```")
	lines := strings.Split(strings.ReplaceAll(block, "\\\n", " "), "\n")
	a, planning := started(t, settings(t))
	if _, err := a.Import(t.Context(), Shop{Orders: []intake.Source{{Name: "b.csv", Data: book(4)}}}, planning.Roads); err != nil {
		t.Fatal(err)
	}
	address, _ := a.Address()
	run := 0
	for _, line := range lines {
		if !strings.HasPrefix(line, "curl ") {
			continue
		}
		line = strings.Replace(strings.ReplaceAll(line, "localhost:8480", address), "curl -s", "curl -sSf", 1)
		out, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), "{") {
			t.Errorf("%s\n%v: %s", line, err, out)
		}
		run++
	}
	if !ok || run < 4 {
		t.Errorf("found %d curl lines in the README", run)
	}
}
