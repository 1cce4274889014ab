package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"quartermaster/api"
	"quartermaster/internal/plan"
	"quartermaster/internal/service"
)

// declaredKind is one kind of declared facts, as outsiders see and change it one by one: a list, and one of them by id with
// GET, PUT, PATCH and DELETE under its ETag.
type declaredKind[T any] struct {
	noun, plural string // item, items
	id           func(x *T) string
	setID        func(x *T, id string)
	all          func(s *plan.Snapshot) []T
	// put adds or replaces one and names what is wrong with it beyond its tags.
	put func(s *plan.Snapshot, x T) []api.FieldError
	// remove takes one away, or says why it must stay.
	remove func(s *plan.Snapshot, id string) error
}

type declaredIDInput struct{ DeclaredPath }

type listDeclaredInput struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"next_cursor of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type declaredOutput[T any] struct {
	Status   int
	ETag     string `header:"ETag" doc:"Names this state; send it as If-Match to change it"`
	Location string `header:"Location"`
	Body     T
}

type declaredList[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty" doc:"Ask again with this cursor for the next page; absent on the last one"`
}

type listDeclaredOutput[T any] struct{ Body declaredList[T] }

type putDeclaredInput[T any] struct {
	DeclaredPath
	IfMatch     string `header:"If-Match" doc:"ETag of the state to replace; needed where there is one"`
	IfNoneMatch string `header:"If-None-Match" doc:"* = only where there is none"`
	Body        T
}

type patchDeclaredInput struct {
	DeclaredPath
	IfMatch string         `header:"If-Match" doc:"ETag of the state to change"`
	Body    map[string]any `contentType:"application/merge-patch+json" doc:"Fields to set; null takes a field back to its default (RFC 7396)"`
}

type deleteDeclaredInput struct {
	DeclaredPath
	IfMatch string `header:"If-Match" doc:"ETag of the state to remove"`
}

// DeclaredPath names a declared thing in a path; it is exported because huma skips embedded structs that are not.
type DeclaredPath struct {
	ID string `path:"id" maxLength:"200"`
}

// etagOf names a state by its content.
func etagOf(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("server: name a state: %w", err)
	}
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:12]) + `"`, nil
}

func (k declaredKind[T]) mount(s *Server) {
	path := "/v1/" + k.plural
	list := operation("list-"+k.plural, http.MethodGet, path, "List the declared "+k.plural+" by id", k.plural, service.ScopeFactsRead)
	register(s, list, func(ctx context.Context, in *listDeclaredInput) (*listDeclaredOutput[T], error) {
		return k.list(ctx, s, in)
	})
	get := operation("get-"+k.noun, http.MethodGet, path+"/{id}", "Read one declared "+k.noun, k.plural, service.ScopeFactsRead, 404)
	register(s, get, func(ctx context.Context, in *declaredIDInput) (*declaredOutput[T], error) {
		x, tag, err := k.read(ctx, s, in.ID)
		if err != nil {
			return nil, s.fail(ctx, err)
		}
		return &declaredOutput[T]{Status: http.StatusOK, ETag: tag, Body: x}, nil
	})
	put := operation("put-"+k.noun, http.MethodPut, path+"/{id}", "Declare one "+k.noun+", or replace it", k.plural, service.ScopeFactsWrite, 404, 409, 412, 428)
	put.Description = "Replacing needs the ETag that was read (If-Match); * replaces whatever is there."
	register(s, put, func(ctx context.Context, in *putDeclaredInput[T]) (*declaredOutput[T], error) {
		return k.write(ctx, s, in.ID, precondition{ifMatch: in.IfMatch, ifNoneMatch: in.IfNoneMatch}, func(*T) (T, error) { return in.Body, nil })
	})
	patch := operation("patch-"+k.noun, http.MethodPatch, path+"/{id}", "Change some fields of one "+k.noun, k.plural, service.ScopeFactsWrite, 404, 409, 412, 428)
	register(s, patch, func(ctx context.Context, in *patchDeclaredInput) (*declaredOutput[T], error) {
		return k.write(ctx, s, in.ID, precondition{ifMatch: in.IfMatch, known: true}, func(old *T) (T, error) { return patched(s, *old, in.Body) })
	})
	remove := operation("delete-"+k.noun, http.MethodDelete, path+"/{id}", "Declare one "+k.noun+" no more", k.plural, service.ScopeFactsWrite, 404, 409, 412, 428)
	register(s, remove, func(ctx context.Context, in *deleteDeclaredInput) (*struct{}, error) {
		return nil, k.delete(ctx, s, in)
	})
}

func (k declaredKind[T]) list(ctx context.Context, s *Server, in *listDeclaredInput) (*listDeclaredOutput[T], error) {
	d, err := s.options.Catalog.Of(ctx, s.tenant(ctx))
	if errors.Is(err, service.ErrUndeclared) {
		return &listDeclaredOutput[T]{Body: declaredList[T]{Items: []T{}}}, nil
	}
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	all := k.all(&d.Facts)
	slices.SortFunc(all, func(a, b T) int { return strings.Compare(k.id(&a), k.id(&b)) })
	from := 0
	for in.Cursor != "" && from < len(all) && k.id(&all[from]) <= in.Cursor {
		from++
	}
	items, more := page(all[from:], in.Limit)
	out := &listDeclaredOutput[T]{Body: declaredList[T]{Items: append([]T{}, items...)}}
	if more {
		out.Body.NextCursor = k.id(&items[len(items)-1])
	}
	return out, nil
}

func (k declaredKind[T]) read(ctx context.Context, s *Server, id string) (x T, tag string, err error) {
	d, err := s.options.Catalog.Of(ctx, s.tenant(ctx))
	if err != nil {
		return x, "", k.undeclared(err, id)
	}
	return k.of(&d.Facts, id)
}

func (k declaredKind[T]) of(facts *plan.Snapshot, id string) (x T, tag string, err error) {
	for _, x := range k.all(facts) {
		if k.id(&x) == id {
			tag, err := etagOf(x)
			return x, tag, err
		}
	}
	return x, "", fmt.Errorf("%w: no %s %q is declared", service.ErrNotFound, k.noun, id)
}

// undeclared says of a business that declares nothing that this is not declared either.
func (k declaredKind[T]) undeclared(err error, id string) error {
	if errors.Is(err, service.ErrUndeclared) {
		return fmt.Errorf("%w: no %s %q is declared", service.ErrNotFound, k.noun, id)
	}
	return err
}

// precondition is what a caller says about the state it means to change.
type precondition struct {
	ifMatch, ifNoneMatch string
	known                bool // it must be there
}

// check holds a state's tag ("" = there is none) against what the caller said (RFC 9110, 13.2.2; RFC 6585, 3).
func (p precondition) check(tag string) error {
	switch {
	case tag == "" && (p.ifMatch != "" && p.ifMatch != "*" || p.ifMatch == "*"):
		return newProblem(http.StatusPreconditionFailed, api.CodePrecondition, "there is nothing that If-Match could name")
	case tag == "":
		return nil
	case p.ifNoneMatch == "*":
		return newProblem(http.StatusPreconditionFailed, api.CodePrecondition, "it is there already, which If-None-Match rules out")
	case p.ifMatch == "":
		return newProblem(http.StatusPreconditionRequired, api.CodePrecondition, "send the ETag that you have read as If-Match, so that nobody's change is lost")
	case p.ifMatch != "*" && !slices.Contains(tags(p.ifMatch), tag):
		return newProblem(http.StatusPreconditionFailed, api.CodePrecondition, "it was changed since; read it again")
	}
	return nil
}

func tags(list string) []string {
	var out []string
	for part := range strings.SplitSeq(list, ",") {
		out = append(out, strings.TrimSpace(part))
	}
	return out
}

// write adds or replaces one thing under its precondition.
func (k declaredKind[T]) write(ctx context.Context, s *Server, id string, p precondition, made func(old *T) (T, error)) (*declaredOutput[T], error) {
	out := &declaredOutput[T]{}
	err := s.options.Declaring.Change(ctx, s.tenant(ctx), func(facts *plan.Snapshot) error {
		old, tag, err := k.of(facts, id)
		if err != nil && (p.known || !errors.Is(err, service.ErrNotFound)) {
			return err
		}
		if err := p.check(tag); err != nil {
			return err
		}
		x, err := made(&old)
		if err != nil {
			return err
		}
		if got := k.id(&x); got != "" && got != id {
			return invalidFields([]api.FieldError{{Location: "id", Message: "is not the id of the path, " + id, Value: got}})
		}
		k.setID(&x, id)
		if wrong := k.put(facts, x); len(wrong) > 0 {
			return invalidFields(wrong)
		}
		out.Status = http.StatusOK
		if tag == "" {
			out.Status, out.Location = http.StatusCreated, "/v1/"+k.plural+"/"+id
		}
		out.Body, out.ETag, err = k.of(facts, id)
		return err
	})
	if p.known {
		err = k.undeclared(err, id)
	}
	if err != nil {
		return nil, s.fail(ctx, unsound(err))
	}
	return out, nil
}

func (k declaredKind[T]) delete(ctx context.Context, s *Server, in *deleteDeclaredInput) error {
	err := s.options.Declaring.Change(ctx, s.tenant(ctx), func(facts *plan.Snapshot) error {
		_, tag, err := k.of(facts, in.ID)
		if err != nil {
			return err
		}
		if err := (precondition{ifMatch: in.IfMatch}).check(tag); err != nil {
			return err
		}
		return k.remove(facts, in.ID)
	})
	if err = k.undeclared(err, in.ID); err != nil {
		return s.fail(ctx, unsound(err))
	}
	return nil
}

// unsound tells what the whole declaration would be wrong with after a change.
func unsound(err error) error {
	var invalid *plan.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	p := newProblem(http.StatusUnprocessableEntity, api.CodeInvalid, "the declaration would not be sound with this change")
	for _, x := range invalid.Problems {
		p.Errors = append(p.Errors, api.FieldError{Location: x.Field, Message: x.Reason})
	}
	return p
}

// patched applies a merge patch to the words of a thing and holds the result to the limits that its tags state.
func patched[T any](s *Server, old T, patch map[string]any) (T, error) {
	var now, out T
	text, err := json.Marshal(old)
	if err != nil {
		return out, err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return out, err
	}
	merge(fields, patch)
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(now), true, "")
	result := &huma.ValidateResult{}
	huma.Validate(s.api.OpenAPI().Components.Schemas, schema, huma.NewPathBuffer([]byte("body"), 4), huma.ModeWriteToServer, fields, result)
	if len(result.Errors) > 0 {
		return out, huma.NewError(http.StatusUnprocessableEntity, "validation failed", result.Errors...)
	}
	if text, err = json.Marshal(fields); err == nil {
		err = json.Unmarshal(text, &out)
	}
	return out, err
}

// merge is RFC 7396.
func merge(into, patch map[string]any) {
	for key, value := range patch {
		inner, isObject := value.(map[string]any)
		switch {
		case value == nil:
			delete(into, key)
		case isObject:
			old, ok := into[key].(map[string]any)
			if !ok {
				old = map[string]any{}
				into[key] = old
			}
			merge(old, inner)
		default:
			into[key] = value
		}
	}
}
