package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
)

// How long a key's answer is given again, and how long a request in flight may be silent.
const (
	keepAnswer  = 24 * time.Hour
	answerLease = time.Minute
)

// replayable is an operation whose answers are kept under the Idempotency-Key they were asked for with. Work that becomes a
// job needs no such thing: the key is the job's own.
type replayable struct {
	scope service.Scope
	limit int64
}

// once makes an operation replayable (draft-ietf-httpapi-idempotency-key-header-07): the same key and request get the
// stored answer, another request is 422, one whose first is still in flight 409.
func (s *Server) once(op huma.Operation) huma.Operation {
	length := api.MaxKeyLength
	op.Parameters = append(op.Parameters, &huma.Param{
		Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: "string", MaxLength: &length},
		Description: "The same key and request get the same answer, however often they are sent within a day",
	})
	op.Errors = append(op.Errors, http.StatusConflict, http.StatusUnprocessableEntity)
	scope, _ := scopeOf(&op)
	s.replayed[op.Method+" "+op.Path] = replayable{scope, op.MaxBodyBytes}
	return op
}

// answered gives stored answers again, in front of the operations.
func (s *Server) answered(mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		if key == "" || s.options.Answers == nil {
			next.ServeHTTP(w, r)
			return
		}
		_, pattern := mux.Handler(r)
		op, ok := s.replayed[pattern]
		if !ok || s.may(r.Context(), op.scope, true) != nil { // the guard says why
			next.ServeHTTP(w, r)
			return
		}
		s.replay(w, r, key, op, next)
	})
}

func (s *Server) replay(w http.ResponseWriter, r *http.Request, key string, op replayable, next http.Handler) {
	if len(key) > api.MaxKeyLength {
		s.refuse(w, r, newProblem(http.StatusUnprocessableEntity, api.CodeInvalid, fmt.Sprintf("the Idempotency-Key is longer than %d bytes", api.MaxKeyLength)))
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, op.limit+1))
	if err != nil || int64(len(body)) > op.limit {
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), r.Body)) // whoever reads it says what is wrong with it
		next.ServeHTTP(w, r)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	hash := sha256.New()
	_, _ = fmt.Fprintf(hash, "%s %s\n", r.Method, r.URL.RequestURI()) // a hash never fails to write
	_, _ = hash.Write(body)
	request, tenant := hex.EncodeToString(hash.Sum(nil)), s.tenant(r.Context())
	var kept service.KeptAnswer
	var first bool
	_, err = s.within(r.Context(), func(ctx context.Context) (done bool, err error) {
		kept, first, err = s.options.Answers.BeginAnswer(ctx, tenant, key, request, answerLease)
		return true, err
	})
	switch {
	case errors.Is(err, service.ErrConflict):
		s.refuse(w, r, errKeyReused())
	case err != nil:
		s.refuse(w, r, err)
	case first:
		s.firstAnswer(w, r, tenant, key, request, next)
	case kept.Status == 0:
		w.Header().Set("Retry-After", "1")
		s.refuse(w, r, newProblem(http.StatusConflict, api.CodeConflict, "the first request with this Idempotency-Key is still being worked on"))
	default:
		var header http.Header
		if json.Unmarshal(kept.Header, &header) == nil {
			for name, values := range header {
				w.Header()[name] = values
			}
		}
		w.Header().Set("Idempotency-Replayed", "true")
		w.WriteHeader(kept.Status)
		_, _ = w.Write(kept.Body) // a broken connection has nobody to tell
	}
}

// firstAnswer answers and keeps the answer before it leaves. An answer that says that nothing was done is not kept: the
// caller may mend the request and send it again.
func (s *Server) firstAnswer(w http.ResponseWriter, r *http.Request, tenant, key, request string, next http.Handler) {
	held := &heldAnswer{header: w.Header().Clone()}
	finished := false
	defer func() {
		if !finished { // a panic goes on to whoever catches it
			s.forget(r.Context(), tenant, key)
		}
	}()
	next.ServeHTTP(held, r)
	finished = true
	switch {
	case held.status >= 200 && held.status <= 299:
		s.keep(r.Context(), tenant, key, request, held, w.Header())
	case held.status == http.StatusServiceUnavailable:
		// The caller need not wait for the store once more.
		w.Header().Set("Content-Length", strconv.Itoa(held.body.Len()))
		held.release(w)
		_ = http.NewResponseController(w).Flush() // where it cannot, the answer leaves a little later
		s.forget(r.Context(), tenant, key)
		return
	default:
		s.forget(r.Context(), tenant, key)
	}
	held.release(w)
}

// keep stores an answer for whoever asks again. The caller may have gone; it is kept all the same.
func (s *Server) keep(ctx context.Context, tenant, key, request string, held *heldAnswer, common http.Header) {
	header, err := json.Marshal(held.own(common))
	if err == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.options.Patience)
		defer cancel()
		err = s.options.Answers.KeepAnswer(ctx, tenant, key, request, service.KeptAnswer{Status: held.status, Header: header, Body: held.body.Bytes()}, keepAnswer)
	}
	if err != nil {
		s.log.WarnContext(ctx, "an answer was not kept for its idempotency key", "error", err)
	}
}

func (s *Server) forget(ctx context.Context, tenant, key string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.options.Patience)
	defer cancel()
	if err := s.options.Answers.ForgetAnswer(ctx, tenant, key); err != nil {
		s.log.WarnContext(ctx, "an idempotency key was not given back; it is free in a minute", "error", err)
	}
}

// heldAnswer holds an answer back until something was done with it.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is part of http.ResponseWriter.
func (h *heldAnswer) Header() http.Header { return h.header }

// WriteHeader is part of http.ResponseWriter.
func (h *heldAnswer) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

// Write is part of http.ResponseWriter.
func (h *heldAnswer) Write(b []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(b)
}

// own are the headers that the answer has set beyond those that every answer has.
func (h *heldAnswer) own(common http.Header) http.Header {
	out := http.Header{}
	for name, values := range h.header {
		if _, ok := common[name]; !ok {
			out[name] = values
		}
	}
	return out
}

func (h *heldAnswer) release(w http.ResponseWriter) {
	for name, values := range h.header {
		w.Header()[name] = values
	}
	if h.status == 0 {
		h.status = http.StatusOK
	}
	w.WriteHeader(h.status)
	_, _ = w.Write(h.body.Bytes()) // a broken connection has nobody to tell
}

// shaped serves reads as the caller wants them: only the fields asked for (fields=id,status,summary.orders), and not again
// what it has already (If-None-Match).
func (s *Server) shaped(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		fields, asked := query["fields"]
		none := r.Header.Get("If-None-Match")
		if r.Method != http.MethodGet || !strings.HasPrefix(r.URL.Path, "/v1/") || !asked && none == "" || strings.HasSuffix(r.URL.Path, "/events") {
			next.ServeHTTP(w, r)
			return
		}
		query.Del("fields")
		plain := r.Clone(r.Context())
		plain.URL.RawQuery = query.Encode()
		held := &heldAnswer{header: w.Header().Clone()}
		next.ServeHTTP(held, plain)
		r.Pattern = plain.Pattern
		if held.status == http.StatusOK && strings.HasPrefix(held.header.Get("Content-Type"), "application/json") {
			held.shape(strings.Split(strings.Join(fields, ","), ","), asked, none)
		}
		held.release(w)
	})
}

func (h *heldAnswer) shape(fields []string, asked bool, none string) {
	if h.header.Get("ETag") == "" {
		sum := sha256.Sum256(h.body.Bytes())
		h.header.Set("ETag", `"`+hex.EncodeToString(sum[:12])+`"`)
	}
	if none != "" {
		for _, tag := range tags(none) {
			if tag == "*" || strings.TrimPrefix(tag, "W/") == h.header.Get("ETag") {
				h.status = http.StatusNotModified
				h.header.Del("Content-Type")
				h.body.Reset()
				return
			}
		}
	}
	var whole any
	dec := json.NewDecoder(bytes.NewReader(h.body.Bytes()))
	dec.UseNumber() // numbers keep their digits
	if !asked || dec.Decode(&whole) != nil {
		return
	}
	wanted := map[string]any{}
	for _, f := range fields {
		at := wanted
		for part := range strings.SplitSeq(strings.TrimSpace(f), ".") {
			inner, ok := at[part].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[part] = inner
			}
			at = inner
		}
	}
	text, err := json.Marshal(only(whole, wanted, true))
	if err != nil {
		return
	}
	h.body.Reset()
	_, _ = h.body.Write(append(text, '\n')) // a buffer never fails to write
}

// only keeps the wanted fields; those of a list are meant of its entries, which a page keeps with its cursor.
func only(v any, wanted map[string]any, top bool) any {
	if len(wanted) == 0 {
		return v
	}
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = only(v[i], wanted, false)
		}
		return v
	case map[string]any:
		if list, ok := v["items"].([]any); ok && top {
			out := map[string]any{"items": only(list, wanted, false)}
			if cursor, ok := v["next_cursor"]; ok {
				out["next_cursor"] = cursor
			}
			return out
		}
		out := map[string]any{}
		for name, inner := range wanted {
			if x, ok := v[name]; ok {
				out[name] = only(x, inner.(map[string]any), false)
			}
		}
		return out
	}
	return v
}

// asError is errors.As.
func asError[T any](err error, into *T) bool { return errors.As(err, into) }
