package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"quartermaster/internal/history"
	"quartermaster/internal/intake"
	"quartermaster/internal/service"
)

// maxSalesRows bounds one upload of sales history; a million rows take about 60 MB while they are read.
const maxSalesRows = 5_000_000

// salesTaker takes uploads of sales history: the stream is put aside in a file, so that only its rows are ever in memory.
type salesTaker struct {
	app *App
	one slot
}

// slot lets one at a time through.
type slot struct{ taken chan struct{} }

// TakeSales is part of server.SalesTaker. Uploads are read one after the other.
func (t *salesTaker) TakeSales(ctx context.Context, tenant string, body io.Reader, maxBadRows int) (service.SalesReceipt, error) {
	file, err := os.CreateTemp("", "quartermaster-sales-*")
	if err != nil {
		return service.SalesReceipt{}, fmt.Errorf("put the upload aside: %w", err)
	}
	defer func() {
		_ = file.Close()           // what it held is read
		_ = os.Remove(file.Name()) // the system's own folder is swept
	}()
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, hash), body)
	if err != nil {
		return service.SalesReceipt{}, fmt.Errorf("read the upload: %w", err)
	}
	if size == 0 {
		return service.SalesReceipt{}, &service.UploadError{Sentence: "the upload is empty"}
	}
	return t.read(ctx, tenant, file.Name(), hex.EncodeToString(hash.Sum(nil)), maxBadRows)
}

func (t *salesTaker) read(ctx context.Context, tenant, path, contentHash string, maxBadRows int) (service.SalesReceipt, error) {
	select {
	case t.one.taken <- struct{}{}:
		defer func() { <-t.one.taken }()
	case <-ctx.Done():
		return service.SalesReceipt{}, ctx.Err()
	}
	lines, report, err := intake.Read(ctx, []intake.Source{{Name: "upload", Path: path}}, intake.Options{MaxBadRows: maxBadRows, MaxRows: maxSalesRows})
	var bad *intake.InputError
	if errors.As(err, &bad) {
		return service.SalesReceipt{}, uploadError(bad, report)
	}
	if err != nil {
		return service.SalesReceipt{}, err
	}
	books, err := history.Clean(ctx, lines, history.Rules{})
	if err != nil {
		return service.SalesReceipt{}, &service.UploadError{Sentence: err.Error()}
	}
	importing := service.Importing{Facts: t.app.Store}
	return importing.AddSales(ctx, tenant, "upload", contentHash, books, service.SalesReceipt{BadRows: report.BadRows, Problems: problems(report)})
}

func problems(report intake.Report) []service.RowProblem {
	var out []service.RowProblem
	for _, p := range report.Examples {
		out = append(out, service.RowProblem{Row: p.Row, Column: p.Column, Code: p.Code, Sentence: p.Sentence})
	}
	return out
}

func uploadError(bad *intake.InputError, report intake.Report) error {
	out := &service.UploadError{Sentence: bad.Error(), Problems: problems(report)}
	if len(out.Problems) == 0 {
		p := bad.First
		out.Problems = []service.RowProblem{{Row: p.Row, Column: p.Column, Code: p.Code, Sentence: p.Sentence}}
	}
	return out
}
