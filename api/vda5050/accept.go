package vda5050

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// An acceptor is a schema made ready to accept messages by one look at their bytes, without making anything of them: the
// messages of a thousand vehicles are nearly all in order, and the schema library takes most of a fleet's time for saying so.
// It accepts no message that the library refuses; what it does not accept may still be in order, and the library says.
type acceptor struct {
	kinds    kindSet // JSON types allowed, 0 = all
	names    []string
	fields   []*acceptor // of the names
	required uint64      // bits of the names
	items    *acceptor   // nil = any
	words    []string    // enum or const, nil = any
	atLeast  int         // items
	low      float64
	high     float64
	moment   bool        // a string is a date and time
	rules    []*acceptor // allOf
	when     *acceptor   // if, and then
	then     *acceptor
	unsure   bool // has a keyword that is the library's alone
}

// kindSet holds JSON types.
type kindSet uint8

const (
	kindObject kindSet = 1 << iota
	kindArray
	kindString
	kindNumber
	kindInteger
	kindBool
	kindNull
)

var kindNames = map[string]kindSet{"object": kindObject, "array": kindArray, "string": kindString, "number": kindNumber | kindInteger, "integer": kindInteger,
	"boolean": kindBool, "null": kindNull}

// maxFields is how many names of an object an acceptor keeps in mind.
const maxFields = 64

// rawSchema is what a schema may say that an acceptor knows.
type rawSchema struct {
	Type        any                        `json:"type"`
	Properties  map[string]json.RawMessage `json:"properties"`
	Required    []string                   `json:"required"`
	Items       json.RawMessage            `json:"items"`
	Ref         string                     `json:"$ref"`
	Enum        []any                      `json:"enum"`
	Const       any                        `json:"const"`
	Minimum     *float64                   `json:"minimum"`
	Maximum     *float64                   `json:"maximum"`
	MinItems    int                        `json:"minItems"`
	Format      string                     `json:"format"`
	AllOf       []json.RawMessage          `json:"allOf"`
	If          json.RawMessage            `json:"if"`
	Then        json.RawMessage            `json:"then"`
	Definitions map[string]json.RawMessage `json:"definitions"`
}

// plainWords are keywords that say nothing of what is in order.
var plainWords = []string{"$schema", "title", "description", "examples", "unit", "subtopic", "default"}

// knownWords are the keywords of rawSchema.
var knownWords = []string{"type", "properties", "required", "items", "$ref", "enum", "const", "minimum", "maximum", "minItems", "format", "allOf", "if", "then", "definitions"}

// acceptors makes acceptors of one schema file.
type acceptors struct {
	definitions map[string]json.RawMessage
	made        map[string]*acceptor
}

func newAcceptor(raw []byte) (*acceptor, error) {
	var whole rawSchema
	if err := json.Unmarshal(raw, &whole); err != nil {
		return nil, err
	}
	return (&acceptors{whole.Definitions, map[string]*acceptor{}}).make(raw)
}

func (m *acceptors) make(raw json.RawMessage) (*acceptor, error) {
	var s rawSchema
	var words map[string]json.RawMessage
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &words); err != nil {
		return nil, err
	}
	if s.Ref != "" {
		return m.refer(s.Ref)
	}
	a := &acceptor{low: math.Inf(-1), high: math.Inf(1), atLeast: s.MinItems, unsure: len(s.Properties) > maxFields}
	for w := range words {
		a.unsure = a.unsure || !slices.Contains(plainWords, w) && !slices.Contains(knownWords, w)
	}
	a.narrow(&s)
	for name := range s.Properties {
		a.names = append(a.names, name)
	}
	slices.Sort(a.names)
	for i, name := range a.names {
		if slices.Contains(s.Required, name) && i < maxFields {
			a.required |= 1 << i
		}
	}
	for _, name := range s.Required {
		a.unsure = a.unsure || !slices.Contains(a.names, name)
	}
	return a, m.fill(a, &s)
}

func (m *acceptors) refer(ref string) (*acceptor, error) {
	name, ok := strings.CutPrefix(ref, "#/definitions/")
	raw, known := m.definitions[name]
	if !ok || !known {
		return nil, fmt.Errorf("no definition %q", ref)
	}
	if a := m.made[name]; a != nil {
		return a, nil
	}
	a, err := m.make(raw)
	m.made[name] = a
	return a, err
}

// narrow takes over what a schema says of single values.
func (a *acceptor) narrow(s *rawSchema) {
	switch t := s.Type.(type) {
	case string:
		a.kinds = kindNames[t]
		a.unsure = a.unsure || a.kinds == 0
	case []any:
		for _, name := range t {
			word, _ := name.(string)
			a.kinds |= kindNames[word]
			a.unsure = a.unsure || kindNames[word] == 0
		}
	}
	if s.Const != nil {
		s.Enum = []any{s.Const}
	}
	for _, word := range s.Enum {
		text, ok := word.(string)
		a.words = append(a.words, text)
		a.unsure = a.unsure || !ok
	}
	if s.Minimum != nil {
		a.low = *s.Minimum
	}
	if s.Maximum != nil {
		a.high = *s.Maximum
	}
	switch s.Format {
	case "date-time":
		a.moment = true
	case "", "uint32": // the library knows no uint32
	default:
		a.unsure = true
	}
}

// fill makes the acceptors that are within another.
func (m *acceptors) fill(a *acceptor, s *rawSchema) (err error) {
	within := func(raw json.RawMessage) (b *acceptor) {
		if err == nil && raw != nil {
			b, err = m.make(raw)
		}
		return b
	}
	for _, name := range a.names {
		a.fields = append(a.fields, within(s.Properties[name]))
	}
	for _, raw := range s.AllOf {
		a.rules = append(a.rules, within(raw))
	}
	a.items, a.when, a.then = within(s.Items), within(s.If), within(s.Then)
	return err
}

// accepts tells whether a message surely keeps the schema.
func (a *acceptor) accepts(raw []byte) bool {
	r := reader{raw: raw}
	r.space()
	if !r.value(a, maxDepth) {
		return false
	}
	r.space()
	return r.at == len(raw)
}

// number tells whether a number is surely within the limits.
func (a *acceptor) number(text []byte, whole bool) bool {
	if a.low == math.Inf(-1) && a.high == math.Inf(1) {
		return true
	}
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return false
	}
	if whole && math.Abs(x) < 1<<53 {
		return x >= a.low && x <= a.high
	}
	const slack = 1e-9 // what a number was rounded by, and far more: so near, the library says
	return x >= a.low+slack && x <= a.high-slack
}

// text tells whether a string without escapes is surely among the words, and a date where it is to be one.
func (a *acceptor) text(s []byte, escaped bool) bool {
	if a.words == nil && !a.moment {
		return true
	}
	if escaped || a.moment && !isMoment(s) {
		return false
	}
	return a.words == nil || slices.ContainsFunc(a.words, func(w string) bool { return w == string(s) })
}

// isMoment tells a usual date and time in UTC, 2006-01-02T15:04:05.000Z with any number of decimals.
func isMoment(s []byte) bool {
	const form = "dddd-dd-ddTdd:dd:dd"
	if len(s) < len(form)+1 || s[len(s)-1] != 'Z' {
		return false
	}
	for i := range form {
		if form[i] == 'd' && (s[i] < '0' || s[i] > '9') || form[i] != 'd' && s[i] != form[i] {
			return false
		}
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	if two(5) < 1 || two(5) > 12 || two(8) < 1 || two(8) > 28 || two(11) > 23 || two(14) > 59 || two(17) > 59 {
		return false // the end of a month is the library's
	}
	rest := s[len(form) : len(s)-1]
	if len(rest) == 0 {
		return true
	}
	if rest[0] != '.' || len(rest) == 1 {
		return false
	}
	for _, c := range rest[1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
