package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
)

// Bodies of many thousands of rows are read once, straight into their words, and held to the limits of their tags there;
// huma reads them twice, first into maps. Only where something is wrong, or cannot be told without the maps (a field that
// must be there and is zero), huma looks at the body too and names every wrong field, as it does for all others.

// readLarge reads a body of words Q.
func readLarge[Q any](s *Server, contentType string, raw []byte) (q Q, err error) {
	if kind, _, _ := strings.Cut(contentType, ";"); kind != "" && kind != "application/json" && !strings.HasSuffix(strings.TrimSpace(kind), "+json") {
		return q, newProblem(http.StatusUnsupportedMediaType, api.CodeMediaType, "the body is not JSON: send Content-Type: application/json")
	}
	rules := shapeOf(reflect.TypeFor[Q]())
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&q); err == nil && rules.sound(reflect.ValueOf(&q).Elem()) {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return q, nil
		}
	}
	var maps any
	if err := json.Unmarshal(raw, &maps); err != nil {
		return q, huma.Error400BadRequest(err.Error())
	}
	schemas, result := s.api.OpenAPI().Components.Schemas, &huma.ValidateResult{}
	huma.Validate(schemas, schemas.Schema(reflect.TypeFor[Q](), true, ""), huma.NewPathBuffer([]byte("body"), 4), huma.ModeWriteToServer, maps, result)
	if len(result.Errors) > 0 {
		return q, huma.NewError(http.StatusUnprocessableEntity, "validation failed", result.Errors...)
	}
	var whole Q
	if err := json.Unmarshal(raw, &whole); err != nil {
		return whole, huma.NewError(http.StatusUnprocessableEntity, "validation failed", &huma.ErrorDetail{Message: err.Error(), Location: "body"})
	}
	rules.sound(reflect.ValueOf(&whole).Elem()) // puts the defaults in
	return whole, nil
}

// shape is what the tags say of the fields of a struct.
type shape struct{ fields []fieldRule }

// fieldRule is what the tags say of one field.
type fieldRule struct {
	index              int
	required           bool // its name has no omitempty
	min, max           *float64
	least, most        int // of runes or elements; −1 = not said
	enum               []string
	def                string
	other              bool   // something is said that only huma knows
	inner              *shape // of a struct, or of a list's elements
	isTime, ofPointers bool
}

// shapeOf reads the tags of a struct and of all in it.
func shapeOf(t reflect.Type) *shape {
	out := &shape{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		r := fieldRule{index: i, required: !strings.Contains(options, "omitempty"), least: -1, most: -1, def: f.Tag.Get("default")}
		for _, x := range []struct {
			tag  string
			into **float64
		}{{"minimum", &r.min}, {"maximum", &r.max}} {
			if n, err := strconv.ParseFloat(f.Tag.Get(x.tag), 64); err == nil {
				*x.into = &n
			}
		}
		for _, tag := range []string{"minLength", "minItems"} {
			if n, err := strconv.Atoi(f.Tag.Get(tag)); err == nil {
				r.least = n
			}
		}
		for _, tag := range []string{"maxLength", "maxItems"} {
			if n, err := strconv.Atoi(f.Tag.Get(tag)); err == nil {
				r.most = n
			}
		}
		if text := f.Tag.Get("enum"); text != "" {
			r.enum = strings.Split(text, ",")
		}
		for _, tag := range []string{"pattern", "format", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems", "dependentRequired"} {
			r.other = r.other || f.Tag.Get(tag) != ""
		}
		r.below(f.Type)
		r.other = r.other || f.Anonymous
		out.fields = append(out.fields, r)
	}
	return out
}

// below reads what lies within a field's type.
func (r *fieldRule) below(t reflect.Type) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		r.ofPointers = r.ofPointers || t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Pointer
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		r.isTime = true
	case t.Kind() == reflect.Struct:
		r.inner = shapeOf(t)
	case t.Kind() == reflect.Map || t.Kind() == reflect.Interface:
		r.other = true
	}
}

// sound says that a value keeps all that its tags say, as far as can be told from it, and puts defaults into fields that
// are zero.
func (s *shape) sound(v reflect.Value) bool {
	ok := true
	for i := range s.fields {
		ok = s.fields[i].sound(v.Field(s.fields[i].index)) && ok
	}
	return ok
}

func (r *fieldRule) sound(f reflect.Value) bool {
	if f.Kind() == reflect.Pointer {
		if f.IsNil() {
			return !r.required
		}
		f = f.Elem()
	} else if f.IsZero() && !(f.Kind() == reflect.Struct && r.inner != nil) {
		if r.def != "" {
			setDefault(f, r.def)
		}
		return !r.required || f.Kind() == reflect.Bool
	}
	if r.other {
		return false
	}
	switch f.Kind() {
	case reflect.String:
		n := utf8.RuneCountInString(f.String())
		return r.within(n) && (r.enum == nil || slices.Contains(r.enum, f.String()))
	case reflect.Slice:
		return r.list(f)
	case reflect.Struct:
		return r.inner == nil || r.inner.sound(f)
	case reflect.Int, reflect.Int64, reflect.Int32:
		return r.number(float64(f.Int()))
	case reflect.Uint64, reflect.Uint32, reflect.Uint:
		return r.number(float64(f.Uint()))
	case reflect.Float64:
		return r.number(f.Float())
	}
	return f.Kind() == reflect.Bool
}

func (r *fieldRule) within(n int) bool {
	return (r.least < 0 || n >= r.least) && (r.most < 0 || n <= r.most)
}

func (r *fieldRule) number(x float64) bool {
	return (r.min == nil || x >= *r.min) && (r.max == nil || x <= *r.max)
}

func (r *fieldRule) list(f reflect.Value) bool {
	if !r.within(f.Len()) || r.enum != nil {
		return false
	}
	ok := true
	for i := 0; r.inner != nil && i < f.Len(); i++ {
		x := f.Index(i)
		if r.ofPointers {
			if x.IsNil() {
				return false
			}
			x = x.Elem()
		}
		if x.Kind() != reflect.Struct {
			return false
		}
		ok = r.inner.sound(x) && ok
	}
	return ok
}

func setDefault(f reflect.Value, text string) {
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
	case reflect.Int, reflect.Int64, reflect.Int32:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			f.SetInt(n)
		}
	case reflect.Float64:
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			f.SetFloat(x)
		}
	}
}
