package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"quartermaster/internal/sample"
	"quartermaster/internal/service"
	"quartermaster/routing/road"
)

// LoadPlanning makes the main use case with the streets that vehicles drive on: those of the configured extract, else
// those that ship with the program.
func LoadPlanning(ctx context.Context, streets string) (*service.Planning, error) {
	name, in := sample.StreetsName, io.Reader(bytes.NewReader(sample.Streets()))
	if streets != "" {
		file, err := os.Open(streets)
		if err != nil {
			return nil, fmt.Errorf("open the street extract: %w", err)
		}
		defer file.Close()
		name, in = streets, file
	}
	graph, _, err := road.Read(ctx, in, road.Van())
	if err != nil {
		return nil, fmt.Errorf("read the streets of %s: %w", name, err)
	}
	return &service.Planning{Roads: graph, RoadsVersion: graph.Hash()}, nil
}
