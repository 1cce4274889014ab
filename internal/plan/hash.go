package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
	"reflect"
	"sort"
)

// Hash names the facts of the snapshot: SHA-256 over every exported field in order, except those marked json:"-".
// Two snapshots with the same hash give the same plan under the same options.
func (s *Snapshot) Hash() string {
	w := hashWriter{h: sha256.New()}
	w.value(reflect.ValueOf(s).Elem())
	w.flush()
	return hex.EncodeToString(w.h.Sum(nil))
}

// present leads a field that is left out where it is empty, so that it is not taken for what follows.
const present = 0x9e3779b97f4a7c15

type hashWriter struct {
	h   hash.Hash
	buf []byte
}

func (w *hashWriter) flush() {
	_, _ = w.h.Write(w.buf) // a hash never fails to write
	w.buf = w.buf[:0]
}

func (w *hashWriter) u64(x uint64) {
	w.buf = binary.LittleEndian.AppendUint64(w.buf, x)
	if len(w.buf) > 1<<15 {
		w.flush()
	}
}

// value writes v so that no two different values write the same bytes: everything of varying length is led by its length.
func (w *hashWriter) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() || f.Tag.Get("json") == "-" {
				continue
			}
			if f.Tag.Get("hash") == "omitempty" {
				if empty(v.Field(i)) {
					continue
				}
				w.u64(present + uint64(i)) // else two of them that could each be there would read alike
			}
			w.value(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		w.u64(uint64(v.Len()))
		if floats, ok := v.Interface().([]float64); ok { // the sales history: millions of numbers
			for _, x := range floats {
				w.u64(math.Float64bits(x))
			}
			return
		}
		for i := range v.Len() {
			w.value(v.Index(i))
		}
	case reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
		w.u64(uint64(len(keys)))
		for _, k := range keys {
			w.value(k)
			w.value(v.MapIndex(k))
		}
	case reflect.Pointer:
		if v.IsNil() {
			w.u64(0)
			return
		}
		w.u64(1)
		w.value(v.Elem())
	case reflect.String:
		w.u64(uint64(v.Len()))
		w.buf = append(w.buf, v.String()...)
	default:
		w.u64(scalarBits(v))
	}
}

// empty is true for what says nothing: a list without entries, or a zero.
func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() == 0
	}
	return v.IsZero()
}

func scalarBits(v reflect.Value) uint64 {
	switch {
	case v.CanInt():
		return uint64(v.Int())
	case v.CanUint():
		return v.Uint()
	case v.CanFloat():
		return math.Float64bits(v.Float())
	case v.Kind() == reflect.Bool:
		if v.Bool() {
			return 1
		}
		return 0
	}
	panic("plan: a snapshot field of kind " + v.Kind().String() + " has no place in the hash")
}
