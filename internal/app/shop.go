package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"quartermaster/internal/business"
	"quartermaster/internal/history"
	"quartermaster/internal/intake"
	"quartermaster/internal/sample"
	"quartermaster/internal/service"
	"quartermaster/routing/road"
)

// Shop names the files that a business is taken over from. The zero value is the sample that the program carries.
type Shop struct {
	Orders     []intake.Source // order lines; none = the sample's
	Business   intake.Source   // the declaration; no name = the sample's
	Streets    intake.Source   // an OpenStreetMap extract (PBF); no name = the sample's
	Seed       uint64          // of everything that the files do not say and that is drawn
	Workers    int             // goroutines, 0 = all
	MaxBadRows int             // unreadable rows tolerated, see intake.Options
	Progress   func(done float64, sentence string)
}

// takeoverRules changes when the same files would become other facts.
const takeoverRules = "1"

func (s Shop) report(done float64, format string, args ...any) {
	if s.Progress != nil {
		s.Progress(done, fmt.Sprintf(format, args...))
	}
}

func (s Shop) orders() []intake.Source {
	if len(s.Orders) == 0 {
		return []intake.Source{{Name: sample.OrdersName, Data: sample.Orders()}}
	}
	return s.Orders
}

func orSample(x intake.Source, name string, data []byte) intake.Source {
	if x.Name == "" && x.Path == "" {
		return intake.Source{Name: name, Data: data}
	}
	return x
}

func (s Shop) business() intake.Source {
	return orSample(s.Business, sample.BusinessName, sample.Business())
}
func (s Shop) streets() intake.Source {
	return orSample(s.Streets, sample.StreetsName, sample.Streets())
}

func load(x intake.Source) (name string, data []byte, err error) {
	if name = x.Name; name == "" {
		name = x.Path
	}
	if x.Data != nil {
		return name, x.Data, nil
	}
	data, err = os.ReadFile(x.Path)
	return name, data, err
}

// ReadStreets reads the street graph.
func (s Shop) ReadStreets(ctx context.Context) (*road.Graph, error) {
	name, data, err := load(s.streets())
	if err != nil {
		return nil, err
	}
	g, _, err := road.Read(ctx, bytes.NewReader(data), road.Van())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return g, nil
}

// ReadBusiness reads the declaration.
func (s Shop) ReadBusiness() (*business.Business, error) {
	name, data, err := load(s.business())
	if err != nil {
		return nil, err
	}
	return business.Read(name, data)
}

// ReadBooks reads and cleans the order lines. The report says what was read, the books say what was kept.
func (s Shop) ReadBooks(ctx context.Context) (*history.Books, intake.Report, error) {
	lines, report, err := intake.Read(ctx, s.orders(), intake.Options{
		MaxBadRows: s.MaxBadRows, Workers: s.Workers,
		Progress: func(done float64, sentence string) { s.report(0.5*done, "%s", sentence) },
	})
	if err != nil {
		return nil, report, err
	}
	s.report(0.5, "cleaning %d order lines", lines.Len())
	books, err := history.Clean(ctx, lines, history.Rules{})
	return books, report, err
}

// TakeoverReport is what is kept of an import for people who ask what became of their rows.
type TakeoverReport struct {
	Files    intake.Report  `json:"files"`
	Cleaning history.Report `json:"cleaning"`
}

// Read turns the files into the facts that service.Importing saves. Consignees are put on streets, and whatever else the
// files do not say is drawn, as the declaration rules, from Seed.
func (s Shop) Read(ctx context.Context, streets *road.Graph) (service.Takeover, error) {
	declared, err := s.ReadBusiness()
	if err != nil {
		return service.Takeover{}, err
	}
	books, files, err := s.ReadBooks(ctx)
	if err != nil {
		return service.Takeover{}, err
	}
	s.report(0.7, "placing the consignees of %d orders on streets", len(books.Orders))
	facts, err := declared.Snapshot(books, business.Request{
		StartDay: StartDay(declared, books), Orders: books.Orders, Seed: s.Seed, Place: OnStreets(streets),
	})
	if err != nil {
		return service.Takeover{}, err
	}
	facts.RoadsVersion = streets.Hash()
	contentHash, err := s.ContentHash()
	if err != nil {
		return service.Takeover{}, err
	}
	return service.Takeover{
		Source: s.names(), ContentHash: contentHash, Books: books, Facts: facts, Report: TakeoverReport{files, books.Report},
	}, nil
}

// StartDay is the day on which a business begins to be planned: the declared one, or the day after the last order where
// the books end before that day or know nothing before it, as those of another shop do.
func StartDay(declared *business.Business, books *history.Books) int {
	if day := declared.StartDay(); day > books.FirstDay && day <= books.LastDay {
		return day
	}
	return books.LastDay + 1
}

// OnStreets draws places for consignees from a street graph.
func OnStreets(streets *road.Graph) func(*rand.Rand) orb.Point {
	return func(r *rand.Rand) orb.Point { return streets.RandomPlace(r).Point }
}

func (s Shop) names() string {
	var names []string
	for _, x := range s.orders() {
		if x.Name == "" {
			x.Name = x.Path
		}
		names = append(names, x.Name)
	}
	return strings.Join(names, ", ")
}

// ContentHash names all that the facts follow from: the bytes of the files, the seed and the version of the rules.
func (s Shop) ContentHash() (string, error) {
	h := sha256.New()
	_, _ = io.WriteString(h, takeoverRules+" "+strconv.FormatUint(s.Seed, 10)) // a hash never fails to write
	for _, x := range append([]intake.Source{s.business(), s.streets()}, s.orders()...) {
		if err := hashFile(h, x); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashFile adds one file, led by its size so that two files cannot pass for one.
func hashFile(h hash.Hash, x intake.Source) error {
	if x.Data != nil {
		_, _ = fmt.Fprintf(h, " %d ", len(x.Data))
		_, _ = h.Write(x.Data)
		return nil
	}
	f, err := os.Open(x.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(h, " %d ", info.Size())
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("read %s: %w", x.Path, err)
	}
	return nil
}
