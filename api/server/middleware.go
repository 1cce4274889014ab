package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"quartermaster/api"
	"quartermaster/internal/service"
)

type requestIDKey struct{}

// RequestID gives the id of the request that ctx belongs to, "" outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// LogHandler adds the ids of the request and of the job that the context belongs to, to each record of another handler.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{next} }

type logHandler struct{ slog.Handler }

// personalFields are the names under which personal data would stand; their values stay out of the log, whoever wrote the
// line.
var personalFields = []string{"name", "customer", "customer_id", "consignee", "address", "phone", "email"}

// MaskPersonal is slog.HandlerOptions.ReplaceAttr: it keeps personal data out of the log by the name of its field.
func MaskPersonal(_ []string, a slog.Attr) slog.Attr {
	if slices.Contains(personalFields, strings.ToLower(a.Key)) && a.Value.Kind() != slog.KindGroup {
		a.Value = slog.StringValue(masked)
	}
	return a
}

// Handle adds the id.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	r.AddAttrs(service.LogAttrs(ctx)...)
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the ids in derived loggers.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the ids in derived loggers.
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }

// wrap puts around the mux what every request passes, outermost first: id, log and metrics, panics, headers, host, origin,
// who asks, how often, compressed bodies, unknown paths.
func (s *Server) wrap(mux *http.ServeMux) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, newProblem(http.StatusForbidden, api.CodeForbidden, "a web page of another site may not change anything here"))
	}))
	inner := secure(s.guardHost(origin.Handler(s.identify(s.journal(s.limit(expand(s.shaped(s.answered(mux, s.known(mux))))))))))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := requestID(r.Header.Get("X-Request-Id"))
		r = r.WithContext(withBudget(context.WithValue(r.Context(), requestIDKey{}, id)))
		w.Header().Set("X-Request-Id", id)
		if s.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		out := &recorder{ResponseWriter: w}
		if s.options.Trace != nil {
			ctx, end := s.options.Trace(r.Context(), r.Method, r.Header)
			r = r.WithContext(ctx)
			defer func() { end(r.Pattern, out.status) }()
		}
		defer s.account(r, out, start)
		defer s.catch(r, out)
		inner.ServeHTTP(out, r)
	})
}

// requestID takes the caller's id when it is harmless in a log, else makes one.
func requestID(given string) string {
	ok := len(given) >= 8 && len(given) <= 64
	for _, c := range given {
		ok = ok && (c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	}
	if ok {
		return given
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// recorder notes the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the first status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the implied status.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// account writes the log line and the metrics of one request.
func (s *Server) account(r *http.Request, w *recorder, start time.Time) {
	elapsed := time.Since(start)
	s.metrics.request(r.Pattern, w.status, elapsed)
	level := slog.LevelDebug
	if w.status >= 500 {
		level = slog.LevelWarn
	}
	s.log.Log(r.Context(), level, "request", "method", r.Method, "path", loggedPath(r), "status", w.status, "ms", elapsed.Milliseconds())
}

// catch turns a panic into a 500 whose detail is in the log alone.
func (s *Server) catch(r *http.Request, w *recorder) {
	cause := recover()
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause) // net/http's own way to break off an answer
	}
	s.log.ErrorContext(r.Context(), "request panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
	if w.status == 0 {
		writeProblem(w, newProblem(http.StatusInternalServerError, api.CodeInternal,
			"our mistake; the log says more under request id "+RequestID(r.Context())))
	}
}

// guardHost refuses names that are not this machine's where only this machine is served.
func (s *Server) guardHost(next http.Handler) http.Handler {
	if !s.options.LoopbackOnly {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !localHost(r.Host) {
			writeProblem(w, newProblem(http.StatusForbidden, api.CodeForbidden, "this service answers to localhost alone"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func localHost(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// known answers 404 and 405 as problems where the mux would answer in plain text.
func (s *Server) known(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			writeProblem(w, newProblem(http.StatusNotFound, api.CodeNotFound, "there is nothing at this path; /openapi.json lists all"))
			return
		}
		w.Header().Set("Allow", strings.Join(slices.Compact(allowed), ", "))
		writeProblem(w, newProblem(http.StatusMethodNotAllowed, api.CodeMethod, "this path takes "+strings.Join(allowed, ", ")))
	})
}
