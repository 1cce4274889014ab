package console_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// skipVariable turns the failure for want of Node.js, npm or Chromium into a skip that says so.
const skipVariable = "QUARTERMASTER_TEST_SKIP_CONSOLE"

// need finds a program or ends the test.
func need(t *testing.T, program, how string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	message := fmt.Sprintf("no %s on this machine: %s (%s=1 skips what needs it)", program, how, skipVariable)
	if os.Getenv(skipVariable) == "1" {
		t.Skip(message)
	}
	t.Fatal(message)
	return ""
}

var packages struct {
	once sync.Once
	err  error
}

// modules puts the console's packages of npm into web/node_modules, as package-lock.json pins them, unless they are there.
func modules(t *testing.T) {
	t.Helper()
	need(t, "node", "install Node.js 20.19 or newer")
	npm := need(t, "npm", "it comes with Node.js")
	packages.once.Do(func() {
		lock, err := os.ReadFile("web/package-lock.json")
		if err != nil {
			packages.err = err
			return
		}
		const stamp = "web/node_modules/.installed-lock.json"
		if had, err := os.ReadFile(stamp); err == nil && bytes.Equal(had, lock) {
			return
		}
		if packages.err = inWeb(t, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"); packages.err == nil {
			packages.err = os.WriteFile(stamp, lock, 0o600)
		}
	})
	if packages.err != nil {
		t.Fatal(packages.err)
	}
}

// inWeb runs a command in web/; what it printed is part of the error.
func inWeb(t *testing.T, name string, args ...string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = "web"
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return nil
}

// The committed client of the API is the one that docs/openapi.json gives, and the committed bundle the one that web/ gives,
// byte for byte. QUARTERMASTER_GOLDEN=rewrite (make golden) makes both anew.
func TestGoldenBundle(t *testing.T) {
	modules(t)
	rewrite := os.Getenv("QUARTERMASTER_GOLDEN") == "rewrite"
	made := t.TempDir()
	schema, bundle := filepath.Join(made, "schema.ts"), filepath.Join(made, "dist")
	if rewrite {
		schema, bundle = "src/api/schema.ts", "../dist"
	}
	if err := inWeb(t, "node", "scripts/api-types.mjs", schema); err != nil {
		t.Fatal(err)
	}
	if err := inWeb(t, "npm", "run", "check"); err != nil {
		t.Fatal(err)
	}
	if err := inWeb(t, "npm", "run", "build", "--", "--outDir", bundle); err != nil {
		t.Fatal(err)
	}
	if rewrite {
		return
	}
	const remedy = "QUARTERMASTER_GOLDEN=rewrite go test -run Golden ./api/console makes it anew"
	want, err := os.ReadFile("web/src/api/schema.ts")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(schema); err != nil || !bytes.Equal(got, want) {
		t.Errorf("web/src/api/schema.ts is not what docs/openapi.json gives; %s (%v)", remedy, err)
	}
	committed, built := tree(t, "dist"), tree(t, bundle)
	for name := range built {
		if !bytes.Equal(committed[name], built[name]) {
			t.Errorf("dist/%s is missing or not what web/ gives; %s", name, remedy)
		}
	}
	for name := range committed {
		if built[name] == nil {
			t.Errorf("dist/%s is left over from an earlier build; %s", name, remedy)
		}
	}
}

// tree reads all files of a folder.
func tree(t *testing.T, root string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(root, name))
		out[filepath.ToSlash(name)] = data
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%s has %d files: %v", root, len(out), err)
	}
	return out
}

// The console's own unit tests pass: the messages of both languages, the decoding of geometry, the stream of events.
func TestUnits(t *testing.T) {
	modules(t)
	if err := inWeb(t, "npm", "test"); err != nil {
		t.Fatal(err)
	}
}
