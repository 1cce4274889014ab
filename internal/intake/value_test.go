package intake

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// Decimal texts are read exactly, rounded half away from zero at the fourth place: the same as big rationals say.
func TestParseDecimalIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole, places := rapid.Int64Range(0, 1e9).Draw(t, "whole"), rapid.StringMatching(`[0-9]{0,9}`).Draw(t, "places")
		sign := rapid.SampledFrom([]string{"", "-", "+"}).Draw(t, "sign")
		text := fmt.Sprintf("%s%d.%s", sign, whole, places)
		exact, ok := new(big.Rat).SetString(fmt.Sprintf("%d.%s0", whole, places))
		if !ok {
			t.Fatal(text)
		}
		exact.Mul(exact, big.NewRat(10_000, 1)).Add(exact, big.NewRat(1, 2))
		want := new(big.Int).Div(exact.Num(), exact.Denom()).Int64()
		if sign == "-" {
			want = -want
		}
		if got, ok := parseDecimal([]byte(text), 4, false); !ok || got != want {
			t.Fatalf("%s is %d (%v), want %d", text, got, ok, want)
		}
	})
}

// The odd writings of numbers, each with what it is read as; "" = refused.
func TestParseDecimalForms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"6": "6", "+6": "6", "-6": "-6", "6.": "6", "6.0": "6", "6.000000000": "6", "1e2": "100", "1.5e1": "15", "6.1": "", "": "", "-": "",
		".": "", "1.2.3": "", "0x10": "", "1_000": "", "1,0": "", "1e": "", "e1": "", "99999999999999999999": "9223372036854775807", "1.5e0": "",
	} {
		got, ok := parseDecimal([]byte(text), 0, false)
		if s := fmt.Sprint(got); ok && s != want || !ok && want != "" {
			t.Errorf("%q is %s (%v), want %q", text, s, ok, want)
		}
	}
}
