package intake

import (
	"math"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// reader turns a Parquet value that is not null into ours.
type reader func(parquet.Value) value

// reading says how values of a Parquet type are read; ok is false for types that hold no part of an order line.
func reading(t parquet.Type) (read reader, ok bool) {
	if logical := t.LogicalType(); logical != nil {
		switch kind := logical.Value.(type) {
		case *format.TimestampType:
			return readingTime(t, nanosPer(kind))
		case *format.DateType:
			return readingTime(t, nanosPerDay)
		case *format.DecimalType:
			return readingDecimal(t, kind.Scale)
		}
	} else if old := t.ConvertedType(); old != nil { // files from before logical types
		switch *old {
		case deprecated.TimestampMillis:
			return readingTime(t, 1_000_000)
		case deprecated.TimestampMicros:
			return readingTime(t, 1_000)
		case deprecated.Date:
			return readingTime(t, nanosPerDay)
		case deprecated.Decimal: // its scale is not to be had here
			return nil, false
		}
	}
	return readingPlain(t)
}

func readingPlain(t parquet.Type) (reader, bool) {
	switch t.Kind() {
	case parquet.Int32:
		return func(v parquet.Value) value { return value{kind: kindInt, int: int64(v.Int32())} }, true
	case parquet.Int64:
		return func(v parquet.Value) value { return value{kind: kindInt, int: v.Int64()} }, true
	case parquet.Float:
		return func(v parquet.Value) value { return value{kind: kindFloat, float: widen(v.Float())} }, true
	case parquet.Double:
		return func(v parquet.Value) value { return value{kind: kindFloat, float: v.Double()} }, true
	case parquet.ByteArray:
		return func(v parquet.Value) value { return value{kind: kindText, text: v.ByteArray()} }, true
	}
	return nil, false
}

// widen goes by way of the shortest writing: 2.55 as a 32-bit float is 2.549999952, and 2.55 is what was meant.
func widen(f float32) float64 {
	wide, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil {
		return float64(f)
	}
	return wide
}

const nanosPerDay = 86_400_000_000_000

func nanosPer(t *format.TimestampType) int64 {
	if t.Unit.Value == nil {
		return 0
	}
	return t.Unit.Value.Duration().Nanoseconds()
}

// readingTime reads counts of a unit since 1970. What is too far off to hold becomes a far day, for the range check.
func readingTime(t parquet.Type, nanos int64) (reader, bool) {
	wide := t.Kind() == parquet.Int64
	if !wide && t.Kind() != parquet.Int32 || nanos == 0 {
		return nil, false
	}
	return func(v parquet.Value) value {
		n := int64(0)
		if wide {
			n = v.Int64()
		} else {
			n = int64(v.Int32())
		}
		if nanos < 1000 { // rounded down, before 1970 too
			return value{kind: kindTime, int: floorDiv(n, 1000/nanos)}
		}
		unit := nanos / 1000
		if n > math.MaxInt64/unit || n < math.MinInt64/unit {
			return value{kind: kindTime, int: math.MaxInt64}
		}
		return value{kind: kindTime, int: n * unit}
	}, true
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// readingDecimal reads a number with a fixed count of decimal places, kept as an integer.
func readingDecimal(t parquet.Type, scale int32) (reader, bool) {
	wide := t.Kind() == parquet.Int64
	if !wide && t.Kind() != parquet.Int32 || scale < 0 || scale > 18 {
		return nil, false
	}
	return func(v parquet.Value) value {
		n := int64(0)
		if wide {
			n = v.Int64()
		} else {
			n = int64(v.Int32())
		}
		return value{kind: kindText, text: decimalText(n, int(scale))}
	}, true
}

// decimalText writes n with that many decimal places; the texts are few, since dictionaries are converted once.
func decimalText(n int64, scale int) []byte {
	negative := n < 0
	digits := strconv.AppendInt(nil, n, 10)
	if negative {
		digits = digits[1:]
	}
	for len(digits) <= scale {
		digits = append([]byte{'0'}, digits...)
	}
	text := make([]byte, 0, len(digits)+2)
	if negative {
		text = append(text, '-')
	}
	text = append(text, digits[:len(digits)-scale]...)
	if scale > 0 {
		text = append(append(text, '.'), digits[len(digits)-scale:]...)
	}
	return text
}
