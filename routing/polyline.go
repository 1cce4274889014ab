package routing

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// EncodePolyline writes points of longitude and latitude in Google's Encoded Polyline Algorithm Format: differences of
// latitude and longitude in units of 1/unitsPerDegree (1e5 for "polyline", 1e6 for "polyline6"), zigzag, in groups of five
// bits from the least. Every point is written, also one that falls on the point before it.
func EncodePolyline[P ~[2]float64](line []P, unitsPerDegree float64) string {
	var out []byte
	put := func(v int64) {
		u := uint64(v) << 1
		if v < 0 {
			u = ^u
		}
		for u >= 0x20 {
			out = append(out, byte(0x20|u&0x1f)+63)
			u >>= 5
		}
		out = append(out, byte(u)+63)
	}
	var lat, lon int64
	for _, p := range line {
		y, x := int64(math.Round(p[1]*unitsPerDegree)), int64(math.Round(p[0]*unitsPerDegree))
		put(y - lat)
		put(x - lon)
		lat, lon = y, x
	}
	return string(out)
}

// DecodePolyline reads what EncodePolyline writes. The error names the letter that cannot be, counted from 1, or says that
// a point lies off the globe.
func DecodePolyline(text string, unitsPerDegree float64) (orb.LineString, error) {
	var line orb.LineString
	var at [2]int64 // latitude, longitude
	for k := 0; k < len(text); {
		for c := range at {
			var u uint64
			for shift, more := 0, true; more; shift += 5 {
				if k >= len(text) || text[k] < 63 || text[k] > 126 || shift > 60 {
					return nil, fmt.Errorf("the polyline is damaged at letter %d", k+1)
				}
				x := uint64(text[k] - 63)
				k++
				u |= x & 0x1f << shift
				more = x >= 0x20
			}
			at[c] += int64(u>>1) ^ -int64(u&1)
		}
		p := orb.Point{float64(at[1]) / unitsPerDegree, float64(at[0]) / unitsPerDegree}
		if !(math.Abs(p[0]) <= 180) || !(math.Abs(p[1]) <= 90) {
			return nil, fmt.Errorf("the polyline leaves the globe at letter %d", k)
		}
		line = append(line, p)
	}
	return line, nil
}
