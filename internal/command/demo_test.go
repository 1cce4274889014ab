package command_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quartermaster/internal/command"
)

// The demo does what it says on all of the sample: imports it, plans the week, shows every room's work, and finds its data
// again at the second start.
func TestDemoGolden(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	var out, errs bytes.Buffer
	streams := command.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}
	args := []string{"demo", "--once", "--home", home, "--listen", "127.0.0.1:0"}
	if code := command.Run(t.Context(), args, streams); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	for _, want := range []string{
		"Imported    1,056,743 order lines, from online_retail.parquet", "22,130  the same line of the same invoice was already",
		"value added over the seasonal naive", "purchase orders with", "of 610 orders from 2011-11-28 on, 5 days",
		"robot moves", "kg CO2e", "Alder Ceramics", "© OpenStreetMap contributors", "CC BY 4.0", "API         http://127.0.0.1:",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the summary lacks %q:\n%s", want, out.String())
		}
	}
	for _, step := range []string{"cleaning", "imported", "need a new forecast", "stocking rules", "of 5 planned", "suppliers scored", "plan checked"} {
		if !strings.Contains(errs.String(), step) {
			t.Errorf("no progress line for %q:\n%s", step, errs.String())
		}
	}
	checkReadme(t, "demo", "go run ./cmd/quartermaster demo", out.String())
	first := out.String()
	out.Reset()
	errs.Reset()
	if code := command.Run(t.Context(), append(args, "--json"), streams); code != 0 {
		t.Fatalf("second start: exit code %d: %s", code, errs.String())
	}
	var again struct {
		Import struct{ Fresh bool }
		Plan   struct {
			Fresh  bool
			PlanID string `json:"plan_id"`
		}
	}
	if err := json.Unmarshal(out.Bytes(), &again); err != nil {
		t.Fatal(err)
	}
	if again.Import.Fresh || again.Plan.Fresh || !strings.Contains(first, again.Plan.PlanID) {
		t.Errorf("the second start imported or planned again: %+v", again)
	}
	out.Reset()
	errs.Reset()
	if code := command.Run(t.Context(), []string{"simulate", "--home", home, "--start", "2011-11-28", "--days", "5"}, streams); code != 0 {
		t.Fatalf("simulate: exit code %d: %s", code, errs.String())
	}
	checkReadme(t, "what if", "quartermaster simulate --start 2011-11-28 --days 5", shortened(t, out.String()))
}

// shortened keeps of a what-if what README has room for.
func shortened(t *testing.T, output string) (kept string) {
	t.Helper()
	rows := []string{"  whole", "From several sites", "Distance", "Cost per order", "Purchases "}
	lines := strings.SplitAfter(output, "\n")
	if len(lines) < 30 {
		t.Fatalf("the what-if is short:\n%s", output)
	}
	kept = strings.Join(lines[:5], "") // what is asked, and the heading
	for _, line := range lines[5:] {
		if slices.ContainsFunc(rows, func(row string) bool { return strings.HasPrefix(line, row) }) {
			kept += line
		}
	}
	return kept
}
