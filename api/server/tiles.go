package server

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/routing/road"
	"quartermaster/routing/tile"
)

// keptTiles bounds the tiles that are kept drawn; one takes about 10 kB, so all together about 5 MB a graph.
const keptTiles = 512

type tileInput struct {
	Z              int       `path:"z" minimum:"0" maximum:"14" doc:"Zoom"`
	X              int       `path:"x" minimum:"0" maximum:"16383" doc:"Column, from the west"`
	Y              string    `path:"y" maxLength:"12" pattern:"^[0-9]{1,5}\\.mvt$" doc:"Row, from the north, with .mvt behind it" example:"5749.mvt"`
	From           time.Time `query:"from" doc:"Drawn as who drives between from and until sees it; default: as it is now"`
	Until          time.Time `query:"until" doc:"Until before then; default: a moment after from"`
	IfNoneMatch    string    `header:"If-None-Match" maxLength:"200" doc:"ETag of the tile that the caller has"`
	AcceptEncoding string    `header:"Accept-Encoding" maxLength:"200"`
}

type tileOutput struct {
	Status          int
	ContentType     string `header:"Content-Type"`
	ContentEncoding string `header:"Content-Encoding"`
	CacheControl    string `header:"Cache-Control"`
	Vary            string `header:"Vary"`
	ETag            string `header:"ETag"`
	Body            []byte
}

const tileType = "application/vnd.mapbox-vector-tile"

func (s *Server) registerTiles() {
	op := operation("get-road-tile", http.MethodGet, "/v1/tiles/roads/{z}/{x}/{y}", "The streets of one map tile", "map", service.ScopeFactsRead, 304, 404)
	op.Description = "A Mapbox Vector Tile with one layer, roads, whose features have the properties kind (motorway, trunk, primary, …), speed_kmh (now, to the nearest 5) and, where something holds, condition " +
		"(closure, incident, congestion, weather). " +
		"204 where no street is, or this installation has none. © OpenStreetMap contributors, where the installation's streets are theirs."
	op.Responses = map[string]*huma.Response{
		"200": {Description: "OK", Content: map[string]*huma.MediaType{tileType: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
		"204": {Description: "No Content"},
	}
	register(s, op, s.getTile)
}

func (s *Server) getTile(ctx context.Context, in *tileInput) (*tileOutput, error) {
	graph, err := s.drawnStreets(ctx, in)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	y, _ := strconv.Atoi(strings.TrimSuffix(in.Y, ".mvt")) // the pattern allows digits alone
	if n := 1 << in.Z; in.X >= n || y >= n {
		return nil, newProblem(http.StatusNotFound, api.CodeNotFound, fmt.Sprintf("zoom %d has no such tile; its numbers are 0 to %d", in.Z, n-1))
	}
	out := &tileOutput{
		Status: http.StatusOK, ContentType: tileType, CacheControl: tileCache(graph), Vary: "Accept-Encoding, Authorization",
		ETag: fmt.Sprintf(`"%s-%d-%d-%d"`, hashOf(graph), in.Z, in.X, y),
	}
	if in.IfNoneMatch == out.ETag {
		out.Status, out.ContentType = http.StatusNotModified, ""
		return out, nil
	}
	var packed []byte
	if graph != nil {
		packed, err = s.books.get(graph, tileKey{in.Z, in.X, y})
	}
	switch {
	case err != nil:
		return nil, s.fail(ctx, err)
	case packed == nil:
		out.Status, out.ContentType = http.StatusNoContent, ""
	case strings.Contains(in.AcceptEncoding, "gzip"):
		out.ContentEncoding, out.Body = "gzip", packed
	default:
		out.Body, err = unpack(packed)
	}
	return out, err
}

// drawnStreets is the graph that a tile is asked of.
func (s *Server) drawnStreets(ctx context.Context, in *tileInput) (*road.Graph, error) {
	live, err := s.roads(ctx)
	if err != nil || live == nil {
		return nil, err
	}
	if in.From.IsZero() {
		return live.Now(ctx, s.tenant(ctx))
	}
	until := in.Until
	if until.IsZero() {
		until = in.From.Add(time.Microsecond)
	}
	if !until.After(in.From) {
		return nil, invalidFields([]api.FieldError{{Location: "until", Message: "is not after from", Value: in.Until}})
	}
	return live.During(ctx, s.tenant(ctx), in.From, until)
}

// tileCache says how long a tile may be kept unasked: streets stay for an hour, what holds on them for seconds.
func tileCache(g *road.Graph) string {
	if g == nil || g.Moment() == nil {
		return "private, max-age=60"
	}
	return "private, max-age=5"
}

type tileKey struct{ z, x, y int }

// tileBook draws tiles of the graphs it was asked for last, and keeps the latest tiles of each that were wanted.
type tileBook struct {
	mu     sync.Mutex
	graphs []*graphBook // latest last
}

// maxBooks bounds the graphs that tiles are kept of: those of several tenants, days and moments.
const maxBooks = 6

// graphBook is the tiles of one graph.
type graphBook struct {
	hash, root string
	draw       func() *tile.Map
	kept       map[tileKey]*list.Element
	order      *list.List // latest first
}

type keptTile struct {
	key    tileKey
	packed []byte
}

// of gives the tiles of a graph. Graphs of the same streets share all but the looks. b.mu is held.
func (b *tileBook) of(g *road.Graph) *graphBook {
	for i, x := range b.graphs {
		if x.hash == g.Hash() {
			b.graphs = append(slices.Delete(b.graphs, i, i+1), x)
			return x
		}
	}
	x := &graphBook{hash: g.Hash(), root: g.BaseHash(), kept: map[tileKey]*list.Element{}, order: list.New()}
	draw := func() *tile.Map { return tile.New(streetLines(g)) }
	for _, other := range b.graphs {
		if other.root == x.root {
			draw = func() *tile.Map {
				return other.draw().Redrawn(func(i int) tile.Look { return lookOf(g.Line(int32(i))) })
			}
		}
	}
	x.draw = sync.OnceValue(draw)
	if b.graphs = append(b.graphs, x); len(b.graphs) > maxBooks {
		b.graphs = slices.Delete(b.graphs, 0, 1)
	}
	return x
}

// get gives a tile as gzip, nil where no street is.
func (b *tileBook) get(g *road.Graph, key tileKey) ([]byte, error) {
	b.mu.Lock()
	book := b.of(g)
	if e, ok := book.kept[key]; ok {
		book.order.MoveToFront(e)
		b.mu.Unlock()
		return e.Value.(keptTile).packed, nil
	}
	b.mu.Unlock()
	plain, err := book.draw().Tile(key.z, key.x, key.y)
	if err != nil {
		return nil, err
	}
	packed := pack(plain)
	b.mu.Lock()
	defer b.mu.Unlock()
	if book.kept[key] == nil {
		book.kept[key] = book.order.PushFront(keptTile{key, packed})
		if book.order.Len() > keptTiles {
			oldest := book.order.Back()
			delete(book.kept, book.order.Remove(oldest).(keptTile).key)
		}
	}
	return packed, nil
}

// fromZoom is the smallest zoom at which a class of street is drawn: what a van drives far on first, yards last.
var fromZoom = map[road.Class]int{
	road.Motorway: 5, road.Trunk: 6, road.Primary: 7, road.Secondary: 8, road.Tertiary: 9, road.Unclassified: 10,
	road.Residential: 10, road.LivingStreet: 12, road.Service: 13,
}

func streetLines(g *road.Graph) []tile.Line {
	lines := make([]tile.Line, 0, g.Edges())
	g.Lines(func(l road.Line) bool {
		lines = append(lines, tile.Line{Look: lookOf(l), MinZoom: fromZoom[l.Class], Points: l.Points})
		return true
	})
	return lines
}

func lookOf(l road.Line) tile.Look {
	return tile.Look{Kind: l.Class.String(), SpeedKmh: int(math.Round(l.SpeedKmh)), Condition: string(l.Condition)}
}

func pack(plain []byte) []byte {
	if plain == nil {
		return nil
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(plain) // a buffer never fails
	_ = z.Close()
	return b.Bytes()
}

func unpack(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = b.ReadFrom(z)
	return b.Bytes(), err
}
