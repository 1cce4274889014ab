package vda5050

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The schemas are those of github.com/VDA5050/VDA5050 (2.1.0 as tagged; 3.0.0 from its main branch, as some files of the tag
// are no JSON), copyright Verband der Automobilindustrie, under the MIT licence beside them.
//
//go:embed schemas
var schemaFiles embed.FS

// maxMessageBytes bounds a message that is read.
const maxMessageBytes = 1 << 20

type schemaKey struct {
	v     Version
	topic string
}

// rules are the two forms of a schema: one that accepts at once, and the library's, which says what is wrong.
type rules struct {
	quick *acceptor
	whole *jsonschema.Schema
}

var schemas = sync.OnceValues(func() (map[schemaKey]rules, error) {
	all := map[schemaKey]rules{}
	for _, v := range []Version{V21, V30} {
		for _, topic := range v.topics() {
			name := "schemas/" + v.String() + "/" + topic + ".schema"
			r, err := readSchema(name)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			all[schemaKey{v, topic}] = r
		}
	}
	return all, nil
})

func readSchema(name string) (r rules, err error) {
	raw, err := schemaFiles.ReadFile(name)
	if err != nil {
		return r, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return r, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(name, document); err != nil {
		return r, err
	}
	if r.whole, err = compiler.Compile(name); err != nil {
		return r, err
	}
	r.quick, err = newAcceptor(raw)
	return r, err
}

// Validate says what is wrong with a message of a version and topic, nil where it keeps its schema.
func Validate(v Version, topic string, raw []byte) error {
	if len(raw) > maxMessageBytes {
		return refuse(RefusedSize, "vda5050: a message of %d bytes on %s is over the limit of %d", len(raw), topic, maxMessageBytes)
	}
	all, err := schemas()
	if err != nil {
		return err
	}
	schema, spoken := all[schemaKey{v, topic}]
	if !spoken {
		return refuse(RefusedTopic, "vda5050: topic %s is not spoken in version %s", topic, v)
	}
	if schema.quick.accepts(raw) {
		return nil
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return refuse(RefusedJSON, "vda5050: %s: not JSON: %w", topic, err)
	}
	if err := schema.whole.Validate(document); err != nil {
		return refuse(RefusedSchema, "vda5050: %s does not keep the schema of version %s: %w", topic, v, err)
	}
	return nil
}
