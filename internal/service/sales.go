package service

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"quartermaster/forecast"
	"quartermaster/internal/history"
)

// SalesReceipt says what became of an upload of sales history.
type SalesReceipt struct {
	ImportID          string `json:"-"`
	Fresh             bool   `json:"-"` // false: the same content was in before
	Rows, Kept        int64
	SetAside          map[string]int
	BadRows           int
	Problems          []RowProblem // the first of the bad rows
	Items             int
	FirstDay, LastDay int // of the sales, days since 1970-01-01
}

// RowProblem is one row that could not be read.
type RowProblem struct {
	Row            int
	Column         string
	Code, Sentence string
}

// UploadError refuses an upload. Nothing of it is kept.
type UploadError struct {
	Sentence string
	Problems []RowProblem
}

func (e *UploadError) Error() string { return e.Sentence }

// salesImport begins the content hashes of uploads of sales, which are no takeovers.
const salesImport = "sales:"

// AddSales replaces the histories of the books' items on the days that the books cover. The same content is taken once.
func (im *Importing) AddSales(ctx context.Context, tenant, source, contentHash string, books *history.Books, r SalesReceipt) (SalesReceipt, error) {
	r.Rows, r.Kept, r.Items = int64(books.Report.Rows), int64(books.Report.Kept), len(books.Items)
	r.FirstDay, r.LastDay, r.SetAside = books.FirstDay, books.LastDay, map[string]int{}
	for _, x := range books.Report.SetAside {
		r.SetAside[x.Code] = x.Rows
	}
	report, err := json.Marshal(r)
	if err != nil {
		return r, fmt.Errorf("write the upload's report: %w", err)
	}
	imp, fresh, err := im.Facts.SaveImport(ctx, tenant, ImportBatch{
		Import: Import{Source: source, ContentHash: salesImport + contentHash, Rows: r.Rows, SetAside: r.Rows - r.Kept, Report: report},
		Sales:  books.Sales, MergeSales: true,
	})
	r.ImportID, r.Fresh = imp.ID, fresh
	return r, err
}

// MergeSeries puts the days of new over those of old; days between the two were not observed.
func MergeSeries(old, new forecast.Series) forecast.Series {
	switch {
	case len(old.Values) == 0:
		return new
	case len(new.Values) == 0:
		return old
	}
	start := min(old.StartDay, new.StartDay)
	end := max(old.StartDay+len(old.Values), new.StartDay+len(new.Values))
	out := forecast.Series{ID: new.ID, StartDay: start, Values: make([]float64, end-start)}
	for i := range out.Values {
		out.Values[i] = math.NaN()
	}
	copy(out.Values[old.StartDay-start:], old.Values)
	copy(out.Values[new.StartDay-start:], new.Values)
	return out
}
