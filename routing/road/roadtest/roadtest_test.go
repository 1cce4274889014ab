package roadtest_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/paulmach/orb"

	"quartermaster/routing/road"
	"quartermaster/routing/road/roadtest"
)

// What is written is read: a triangle of streets with its names, a barrier and a restriction.
func TestEncode(t *testing.T) {
	t.Parallel()
	nodes := []roadtest.Node{{ID: 1, At: orb.Point{-9.5, -47}}, {ID: 2, At: orb.Point{-9.49, -47}}, {ID: 3, At: orb.Point{-9.5, -46.99}},
		{ID: 4, At: orb.Point{-9.48, -47}, Tags: []roadtest.Tag{{Key: "barrier", Value: "bollard"}}}}
	street := []roadtest.Tag{{Key: "highway", Value: "residential"}, {Key: "name", Value: "Rue 1"}}
	ways := []roadtest.Way{{Refs: []int64{1, 2}, Tags: street}, {Refs: []int64{2, 3}, Tags: street}, {Refs: []int64{3, 1}, Tags: street}, {Refs: []int64{2, 4}, Tags: street}}
	g, report, err := road.Read(context.Background(), bytes.NewReader(roadtest.Encode(nodes, ways, roadtest.Restriction("no_left_turn", 1, 2, 2))), road.Van())
	if err != nil {
		t.Fatal(err)
	}
	if report.Points != 4 || report.Ways != 4 || report.Barriers != 1 || report.Restrictions != 1 {
		t.Errorf("%+v", report)
	}
	if place, ok := g.Snap(orb.Point{-9.495, -47}); !ok || g.Street(place.Edge) != "Rue 1" {
		t.Errorf("%+v", place)
	}
}
