package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"quartermaster/api"
)

// ErrTooLarge is within the error of a request or an answer that is longer than its limit.
var ErrTooLarge = errors.New("longer than its limit")

// call is one operation to ask for.
type call struct {
	what   string // for errors: "read job 01H…"
	method string
	path   string // escaped, from /
	query  url.Values
	header map[string]string
	body   any           // sent as JSON; nil = no body
	into   any           // where the JSON answer goes; nil = it is thrown away
	wait   time.Duration // how long the service is asked to keep the request waiting
	// again says that the request may take effect twice without harm, so that it may be repeated when it is not known
	// whether the first one arrived.
	again bool
	large bool // it may be longer than most: the service knows how long
}

func limitOf(large bool) int {
	if large {
		return api.MaxLargeBodyBytes
	}
	return api.MaxBodyBytes
}

// do asks, repeats where that is allowed, and reads the answer.
func (c *Client) do(ctx context.Context, k call) (http.Header, error) {
	header, err := c.attempts(ctx, k)
	if err != nil {
		return header, fmt.Errorf("client: %s: %w", k.what, err)
	}
	return header, nil
}

func (c *Client) attempts(ctx context.Context, k call) (http.Header, error) {
	body, err := encode(k.body, k.large)
	if err != nil {
		return nil, err
	}
	pauses := c.backoff(2)
	for left := c.options.Retries; ; left-- {
		header, err := c.attempt(ctx, k, body)
		switch {
		case err == nil:
			return header, nil
		case ctx.Err() != nil:
			return header, ctx.Err()
		case left <= 0 || !passing(err) || !k.again && !neverSent(err):
			return header, err
		}
		asked := time.Duration(0)
		if p := new(Problem); errors.As(err, &p) {
			asked = p.RetryAfter
		}
		if asked > c.options.LongestRetryAfter {
			return header, err
		}
		if sleep(ctx, pauses.pause(asked)) != nil {
			if ctx.Err() != nil {
				return header, fmt.Errorf("%w, after %w", ctx.Err(), err)
			}
			return header, err // the time left would not do for another attempt
		}
	}
}

func encode(body any, large bool) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	if limit := limitOf(large); len(data) > limit {
		return nil, fmt.Errorf("the request has %d bytes, %w of %d", len(data), ErrTooLarge, limit)
	}
	return data, nil
}

// attempt asks once. The headers are given with a refusal as well.
func (c *Client) attempt(ctx context.Context, k call, body []byte) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.AttemptTimeout+k.wait)
	defer cancel()
	req, err := c.request(ctx, k, body)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, &lostError{err}
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, c.options.MaxResponseBytes+1))
	if err != nil {
		return res.Header, &lostError{fmt.Errorf("read the answer: %w", err)}
	}
	if int64(len(data)) > c.options.MaxResponseBytes {
		return res.Header, fmt.Errorf("the answer is %w of %d bytes", ErrTooLarge, c.options.MaxResponseBytes)
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return res.Header, newProblem(res, data)
	}
	return res.Header, decode(data, k.into)
}

// stream sends a body as it is read, once.
func (c *Client) stream(ctx context.Context, k call, contentType string, body io.Reader) (http.Header, error) {
	req, err := c.request(ctx, k, nil)
	if err != nil {
		return nil, fmt.Errorf("client: %s: %w", k.what, err)
	}
	req.Body, req.ContentLength = io.NopCloser(body), -1
	req.Header.Set("Content-Type", contentType)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("client: %s: %w", k.what, &lostError{err})
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, c.options.MaxResponseBytes))
	switch {
	case err != nil:
		err = &lostError{fmt.Errorf("read the answer: %w", err)}
	case res.StatusCode < 200 || res.StatusCode > 299:
		err = newProblem(res, data)
	default:
		err = decode(data, k.into)
	}
	if err != nil {
		err = fmt.Errorf("client: %s: %w", k.what, err)
	}
	return res.Header, err
}

func (c *Client) request(ctx context.Context, k call, body []byte) (*http.Request, error) {
	address := c.base + k.path
	if len(k.query) > 0 {
		address += "?" + k.query.Encode()
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, k.method, address, reader)
	if err != nil {
		return nil, err
	}
	for name, values := range c.options.Header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", c.options.UserAgent)
	req.Header.Set("Accept", "application/json, "+api.ProblemMediaType)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range k.header {
		req.Header.Set(name, value)
	}
	return req, nil
}

// decode reads one JSON document and nothing after it. Fields it does not know are those of a newer service.
func decode(data []byte, into any) error {
	if into == nil {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(into)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &lostError{errors.New("the answer ends before its end")}
	case err != nil:
		return fmt.Errorf("the answer is not what this operation answers: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the answer is not what this operation answers: something follows the JSON document")
	}
	return nil
}

// path joins fixed parts and ids (every second one, from the second) into an escaped path. An id that a server on the way
// could take for a step in the path is refused.
func path(parts ...string) (string, error) {
	var b strings.Builder
	for i, part := range parts {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		if part == "" || part == "." || part == ".." {
			return "", fmt.Errorf("client: %q is no id (%s…)", part, b.String())
		}
		b.WriteString(url.PathEscape(part))
	}
	return b.String(), nil
}
