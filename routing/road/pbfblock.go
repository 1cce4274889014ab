package road

import (
	"errors"
	"fmt"
)

var errBlock = errors.New("its content does not parse")

// block decodes the messages inside blobs and keeps their scratch memory.
type block struct {
	to      sink
	strings []string

	granularity, latOffset, lonOffset int64

	ids, lats, lons, keyVals, keys, vals []uint64
	refs                                 []int64
	tags                                 []tag
	members                              []member
}

func (b *block) read(kind string, data []byte, first bool) error {
	switch {
	case first && kind != headerBlob:
		return fmt.Errorf("the file begins with a block %.20q instead of %s: not a PBF extract", kind, headerBlob)
	case kind == headerBlob:
		return readHeader(data)
	case kind == "OSMData":
		return b.readPrimitives(data)
	}
	return nil // the format asks readers to pass over blocks they do not know
}

// readHeader refuses files that ask for more than this reader does.
func readHeader(data []byte) error {
	m := message{data}
	for m.more() {
		f := m.next()
		if f.number != 4 {
			continue
		}
		switch feature := string(f.bytes); feature {
		case "OsmSchema-V0.6", "DenseNodes":
		default:
			return fmt.Errorf("the file requires the feature %.40q, which this program does not read; convert it", feature)
		}
	}
	if m.broken() {
		return errBlock
	}
	return nil
}

// readPrimitives reads the string table and scales of a block first, then its groups, whatever their order.
func (b *block) readPrimitives(data []byte) error {
	b.strings = b.strings[:0]
	b.granularity, b.latOffset, b.lonOffset = 100, 0, 0
	m := message{data}
	for m.more() {
		switch f := m.next(); f.number {
		case 1:
			table := message{f.bytes}
			for table.more() {
				if s := table.next(); s.number == 1 {
					b.strings = append(b.strings, string(s.bytes))
				}
			}
			if table.broken() {
				return errBlock
			}
		case 17:
			b.granularity = int64(f.value)
		case 19:
			b.latOffset = int64(f.value)
		case 20:
			b.lonOffset = int64(f.value)
		}
	}
	if m.broken() {
		return errBlock
	}
	m = message{data}
	for m.more() {
		if f := m.next(); f.number == 2 {
			if err := b.readGroup(f.bytes); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *block) readGroup(data []byte) error {
	m := message{data}
	for m.more() {
		var err error
		switch f := m.next(); f.number {
		case 1:
			err = b.readNode(f.bytes)
		case 2:
			err = b.readDense(f.bytes)
		case 3:
			err = b.readWay(f.bytes)
		case 4:
			err = b.readRelation(f.bytes)
		}
		if err != nil {
			return err
		}
	}
	if m.broken() {
		return errBlock
	}
	return nil
}

// degrees turns a coded coordinate into degrees.
func (b *block) degrees(offset, coded int64) float64 {
	return 1e-9 * float64(offset+b.granularity*coded)
}

// each hands out the fields of a message; false when one of them, or the message, is broken.
func each(data []byte, visit func(f field) bool) bool {
	m, ok := message{data}, true
	for m.more() {
		ok = visit(m.next()) && ok
	}
	return ok && !m.broken()
}

// list replaces a list by the numbers packed into a field.
func list(into *[]uint64, f field) (ok bool) {
	*into, ok = varints(*into, f.bytes)
	return ok
}

func (b *block) readNode(data []byte) error {
	var id, lat, lon int64
	b.keys, b.vals = b.keys[:0], b.vals[:0]
	ok := each(data, func(f field) bool {
		switch f.number {
		case 1:
			id = signed(f.value)
		case 2:
			return list(&b.keys, f)
		case 3:
			return list(&b.vals, f)
		case 8:
			lat = signed(f.value)
		case 9:
			lon = signed(f.value)
		}
		return true
	})
	if !ok || !b.readTags() {
		return errBlock
	}
	b.to.node(id, b.degrees(b.lonOffset, lon), b.degrees(b.latOffset, lat), b.tags)
	return nil
}

func (b *block) readDense(data []byte) error {
	b.ids, b.lats, b.lons, b.keyVals = b.ids[:0], b.lats[:0], b.lons[:0], b.keyVals[:0]
	lists := [11]*[]uint64{1: &b.ids, 8: &b.lats, 9: &b.lons, 10: &b.keyVals}
	if !b.readLists(data, lists[:], nil) || len(b.lats) != len(b.ids) || len(b.lons) != len(b.ids) {
		return errBlock
	}
	var id, lat, lon int64
	kv := b.keyVals
	for k := range b.ids {
		id, lat, lon = id+signed(b.ids[k]), lat+signed(b.lats[k]), lon+signed(b.lons[k])
		rest, ok := b.denseTags(kv)
		if !ok {
			return errBlock
		}
		kv = rest
		b.to.node(id, b.degrees(b.lonOffset, lon), b.degrees(b.latOffset, lat), b.tags)
	}
	return nil
}

// readLists reads the packed lists of a message by their field numbers, and field 1 as a number where id is wanted.
func (b *block) readLists(data []byte, lists []*[]uint64, id *int64) bool {
	return each(data, func(f field) bool {
		if f.number == 1 && id != nil {
			*id = int64(f.value)
			return true
		}
		if f.number < len(lists) && lists[f.number] != nil {
			return list(lists[f.number], f)
		}
		return true
	})
}

// denseTags reads the tags of one dense node: key, value, …, 0. A group without any tag has no list at all.
func (b *block) denseTags(kv []uint64) ([]uint64, bool) {
	b.tags = b.tags[:0]
	for len(kv) > 0 {
		if kv[0] == 0 {
			return kv[1:], true
		}
		if len(kv) < 2 || !b.addTag(kv[0], kv[1]) {
			return nil, false
		}
		kv = kv[2:]
	}
	return nil, len(b.keyVals) == 0
}

func (b *block) addTag(key, value uint64) bool {
	if key >= uint64(len(b.strings)) || value >= uint64(len(b.strings)) {
		return false
	}
	b.tags = append(b.tags, tag{b.strings[key], b.strings[value]})
	return true
}

func (b *block) readTags() bool {
	b.tags = b.tags[:0]
	if len(b.keys) != len(b.vals) {
		return false
	}
	for k := range b.keys {
		if !b.addTag(b.keys[k], b.vals[k]) {
			return false
		}
	}
	return true
}

func (b *block) readWay(data []byte) error {
	var id int64
	b.keys, b.vals, b.ids, b.refs = b.keys[:0], b.vals[:0], b.ids[:0], b.refs[:0]
	lists := [9]*[]uint64{2: &b.keys, 3: &b.vals, 8: &b.ids}
	if !b.readLists(data, lists[:], &id) || !b.readTags() {
		return errBlock
	}
	var ref int64
	for _, v := range b.ids {
		ref += signed(v)
		b.refs = append(b.refs, ref)
	}
	b.to.way(id, b.refs, b.tags)
	return nil
}

func (b *block) readRelation(data []byte) error {
	var id int64
	b.keys, b.vals, b.ids, b.lats, b.lons = b.keys[:0], b.vals[:0], b.ids[:0], b.lats[:0], b.lons[:0]
	lists := [11]*[]uint64{2: &b.keys, 3: &b.vals, 8: &b.lats, 9: &b.ids, 10: &b.lons} // roles, members, kinds
	if !b.readLists(data, lists[:], &id) || !b.readTags() || len(b.lats) != len(b.ids) || len(b.lons) != len(b.ids) {
		return errBlock
	}
	b.members = b.members[:0]
	var ref int64
	for k, v := range b.ids {
		ref += signed(v)
		if b.lats[k] >= uint64(len(b.strings)) || b.lons[k] > uint64(memberRelation) {
			return errBlock
		}
		b.members = append(b.members, member{memberKind(b.lons[k]), ref, b.strings[b.lats[k]]})
	}
	b.to.relation(id, b.members, b.tags)
	return nil
}
