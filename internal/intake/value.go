package intake

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of single values: beyond them a number is a mistake, not an order.
const (
	maxQty       = 100_000_000
	maxPrice     = 1_000_000_000 // currency units
	priceScale   = 10_000        // Lines.Price counts ten-thousandths
	maxIDLen     = 64
	maxTextLen   = 1000
	firstYear    = 1990
	lastYear     = 2100
	maxSheet     = 1_000_000
	largestExact = 1 << 53 // floats above it skip whole numbers
)

// value is one field as a file gives it, before it is known what it means.
type value struct {
	kind  valueKind
	text  []byte
	int   int64
	float float64
}

type valueKind uint8

const (
	kindNull valueKind = iota
	kindText
	kindInt
	kindFloat
	kindTime  // int holds microseconds of wall time
	kindPrice // int holds ten-thousandths
	kindOther // a kind no column takes; text shows it
)

// trouble is why a value cannot be read; nil = it can. The sentence begins behind the value's place.
type trouble struct{ code, sentence string }

func wrong(code, sentence string) *trouble { return &trouble{code, sentence} }

// show puts the value into a sentence.
func (v value) show() string {
	switch v.kind {
	case kindInt, kindTime, kindPrice:
		return strconv.FormatInt(v.int, 10)
	case kindFloat:
		return strconv.FormatFloat(v.float, 'g', -1, 64)
	}
	return quote(string(v.text))
}

// clean trims a text and turns the usual signs for nothing into null.
func (v value) clean() value {
	switch v.kind {
	case kindText:
		v.text = trim(v.text)
		if len(v.text) == 0 || len(v.text) <= 4 && isNothing(v.text) {
			return value{}
		}
	case kindFloat:
		if math.IsNaN(v.float) {
			return value{}
		}
	}
	return v
}

func isNothing(b []byte) bool {
	return strings.EqualFold(string(b), "nan") || strings.EqualFold(string(b), "null")
}

func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t' || b[len(b)-1] == '\r' || b[len(b)-1] == '\n') {
		b = b[:len(b)-1]
	}
	return b
}

// identifier reads an invoice number, stock code or customer. Numbers become their decimal digits.
func (v value) identifier(scratch []byte) ([]byte, *trouble) {
	switch v.kind {
	case kindInt:
		return strconv.AppendInt(scratch[:0], v.int, 10), nil
	case kindFloat:
		if v.float != math.Trunc(v.float) || math.Abs(v.float) > largestExact {
			return nil, wrong(codeType, v.show()+" is a broken number where a whole one or a text is wanted")
		}
		return strconv.AppendInt(scratch[:0], int64(v.float), 10), nil
	case kindText:
		if len(v.text) > maxIDLen {
			return nil, wrong(codeText, v.show()+" is longer than "+strconv.Itoa(maxIDLen)+" bytes")
		}
		if !utf8.Valid(v.text) || hasControl(v.text) {
			return nil, wrong(codeText, v.show()+" holds bytes that are no printable UTF-8 text")
		}
		return v.text, nil
	}
	return nil, wrong(codeType, v.show()+" is no text or number")
}

func hasControl(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			return true
		}
	}
	return false
}

// freeText reads a description or country: what cannot be shown is replaced, what is too long is cut.
func (v value) freeText(scratch []byte) ([]byte, *trouble) {
	switch v.kind {
	case kindInt, kindFloat:
		return append(scratch[:0], v.show()...), nil
	case kindText:
		if len(v.text) <= maxTextLen && utf8.Valid(v.text) && !hasControl(v.text) {
			return v.text, nil
		}
		s := strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(string(v.text), "\uFFFD"))
		for len(s) > maxTextLen || !utf8.ValidString(s) {
			s = s[:min(len(s)-1, maxTextLen)]
		}
		return []byte(s), nil
	}
	return nil, wrong(codeType, v.show()+" is no text")
}

// whole reads a whole number between −limit and limit.
func (v value) whole(limit int64) (int64, *trouble) {
	n := v.int
	switch v.kind {
	case kindInt:
	case kindText:
		scaled, ok := parseDecimal(v.text, 0, false)
		if !ok {
			return 0, v.notNumber("a whole number")
		}
		n = scaled
	case kindFloat:
		if math.IsInf(v.float, 0) {
			return 0, wrong(codeNotFinite, v.show()+" is not a finite number")
		}
		if v.float != math.Trunc(v.float) {
			return 0, wrong(codeNumber, v.show()+" is not a whole number")
		}
		n = int64(max(-largestExact, min(largestExact, v.float)))
	default:
		return 0, wrong(codeType, v.show()+" is no number")
	}
	if n > limit || n < -limit {
		return 0, wrong(codeRange, v.show()+" is not between −"+strconv.FormatInt(limit, 10)+" and "+strconv.FormatInt(limit, 10))
	}
	return n, nil
}

func (v value) notNumber(what string) *trouble {
	switch strings.TrimLeft(strings.ToLower(string(v.text)), "+-") {
	case "inf", "infinity":
		return wrong(codeNotFinite, v.show()+" is not a finite number")
	}
	return wrong(codeNumber, v.show()+" is not "+what)
}

// price reads an amount into ten-thousandths of the currency unit, rounded half away from zero.
func (v value) price(decimalComma bool) (int64, *trouble) {
	var n int64
	switch v.kind {
	case kindInt:
		n = maxPrice*priceScale + 1
		if v.int >= -maxPrice && v.int <= maxPrice {
			n = v.int * priceScale
		}
	case kindFloat:
		if math.IsInf(v.float, 0) {
			return 0, wrong(codeNotFinite, v.show()+" is not a finite number")
		}
		n = maxPrice*priceScale + 1
		if math.Abs(v.float) <= maxPrice {
			n = int64(math.Round(v.float * priceScale))
		}
	case kindPrice:
		n = v.int
	case kindText:
		scaled, ok := parseDecimal(v.text, 4, decimalComma)
		if !ok {
			return 0, v.notNumber("an amount of money")
		}
		n = scaled
	default:
		return 0, wrong(codeType, v.show()+" is no number")
	}
	if n > maxPrice*priceScale || n < -maxPrice*priceScale {
		return 0, wrong(codeRange, v.show()+" is not between −"+strconv.Itoa(maxPrice)+" and "+strconv.Itoa(maxPrice))
	}
	return n, nil
}

// parseDecimal reads sign, digits, point and digits into units of the given decimal place (0 or 4), rounded half away from
// zero. At place 0 anything but zeros behind the point is refused. What is too large to hold comes back as the largest
// number, for the caller's limit to refuse. A number with an exponent goes the slow way through a float.
func parseDecimal(b []byte, place int, comma bool) (int64, bool) {
	if i := bytes.IndexAny(b, "eE"); i > 0 {
		return parseExponent(b, place)
	}
	negative := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative, b = b[0] == '-', b[1:]
	}
	n, digits, behind, roundUp := int64(0), 0, -1, false // behind counts places behind the point, −1 before it
	for _, c := range b {
		if (c == '.' || comma && c == ',') && behind < 0 {
			behind = 0
			continue
		}
		if c < '0' || c > '9' {
			return 0, false
		}
		digits++
		if behind >= 0 {
			behind++
		}
		switch {
		case behind <= place:
			n = appendDigit(n, c)
		case place == 0 && c != '0':
			return 0, false
		case behind == place+1:
			roundUp = c >= '5'
		}
	}
	for places := max(behind, 0); places < place; places++ {
		n = appendDigit(n, '0')
	}
	if roundUp && n < math.MaxInt64 {
		n++
	}
	if negative {
		n = -n
	}
	return n, digits > 0
}

func appendDigit(n int64, c byte) int64 {
	if n > (math.MaxInt64-9)/10 {
		return math.MaxInt64
	}
	return n*10 + int64(c-'0')
}

func parseExponent(b []byte, place int) (int64, bool) {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	f = f * math.Pow10(place)
	if place == 0 && f != math.Trunc(f) {
		return 0, false
	}
	return int64(math.Round(max(-largestExact*1024, min(largestExact*1024-1024, f)))), true
}

// placed reads a moment into microseconds of local wall time.
func (v value) placed() (int64, *trouble) {
	var micros int64
	switch v.kind {
	case kindTime:
		micros = v.int
	case kindText:
		t, ok := parseWallTime(v.text)
		if !ok {
			return 0, wrong(codeDate, v.show()+" is not a time like 2010-12-01 08:26:00 (year, month, day first)")
		}
		micros = t
	default:
		return 0, wrong(codeType, v.show()+" is no date: a text like 2010-12-01 08:26:00 or a timestamp is wanted")
	}
	if micros < firstMicros || micros >= endMicros {
		return 0, wrong(codeRange, v.show()+" is not between "+strconv.Itoa(firstYear)+" and "+strconv.Itoa(lastYear))
	}
	return micros, nil
}

var (
	firstMicros = time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	endMicros   = time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
)

// parseWallTime reads year-month-day, and behind it hours and minutes, seconds, a fraction and an offset where they are
// there. The offset is skipped: the wall clock of the place is what is wanted.
func parseWallTime(b []byte) (int64, bool) {
	if len(b) < 10 || b[4] != b[7] || b[4] != '-' && b[4] != '/' {
		return 0, false
	}
	year, ok1 := digits(b[0:4])
	month, ok2 := digits(b[5:7])
	day, ok3 := digits(b[8:10])
	if !ok1 || !ok2 || !ok3 || month < 1 || month > 12 || day < 1 {
		return 0, false
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if date.Day() != day { // 30 February has become a day of March
		return 0, false
	}
	clock, ok := parseClock(b[10:])
	return date.UnixMicro() + clock, ok
}

// parseClock reads what stands behind a date into microseconds of the day.
func parseClock(b []byte) (int64, bool) {
	if len(b) == 0 {
		return 0, true
	}
	if len(b) < 6 || b[0] != ' ' && b[0] != 'T' || b[3] != ':' {
		return 0, false
	}
	hour, ok1 := digits(b[1:3])
	minute, ok2 := digits(b[4:6])
	second, rest := 0, b[6:]
	ok3 := true
	if len(rest) >= 3 && rest[0] == ':' {
		second, ok3 = digits(rest[1:3])
		rest = rest[3:]
	}
	micros, rest := fraction(rest)
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 59 || !isOffset(rest) {
		return 0, false
	}
	return (int64(hour)*3600+int64(minute)*60+int64(second))*1_000_000 + micros, true
}

// fraction reads .123456 and cuts what is finer than microseconds.
func fraction(b []byte) (micros int64, rest []byte) {
	if len(b) < 2 || b[0] != '.' || b[1] < '0' || b[1] > '9' {
		return 0, b
	}
	unit := int64(100_000)
	for b = b[1:]; len(b) > 0 && b[0] >= '0' && b[0] <= '9'; b = b[1:] {
		micros += int64(b[0]-'0') * unit
		unit /= 10
	}
	return micros, b
}

// isOffset takes nothing, Z, +01, +0100 and +01:00, with a space before it or none.
func isOffset(b []byte) bool {
	b = trim(b)
	if len(b) == 0 || len(b) == 1 && b[0] == 'Z' {
		return true
	}
	if b[0] != '+' && b[0] != '-' {
		return false
	}
	n := 0
	for _, c := range b[1:] {
		if c >= '0' && c <= '9' {
			n++
		} else if c != ':' {
			return false
		}
	}
	return n == 2 || n == 4
}

func digits(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
