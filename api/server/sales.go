package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// SalesTaker takes uploads of sales history.
type SalesTaker interface {
	// TakeSales reads order lines (CSV, NDJSON or Parquet, told by content) as a stream and replaces the histories of their
	// items on the days they cover. An *service.UploadError says what is wrong with the upload; nothing of it is kept then.
	TakeSales(ctx context.Context, tenant string, body io.Reader, maxBadRows int) (service.SalesReceipt, error)
}

// Limits of an upload.
const (
	maxUploadBytes = 1 << 30
	uploadTime     = 10 * time.Minute
)

func (s *Server) registerSales() {
	op := operation("upload-sales", http.MethodPost, "/v1/sales-history", "Upload sales history", "sales", service.ScopeFactsWrite, 400, 408, 409, 413, 415)
	op.Description = "Order lines as CSV (with a header), NDJSON or Parquet, read as a stream; the columns are found by their usual names: invoice, item, quantity, date, price, and where known customer, description and country. " +
		"Cancellations are taken off what they cancel, postage and the like are set aside, and every row is accounted for in the answer. " +
		"The history of each item is replaced on the days from the first to the last sale of the upload and kept on all others. The same content again changes nothing."
	op.MaxBodyBytes, op.DefaultStatus = maxUploadBytes, http.StatusCreated
	bad := 0.0
	op.Parameters = []*huma.Param{{
		Name: "max_bad_rows", In: "query", Description: "Rows that may be unreadable before the upload is refused; those tolerated are counted", Schema: &huma.Schema{Type: "integer", Minimum: &bad, Default: 0},
	}}
	file := &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"text/csv": file, "application/x-ndjson": file, "application/vnd.apache.parquet": file}}
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.SalesReceipt](), true, "")
	receipt := func(text string) *huma.Response {
		return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	}
	op.Responses = map[string]*huma.Response{"200": receipt("The same content was uploaded before")}
	s.raw(op, receipt("Created"), s.uploadSales)
}

func (s *Server) uploadSales(w http.ResponseWriter, r *http.Request) {
	tolerated := 0
	if text := r.URL.Query().Get("max_bad_rows"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			p := newProblem(http.StatusUnprocessableEntity, api.CodeInvalid, "validation failed")
			p.Errors = []api.FieldError{{Location: "query.max_bad_rows", Message: "want a number of rows, 0 or more", Value: text}}
			s.refuse(w, r, p)
			return
		}
		tolerated = n
	}
	// An upload takes longer than other requests.
	ctl := http.NewResponseController(w)
	_ = ctl.SetReadDeadline(time.Now().Add(uploadTime)) // where it cannot be set, the server's own holds
	_ = ctl.SetWriteDeadline(time.Now().Add(uploadTime + time.Minute))
	receipt, err := s.options.Sales.TakeSales(r.Context(), s.tenant(r.Context()), http.MaxBytesReader(w, r.Body, maxUploadBytes), tolerated)
	var upload *service.UploadError
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &upload):
		s.refuse(w, r, wrongUpload(upload))
		return
	case errors.As(err, &long):
		s.refuse(w, r, newProblem(http.StatusRequestEntityTooLarge, api.CodeTooLarge, "the upload is longer than 1 GiB; send it in parts"))
		return
	case err != nil:
		s.refuse(w, r, err)
		return
	}
	status := http.StatusOK
	if receipt.Fresh {
		status = http.StatusCreated
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(salesWords(receipt)) // a broken connection has nobody to tell
}

// wrongUpload names the rows that keep an upload from being taken.
func wrongUpload(e *service.UploadError) error {
	p := newProblem(http.StatusUnprocessableEntity, api.CodeInvalid, e.Error())
	for _, x := range e.Problems {
		place := "body"
		if x.Row > 0 {
			place += "[" + strconv.Itoa(x.Row) + "]"
		}
		if x.Column != "" {
			place += "." + x.Column
		}
		p.Errors = append(p.Errors, api.FieldError{Location: place, Message: x.Sentence})
	}
	return p
}

func salesWords(r service.SalesReceipt) api.SalesReceipt {
	out := api.SalesReceipt{
		ID: r.ImportID, Fresh: r.Fresh, Rows: r.Rows, Kept: r.Kept, SetAside: r.SetAside, BadRows: r.BadRows, Items: r.Items,
	}
	if r.Kept > 0 {
		out.FromDate, out.ToDate = dateOf(r.FirstDay), dateOf(r.LastDay)
	}
	for _, x := range r.Problems {
		out.Problems = append(out.Problems, api.RowProblem{Row: x.Row, Column: x.Column, Code: x.Code, Sentence: x.Sentence})
	}
	return out
}
