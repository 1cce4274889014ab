package command_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/rogpeppe/go-internal/testscript"

	"quartermaster/internal/command"
	"quartermaster/internal/sample"
	"quartermaster/routing/road/roadtest"
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
			return errors.Join(os.WriteFile(filepath.Join(env.WorkDir, "streets.osm.pbf"), sample.Streets(), 0o600),
				os.WriteFile(filepath.Join(env.WorkDir, "isles.osm.pbf"), isles(), 0o600))
		},
	})
}

// isles is an extract of a square of streets with a lane, where one turn is both commanded and forbidden, and beyond 6 km of
// sea an island with one street.
//
//	1 ─── 2 ─── 3
//	│     │     │                7 ─── 8
//	4 ─── 5 ─── 6
func isles() []byte {
	var nodes []roadtest.Node
	for id := range int64(6) {
		nodes = append(nodes, roadtest.Node{ID: id + 1, At: orb.Point{9.50 + 0.005*float64(id%3), 47.02 - 0.005*float64(id/3)}})
	}
	nodes = append(nodes, roadtest.Node{ID: 7, At: orb.Point{9.59, 47.02}}, roadtest.Node{ID: 8, At: orb.Point{9.60, 47.02}})
	var ways []roadtest.Way
	for _, refs := range [][]int64{{1, 2}, {2, 3}, {4, 5}, {5, 6}, {1, 4}, {2, 5}, {3, 6}, {7, 8}} {
		ways = append(ways, roadtest.Way{Refs: refs, Tags: []roadtest.Tag{{Key: "highway", Value: "residential"}}})
	}
	return roadtest.Encode(nodes, ways, roadtest.Restriction("only_right_turn", 1, 2, 6), roadtest.Restriction("no_right_turn", 1, 2, 6))
}
