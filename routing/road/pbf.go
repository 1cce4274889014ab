package road

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// This file reads the blocks of the PBF format (OpenStreetMap wiki, "PBF Format"): a stream of blobs, each a small header
// and a zlib stream with nodes, ways and relations. A reader of our own, since the one in common use decodes in goroutines of its own
// and ends the whole program at an index that a damaged file puts out of range; here that is an error with its place.

// ErrExtract marks a stream that is no PBF extract, is damaged or cut short, or holds no street of use.
var ErrExtract = errors.New("road: unusable OpenStreetMap extract")

// errBuilt is told of a graph file that is given as an extract. No block of an extract can begin like one: its header would
// be longer than the format allows.
var errBuilt = errors.New("this is a built graph, not an extract: roads verbs take it by --graph; elsewhere give the .osm.pbf that it was built from")

// The type of an extract's first block, and limits, set by the format.
const (
	headerBlob    = "OSMHeader"
	maxBlobHeader = 64 << 10
	maxBlob       = 32 << 20
)

// tag is one key and value.
type tag struct{ key, value string }

// sink receives what a stream holds, in its order. Slices are valid during the call only.
type sink interface {
	node(id int64, lon, lat float64, tags []tag)
	way(id int64, refs []int64, tags []tag)
	relation(id int64, members []member, tags []tag)
}

// member is one part of a relation.
type member struct {
	kind memberKind
	ref  int64
	role string
}

// memberKind is what a member is, as the format numbers it.
type memberKind uint8

const (
	memberNode memberKind = iota
	memberWay
	memberRelation
)

// scan reads a whole stream into to.
func scan(ctx context.Context, r io.Reader, to sink) error {
	b := block{to: to}
	first := true
	for offset := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		kind, data, size, err := readBlob(r)
		if first && errors.Is(err, errBuilt) {
			return fmt.Errorf("%w: %w", ErrExtract, err)
		}
		if errors.Is(err, io.EOF) && !first {
			return nil
		}
		if err == nil {
			err = b.read(kind, data, first)
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("it is empty")
			}
			return fmt.Errorf("%w: block at byte %d: %w; fetch the file again", ErrExtract, offset, err)
		}
		first = false
		offset += size
	}
}

// readBlob returns the type and the unpacked bytes of the next blob and how many bytes it took; io.EOF at a clean end.
func readBlob(r io.Reader) (kind string, data []byte, size int64, err error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return "", nil, 0, cutShort(err, true)
	}
	if string(length[:]) == fileMagic[:len(length)] {
		return "", nil, 0, errBuilt
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxBlobHeader {
		return "", nil, 0, fmt.Errorf("its header would take %d bytes, the format allows %d: not a PBF file", n, maxBlobHeader)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(r, header); err != nil {
		return "", nil, 0, cutShort(err, false)
	}
	var bodySize uint64
	m := message{header}
	for m.more() {
		switch f := m.next(); f.number {
		case 1:
			kind = string(f.bytes)
		case 3:
			bodySize = f.value
		}
	}
	if m.broken() || kind == "" || bodySize > maxBlob {
		return "", nil, 0, errors.New("its header does not parse: not a PBF file, or damaged")
	}
	body := make([]byte, bodySize)
	if _, err := io.ReadFull(r, body); err != nil {
		return "", nil, 0, cutShort(err, false)
	}
	data, err = unpack(body)
	return kind, data, 4 + int64(n) + int64(bodySize), err
}

func cutShort(err error, endAllowed bool) error {
	if errors.Is(err, io.EOF) && endAllowed {
		return io.EOF
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file is cut short")
	}
	return fmt.Errorf("reading it: %w", err)
}

// unpack returns the content of a Blob message.
func unpack(body []byte) ([]byte, error) {
	m := message{body}
	var raw, packed []byte
	var rawSize uint64
	for m.more() {
		switch f := m.next(); f.number {
		case 1:
			raw = f.bytes
		case 2:
			rawSize = f.value
		case 3:
			packed = f.bytes
		case 4, 5, 6, 7:
			return nil, errors.New("it is packed otherwise than with zlib, which this program does not read; convert it")
		}
	}
	if m.broken() {
		return nil, errors.New("its body does not parse")
	}
	if raw != nil {
		return raw, nil
	}
	if rawSize > maxBlob {
		return nil, fmt.Errorf("it claims to unpack to %d bytes, the format allows %d", rawSize, maxBlob)
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("its zlib stream is damaged: %w", err)
	}
	out := make([]byte, rawSize)
	if _, err := io.ReadFull(z, out); err != nil {
		return nil, fmt.Errorf("its zlib stream is damaged: %w", err)
	}
	// Reading to the end makes zlib compare its checksum; a byte more than announced is damage too.
	if n, err := z.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return nil, errors.New("its zlib stream is damaged: checksum or length wrong")
	}
	return out, nil
}

// field is one field of a protocol buffer message.
type field struct {
	number int
	value  uint64
	bytes  []byte
}

// message walks over the fields of an encoded protocol buffer. After a mistake there are no more fields and broken tells.
type message struct{ rest []byte }

var brokenMark = []byte{0}

func (m *message) more() bool   { return len(m.rest) > 0 && !m.broken() }
func (m *message) broken() bool { return len(m.rest) > 0 && &m.rest[0] == &brokenMark[0] }
func (m *message) fail() field  { m.rest = brokenMark; return field{} }

func (m *message) next() field {
	key, n := binary.Uvarint(m.rest)
	if n <= 0 {
		return m.fail()
	}
	m.rest = m.rest[n:]
	f := field{number: int(key >> 3 & 0x1fffffff)}
	switch key & 7 {
	case 0:
		if f.value, n = binary.Uvarint(m.rest); n <= 0 {
			return m.fail()
		}
		m.rest = m.rest[n:]
	case 1, 5:
		width := 8 - int(key&4)
		if len(m.rest) < width {
			return m.fail()
		}
		m.rest = m.rest[width:]
	case 2:
		size, n := binary.Uvarint(m.rest)
		if n <= 0 || size > uint64(len(m.rest)-n) {
			return m.fail()
		}
		f.bytes = m.rest[n : n+int(size)]
		m.rest = m.rest[n+int(size):]
	default:
		return m.fail()
	}
	return f
}

// varints appends all numbers of a packed field to to; nil when it is damaged.
func varints(to []uint64, packed []byte) ([]uint64, bool) {
	for len(packed) > 0 {
		v, n := binary.Uvarint(packed)
		if n <= 0 {
			return to, false
		}
		to = append(to, v)
		packed = packed[n:]
	}
	return to, true
}

// signed undoes the zigzag coding of signed numbers.
func signed(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
