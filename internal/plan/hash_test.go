package plan

import (
	"math"
	"reflect"
	"strconv"
	"testing"
)

// Every exported field that planning may read reaches the hash: a snapshot in which each slice has two elements is filled,
// then each leaf in turn is changed, and no two of all these snapshots share a hash.
func TestHashSeesEveryField(t *testing.T) {
	t.Parallel()
	var s Snapshot
	n := 0
	fill(reflect.ValueOf(&s).Elem(), &n)
	seen := map[string]string{s.Hash(): "unchanged"}
	changes := 0
	leaves(reflect.ValueOf(&s).Elem(), "", func(path string, v reflect.Value) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		change(v)
		h := s.Hash()
		if other, ok := seen[h]; ok {
			t.Errorf("changing %s gives the same hash as %s", path, other)
		}
		seen[h] = path
		v.Set(old)
		changes++
	})
	if changes < 100 {
		t.Fatalf("only %d leaves were changed: the walk misses fields", changes)
	}
}

// NaN is a value like any other (a day not observed), and an empty slice is not a shorter neighbour's element.
func TestHashOfBorders(t *testing.T) {
	t.Parallel()
	a := Snapshot{SiteShare: [][]float64{{1}, {}}}
	b := Snapshot{SiteShare: [][]float64{{}, {1}}}
	if a.Hash() == b.Hash() {
		t.Error("moving a number to the next row leaves the hash as it was")
	}
	c := Snapshot{SiteShare: [][]float64{{math.NaN()}, {}}}
	if first, again := c.Hash(), c.Hash(); first == a.Hash() || first != again {
		t.Error("NaN has no steady place in the hash")
	}
}

func skipped(f reflect.StructField) bool { return !f.IsExported() || f.Tag.Get("json") == "-" }

func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if !skipped(v.Type().Field(i)) {
				fill(v.Field(i), n)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, n)
		v.SetMapIndex(reflect.ValueOf("key").Convert(v.Type().Key()), value)
	case reflect.String:
		v.SetString("s" + strconv.Itoa(*n))
	default:
		change(v)
	}
}

func leaves(v reflect.Value, path string, visit func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); !skipped(f) {
				leaves(v.Field(i), path+"."+f.Name, visit)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			leaves(v.Index(i), path+"["+strconv.Itoa(i)+"]", visit)
		}
	case reflect.Pointer:
		leaves(v.Elem(), path, visit)
	case reflect.Map: // its values cannot be set in place; changing the map as a whole is the change
		visit(path, v)
	default:
		visit(path, v)
	}
}

func change(v reflect.Value) {
	switch {
	case v.CanInt():
		v.SetInt(v.Int() + 1)
	case v.CanUint():
		v.SetUint(v.Uint() + 1)
	case v.CanFloat():
		v.SetFloat(v.Float() + 0.5)
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.Kind() == reflect.String:
		v.SetString(v.String() + "x")
	case v.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	}
}
