package credit

import "math"

// PointsLine is one line of a printed card: an attribute of a characteristic with the points it gives.
type PointsLine struct {
	Characteristic string  `json:"characteristic"`
	Attribute      string  `json:"attribute"`
	Points         int     `json:"points"`
	Cases          int     `json:"cases"`
	BadRate        float64 `json:"bad_rate"`
	WOE            float64 `json:"woe"`
	Neutral        int     `json:"neutral"` // points of the mean case, against which reasons may be read (Siddiqi 2006, chapter 6)
}

// PointsTable prints a card as a table of whole points: base points that everybody has, and one line an attribute. Its sum
// over a case's attributes is the card's score before calibration, within half a point a line; pairs have lines of their
// own. ok is false for a model without a card, or where trees speak beside it.
func (m *Model) PointsTable() (base int, lines []PointsLine, ok bool) {
	if m.Card == nil || m.Kind != ScoreCard {
		return 0, nil, false
	}
	factor := m.Points.Factor()
	points := func(adds float64) int { return int(math.Round(-factor * m.CardPart * adds)) }
	base = int(math.Round(m.Points.Offset() - factor*(m.Shift+m.CardPart*m.Card.Intercept)))
	for _, p := range m.Card.Parts {
		total := 0
		neutral := 0.0
		for k, b := range p.Binning.Bins {
			total += b.Goods + b.Bads
			neutral += float64(b.Goods+b.Bads) * p.Adds[k]
		}
		for k, b := range p.Binning.Bins {
			n := b.Goods + b.Bads
			lines = append(lines, PointsLine{
				Characteristic: p.Binning.Feature, Attribute: b.Label, Points: points(p.Adds[k]), Cases: n,
				BadRate: float64(b.Bads) / math.Max(1, float64(n)), WOE: b.WOE, Neutral: points(neutral / math.Max(1, float64(total))),
			})
		}
	}
	for _, x := range m.Card.Crosses {
		a, b := m.Card.Parts[x.A].Binning, m.Card.Parts[x.B].Binning
		for i, row := range x.Adds {
			for j, adds := range row {
				if v := points(adds); v != 0 {
					lines = append(lines, PointsLine{
						Characteristic: a.Feature + " × " + b.Feature, Attribute: a.Bins[i].Label + ", " + b.Bins[j].Label, Points: v,
					})
				}
			}
		}
	}
	return base, lines, true
}
