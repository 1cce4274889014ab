package business

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile bounds the declaration file; a real one has a few kilobytes.
const maxFile = 1 << 20

// Problem is one wrong value: the line it stands on (0 = not known), the path of the field (sites[0].lat), and what is
// wrong with it.
type Problem struct {
	Line   int
	Field  string
	Reason string
}

// FileError says everything that is wrong with a declaration file.
type FileError struct {
	File     string
	Problems []Problem
}

func (e *FileError) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		where := e.File
		if p.Line > 0 {
			where += fmt.Sprintf(", line %d", p.Line)
		}
		if p.Field != "" {
			where += ", " + p.Field
		}
		parts[i] = where + ": " + p.Reason
	}
	return "business: " + strings.Join(parts, "; ")
}

// Read reads and checks a declaration file. name is for errors, which are *FileError.
func Read(name string, data []byte) (b *Business, err error) {
	defer func() { // the YAML library may panic on text that is no YAML
		if p := recover(); p != nil {
			b, err = nil, &FileError{name, []Problem{{Reason: fmt.Sprintf("the file cannot be read as YAML (%v)", p)}}}
		}
	}()
	if len(data) > maxFile {
		return nil, &FileError{name, []Problem{{Reason: fmt.Sprintf("the file has %d bytes, more than %d", len(data), maxFile)}}}
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, &FileError{name, []Problem{yamlProblem(nil, err)}}
	}
	b = &Business{}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(b); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &FileError{name, []Problem{{Reason: "the file is empty"}}}
		}
		return nil, &FileError{name, []Problem{yamlProblem(tree, err)}}
	}
	kinds := &checker{}
	checkKinds(kinds, tree)
	problems := kinds.problems
	if len(problems) == 0 {
		problems = b.check()
	}
	if len(problems) > 0 {
		for i := range problems {
			problems[i].Line = lineOf(tree, problems[i].Field)
		}
		return nil, &FileError{name, problems}
	}
	return b, nil
}

// yamlProblem takes line, field and reason out of the library's error.
func yamlProblem(tree *ast.File, err error) Problem {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil || at.GetToken().Position == nil {
		return Problem{Reason: err.Error()}
	}
	p := Problem{Line: at.GetToken().Position.Line, Reason: at.GetMessage()}
	find := &finder{offset: at.GetToken().Position.Offset}
	if tree != nil {
		for _, doc := range tree.Docs {
			ast.Walk(find, doc)
		}
	}
	p.Field = find.path
	return p
}

// finder looks for the node that begins where an error points.
type finder struct {
	offset int
	path   string
}

// Visit implements ast.Visitor.
func (f *finder) Visit(n ast.Node) ast.Visitor {
	if t := n.GetToken(); t != nil && t.Position != nil && t.Position.Offset == f.offset {
		f.path = strings.TrimPrefix(strings.TrimPrefix(n.GetPath(), "$"), ".")
	}
	return f
}

// lineOf is the line of a field; of a field that is missing, the line of what it is missing in.
func lineOf(tree *ast.File, field string) int {
	for field != "" {
		if path, err := yaml.PathString("$." + field); err == nil {
			if node, err := path.FilterFile(tree); err == nil && node != nil && node.GetToken() != nil {
				return node.GetToken().Position.Line
			}
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return 1
}
