package vda5050

import (
	"math/bits"
	"slices"
)

// maxDepth is how deep values may lie within each other for an acceptor.
const maxDepth = 64

// reader goes through the bytes of a JSON text once. Each of its steps tells whether what it passed is sound and accepted.
type reader struct {
	raw []byte
	at  int
}

func (r *reader) space() {
	for r.at < len(r.raw) {
		switch r.raw[r.at] {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return
		}
	}
}

func (r *reader) peek() byte {
	if r.at < len(r.raw) {
		return r.raw[r.at]
	}
	return 0
}

// take passes a byte and the space behind it.
func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	r.space()
	return true
}

// value passes a value; a = nil accepts any that is sound.
func (r *reader) value(a *acceptor, depth int) bool {
	if depth == 0 || a != nil && a.unsure {
		return false
	}
	from := r.at
	kind := r.kind()
	if a != nil && a.kinds != 0 && a.kinds&kind == 0 && kind != kindNumber {
		return false
	}
	ok := false
	switch kind {
	case kindObject:
		ok = r.object(a, depth)
	case kindArray:
		ok = r.array(a, depth)
	case kindString:
		text, escaped, sound := r.text()
		ok = sound && (a == nil || a.text(text, escaped))
	case kindNumber:
		whole, sound := r.number()
		ok = sound && (a == nil || (a.kinds == 0 || a.kinds&kindNumber != 0 || whole && a.kinds&kindInteger != 0) && a.words == nil && a.number(r.raw[from:r.at], whole))
	case kindBool:
		ok = (r.word("true") || r.word("false")) && (a == nil || a.words == nil)
	case kindNull:
		ok = r.word("null") && (a == nil || a.words == nil)
	}
	return ok && (a == nil || r.rules(a, from, depth))
}

// rules looks at a value that was passed once more for each allOf, and for then where if holds.
func (r *reader) rules(a *acceptor, from, depth int) bool {
	end := r.at
	again := func(b *acceptor) bool {
		r.at = from
		ok := r.value(b, depth-1)
		r.at = end
		return ok
	}
	for _, b := range a.rules {
		if !again(b) {
			return false
		}
	}
	// An if that is not surely so may be: then must hold as well, or the library says.
	return a.when == nil || a.then == nil || r.surelyNot(a.when, from) || again(a.then)
}

// surelyNot tells whether an object has, for one of an if's fields, plain words alone that are others than the if asks for.
func (r *reader) surelyNot(a *acceptor, from int) bool {
	s := reader{raw: r.raw, at: from}
	if !s.take('{') {
		return false
	}
	not := false
	for s.peek() != '}' {
		name, escaped, sound := s.text()
		s.space()
		if !sound || escaped || !s.take(':') {
			return false
		}
		i, known := slices.BinarySearchFunc(a.names, name, compareText)
		if known && a.fields[i].words != nil {
			text, escaped, sound := s.text()
			if !sound || escaped || a.fields[i].text(text, false) {
				return false
			}
			not = true
		} else if !s.value(nil, maxDepth) {
			return false
		}
		s.space()
		if !s.take(',') && s.peek() != '}' {
			return false
		}
	}
	return not
}

func (r *reader) kind() kindSet {
	switch c := r.peek(); {
	case c == '{':
		return kindObject
	case c == '[':
		return kindArray
	case c == '"':
		return kindString
	case c == '-' || c >= '0' && c <= '9':
		return kindNumber
	case c == 't' || c == 'f':
		return kindBool
	case c == 'n':
		return kindNull
	}
	return 0
}

func (r *reader) word(w string) bool {
	if r.at+len(w) > len(r.raw) || string(r.raw[r.at:r.at+len(w)]) != w {
		return false
	}
	r.at += len(w)
	return true
}

// compareText orders a name and bytes of a text.
func compareText(name string, text []byte) int {
	switch {
	case name == string(text):
		return 0
	case name < string(text):
		return -1
	}
	return 1
}

func (r *reader) object(a *acceptor, depth int) bool {
	r.take('{')
	var seen uint64
	if a != nil && a.words != nil {
		return false
	}
	for first := true; r.peek() != '}'; first = false {
		if !first && !r.take(',') {
			return false
		}
		name, escaped, sound := r.text()
		r.space()
		if !sound || escaped || !r.take(':') {
			return false
		}
		var field *acceptor
		if a != nil {
			if i, known := slices.BinarySearchFunc(a.names, name, compareText); known {
				field = a.fields[i]
				seen |= 1 << i
			}
		}
		if !r.value(field, depth-1) {
			return false
		}
		r.space()
	}
	r.at++
	return a == nil || bits.OnesCount64(seen&a.required) == bits.OnesCount64(a.required)
}

func (r *reader) array(a *acceptor, depth int) bool {
	r.take('[')
	var item *acceptor
	least := 0
	if a != nil {
		item, least = a.items, a.atLeast
		if a.words != nil {
			return false
		}
	}
	n := 0
	for ; r.peek() != ']'; n++ {
		if n > 0 && !r.take(',') || !r.value(item, depth-1) {
			return false
		}
		r.space()
	}
	r.at++
	return n >= least
}

// text passes a string and gives what is between its quotes, as it stands.
func (r *reader) text() (s []byte, escaped, sound bool) {
	if r.peek() != '"' {
		return nil, false, false
	}
	r.at++
	from := r.at
	for r.at < len(r.raw) {
		switch c := r.raw[r.at]; {
		case c == '"':
			r.at++
			return r.raw[from : r.at-1], escaped, true
		case c < ' ':
			return nil, false, false
		case c == '\\':
			escaped = true
			if !r.escape() {
				return nil, false, false
			}
		default:
			r.at++
		}
	}
	return nil, false, false
}

// escape passes a backslash and what belongs to it.
func (r *reader) escape() bool {
	r.at++
	c := r.peek()
	r.at++
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			h := r.peek()
			if !(h >= '0' && h <= '9' || h >= 'a' && h <= 'f' || h >= 'A' && h <= 'F') {
				return false
			}
			r.at++
		}
		return true
	}
	return false
}

// number passes a number; whole = it is written without decimals and exponent.
func (r *reader) number() (whole, sound bool) {
	if r.peek() == '-' {
		r.at++
	}
	if r.peek() == '0' {
		r.at++
	} else if !r.digits() {
		return false, false
	}
	whole = true
	if r.peek() == '.' {
		r.at++
		whole = false
		if !r.digits() {
			return false, false
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.at++
		whole = false
		if c := r.peek(); c == '+' || c == '-' {
			r.at++
		}
		if !r.digits() {
			return false, false
		}
	}
	return whole, true
}

func (r *reader) digits() bool {
	from := r.at
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.at++
	}
	return r.at > from
}
