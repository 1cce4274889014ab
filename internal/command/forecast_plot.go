package command

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"os"
	"strings"

	"quartermaster/forecast/combine"
	"quartermaster/internal/intake"
)

// Sizes of a plot in pixels; mostPlots series are drawn, of each the last rounds of history.
const (
	plotWide, plotHigh = 520.0, 190.0
	plotLeft, plotTop  = 56.0, 28.0
	mostPlots          = 12
	plotHistory        = 120
)

// writePlot draws the first series with their bands, two abreast.
func writePlot(path string, table *intake.Demand, answers []combine.Outlook) error {
	n := min(len(answers), mostPlots)
	var b bytes.Buffer
	rows := (n + 1) / 2
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" font-size=\"11\">\n", 2*plotWide, float64(rows)*plotHigh)
	fmt.Fprintf(&b, "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n")
	for i := range n {
		fmt.Fprintf(&b, "<g transform=\"translate(%.0f %.0f)\">\n", float64(i%2)*plotWide, float64(i/2)*plotHigh)
		drawSeries(&b, table, &table.Series[i], answers[i])
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return os.WriteFile(path, b.Bytes(), 0o644)
}

func drawSeries(b *bytes.Buffer, table *intake.Demand, s *intake.DemandSeries, a combine.Outlook) {
	history := s.Values[max(0, len(s.Values)-plotHistory):]
	low95, high95, low80, high80 := band(a, 0.025), band(a, 0.975), band(a, 0.1), band(a, 0.9)
	top, bottom := 1e-9, 0.0
	for _, row := range [][]float64{history, high95, low95, a.Mean} {
		for _, v := range row {
			if !math.IsNaN(v) {
				top, bottom = max(top, v), min(bottom, v)
			}
		}
	}
	steps := float64(max(len(history)+len(a.Mean)-1, 1))
	x := func(i int) float64 { return plotLeft + (plotWide-plotLeft-16)*float64(i)/steps }
	y := func(v float64) float64 {
		return plotTop + (plotHigh-plotTop-28)*(top-v)/(top-bottom)
	}
	name := s.ID
	if name == "" {
		name = "all"
	}
	fmt.Fprintf(b, "<text x=\"%.0f\" y=\"16\" font-weight=\"bold\">%s</text><text x=\"%.0f\" y=\"16\" text-anchor=\"end\" fill=\"#666\">%s, %s</text>\n",
		plotLeft, html.EscapeString(name), plotWide-16, html.EscapeString(a.Method), a.Status)
	for _, v := range []float64{bottom, (bottom + top) / 2, top} {
		fmt.Fprintf(b, "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/><text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\" fill=\"#666\">%.4g</text>\n",
			plotLeft, plotWide-16, y(v), y(v), plotLeft-6, y(v)+4, v)
	}
	n := len(history)
	for _, shade := range []struct {
		low, high []float64
		colour    string
	}{{low95, high95, "#dbe9f6"}, {low80, high80, "#a9cbe8"}} {
		var points []string
		for h, v := range shade.high {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(n+h), y(v)))
		}
		for h := len(shade.low) - 1; h >= 0; h-- {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(n+h), y(shade.low[h])))
		}
		fmt.Fprintf(b, "<polygon points=\"%s\" fill=\"%s\"/>\n", strings.Join(points, " "), shade.colour)
	}
	line(b, history, 0, x, y, "#444")
	line(b, a.Mean, n, x, y, "#0b62a4")
	fmt.Fprintf(b, "<text x=\"%.0f\" y=\"%.0f\" fill=\"#666\">%s</text><text x=\"%.0f\" y=\"%.0f\" text-anchor=\"end\" fill=\"#666\">%s</text>\n",
		plotLeft, plotHigh-12, table.After(s, -n).Format("2006-01-02"), plotWide-16, plotHigh-12, table.After(s, len(a.Mean)-1).Format("2006-01-02"))
}

// line draws values from step from on, broken where one is not observed.
func line(b *bytes.Buffer, values []float64, from int, x func(int) float64, y func(float64) float64, colour string) {
	var path strings.Builder
	pen := "M"
	for i, v := range values {
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", pen, x(from+i), y(v))
		pen = "L"
	}
	fmt.Fprintf(b, "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n", path.String(), colour)
}
