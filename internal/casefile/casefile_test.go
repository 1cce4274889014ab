package casefile

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func file(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.csv")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Numbers, words and gaps are told apart column by column, and the outcome is taken out.
func TestRead(t *testing.T) {
	t.Parallel()
	f, y, err := Read(file(t, "a,b,y\n1,x,0\n,2,1\n"), "y")
	if err != nil || len(f) != 2 || f[0].Numbers[0] != 1 || !math.IsNaN(f[0].Numbers[1]) || f[1].Words[1] != "2" || y[1] != 1 {
		t.Errorf("%v, %v, %v", f, y, err)
	}
	for text, want := range map[string]string{
		"a,y\n1,\n":     `line 2, column "y": "" is no outcome`,
		"a,b\n1,2\n":    `no column "y"`,
		"a,y\n":         "no row",
		"a,y\n1\n":      "wrong number of fields",
		"":              "read the heading",
		"a,y\n\"x,1\n":  "quote",
		"a,y\n1,zero\n": `line 2, column "y": "zero" is no outcome`,
	} {
		if _, _, err := Read(file(t, text), "y"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

// Whatever bytes come, reading ends in an error or in columns of one length.
func FuzzRead(f *testing.F) {
	f.Add("id,ead,pd,lgd,loading1\nA,1,0.1,0.5,0.3\n")
	f.Fuzz(func(t *testing.T, text string) {
		path := file(t, text)
		if frame, _, err := Read(path, ""); err == nil {
			for _, c := range frame {
				if c.Len() != frame.Rows() {
					t.Errorf("column %q has %d of %d rows", c.Name, c.Len(), frame.Rows())
				}
			}
		}
		_, _ = Book(path)
	})
}
