package roads

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"quartermaster/routing/road"
)

// File is an open graph file. The graph must not be used after Close.
type File struct {
	Graph  *road.Graph
	Report road.Report
	unmap  func() error
}

// Close gives the mapped memory back.
func (f *File) Close() error {
	if f == nil || f.unmap == nil {
		return nil
	}
	return f.unmap()
}

// Open maps a graph file. The error wraps road.ErrFile when the file is damaged, cut short or of another version.
func Open(path string) (*File, error) {
	data, unmap, err := mapFile(path)
	if err != nil {
		return nil, fmt.Errorf("open the graph file %s: %w", path, err)
	}
	g, report, err := road.Open(data)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w; build it anew with quartermaster roads build", path, err), unmap())
	}
	return &File{g, report, unmap}, nil
}

// Build reads an extract, builds its graph and writes the graph file, which stands whole or not at all.
func Build(ctx context.Context, extract string, p road.Profile, path string, o road.Options) (road.Report, error) {
	in, err := os.Open(extract)
	if err != nil {
		return road.Report{}, err
	}
	defer in.Close()
	g, report, err := road.ReadWith(ctx, in, p, o)
	if err != nil {
		return report, fmt.Errorf("%s: %w", extract, err)
	}
	return report, Save(path, g, report)
}

// Save writes a graph file beside its place and moves it there.
func Save(path string, g *road.Graph, report road.Report) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".graph-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
		}
	}()
	if err := g.Write(tmp, report); err != nil {
		return fmt.Errorf("write the graph file %s: %w", path, err)
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// Load returns the graph of an extract for a profile: from the graph file in folder when there is a sound one, else built
// and kept there. note says what was wrong with a file that had to be built anew, "" otherwise.
func Load(ctx context.Context, extract []byte, p road.Profile, folder string, o road.Options) (f *File, note string, err error) {
	name, err := road.Name(bytes.NewReader(extract), p)
	if err != nil {
		return nil, "", err
	}
	path := filepath.Join(folder, p.Name+"-"+name[:16]+".roads")
	f, err = Open(path)
	switch {
	case err == nil && f.Graph.Hash() == name:
		return f, "", nil
	case err == nil:
		note = fmt.Sprintf("%s is of another extract and was built anew", path)
		if err := f.Close(); err != nil {
			return nil, "", err
		}
	case errors.Is(err, road.ErrFile):
		note = fmt.Sprintf("%v; that was done", err)
	}
	g, report, err := road.ReadWith(ctx, bytes.NewReader(extract), p, o)
	if err != nil {
		return nil, note, err
	}
	if err := Save(path, g, report); err != nil {
		return nil, note, fmt.Errorf("keep the graph of the streets: %w", err)
	}
	f, err = Open(path)
	return f, note, err
}

// readAll is mapFile for machines without maps.
func readAll(path string) (data []byte, unmap func() error, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	data, err = io.ReadAll(f)
	return data, func() error { return nil }, err
}
