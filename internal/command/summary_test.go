package command

import "testing"

// Numbers are grouped by three from the right, whatever their sign and length.
func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567", -5: "-5", -999: "-999", -1000: "-1,000", -123456: "-123,456"} {
		if got := thousands(n); got != want {
			t.Errorf("thousands(%d) = %q, want %q", n, got, want)
		}
	}
}

// Amounts keep their cents and their sign.
func TestAmount(t *testing.T) {
	t.Parallel()
	for minor, want := range map[int64]string{0: "0.00 GBP", 5: "0.05 GBP", -5: "-0.05 GBP", 123456: "1,234.56 GBP", -100000: "-1,000.00 GBP"} {
		if got := amount(minor, "GBP"); got != want {
			t.Errorf("amount(%d) = %q, want %q", minor, got, want)
		}
	}
}
