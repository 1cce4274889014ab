package roads

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quartermaster/routing/road"
)

const extract = "../sample/data/liechtenstein.osm.pbf"

// The second load maps what the first one built; a damaged file is told and built anew; both answer alike.
func TestLoadBuildsOnceAndMends(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(extract)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	load := func() (*File, string) {
		f, note, err := Load(context.Background(), data, road.Van(), folder, road.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return f, note
	}
	first, note := load()
	if note != "" {
		t.Errorf("the first load says %q", note)
	}
	hash, report := first.Graph.Hash(), first.Report
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	before, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	second, _ := load()
	after, err := os.Stat(files[0])
	if err != nil || !os.SameFile(before, after) || second.Graph.Hash() != hash || second.Report != report {
		t.Errorf("the second load built anew, or %s differs from %s", second.Graph.Hash(), hash)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, whole[:len(whole)/2], append([]byte("QMROADS\n"), whole[8:9]...)} {
		if err := os.WriteFile(files[0], bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(files[0]); !errors.Is(err, road.ErrFile) {
			t.Errorf("a damaged file: %v", err)
		}
		f, note := load()
		if !strings.Contains(note, "unusable graph file") || f.Graph.Hash() != hash {
			t.Errorf("mending says %q", note)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
