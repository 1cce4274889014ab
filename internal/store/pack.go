package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"quartermaster/forecast"
	"quartermaster/internal/service"
)

// errPacked says that stored bytes are not what this program wrote.
var errPacked = errors.New("store: packed row is damaged")

// Forms of packed rows; the first byte tells which.
const (
	formLines  = 1 // order lines: count, then per line length of id, id, quantity, price
	formCounts = 2 // a series of whole units: each value + 1, 0 = not seen (NaN)
	formFloats = 3 // any other series: 8 bytes a value
)

// packLines writes order lines in about a fifth of their JSON.
func packLines(lines []service.OrderLine) []byte {
	out := make([]byte, 0, 2+len(lines)*12)
	out = append(out, formLines)
	out = binary.AppendUvarint(out, uint64(len(lines)))
	for _, l := range lines {
		out = binary.AppendUvarint(out, uint64(len(l.ItemID)))
		out = append(out, l.ItemID...)
		out = binary.AppendVarint(out, l.Qty)
		out = binary.AppendVarint(out, l.PriceCents)
	}
	return out
}

func unpackLines(b []byte) ([]service.OrderLine, error) {
	r := unpacker{rest: b}
	if r.byte() != formLines {
		return nil, fmt.Errorf("%w: order lines", errPacked)
	}
	n := r.count(3) // a line takes three bytes at least
	lines := make([]service.OrderLine, n)
	for i := range lines {
		lines[i] = service.OrderLine{ItemID: string(r.bytes(r.count(1))), Qty: r.varint(), PriceCents: r.varint()}
	}
	if r.bad || len(r.rest) > 0 {
		return nil, fmt.Errorf("%w: order lines", errPacked)
	}
	return lines, nil
}

// packSeries writes a series without its id. Counts below 2^53 take one or two bytes a day, as shops' do.
func packSeries(s forecast.Series) []byte {
	form := byte(formCounts)
	for _, v := range s.Values {
		if !math.IsNaN(v) && (v != math.Trunc(v) || v < 0 || v >= 1<<53 || math.Signbit(v)) {
			form = formFloats
			break
		}
	}
	out := append(make([]byte, 0, 8+2*len(s.Values)), form)
	out = binary.AppendVarint(out, int64(s.StartDay))
	out = binary.AppendUvarint(out, uint64(len(s.Values)))
	for _, v := range s.Values {
		switch {
		case form == formFloats:
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
		case math.IsNaN(v):
			out = append(out, 0)
		default:
			out = binary.AppendUvarint(out, uint64(v)+1)
		}
	}
	return out
}

func unpackSeries(id string, b []byte) (forecast.Series, error) {
	r := unpacker{rest: b}
	form := r.byte()
	s := forecast.Series{ID: id, StartDay: int(r.varint())}
	size := 1
	if form == formFloats {
		size = 8
	}
	s.Values = make([]float64, r.count(size))
	for i := range s.Values {
		switch form {
		case formFloats:
			if raw := r.bytes(8); raw != nil {
				s.Values[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw))
			}
		case formCounts:
			s.Values[i] = math.NaN()
			if v := r.uvarint(); v > 0 {
				s.Values[i] = float64(v - 1)
			}
		default:
			r.bad = true
		}
	}
	if r.bad || len(r.rest) > 0 {
		return s, fmt.Errorf("%w: sales of item %s", errPacked, id)
	}
	return s, nil
}

// unpacker reads a packed row; after the first fault everything is zero and bad stays set.
type unpacker struct {
	rest []byte
	bad  bool
}

func (r *unpacker) bytes(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return nil
	}
	out := r.rest[:n]
	r.rest = r.rest[n:]
	return out
}

func (r *unpacker) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *unpacker) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *unpacker) varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// count reads how many things of at least size bytes follow; more than the rest can hold is a fault, so that damaged
// bytes never ask for more memory than they are long.
func (r *unpacker) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.rest)/size) {
		r.bad = true
		return 0
	}
	return int(n)
}
