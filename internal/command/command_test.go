package command_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"quartermaster/internal/command"
	"quartermaster/internal/sample"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"quartermaster": func() {
			os.Exit(command.Main(os.Args[1:], command.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		},
	})
}

// Each script in testdata shows one verb as a user meets it: arguments, output, exit code.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("QUARTERMASTER_GOLDEN") == "rewrite",
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_DATA_HOME", env.WorkDir+"/data")
			return os.WriteFile(filepath.Join(env.WorkDir, "streets.osm.pbf"), sample.Streets(), 0o600)
		},
	})
}
