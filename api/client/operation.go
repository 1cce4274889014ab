package client

import (
	"context"
	"iter"
	"net/http"

	"quartermaster/api"
)

// Ask asks for work of any operation: client.Ask(ctx, c, api.Routes, request, client.AskOptions{}). The answer that comes
// back may still have to be made: its Status says so, and Wait waits for it.
func Ask[Q, A any](ctx context.Context, c *Client, op api.Operation[Q, A], q Q, o AskOptions) (api.Answer[A], error) {
	var answer api.Answer[A]
	err := c.ask(ctx, call{what: "ask for " + op.Name, path: op.Path(), body: q, into: &answer, large: true}, o)
	return answer, err
}

// Read reads what an operation gave, or how far it is.
func Read[Q, A any](ctx context.Context, c *Client, op api.Operation[Q, A], id string) (api.Answer[A], error) {
	answer, _, err := look(ctx, c, op, id)
	return answer, err
}

func look[Q, A any](ctx context.Context, c *Client, op api.Operation[Q, A], id string) (answer api.Answer[A], header http.Header, err error) {
	path, err := path(op.Path()+"/", id)
	if err != nil {
		return answer, nil, err
	}
	header, err = c.do(ctx, call{what: "read " + op.Name + " " + id, method: http.MethodGet, path: path, into: &answer, again: true})
	return answer, header, err
}

// Wait looks at an answer again and again until the job that makes it has ended, in whatever way, as WaitPlan does for a
// plan.
func Wait[Q, A any](ctx context.Context, c *Client, op api.Operation[Q, A], id string, seen func(api.Answer[A])) (api.Answer[A], error) {
	return follow(ctx, c, seen, func() (api.Answer[A], http.Header, bool, error) {
		answer, header, err := look(ctx, c, op, id)
		return answer, header, ended(answer.Status), err
	})
}

// List reads one page of what was asked of an operation, newest first, without the results. state "" is any.
func List[Q, A any](ctx context.Context, c *Client, op api.Operation[Q, A], state string, page PageOf) (api.AnswerList[A], error) {
	var list api.AnswerList[A]
	_, err := c.do(ctx, call{what: "list " + op.Name, method: http.MethodGet, path: op.Path(), query: page.query("state", state), into: &list, again: true})
	return list, err
}

// All goes through what was asked of an operation, newest first, page by page. An error is the last thing that it gives.
func All[Q, A any](ctx context.Context, c *Client, op api.Operation[Q, A], state string) iter.Seq2[api.Answer[A], error] {
	return pages(func(cursor string) ([]api.Answer[A], string, error) {
		list, err := List(ctx, c, op, state, PageOf{Cursor: cursor})
		return list.Items, list.NextCursor, err
	})
}
