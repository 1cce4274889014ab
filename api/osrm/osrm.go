// Package osrm answers in the words of OSRM's HTTP API, version 1, so that its clients work unchanged.
//
// Takes requests for /route, /table, /nearest, /match and /trip with the options and error codes of project-osrm.org's
// documentation and gives answers from street graphs. Method: the URL or JSON body becomes a query, each waypoint is put on
// a street, the graph answers. Never: it holds no graph of its own, and options that it does not know are refused rather than
// passed over.
package osrm

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"quartermaster/routing/road"
)

// Graphs gives the graph of a profile as it is now, and whether there is one.
type Graphs func(profile string) (*road.Graph, bool)

// Limits bound a request. The zero value of a field is its default, which is OSRM's.
type Limits struct {
	Route   int // points of a route; default 500
	Table   int // points of a table; default 1,000, OSRM's is 100
	Trip    int // points of a trip; default 100
	Match   int // points of a trace; default 1,000, OSRM's is 100
	Nearest int // streets; default 100
	Workers int // goroutines of a table; default 1
	Bytes   int64
}

func (l Limits) filled() Limits {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&l.Route, 500)
	def(&l.Table, 1000)
	def(&l.Trip, 100)
	def(&l.Match, 1000)
	def(&l.Nearest, 100)
	def(&l.Workers, 1)
	if l.Bytes <= 0 {
		l.Bytes = 4 << 20
	}
	return l
}

// failure is an answer without result: OSRM's code and a sentence.
type failure struct{ code, message string }

func (f *failure) Error() string { return f.code + ": " + f.message }

func refuse(code, format string, args ...any) error {
	return &failure{code, fmt.Sprintf(format, args...)}
}

// OSRM's codes.
const (
	codeURL     = "InvalidUrl"
	codeService = "InvalidService"
	codeVersion = "InvalidVersion"
	codeOptions = "InvalidOptions"
	codeQuery   = "InvalidQuery"
	codeValue   = "InvalidValue"
	codeSegment = "NoSegment"
	codeBig     = "TooBig"
	codeRoute   = "NoRoute"
	codeTable   = "NoTable"
	codeMatch   = "NoMatch"
	codeTrips   = "NoTrips"
	codeNone    = "NotImplemented"
)

type handler struct {
	graphs Graphs
	limits Limits
}

// New returns the handler. It answers paths that begin with a service: /route/v1/van/9.5,47.1;9.6,47.2.
func New(graphs Graphs, limits Limits) http.Handler { return &handler{graphs, limits.filled()} }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, err := h.answer(r)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	status := http.StatusOK
	var f *failure
	switch {
	case errors.As(err, &f):
		status, answer = http.StatusBadRequest, map[string]any{"code": f.code, "message": f.message}
	case r.Context().Err() != nil:
		return // nobody listens any more
	case err != nil:
		status, answer = http.StatusInternalServerError, map[string]any{"code": "InternalError", "message": "the server could not answer"}
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_ = json.NewEncoder(w).Encode(answer) // a client that went away needs no answer
	}
}

func (h *handler) answer(r *http.Request) (any, error) {
	parts := strings.SplitN(strings.Trim(r.URL.Path, "/"), "/", 4)
	if len(parts) < 3 {
		return nil, refuse(codeURL, "the path is /SERVICE/v1/PROFILE/COORDINATES")
	}
	serve, ok := map[string]func(*query) (any, error){"route": h.route, "table": h.table, "nearest": h.nearest, "match": h.match,
		"trip": h.trip}[parts[0]]
	if !ok {
		if parts[0] == "tile" {
			return nil, refuse(codeNone, "tiles of the network are at /v1/tiles/roads/{z}/{x}/{y}.mvt")
		}
		return nil, refuse(codeService, "there is no service %q", parts[0])
	}
	if parts[1] != "v1" {
		return nil, refuse(codeVersion, "only v1 is known")
	}
	g, ok := h.graphs(parts[2])
	if !ok {
		return nil, refuse(codeURL, "there is no profile %q", parts[2])
	}
	q := &query{ctx: r.Context(), g: g, service: parts[0], options: map[string]string{}}
	switch {
	case r.Method == http.MethodPost:
		body, err := io.ReadAll(io.LimitReader(r.Body, h.limits.Bytes+1))
		if err != nil || int64(len(body)) > h.limits.Bytes {
			return nil, refuse(codeBig, "the body has more than %d bytes, or broke off", h.limits.Bytes)
		}
		if err := q.readBody(body); err != nil {
			return nil, err
		}
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return nil, refuse(codeURL, "the method is GET or POST")
	case len(parts) < 4:
		return nil, refuse(codeURL, "the path has no coordinates")
	default:
		if err := q.readURL(parts[3], r.URL.RawQuery); err != nil {
			return nil, err
		}
	}
	return serve(q)
}
