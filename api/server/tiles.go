package server

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"quartermaster/api"
	"quartermaster/internal/service"
	"quartermaster/routing/road"
	"quartermaster/routing/tile"
)

// keptTiles bounds the tiles that are kept drawn; one takes about 10 kB, so all together about 10 MB.
const keptTiles = 1024

type tileInput struct {
	Z              int    `path:"z" minimum:"0" maximum:"14" doc:"Zoom"`
	X              int    `path:"x" minimum:"0" maximum:"16383" doc:"Column, from the west"`
	Y              string `path:"y" maxLength:"12" pattern:"^[0-9]{1,5}\\.mvt$" doc:"Row, from the north, with .mvt behind it" example:"5749.mvt"`
	IfNoneMatch    string `header:"If-None-Match" maxLength:"200" doc:"ETag of the tile that the caller has"`
	AcceptEncoding string `header:"Accept-Encoding" maxLength:"200"`
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
	op.Description = "A Mapbox Vector Tile with one layer, roads, whose features have the property kind (motorway, trunk, primary, …). " +
		"204 where no street is, or this installation has none. © OpenStreetMap contributors, where the installation's streets are theirs."
	op.Responses = map[string]*huma.Response{
		"200": {Description: "OK", Content: map[string]*huma.MediaType{tileType: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}},
		"204": {Description: "No Content"},
	}
	register(s, op, s.getTile)
}

// streets gives what maps are drawn from, nil where this installation has none.
func (s *Server) streets(ctx context.Context) (*road.Graph, error) {
	live, err := s.roads(ctx)
	if err != nil || live == nil {
		return nil, err
	}
	return live.Base, nil
}

func (s *Server) getTile(ctx context.Context, in *tileInput) (*tileOutput, error) {
	graph, err := s.streets(ctx)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	y, _ := strconv.Atoi(strings.TrimSuffix(in.Y, ".mvt")) // the pattern allows digits alone
	if n := 1 << in.Z; in.X >= n || y >= n {
		return nil, newProblem(http.StatusNotFound, api.CodeNotFound, fmt.Sprintf("zoom %d has no such tile; its numbers are 0 to %d", in.Z, n-1))
	}
	out := &tileOutput{
		Status: http.StatusOK, ContentType: tileType, CacheControl: "private, max-age=3600", Vary: "Accept-Encoding, Authorization",
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

type tileKey struct{ z, x, y int }

// tileBook draws tiles of the newest graph it was asked for, and keeps the latest that were wanted.
type tileBook struct {
	mu    sync.Mutex
	hash  string
	draw  func() *tile.Map
	kept  map[tileKey]*list.Element
	order *list.List // latest first
}

type keptTile struct {
	key    tileKey
	packed []byte
}

// get gives a tile as gzip, nil where no street is.
func (b *tileBook) get(g *road.Graph, key tileKey) ([]byte, error) {
	b.mu.Lock()
	if b.hash != g.Hash() {
		b.hash, b.kept, b.order = g.Hash(), map[tileKey]*list.Element{}, list.New()
		b.draw = sync.OnceValue(func() *tile.Map { return tile.New(streetLines(g)) })
	}
	if e, ok := b.kept[key]; ok {
		b.order.MoveToFront(e)
		b.mu.Unlock()
		return e.Value.(keptTile).packed, nil
	}
	hash, draw := b.hash, b.draw
	b.mu.Unlock()
	plain, err := draw().Tile(key.z, key.x, key.y)
	if err != nil {
		return nil, err
	}
	packed := pack(plain)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hash == hash && b.kept[key] == nil {
		b.kept[key] = b.order.PushFront(keptTile{key, packed})
		if b.order.Len() > keptTiles {
			oldest := b.order.Back()
			delete(b.kept, b.order.Remove(oldest).(keptTile).key)
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
	var lines []tile.Line
	g.Lines(func(class road.Class, points orb.LineString) bool {
		lines = append(lines, tile.Line{Kind: class.String(), MinZoom: fromZoom[class], Points: points})
		return true
	})
	return lines
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
