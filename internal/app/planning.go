package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"quartermaster/internal/roads"
	"quartermaster/internal/sample"
	"quartermaster/internal/service"
	"quartermaster/routing/road"
)

// LoadPlanning makes the main use case with the streets that vehicles drive on: those of the configured extract, else
// those that ship with the program. With a home folder their graph is built once, kept there and mapped into memory by every
// process, as long as it runs; without one it is built in memory. "straight" and "straight:1.3" stand for no streets: straight
// lines, drawn out by what was calibrated, or by the factor given.
func LoadPlanning(ctx context.Context, streets, home string) (*service.Planning, error) {
	if Straight(streets) {
		return straightPlanning(streets)
	}
	name, data := sample.StreetsName, sample.Streets()
	if streets != "" {
		var err error
		if data, err = os.ReadFile(streets); err != nil {
			return nil, fmt.Errorf("open the street extract: %w", err)
		}
		name = streets
	}
	if home != "" {
		file, note, err := roads.Load(ctx, data, road.Van(), filepath.Join(home, "roads"), road.Options{Workers: 1})
		if note != "" {
			slog.WarnContext(ctx, "the graph of the streets was built anew", "reason", note)
		}
		if err == nil {
			return &service.Planning{Roads: file.Graph, RoadsVersion: file.Graph.Hash()}, nil
		}
		if !os.IsPermission(err) { // a home that may not be written to keeps nobody from planning
			return nil, fmt.Errorf("read the streets of %s: %w", name, err)
		}
	}
	graph, _, err := road.Read(ctx, bytes.NewReader(data), road.Van())
	if err != nil {
		return nil, fmt.Errorf("read the streets of %s: %w", name, err)
	}
	return &service.Planning{Roads: graph, RoadsVersion: graph.Hash()}, nil
}

// straight is what the setting of the streets says where there are none.
const straight = "straight"

// Straight says that a setting of the streets stands for none.
func Straight(setting string) bool {
	return setting == straight || strings.HasPrefix(setting, straight+":")
}

func straightPlanning(setting string) (*service.Planning, error) {
	var line road.Straight
	if text := strings.TrimPrefix(setting, straight); text != "" {
		f, err := strconv.ParseFloat(text[1:], 64)
		if err != nil || !(f >= 1 && f <= 5) {
			return nil, fmt.Errorf("streets: %q: the detour factor is a number from 1 to 5, as in straight:1.3", setting)
		}
		line.Detour = f
	}
	return &service.Planning{Straight: line, RoadsVersion: line.Version()}, nil
}
