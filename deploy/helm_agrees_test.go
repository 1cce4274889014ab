//go:build helm

// Built with -tags helm alone: Helm is in no distribution package, so the tests that always run do without it.

package deploy_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"reflect"
	"testing"

	"github.com/goccy/go-yaml"
)

// Helm's own linter finds nothing, and it renders the same documents as the engine of the other tests.
func TestHelmAgrees(t *testing.T) {
	t.Parallel()
	if out, err := exec.CommandContext(t.Context(), "helm", "lint", "--strict", chart).CombinedOutput(); err != nil {
		t.Errorf("helm lint: %v\n%s", err, out)
	}
	for name, change := range sets {
		values, err := yaml.Marshal(change)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "helm", "template", "q", chart, "--namespace", "n", "--kube-version", "1.31", "--values", "-")
		cmd.Stdin = bytes.NewReader(values)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		theirs, ours := documentsOf(t, "helm", string(out)), rendered(t, change)
		if len(theirs) != len(ours) {
			t.Errorf("%s values: helm renders %d documents, this test %d", name, len(theirs), len(ours))
		}
		for _, d := range theirs {
			mine := find(ours, fmt.Sprint(d["kind"]), fmt.Sprint(at(d, "metadata", "name")))
			forgetSums(d)
			forgetSums(mine)
			if !reflect.DeepEqual(d, mine) {
				t.Errorf("%s values: %v\nhelm: %v\nhere: %v", name, at(d, "metadata", "name"), d, mine)
			}
		}
	}
}

// forgetSums drops the checksum of the settings, which depends on white space.
func forgetSums(d object) {
	if notes, ok := at(d, "spec", "template", "metadata", "annotations").(object); ok {
		delete(notes, "checksum/config")
	}
}
