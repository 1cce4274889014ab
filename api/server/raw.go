package server

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// raw adds an operation that reads or writes its body as a stream, which huma would hold in memory: it stands in the same
// description and passes the same guard. ok is what a good answer is.
func (s *Server) raw(op huma.Operation, ok *huma.Response, handle http.HandlerFunc) {
	schemas := s.api.OpenAPI().Components.Schemas
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	status := http.StatusOK
	if op.DefaultStatus != 0 {
		status = op.DefaultStatus
	}
	op.Responses[strconv.Itoa(status)] = ok
	model := huma.NewError(0, "")
	for _, code := range append(op.Errors, http.StatusUnprocessableEntity) {
		op.Responses[strconv.Itoa(code)] = &huma.Response{Description: http.StatusText(code), Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: schemas.Schema(reflect.TypeOf(model).Elem(), true, "Error")},
		}}
	}
	s.api.OpenAPI().AddOperation(&op)
	guarded := s.api.Middlewares().Handler(op.Middlewares.Handler(func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		handle(w, r)
	}))
	s.api.Adapter().Handle(&op, guarded)
}

// answer writes a problem where huma is not involved.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	err = s.fail(r.Context(), err)
	var headers huma.HeadersError
	if asError(err, &headers) {
		for name, values := range headers.GetHeaders() {
			w.Header()[name] = values
		}
	}
	var p *problem
	if !asError(err, &p) {
		p = newProblem(http.StatusInternalServerError, "internal", "our mistake")
	}
	writeProblem(w, p)
}
