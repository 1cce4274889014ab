package osrm

import (
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// Google's encoded polyline: differences of latitude and longitude, scaled, zigzag, in groups of five bits from the least.

func encodePolyline(line orb.LineString, scale float64) string {
	var b strings.Builder
	var last [2]int64
	put := func(v int64) {
		u := uint64(v << 1)
		if v < 0 {
			u = ^u
		}
		for u >= 0x20 {
			b.WriteByte(byte(0x20|u&0x1f) + 63)
			u >>= 5
		}
		b.WriteByte(byte(u) + 63)
	}
	for _, p := range line {
		now := [2]int64{int64(math.Round(p[1] * scale)), int64(math.Round(p[0] * scale))}
		put(now[0] - last[0])
		put(now[1] - last[1])
		last = now
	}
	return b.String()
}

func decodePolyline(text string, scale float64) ([]orb.Point, error) {
	var all []orb.Point
	var at [2]int64
	for k := 0; k < len(text); {
		for c := range at {
			var u uint64
			shift := 0
			for {
				if k >= len(text) || text[k] < 63 || text[k] > 126 || shift > 60 {
					return nil, refuse(codeQuery, "the polyline is damaged at letter %d", k+1)
				}
				x := uint64(text[k] - 63)
				k++
				u |= x & 0x1f << shift
				shift += 5
				if x < 0x20 {
					break
				}
			}
			at[c] += int64(u>>1) ^ -int64(u&1)
		}
		p := orb.Point{float64(at[1]) / scale, float64(at[0]) / scale}
		if !(math.Abs(p[0]) <= 180) || !(math.Abs(p[1]) <= 90) {
			return nil, refuse(codeQuery, "the polyline leaves the globe")
		}
		all = append(all, p)
	}
	return all, nil
}
