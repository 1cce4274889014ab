package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// problem is api.Problem as huma wants its errors.
type problem struct{ api.Problem }

func (p *problem) Error() string { return p.Detail }

// GetStatus is part of huma.StatusError.
func (p *problem) GetStatus() int { return p.Status }

// ContentType is part of huma.ContentTypeFilter.
func (p *problem) ContentType(string) string { return api.ProblemMediaType }

// newProblem makes a problem of one code.
func newProblem(status int, code api.Code, detail string) *problem {
	return &problem{api.Problem{
		Type: api.TypePrefix + string(code), Title: http.StatusText(status), Status: status, Code: code, Detail: detail,
	}}
}

// init makes huma's own errors, about wrong fields and bodies, ours too: that function is the one place it offers.
func init() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		p := newProblem(status, api.CodeOf(status), msg)
		for _, err := range errs {
			if bad := new(errBody); errors.As(err, &bad) { // huma takes it for our own fault
				return newProblem(bad.status, api.CodeOf(bad.status), bad.text)
			}
			if len(p.Errors) == maxToldErrors {
				break
			}
			var detail huma.ErrorDetailer
			switch {
			case err == nil:
			case errors.As(err, &detail):
				d := detail.ErrorDetail()
				p.Errors = append(p.Errors, api.FieldError{Location: d.Location, Message: d.Message, Value: shortValue(d.Value)})
			default:
				p.Errors = append(p.Errors, api.FieldError{Message: err.Error()})
			}
		}
		return p
	}
}

// Bounds of what an answer tells of wrong fields: a caller needs no megabyte of its own words back.
const (
	maxToldErrors = 100
	maxFieldValue = 500 // bytes of JSON
)

// shortValue is a value that was sent, where it is short enough to be told.
func shortValue(v any) any {
	switch v := v.(type) {
	case nil, bool, float64, int:
		return v
	case string:
		if len(v) > maxFieldValue {
			return strings.ToValidUTF8(v[:maxFieldValue], "") + "…"
		}
		return v
	}
	text, err := json.Marshal(v)
	if err != nil || len(text) > maxFieldValue {
		return nil
	}
	return v
}

// fail turns an error of a use case into what the caller may know. Whatever is not foreseen goes to the log alone.
func (s *Server) fail(ctx context.Context, err error) error {
	err = overdue(ctx, err)
	text := strings.TrimPrefix(err.Error(), "service: ")
	var bad *errBody
	switch {
	case errors.As(err, new(*problem)):
		return err
	case errors.As(err, &bad):
		return newProblem(bad.status, api.CodeOf(bad.status), bad.text)
	case errors.Is(err, service.ErrNotFound):
		return newProblem(http.StatusNotFound, api.CodeNotFound, text)
	case errors.Is(err, service.ErrTokenLost):
		return newProblem(http.StatusConflict, api.CodeLeaseLost, "the lease is no longer the task's: it ran out, or the task was given to somebody else")
	case errors.Is(err, service.ErrNoKey):
		return newProblem(http.StatusConflict, api.CodeConflict, strings.TrimPrefix(text, "no encryption key: "))
	case errors.Is(err, service.ErrConflict):
		return newProblem(http.StatusConflict, api.CodeConflict, text)
	case errors.Is(err, service.ErrInvalid):
		return newProblem(http.StatusUnprocessableEntity, api.CodeInvalid, text)
	case errors.Is(err, service.ErrUnavailable):
		s.log.WarnContext(ctx, "store unavailable", "error", err)
		p := newProblem(http.StatusServiceUnavailable, api.CodeUnavailable, "the store cannot be reached now; try again later")
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {"2"}})
	case ctx.Err() != nil: // the caller has gone, or we are ending
		return newProblem(http.StatusServiceUnavailable, api.CodeUnavailable, "the request was broken off")
	}
	s.log.ErrorContext(ctx, "request failed", "error", err)
	return newProblem(http.StatusInternalServerError, api.CodeInternal, "our mistake; the log says more under request id "+RequestID(ctx))
}

// writeProblem answers where huma is not involved.
func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", api.ProblemMediaType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.Status)
	encodeProblem(w, p)
}

func encodeProblem(w io.Writer, p *problem) {
	_ = json.NewEncoder(w).Encode(p.Problem) // a broken connection has nobody to tell
}
