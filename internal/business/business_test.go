package business

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"

	"quartermaster/finance"
	"quartermaster/finance/credit"
	"quartermaster/internal/history"
	"quartermaster/internal/plan"
)

// declared is the file that the sample ships; it is the best example there is.
func declared(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "sample", "data", "business.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func read(t testing.TB) *Business {
	t.Helper()
	b, err := Read("business.yaml", declared(t))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// somewhere places people on an imagined street from north to south.
func somewhere(r *rand.Rand) orb.Point { return orb.Point{9.51, 47.05 + 0.2*r.Float64()} }

// refusals are ways of getting the sample's file wrong: a text in it, once, and what it is replaced by.
var refusals = map[string]struct {
	old, new string
	field    string
	reason   string
}{
	"no hundredths":            {"currency: GBP", "currency: JPY", "currency", "JPY has no hundredths"},
	"unknown field":            {"currency: GBP", "curency: GBP", "curency", "unknown field"},
	"text for a number":        {"drop_sec: 180", "drop_sec: soon", "delivery.drop_sec", "cannot unmarshal"},
	"broken number":            {"orders_per_day: 520", "orders_per_day: 42.5", "sites[0].orders_per_day", "42.5 is no whole number"},
	"number in quotes":         {"drop_sec: 180", `drop_sec: "180"`, "delivery.drop_sec", `"180" is no whole number`},
	"number for a text":        {"name: Schaan", "name: 7", "sites[0].name", "7 is no text"},
	"list for a value":         {"name: Gifts of Liechtenstein ", "name: [Gifts] ", "name", ""},
	"key given twice":          {"currency: GBP", "currency: GBP\ncurrency: CHF", "", "already defined"},
	"no YAML":                  {"currency: GBP", "currency: [GBP", "", ""},
	"unknown floor":            {"floor: hall", "floor: attic", "sites[0].floor", `floor "attic" is not declared`},
	"unknown vehicle":          {"{vehicle: van, count: 7}", "{vehicle: bike, count: 7}", "sites[0].fleet[0].vehicle", `vehicle "bike" is not declared`},
	"unknown fuel":             {"fuel: diesel", "fuel: steam", "vehicles[0].fuel", `fuel "steam" is not declared`},
	"same site twice":          {"- id: balzers", "- id: schaan", "sites[1].id", `"schaan" is also the id of sites[0]`},
	"negative capacity":        {"orders_per_day: 520", "orders_per_day: -1", "sites[0].orders_per_day", "-1 is not between"},
	"negative weight limit":    {"max_weight_kg: 1200", "max_weight_kg: -5", "vehicles[0].max_weight_kg", "-5 is not between"},
	"negative stock":           {"new_item_units: 48", "new_item_units: -48", "stock.new_item_units", "-48 is not between"},
	"negative cover":           {"cover: {min: 2.0, max: 10.0}", "cover: {min: -0.8, max: 3.6}", "stock.cover.min", "-0.8 is not between"},
	"not a number":             {"drop_sec: 180", "drop_sec: .nan", "delivery.drop_sec", ""},
	"infinite":                 {"lon: 9.5090", "lon: .inf", "sites[0].lon", "+Inf is not between"},
	"range upside down":        {"cost_share: {min: 0.40, max: 0.62}", "cost_share: {min: 0.62, max: 0.40}", "items.cost_share", "max 0.4 is below min 0.62"},
	"window ends first":        {`{from: "09:00", to: "11:00", share: 0.05}`, `{from: "11:00", to: "09:00", share: 0.05}`, "delivery.windows[3]", "ends at 09:00, not after it begins at 11:00"},
	"shares do not sum":        {"share: 0.55", "share: 0.65", "delivery.windows", "the shares sum to 1.1"},
	"no time of day":           {`cutoff: "14:00"`, `cutoff: "25:00"`, "calendar.cutoff", `"25:00" is no time of day`},
	"no day":                   {"start: 2011-11-28", "start: 2011-11-31", "plan.start", "is no day"},
	"no weekday":               {"[mon, tue,", "[mon, tuesday,", "calendar.open_days[1]", `"tuesday" is none of`},
	"place off the earth":      {"lat: 47.1660", "lat: 147.1660", "sites[0].lat", "147.166 is not between"},
	"more robots than parks":   {"robots: 8", "robots: 9", "sites[0].robots", "9 is not between 1 and the 8 parks"},
	"floor of another letter":  {`"R.R.R.R.R.R.R.R."`, `"R.R.R.X.R.R.R.R."`, "floors[0].grid[0]", "cell 7 is 'X'"},
	"ragged floor":             {`"R.R.R.R.R.R.R.R."`, `"R.R.R.R.R.R.R.R"`, "floors[0].grid[1]", "has 16 cells, the first row has 15"},
	"station behind shelves":   {`"P.##.##.##.##..I"`, `"P###.##.##.##..I"`, "", ""}, // allowed: reached from above
	"too long a plan":          {"days: 5", "days: 15", "plan.days", "15 is not between 1 and 14"},
	"service of one":           {"cycle: 0.95", "cycle: 1", "service.cycle", "not at least 0 and below 1"},
	"no pack":                  {"pack_sizes: [6, 12], min_packs: 2, prepaid_share: 0, term", "pack_sizes: [], min_packs: 2, prepaid_share: 0, term", "suppliers[0].pack_sizes", "there is none"},
	"more prepaid than all":    {"prepaid_share: 0.1, term_days: 30, credit_limit: 50000", "prepaid_share: 1.1, term_days: 30, credit_limit: 50000", "suppliers[2].prepaid_share", "1.1 is not between"},
	"factor without a source":  {`source: "DEFRA/DESNZ 2025, diesel (average biofuel blend), tank to wheel, second-hand from greencalculus.com"`, `source: ""`, "fuels[0].source", "needs a source"},
	"full lighter than empty":  {"litres_per_100km_full: 10.6", "litres_per_100km_full: 1.6", "vehicles[0].litres_per_100km_full", "1.6 is not between 8.4"},
	"a field that is left out": {"    floor: hall\n", "", "sites[0].floor", `floor "" is not declared`},
}

// Each way of getting the file wrong is refused with the line and the field it is wrong at.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := string(declared(t))
			if !strings.Contains(text, tc.old) {
				t.Fatalf("the sample's file has no %q any more", tc.old)
			}
			_, err := Read("mine.yaml", []byte(strings.Replace(text, tc.old, tc.new, 1)))
			if tc.field == "" && tc.reason == "" && name != "no YAML" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var bad *FileError
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want a *FileError", err)
			}
			p := bad.Problems[0]
			at := strings.Count(text[:strings.Index(text, tc.old)], "\n") + 1
			if p.Line < at-8 || p.Line > at+8 || p.Line == 0 {
				t.Errorf("names line %d, the value stands near line %d: %v", p.Line, at, err)
			}
			if tc.field != "" && p.Field != tc.field {
				t.Errorf("names field %q, want %q: %v", p.Field, tc.field, err)
			}
			if !strings.Contains(p.Reason, tc.reason) {
				t.Errorf("says %q, want it to say %q", p.Reason, tc.reason)
			}
			if !strings.HasPrefix(err.Error(), "business: mine.yaml, line ") {
				t.Errorf("%q names no file and line", err)
			}
		})
	}
}

// An exactly placed mistake is named with exactly its line.
func TestReadNamesTheLine(t *testing.T) {
	t.Parallel()
	text := strings.Replace(string(declared(t)), "lat: 47.0680", "lat: north", 1)
	line := strings.Count(text[:strings.Index(text, "lat: north")], "\n") + 1
	_, err := Read("b.yaml", []byte(text))
	if want := fmt.Sprintf("b.yaml, line %d, sites[1].lat: ", line); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q in it", err, want)
	}
}

// Whatever the bytes, reading ends in a business that keeps its rules or in a *FileError, never in a panic.
func FuzzRead(f *testing.F) {
	f.Add(declared(f))
	f.Add([]byte("name: x\nsites: [{id: a}]\n"))
	f.Add([]byte("a: &a [*a, *a]\n"))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Read("f.yaml", data)
		var bad *FileError
		if err != nil && !errors.As(err, &bad) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil && len(b.Sites) == 0 {
			t.Fatal("a business without a site passed")
		}
	})
}

// An order belongs to the first open day after it came in; the window of a week's plan begins where the last open day
// before it stopped taking orders and ends where its own last day does. 2011-11-28 (day 15306) was a Monday.
func TestWindow(t *testing.T) {
	t.Parallel()
	b := read(t)
	at := func(day int) int64 { return int64(day)*history.MicrosPerDay + 14*3600*1_000_000 }
	for _, tc := range []struct {
		name        string
		start, days int
		from, to    int64
	}{
		{"Monday to Friday", 15306, 5, at(15302), at(15309)},
		{"Monday alone", 15306, 1, at(15302), at(15305)},
		{"Tuesday alone", 15307, 1, at(15305), at(15306)},
		{"the next Monday takes on where Friday ended", 15313, 1, at(15309), at(15312)},
		{"a weekend takes nothing", 15311, 2, at(15309), at(15309)},
	} {
		if from, to := b.Window(tc.start, tc.days); from != tc.from || to != tc.to {
			t.Errorf("%s: %d…%d, want %d…%d", tc.name, from, to, tc.from, tc.to)
		}
	}
}

// books makes two months of orders up to the sample's plan: known and unknown customers, cheap and dear items, and an
// item that is first asked for within the plan.
func books(t testing.TB) *history.Books {
	t.Helper()
	l := &history.Lines{Parts: []history.Part{{Source: "test"}}, Descriptions: []string{"THING"}, Customers: []string{""}, Countries: []string{"Here"}}
	for c := range 40 {
		l.Customers = append(l.Customers, fmt.Sprint(12000+c))
	}
	for i := range 30 {
		l.Codes = append(l.Codes, fmt.Sprintf("%05d", 20000+i))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 900 {
		inv := int32(len(l.Invoices))
		l.Invoices = append(l.Invoices, fmt.Sprint(500000+n))
		customer := int32(r.IntN(len(l.Customers)))
		placed := int64(15306-60)*history.MicrosPerDay + int64(n)*64*history.MicrosPerDay/900
		for range 1 + r.IntN(6) {
			code := int32(r.IntN(29))
			if n > 880 {
				code = 29
			}
			l.Part, l.Row = append(l.Part, 0), append(l.Row, int32(len(l.Row)+1))
			l.Invoice, l.Code, l.Customer = append(l.Invoice, inv), append(l.Code, code), append(l.Customer, customer)
			l.Description, l.Country = append(l.Description, 0), append(l.Country, 0)
			l.Qty = append(l.Qty, int32(1+r.IntN(24)))
			l.Price, l.Placed = append(l.Price, int64(100*(50+40*code))), append(l.Placed, placed)
		}
	}
	b, err := history.Clean(context.Background(), l, history.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func snapshot(t testing.TB, b *Business, books *history.Books, seed uint64) *plan.Snapshot {
	t.Helper()
	s, err := b.Snapshot(books, Request{Orders: books.OrdersBetween(b.Window(b.StartDay(), b.Plan.Days)), Seed: seed, Place: somewhere})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The facts of a snapshot pass the plan's own rules, also before the caller adds a street graph, and the drawn delivery
// histories pass the scorer's.
func TestSnapshotIsValid(t *testing.T) {
	t.Parallel()
	b, books := read(t), books(t)
	s := snapshot(t, b, books, 1)
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if len(s.Orders) < 20 || len(s.Items) != 30 || len(s.Positions) != 90 || len(s.Inbound) == 0 {
		t.Errorf("%d orders, %d items, %d positions, %d inbound", len(s.Orders), len(s.Items), len(s.Positions), len(s.Inbound))
	}
	for i, x := range s.Suppliers {
		if _, err := credit.Scores(suppliersOf(s)[i:i+1], s.OriginDay); err != nil {
			t.Errorf("%s: %v", x.ID, err)
		}
	}
	onOrder := map[string]int64{}
	for _, in := range s.Inbound {
		onOrder[in.ItemID+in.SiteID] += in.Qty
	}
	for _, p := range s.Positions {
		if p.OnOrder != onOrder[p.ItemID+p.SiteID] {
			t.Errorf("%s at %s: %d on order, %d inbound", p.ItemID, p.SiteID, p.OnOrder, onOrder[p.ItemID+p.SiteID])
		}
	}
}

// The same seed gives the same facts; another seed gives other ones.
func TestSnapshotIsRepeatable(t *testing.T) {
	t.Parallel()
	b, books := read(t), books(t)
	one, again, other := snapshot(t, b, books, 1), snapshot(t, b, books, 1), snapshot(t, b, books, 2)
	if diff := cmp.Diff(one, again, cmpopts.EquateNaNs(), cmpopts.IgnoreFields(plan.Snapshot{}, "Roads")); diff != "" {
		t.Error(diff)
	}
	if one.Hash() == other.Hash() {
		t.Error("seeds 1 and 2 give the same facts")
	}
}

// Nothing moves when something else is added: a further supplier with no share of the range, and orders left out, leave
// every drawn fact of the rest as it was.
func TestStreamsAreIndependent(t *testing.T) {
	t.Parallel()
	b, books := read(t), books(t)
	before := snapshot(t, b, books, 1)
	more := *b
	extra := b.Suppliers[0]
	extra.ID, extra.ItemShare = "newcomer", 0
	more.Suppliers = append([]Supplier{extra}, b.Suppliers...)
	after := snapshot(t, &more, books, 1)
	if diff := cmp.Diff(before.Items, after.Items); diff != "" {
		t.Error("items moved:", diff)
	}
	if diff := cmp.Diff(before.Positions, after.Positions); diff != "" {
		t.Error("stock moved:", diff)
	}
	if diff := cmp.Diff(before.Suppliers, after.Suppliers[1:]); diff != "" {
		t.Error("suppliers moved:", diff)
	}
	few, err := b.Snapshot(books, Request{Orders: books.OrdersBetween(b.Window(b.StartDay(), 5))[5:9], Seed: 1, Place: somewhere})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before.Orders[5:9], few.Orders); diff != "" {
		t.Error("orders moved:", diff)
	}
}

// A customer's place and window are the same in every order of theirs, and orders of unknown customers have their own.
func TestConsignees(t *testing.T) {
	t.Parallel()
	b, books := read(t), books(t)
	s, err := b.Snapshot(books, Request{Orders: books.OrdersFrom(0, 900), Seed: 1, Place: somewhere})
	if err != nil {
		t.Fatal(err)
	}
	home, strangers := map[string]plan.Order{}, map[orb.Point]bool{}
	unknown := 0
	for _, o := range s.Orders {
		if o.CustomerID == "" {
			unknown++
			strangers[o.Point] = true
			continue
		}
		if first, ok := home[o.CustomerID]; ok && (first.Point != o.Point || first.WindowSec != o.WindowSec) {
			t.Errorf("customer %s moved between orders %s and %s", o.CustomerID, first.ID, o.ID)
		}
		home[o.CustomerID] = o
	}
	if unknown == 0 || len(strangers) != unknown {
		t.Errorf("%d unknown customers live at %d places", unknown, len(strangers))
	}
}

// A site's share is the lines counted for it plus the prior's, over all: 3 of 4 lines and a prior of 4 lines at one half
// each give (3+2)/(4+4).
func TestShrink(t *testing.T) {
	t.Parallel()
	got := shrink([]float64{3, 1, 0, 0}, []float64{0.5, 0.5}, 4)
	if diff := cmp.Diff([][]float64{{0.625, 0.375}, {0.5, 0.5}}, got); diff != "" {
		t.Error(diff)
	}
}

func suppliersOf(s *plan.Snapshot) []finance.Supplier {
	out := make([]finance.Supplier, len(s.Suppliers))
	for i, x := range s.Suppliers {
		out[i] = x.Supplier
	}
	return out
}
