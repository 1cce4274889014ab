package server

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"

	"quartermaster/internal/service"
)

// Journal takes notes of who did what; *service.Journal is one.
type Journal interface {
	// Record notes an entry a little later and never blocks.
	Record(e service.AuditEntry)
	// RecordNow notes it before it returns.
	RecordNow(ctx context.Context, e service.AuditEntry) error
}

// journal notes each request that may change something, and each look at personal data, with how it ended. Nothing is noted
// of callers that are not known: they have no tenant whose journal it would be, and the log has them.
func (s *Server) journal(next http.Handler) http.Handler {
	if s.options.Journal == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, known := service.PrincipalOf(r.Context())
		if !known || !noted(r) {
			next.ServeHTTP(w, r)
			return
		}
		out := &recorder{ResponseWriter: w}
		next.ServeHTTP(out, r)
		status := out.status
		if status == 0 {
			status = http.StatusOK
		}
		remote, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			remote = r.RemoteAddr
		}
		e := service.AuditEntry{
			Tenant: p.Tenant, Actor: p.Name, Action: action(r), Target: target(r), Status: status, Remote: remote, RequestID: RequestID(r.Context()),
		}
		if !grave(r) || status == http.StatusServiceUnavailable { // then nothing was done, and nothing can be written now
			s.options.Journal.Record(e)
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), s.options.Patience)
		defer cancel()
		if err := s.options.Journal.RecordNow(ctx, e); err != nil {
			s.log.WarnContext(r.Context(), "an entry of the journal has to wait", "error", err)
			s.options.Journal.Record(e)
		}
	})
}

// noted says whether a request belongs into the journal.
func noted(r *http.Request) bool {
	if !strings.HasPrefix(r.URL.Path, "/v1/") {
		return false
	}
	return r.Method != http.MethodGet && r.Method != http.MethodHead || strings.HasSuffix(r.URL.Path, "/consignee")
}

// grave says whether an entry may not get lost with the process: who may do what, and what was forgotten.
func grave(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/v1/api-keys") || strings.HasPrefix(r.URL.Path, "/v1/customers/")
}

// action is the operation without the ids in it.
func action(r *http.Request) string {
	if r.Pattern != "" {
		return r.Pattern
	}
	return r.Method + " (no such operation)"
}

// target is what stands for the ids in the operation; a customer's is personal data once it is forgotten.
func target(r *http.Request) string {
	want, got := strings.Split(r.Pattern, "/"), strings.Split(r.URL.EscapedPath(), "/")
	var out []string
	for i, part := range want {
		if i >= len(got) || !strings.HasPrefix(part, "{") {
			continue
		}
		value, err := url.PathUnescape(got[i])
		if err != nil || i > 0 && want[i-1] == "customers" {
			value = masked
		}
		out = append(out, strings.Trim(part, "{}")+"="+value)
	}
	return strings.Join(out, " ")
}

// masked stands for personal data in log and journal.
const masked = "[personal data]"

// loggedPath is a request's path as it may stand in the log.
func loggedPath(r *http.Request) string {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/v1/customers/"); ok {
		_, after, _ := strings.Cut(rest, "/")
		return "/v1/customers/" + masked + "/" + after
	}
	return r.URL.Path
}
