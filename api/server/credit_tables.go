package server

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"quartermaster/api"
	"quartermaster/finance/credit"
	"quartermaster/internal/service"
)

// Limits of a table of cases beyond those of its tags.
const (
	maxCreditCells = 20_000_000
	maxCreditBody  = 256 << 20
)

// checkTable names what is wrong with a table of cases at a place of a body, and tells how many cases it has.
func checkTable(wrong *fieldErrors, t *api.CreditTable, place string) (cases int) {
	seen := map[string]bool{}
	cells := 0
	for j := range t.Columns {
		c := &t.Columns[j]
		n := max(len(c.Numbers), len(c.Words))
		if j == 0 {
			cases = n
		}
		cells += n
		switch {
		case seen[c.Name]:
			wrong.add(c.Name, "stands twice", "%s.columns[%d].name", place, j)
		case len(c.Numbers) > 0 && len(c.Words) > 0:
			wrong.add(c.Name, "give either numbers or words", "%s.columns[%d]", place, j)
		case n == 0:
			wrong.add(c.Name, "holds no case", "%s.columns[%d]", place, j)
		case n != cases:
			wrong.add(n, fmt.Sprintf("holds another number of cases than the first column, which has %d", cases), "%s.columns[%d]", place, j)
		}
		seen[c.Name] = true
	}
	if cells > maxCreditCells {
		wrong.add(cells, fmt.Sprintf("are too many cells: %d at most", maxCreditCells), "%s.columns", place)
	}
	return cases
}

// checkOutcomes names what is wrong with the outcomes of so many cases.
func checkOutcomes(wrong *fieldErrors, outcomes []int, cases int) {
	if len(outcomes) != cases {
		wrong.add(len(outcomes), fmt.Sprintf("give one for each of the %d cases", cases), "outcomes")
	}
	bads := 0
	for i, v := range outcomes {
		if v != 0 && v != 1 {
			wrong.add(v, "is no outcome: want 1 for bad, 0 for good", "outcomes[%d]", i)
		}
		bads += v
	}
	if len(outcomes) > 0 && (bads == 0 || bads == len(outcomes)) {
		wrong.add(bads, "both outcomes are needed: all cases have the same", "outcomes")
	}
}

// frameOf is a table as the models take it; its numbers are finite, since JSON has no others.
func frameOf(t *api.CreditTable) credit.Frame {
	f := make(credit.Frame, len(t.Columns))
	for j := range t.Columns {
		c := &t.Columns[j]
		f[j] = credit.Column{Name: c.Name, Words: c.Words}
		if len(c.Words) > 0 {
			continue
		}
		f[j].Words, f[j].Numbers = nil, make([]float64, len(c.Numbers))
		for i, x := range c.Numbers {
			f[j].Numbers[i] = math.NaN()
			if x != nil {
				f[j].Numbers[i] = *x
			}
		}
	}
	return f
}

func outcomesOf(outcomes []int) []float64 {
	y := make([]float64, len(outcomes))
	for i, v := range outcomes {
		y[i] = float64(v)
	}
	return y
}

// creditModel reads a stored model; none of the name and version is named as a wrong field.
func (w *Work) creditModel(ctx context.Context, wrong *fieldErrors, name string, version int, place string) (*credit.Model, service.CreditModel, error) {
	if name == service.WarningModel {
		wrong.add(name, "looks months ahead at suppliers by their records and scores no table; supplier risks show what it says", "model")
		return nil, service.CreditModel{}, nil
	}
	stored, err := w.Planning.Credit.CreditModel(ctx, w.Tenant, name, version)
	if errors.Is(err, service.ErrNotFound) {
		if version > 0 {
			wrong.add(version, "there is no such version of the model "+name, "%s", place)
		} else {
			wrong.add(name, "no model of this name is stored", "model")
		}
		return nil, stored, nil
	}
	if err != nil {
		return nil, stored, err
	}
	m, err := service.ReadCreditModel(stored)
	return m, stored, err
}

// checkColumns names the columns that a model reads and a table lacks, or has as the other kind.
func checkColumns(wrong *fieldErrors, m *credit.Model, t *api.CreditTable) {
	words := map[string]bool{}
	for j := range t.Columns {
		words[t.Columns[j].Name] = len(t.Columns[j].Words) > 0
	}
	for _, f := range m.Features {
		isWords, known := words[f.Name]
		switch {
		case !known:
			wrong.add(f.Name, "the model reads this column and the table lacks it", "cases.columns")
		case isWords != (f.Levels != nil):
			wrong.add(f.Name, "the model learned this column as "+map[bool]string{true: "words", false: "numbers"}[f.Levels != nil], "cases.columns")
		}
	}
}

// caseName is the caller's name of a case, or its number from 1.
func caseName(ids []string, i int) string {
	if len(ids) > 0 {
		return ids[i]
	}
	return strconv.Itoa(i + 1)
}

func measureWords(m credit.Measures) api.CreditMeasures {
	return api.CreditMeasures{Cases: m.N, Bads: m.Bads, AUC: m.AUC, KS: m.KS, Brier: m.Brier, ECE: m.ECE, HMeasure: m.HMeasure}
}
