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

var schemas = sync.OnceValues(func() (map[schemaKey]*jsonschema.Schema, error) {
	all := map[schemaKey]*jsonschema.Schema{}
	for _, v := range []Version{V21, V30} {
		for _, topic := range []string{TopicOrder, TopicInstantActions, TopicState, TopicConnection, TopicFactsheet} {
			name := "schemas/" + v.String() + "/" + topic + ".schema"
			raw, err := schemaFiles.ReadFile(name)
			if err != nil {
				return nil, err
			}
			document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			compiler := jsonschema.NewCompiler()
			compiler.AssertFormat()
			if err := compiler.AddResource(name, document); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if all[schemaKey{v, topic}], err = compiler.Compile(name); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return all, nil
})

// Validate says what is wrong with a message of a version and topic, nil where it keeps its schema.
func Validate(v Version, topic string, raw []byte) error {
	if len(raw) > maxMessageBytes {
		return fmt.Errorf("vda5050: a message of %d bytes on %s is over the limit of %d", len(raw), topic, maxMessageBytes)
	}
	all, err := schemas()
	if err != nil {
		return err
	}
	schema := all[schemaKey{v, topic}]
	if schema == nil {
		return fmt.Errorf("vda5050: topic %s is not spoken in version %s", topic, v)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("vda5050: %s: not JSON: %w", topic, err)
	}
	if err := schema.Validate(document); err != nil {
		return fmt.Errorf("vda5050: %s does not keep the schema of version %s: %w", topic, v, err)
	}
	return nil
}
