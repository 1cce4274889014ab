// Package client speaks with a Quartermaster service over HTTP, in the words of package api.
//
// Takes the service's address and gives a Client with one method for each operation, and a few that follow an operation to
// its end. Method: net/http; what may safely be asked twice is asked again, a bounded number of times, with growing pauses
// and jitter, after a lost connection or an answer that says try later (RFC 9110, Retry-After). Never: it keeps state
// between calls, follows redirects, reads an answer beyond a limit, or repeats a request that might take effect twice.
//
// Every method takes a context first, and every error names what could not be done. What the service refuses is a *Problem,
// found with errors.As:
//
//	var problem *client.Problem
//	if errors.As(err, &problem) && problem.Code == api.CodeLeaseLost { … }
package client

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Defaults of Options.
const (
	DefaultRetries          = 4
	DefaultFirstPause       = 100 * time.Millisecond
	DefaultLongestPause     = 5 * time.Second
	DefaultAttemptTimeout   = 30 * time.Second
	DefaultMaxResponseBytes = 64 << 20
)

// Options steer a Client; the zero value is a good choice.
type Options struct {
	// HTTP makes the requests; nil = one of its own. Its Timeout would also end requests that wait for work on purpose:
	// leave it 0 and use contexts. Redirects are never followed, whatever it says, since the API has none.
	HTTP *http.Client
	// Header goes with every request, such as the Authorization that a proxy in front of the service asks for.
	Header http.Header
	// UserAgent names the caller in logs; "" = quartermaster-go.
	UserAgent string

	// Retries is how often a request is asked again at most; 0 = DefaultRetries, below 0 = never.
	Retries int
	// FirstPause before asking again; each further one is twice as long, up to LongestPause, and a random part of up to a
	// half is taken off. A Retry-After of the service is waited for in full; one beyond LongestRetryAfter ends the attempts.
	// They also bound the pauses between looks at work under way. 0 = DefaultFirstPause, DefaultLongestPause.
	FirstPause, LongestPause time.Duration
	// LongestRetryAfter is the longest pause that the service may ask for; 0 = 30 s.
	LongestRetryAfter time.Duration
	// AttemptTimeout is how long one attempt may take, beside the time that it asks the service to wait; 0 =
	// DefaultAttemptTimeout.
	AttemptTimeout time.Duration

	// MaxResponseBytes is the longest answer that is read; 0 = DefaultMaxResponseBytes. Requests are bounded by
	// api.MaxBodyBytes, as the service does.
	MaxResponseBytes int64
}

// Client speaks with one service. It may be used by many goroutines at the same time.
type Client struct {
	base    string // without a slash at its end
	http    *http.Client
	options Options
}

// New makes a client of the service at an address such as http://127.0.0.1:8480. It asks nothing yet. The address may have
// a path, where a proxy has put the service; it may not have a user, a query or a fragment.
func New(address string, o Options) (*Client, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("client: the service's address is no URL; want one such as http://127.0.0.1:8480")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("client: the service's address is %q, want one such as http://127.0.0.1:8480", u.Redacted())
	case u.User != nil:
		return nil, errors.New("client: the service's address holds a user: put credentials into Options.Header, so that no error shows them")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("client: the service's address is %q: it may not have a query or a fragment", u.Redacted())
	}
	if err := o.complete(); err != nil {
		return nil, err
	}
	h := http.Client{}
	if o.HTTP != nil {
		h = *o.HTTP
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{base: strings.TrimRight(address, "/"), http: &h, options: o}, nil
}

// complete checks the options and puts the defaults in.
func (o *Options) complete() error {
	for name, d := range map[string]*time.Duration{
		"FirstPause": &o.FirstPause, "LongestPause": &o.LongestPause, "LongestRetryAfter": &o.LongestRetryAfter, "AttemptTimeout": &o.AttemptTimeout,
	} {
		if *d < 0 {
			return fmt.Errorf("client: Options.%s is %v, want 0 or more", name, *d)
		}
	}
	if o.MaxResponseBytes < 0 {
		return fmt.Errorf("client: Options.MaxResponseBytes is %d, want 0 or more", o.MaxResponseBytes)
	}
	setDefault(&o.Retries, DefaultRetries)
	setDefault(&o.FirstPause, DefaultFirstPause)
	setDefault(&o.LongestPause, DefaultLongestPause)
	setDefault(&o.LongestRetryAfter, 30*time.Second)
	setDefault(&o.AttemptTimeout, DefaultAttemptTimeout)
	setDefault(&o.MaxResponseBytes, DefaultMaxResponseBytes)
	setDefault(&o.UserAgent, "quartermaster-go")
	o.LongestPause = max(o.LongestPause, o.FirstPause)
	o.Header = maps.Clone(o.Header) // the caller may go on changing its own
	for name, values := range o.Header {
		o.Header[name] = slices.Clone(values)
	}
	return nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
