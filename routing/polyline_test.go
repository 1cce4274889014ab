package routing_test

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"quartermaster/routing"
)

// The example of Google's "Encoded Polyline Algorithm Format", there and back.
func TestPolylineExample(t *testing.T) {
	t.Parallel()
	line := orb.LineString{{-120.2, 38.5}, {-120.95, 40.7}, {-126.453, 43.252}}
	const want = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
	if got := routing.EncodePolyline(line, 1e5); got != want {
		t.Errorf("%q", got)
	}
	back, err := routing.DecodePolyline(want, 1e5)
	if err != nil || !slices.Equal(back, line) {
		t.Errorf("%v, %v", back, err)
	}
}

// Whatever is read can be written and read again; what cannot be read says where.
func FuzzDecodePolyline(f *testing.F) {
	f.Add("_p~iF~ps|U_ulLnnqC_mqNvxq`@")
	f.Add("~~~~~~~~~~~~~~~~")
	f.Add("_p~iF")
	f.Fuzz(func(t *testing.T, text string) {
		line, err := routing.DecodePolyline(text, 1e6)
		if err != nil {
			return
		}
		back, err := routing.DecodePolyline(routing.EncodePolyline(line, 1e6), 1e6)
		if err != nil || !slices.Equal(back, line) {
			t.Errorf("%v became %v (%v)", line, back, err)
		}
	})
}
