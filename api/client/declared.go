package client

import (
	"context"
	"net/http"

	"quartermaster/api"
)

// Kind is a kind of declared things, which are read and changed one by one: client.Items and its siblings.
type Kind[T any] struct{ noun, plural string }

// The kinds of declared things.
var (
	Items     = Kind[api.Item]{"item", "items"}
	Sites     = Kind[api.Site]{"site", "sites"}
	Suppliers = Kind[api.Supplier]{"supplier", "suppliers"}
	Vehicles  = Kind[api.Vehicle]{"vehicle", "vehicles"}
)

// Tag names a state of a thing. AnyState stands for whatever is there, NoState for nothing being there yet.
type Tag string

// The tags that name no state.
const (
	AnyState Tag = "*"
	NoState  Tag = ""
)

type declaredList[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor"`
}

// Get reads one declared thing with the tag of its state.
func Get[T any](ctx context.Context, c *Client, k Kind[T], id string) (T, Tag, error) {
	return change(ctx, c, k, http.MethodGet, id, AnyState, nil)
}

// Declared reads one page of a kind by id.
func Declared[T any](ctx context.Context, c *Client, k Kind[T], page PageOf) (items []T, next string, err error) {
	var list declaredList[T]
	_, err = c.do(ctx, call{what: "list " + k.plural, method: http.MethodGet, path: "/v1/" + k.plural, query: page.query(), into: &list, again: true})
	return list.Items, list.NextCursor, err
}

// Put declares one thing, or replaces the state that tag names. A Problem with api.CodePrecondition says that it is another
// one by now.
func Put[T any](ctx context.Context, c *Client, k Kind[T], id string, x T, tag Tag) (T, Tag, error) {
	return change(ctx, c, k, http.MethodPut, id, tag, x)
}

// Patch changes the fields that patch names of the state that tag names (RFC 7396: null takes a field back).
func Patch[T any](ctx context.Context, c *Client, k Kind[T], id string, patch map[string]any, tag Tag) (T, Tag, error) {
	return change(ctx, c, k, http.MethodPatch, id, tag, patch)
}

// Delete declares one thing no more.
func Delete[T any](ctx context.Context, c *Client, k Kind[T], id string, tag Tag) error {
	_, _, err := change(ctx, c, k, http.MethodDelete, id, tag, nil)
	return err
}

func change[T any](ctx context.Context, c *Client, k Kind[T], method, id string, tag Tag, body any) (out T, now Tag, err error) {
	p, err := path("/v1/"+k.plural+"/", id)
	if err != nil {
		return out, "", err
	}
	q := call{what: method + " " + k.noun + " " + id, method: method, path: p, body: body, again: method == http.MethodGet}
	if method != http.MethodDelete {
		q.into = &out
	}
	if method != http.MethodGet && tag != NoState {
		q.header = map[string]string{"If-Match": string(tag)}
	}
	header, err := c.do(ctx, q)
	return out, Tag(header.Get("ETag")), err
}
