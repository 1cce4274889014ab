package network

import (
	"context"
	"fmt"
	"math"

	"quartermaster/internal/rng"
)

// Place is a customer on the globe with the weight of its demand.
type Place struct {
	Lon, Lat float64 // degrees
	Weight   float64 // ≥ 0
}

// Centre is a place for a site where nothing stands yet.
type Centre struct {
	Lon, Lat float64
	Serves   []int // places nearest to it
	WeightKm float64
}

const (
	earthKm       = 6371.0088
	centreStarts  = 12
	centreRounds  = 100
	weiszfeldStep = 60
)

// KmBetween is the great-circle distance in kilometres (haversine).
func KmBetween(lonA, latA, lonB, latB float64) float64 {
	const rad = math.Pi / 180
	dLat, dLon := (latB-latA)*rad/2, (lonB-lonA)*rad/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(latA*rad)*math.Cos(latB*rad)*math.Sin(dLon)*math.Sin(dLon)
	return 2 * earthKm * math.Asin(math.Sqrt(math.Min(1, h)))
}

// Greenfield gives n centres of gravity for customers: places to start a study from, with the least sum of weight × kilometres that
// alternating between nearest places and Weiszfeld's (1937) median of each group reaches from several starts drawn from seed
// (Cooper 1964). It is a good start and no proof.
func Greenfield(ctx context.Context, places []Place, n int, seed uint64) ([]Centre, error) {
	if n < 1 || n > len(places) || len(places) > 200_000 {
		return nil, fmt.Errorf("network: %d centres for %d places; want 1 up to their number, of at most 200,000", n, len(places))
	}
	for i, p := range places {
		if !(p.Lon >= -180 && p.Lon <= 180 && p.Lat >= -90 && p.Lat <= 90) || !(p.Weight >= 0) || math.IsInf(p.Weight, 1) {
			return nil, fmt.Errorf("network: place %d: %v, %v with weight %v makes no sense", i, p.Lon, p.Lat, p.Weight)
		}
	}
	var best []Centre
	least := math.Inf(1)
	for start := range centreStarts {
		centres := seedCentres(places, n, rng.New(seed, "greenfield", fmt.Sprint(start)).Float64)
		last := math.Inf(1)
		for range centreRounds {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			total := assignCentres(places, centres)
			if total < least {
				least, best = total, cloneCentres(centres)
			}
			if last-total <= 1e-9*total {
				break
			}
			last = total
			for k := range centres {
				centres[k].median(places)
			}
		}
	}
	return best, nil
}

// seedCentres draws the first centres far from each other (Arthur & Vassilvitskii 2007).
func seedCentres(places []Place, n int, draw func() float64) []Centre {
	far := make([]float64, len(places))
	for i := range far {
		far[i] = 1
	}
	var out []Centre
	for range n {
		sum := 0.0
		for i, p := range places {
			sum += far[i] * (p.Weight + 1e-12)
		}
		u, at := draw()*sum, len(places)-1
		for i, p := range places {
			if u -= far[i] * (p.Weight + 1e-12); u <= 0 {
				at = i
				break
			}
		}
		out = append(out, Centre{Lon: places[at].Lon, Lat: places[at].Lat})
		for i, p := range places {
			km := KmBetween(p.Lon, p.Lat, places[at].Lon, places[at].Lat)
			if len(out) == 1 || km < far[i] {
				far[i] = km
			}
		}
	}
	return out
}

func assignCentres(places []Place, centres []Centre) float64 {
	total := 0.0
	for k := range centres {
		centres[k].Serves, centres[k].WeightKm = centres[k].Serves[:0], 0
	}
	for i, p := range places {
		at, least := 0, math.Inf(1)
		for k, c := range centres {
			if km := KmBetween(p.Lon, p.Lat, c.Lon, c.Lat); km < least {
				at, least = k, km
			}
		}
		centres[at].Serves = append(centres[at].Serves, i)
		centres[at].WeightKm += p.Weight * least
		total += p.Weight * least
	}
	return total
}

func cloneCentres(in []Centre) []Centre {
	out := make([]Centre, len(in))
	for k, c := range in {
		out[k] = c
		out[k].Serves = append([]int(nil), c.Serves...)
	}
	return out
}

// median moves a centre to the weighted median of its places, on the plane that touches the globe there.
func (c *Centre) median(places []Place) {
	for range weiszfeldStep {
		shrink := math.Cos(c.Lat * math.Pi / 180)
		var x, y, weight float64
		for _, i := range c.Serves {
			p := places[i]
			dx, dy := p.Lon-c.Lon, p.Lat-c.Lat
			if dx > 180 {
				dx -= 360
			} else if dx < -180 {
				dx += 360
			}
			w := p.Weight / math.Max(1e-9, math.Hypot(dx*shrink, dy))
			x, y, weight = x+w*dx, y+w*dy, weight+w
		}
		if weight == 0 {
			return
		}
		c.Lon, c.Lat = c.Lon+x/weight, math.Max(-90, math.Min(90, c.Lat+y/weight))
		if c.Lon > 180 {
			c.Lon -= 360
		} else if c.Lon < -180 {
			c.Lon += 360
		}
		if math.Abs(x/weight)+math.Abs(y/weight) < 1e-9 {
			return
		}
	}
}
