package road

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

func written(t testing.TB, g *Graph, r Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := g.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A graph that went through a file gives the same bytes again, the same answers, the same hash and report.
func TestFileKeepsTheGraph(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	g, r := readMap(t, Van(), nodes, ways, rule("no_right_turn", 3, 1, 2))
	data := written(t, g, r)
	back, report, err := Open(data)
	if err != nil {
		t.Fatal(err)
	}
	if report != r || back.Hash() != g.Hash() || !bytes.Equal(written(t, back, report), data) {
		t.Errorf("report %+v, hash %s", report, back.Hash())
	}
	agreeWithPlain(&rapidOrTest{t.Fatal}, back, somePlaces(rand.New(rand.NewPCG(1, 1)), back, 8))
	now := at(t, back, 150, closure("c", box(9.4999, 47.0005, 9.5001, 47.001)))
	agreeWithPlain(&rapidOrTest{t.Fatal}, now, somePlaces(rand.New(rand.NewPCG(1, 1)), now, 8))
}

// Every flipped byte that matters and every cut is refused, never read as a graph.
func TestFileRefusesDamage(t *testing.T) {
	t.Parallel()
	nodes, ways := crossroads()
	g, r := readMap(t, Van(), nodes, ways)
	data := written(t, g, r)
	if _, _, err := Open(encode(nodes, ways)); !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), "--streets takes") {
		t.Errorf("an extract as a graph file: %v", err)
	}
	for k := 0; k < len(data); k += 7 {
		if _, _, err := Open(data[:k]); !errors.Is(err, ErrFile) {
			t.Fatalf("cut after %d of %d bytes: %v", k, len(data), err)
		}
		bad := bytes.Clone(data)
		bad[k] ^= 0x20
		if back, _, err := Open(bad); err == nil && !bytes.Equal(written(t, back, r), data) {
			t.Fatalf("byte %d flipped: another graph", k)
		} else if err != nil && !errors.Is(err, ErrFile) {
			t.Fatalf("byte %d flipped: %v", k, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	nodes, ways := crossroads()
	g, r := readMap(f, Van(), nodes, ways)
	f.Add(written(f, g, r))
	f.Add([]byte(fileMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := Open(data); err != nil && !errors.Is(err, ErrFile) {
			t.Fatal(err)
		}
	})
}
