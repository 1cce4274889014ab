package business

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"quartermaster/simulations"
)

// scenarioFile is a file of scenarios.
type scenarioFile struct {
	Scenarios []simulations.Scenario `yaml:"scenarios"`
}

// ReadScenarios reads and checks a file of scenarios. name is for errors, which are *FileError with lines. Whether its
// items, sites and suppliers are known is for whoever knows the business; LocateScenarios gives that error its lines.
func ReadScenarios(name string, data []byte) (list []simulations.Scenario, err error) {
	defer func() { // the YAML library may panic on text that is no YAML
		if p := recover(); p != nil {
			list, err = nil, &FileError{name, []Problem{{Reason: fmt.Sprintf("the file cannot be read as YAML (%v)", p)}}}
		}
	}()
	if len(data) > maxFile {
		return nil, &FileError{name, []Problem{{Reason: fmt.Sprintf("the file has %d bytes, more than %d", len(data), maxFile)}}}
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, &FileError{name, []Problem{yamlProblem(nil, err)}}
	}
	var file scenarioFile
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&file); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &FileError{name, []Problem{{Reason: "the file is empty"}}}
		}
		return nil, &FileError{name, []Problem{yamlProblem(tree, err)}}
	}
	if problems := scenarioKinds(tree); len(problems) > 0 {
		return nil, &FileError{name, problems}
	}
	if err := simulations.CheckWords(file.Scenarios); err != nil {
		return nil, locate(name, tree, err)
	}
	return file.Scenarios, nil
}

// scenarioKinds compares every value of the file with the field it goes to, as checkKinds does.
func scenarioKinds(tree *ast.File) []Problem {
	c := &checker{}
	for _, doc := range tree.Docs {
		if doc.Body != nil {
			c.kinds(doc.Body, reflect.TypeFor[scenarioFile](), "")
		}
	}
	c.want(len(tree.Docs) <= 1, "", "the file holds %d documents; give one", len(tree.Docs))
	for i := range c.problems {
		c.problems[i].Line = lineOf(tree, c.problems[i].Field)
	}
	return c.problems
}

// LocateScenarios gives an error that was found in the scenarios of a file later, against the business, the lines it
// speaks of. Any other error is given back as it is.
func LocateScenarios(name string, data []byte, err error) error {
	tree, broken := parser.ParseBytes(data, 0)
	if broken != nil {
		return err
	}
	return locate(name, tree, err)
}

func locate(name string, tree *ast.File, err error) error {
	var invalid *simulations.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	out := &FileError{File: name}
	for _, p := range invalid.Problems {
		out.Problems = append(out.Problems, Problem{Line: lineOf(tree, p.Field), Field: p.Field, Reason: p.Reason})
	}
	return out
}
