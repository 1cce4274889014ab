package business

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// checkKinds compares every value of the file with the field it goes to. The decoder itself is too kind: it cuts 42.5 to
// 42 and reads the text "42" as a number.
func checkKinds(c *checker, tree *ast.File) {
	for _, doc := range tree.Docs {
		if doc.Body != nil {
			c.kinds(doc.Body, reflect.TypeFor[Business](), "")
		}
	}
	c.want(len(tree.Docs) <= 1, "", "the file holds %d documents; give one", len(tree.Docs))
}

func (c *checker) kinds(n ast.Node, t reflect.Type, at string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch x := n.(type) {
	case *ast.MappingNode:
		for _, v := range x.Values {
			c.member(v, t, at)
		}
		return
	case *ast.MappingValueNode:
		c.member(x, t, at)
		return
	case *ast.SequenceNode:
		if t.Kind() == reflect.Slice {
			for i, v := range x.Values {
				c.kinds(v, t.Elem(), fmt.Sprintf("%s[%d]", at, i))
			}
		}
		return
	case *ast.NullNode:
		return
	}
	text := strings.TrimSpace(n.String())
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		c.want(n.Type() == ast.IntegerType, at, "%s is no whole number", text)
	case reflect.Float64:
		c.want(n.Type() == ast.IntegerType || n.Type() == ast.FloatType || n.Type() == ast.InfinityType || n.Type() == ast.NanType, at, "%s is no number", text)
	case reflect.String:
		c.want(n.Type() == ast.StringType || n.Type() == ast.LiteralType, at, "%s is no text; put it in quotes", text)
	case reflect.Slice:
		c.want(false, at, "%s is no list", text)
	case reflect.Struct:
		c.want(false, at, "%s is a single value where fields are wanted", text)
	}
}

// member follows one key into the field that carries it; the decoder has refused keys that no field carries.
func (c *checker) member(v *ast.MappingValueNode, t reflect.Type, at string) {
	key := strings.TrimSpace(v.Key.String())
	if t.Kind() != reflect.Struct {
		c.want(false, at, "holds fields where a single value or a list is wanted")
		return
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("yaml") == key {
			c.kinds(v.Value, f.Type, strings.TrimPrefix(at+"."+key, "."))
			return
		}
	}
}
