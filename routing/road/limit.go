package road

import (
	"strconv"
	"strings"
)

// limits are the sizes and weights that a sign allows, 0 where there is none.
type limits struct {
	heightM, widthM, lengthM, weightT, axleT float64
	hazmat                                   bool // hazardous goods are forbidden
}

func (l *limits) read(t tag) {
	switch t.key {
	case "maxheight", "maxheight:physical":
		l.heightM = tighter(l.heightM, metres(t.value))
	case "maxwidth", "maxwidth:physical":
		l.widthM = tighter(l.widthM, metres(t.value))
	case "maxlength":
		l.lengthM = tighter(l.lengthM, metres(t.value))
	case "maxweight", "maxweightrating", "maxweightrating:hgv":
		l.weightT = tighter(l.weightT, tonnes(t.value))
	case "maxaxleload":
		l.axleT = tighter(l.axleT, tonnes(t.value))
	case "hazmat":
		l.hazmat = l.hazmat || t.value == "no"
	}
}

func tighter(a, b float64) float64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// fit says whether the profile's vehicle is within the limits.
func (l *limits) fit(p *Profile) bool {
	within := func(size, most float64) bool { return size == 0 || most == 0 || size <= most }
	return within(p.HeightM, l.heightM) && within(p.WidthM, l.widthM) && within(p.LengthM, l.lengthM) &&
		within(p.WeightT, l.weightT) && within(p.AxleLoadT, l.axleT) && !(l.hazmat && p.Hazardous)
}

// metres reads "3.5", "3.5 m", "12'6\"" and "12 ft"; 0 when it is none of these, as "default" or "below_default".
func metres(text string) float64 {
	const foot, inch = 0.3048, 0.0254
	text = strings.TrimSpace(text)
	if feet, rest, ok := strings.Cut(text, "'"); ok {
		f := positive(feet)
		if rest = strings.TrimSuffix(strings.TrimSpace(rest), `"`); rest != "" {
			return f*foot + positive(rest)*inch
		}
		return f * foot
	}
	if feet, ok := strings.CutSuffix(text, "ft"); ok {
		return positive(feet) * foot
	}
	return positive(strings.TrimSuffix(text, "m"))
}

// tonnes reads "7.5", "7.5 t", "3500 kg" and "5 st" (short tons); 0 when it is none of these.
func tonnes(text string) float64 {
	text = strings.TrimSpace(text)
	if kg, ok := strings.CutSuffix(text, "kg"); ok {
		return positive(kg) / 1000
	}
	if short, ok := strings.CutSuffix(text, "st"); ok {
		return positive(short) * 0.90718474
	}
	return positive(strings.TrimSuffix(text, "t"))
}

func positive(text string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(v > 0 && v < 10_000) {
		return 0
	}
	return v
}
