// Package webhook sends events to receivers outside over HTTP.
//
// Takes a service.Delivery and gives the receiver's answer; it is the service's Sender. Method: Standard Webhooks 1.0.0
// signatures (HMAC-SHA256 over id, timestamp and body), one for each secret that is still good; every address is looked at
// when it is dialled, after the name was resolved, so that no name, number form or later answer of a name server leads
// inside. Never: it follows no redirect, uses no proxy, reads no answer beyond a limit, and keeps nothing.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"quartermaster/internal/service"
)

// ErrAddress says that a receiver lies where nothing may be sent to.
var ErrAddress = errors.New("webhook: not an address that events may be sent to")

// ErrUnsigned says that no secret of a receiver can sign: nothing is sent that it could not be sure of.
var ErrUnsigned = errors.New("webhook: the receiver's secret cannot be opened, since its encryption key is not in the service's environment")

// Options tune a Sender. The zero value is right for production.
type Options struct {
	// Allow are networks that may be reached though they are internal, for receivers on the premises.
	Allow []netip.Prefix
	// Connect bounds the making of a connection, Total the whole request; 0 = 5 s and 15 s.
	Connect, Total time.Duration
	// Resolver finds addresses of names; nil = the system's.
	Resolver  *net.Resolver
	UserAgent string // "" = quartermaster-webhooks
}

// Sender sends deliveries. It may be used by many goroutines.
type Sender struct {
	options Options
	client  *http.Client
}

// New makes a Sender.
func New(o Options) *Sender {
	if o.Connect <= 0 {
		o.Connect = 5 * time.Second
	}
	if o.Total <= 0 {
		o.Total = 15 * time.Second
	}
	if o.UserAgent == "" {
		o.UserAgent = "quartermaster-webhooks"
	}
	s := &Sender{options: o}
	dialer := &net.Dialer{Timeout: o.Connect, Control: s.control, Resolver: o.Resolver}
	s.client = &http.Client{
		Timeout: o.Total,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: o.Connect, ResponseHeaderTimeout: o.Total,
			MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true, // a later address of the name is looked at again
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s
}

// control looks at the address that is about to be dialled: behind it stands whatever a name, a number form or a name
// server came to.
func (s *Sender) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: %s is not TCP", ErrAddress, network)
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrAddress, address)
	}
	return s.allowed(at.Addr())
}

// allowed refuses every address that is not a public unicast one, unless it lies in an allowed network.
func (s *Sender) allowed(a netip.Addr) error {
	plain := a.WithZone("").Unmap()
	for _, p := range s.options.Allow {
		if p.Contains(plain) {
			return nil
		}
	}
	if why := internal(plain); why != "" {
		return fmt.Errorf("%w: %s is %s", ErrAddress, a, why)
	}
	return nil
}

// reserved are networks that are not for the public internet (IANA special-purpose registries, RFC 6890), beyond what
// netip knows by itself.
var reserved = []struct {
	prefix netip.Prefix
	why    string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "this network"},
	{netip.MustParsePrefix("100.64.0.0/10"), "a carrier's inner network"},
	{netip.MustParsePrefix("192.0.0.0/24"), "for protocols"},
	{netip.MustParsePrefix("192.0.2.0/24"), "for documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a relay of old"},
	{netip.MustParsePrefix("198.18.0.0/15"), "for benchmarks"},
	{netip.MustParsePrefix("198.51.100.0/24"), "for documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "for documentation"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"},
	{netip.MustParsePrefix("::/96"), "an IPv4 address of old form"},
	{netip.MustParsePrefix("64:ff9b::/96"), "an IPv4 address behind a translator"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "an IPv4 address behind a translator"},
	{netip.MustParsePrefix("100::/64"), "a sink"},
	{netip.MustParsePrefix("2001::/23"), "for protocols"},
	{netip.MustParsePrefix("2001:db8::/32"), "for documentation"},
	{netip.MustParsePrefix("2002::/16"), "an IPv4 address in a tunnel"},
	{netip.MustParsePrefix("3fff::/20"), "for documentation"},
	{netip.MustParsePrefix("5f00::/16"), "for segment routing"},
	{netip.MustParsePrefix("fec0::/10"), "a site's inner network"},
}

// global is all of IPv6 that is given out for the public internet.
var global = netip.MustParsePrefix("2000::/3")

// internal says what keeps an address from being a public one; "" = it is one.
func internal(a netip.Addr) string {
	switch {
	case !a.IsValid(), a.IsUnspecified():
		return "no address"
	case a.IsLoopback():
		return "this machine"
	case a.IsPrivate():
		return "an inner network"
	case a.IsLinkLocalUnicast():
		return "a link-local one"
	case a.IsMulticast(), a.IsInterfaceLocalMulticast(), a.IsLinkLocalMulticast():
		return "multicast"
	}
	for _, r := range reserved {
		if r.prefix.Contains(a) {
			return r.why
		}
	}
	if a.Is6() && !global.Contains(a) {
		return "not of the public internet"
	}
	return ""
}

// CheckURL says early what dialling would refuse anyway, as far as that can be seen without asking a name server.
func (s *Sender) CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("is no URL such as https://erp.example.com/hooks")
	case u.User != nil:
		return errors.New("holds a user; receivers are sure of us by the signature")
	case u.Fragment != "":
		return errors.New("has a fragment, which no server sees")
	}
	host := u.Hostname()
	if a, err := netip.ParseAddr(host); err == nil {
		if s.allowed(a) != nil {
			return errors.New("is an internal address; the installation can allow its network")
		}
		return nil
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		loopback := netip.MustParseAddr("127.0.0.1")
		if s.allowed(loopback) != nil {
			return errors.New("is this machine; the installation can allow its network")
		}
	}
	return nil
}

// maxAnswer is how much of a receiver's answer is read, so that the connection ends in order.
const maxAnswer = 64 << 10

// Send makes one attempt. The error is for the receiver's owner: it says what went wrong and shows nothing that was found
// inside.
func (s *Sender) Send(ctx context.Context, d service.Delivery) (status int, err error) {
	if err := s.CheckURL(d.Webhook.URL); err != nil {
		return 0, fmt.Errorf("%w: the URL %w", ErrAddress, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Webhook.URL, bytes.NewReader(d.Body))
	if err != nil {
		return 0, err
	}
	now := time.Now()
	signature := Signatures(d.Webhook.Secrets, d.EventID, now, d.Body)
	if signature == "" {
		return 0, ErrUnsigned
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", s.options.UserAgent)
	req.Header.Set("Webhook-Id", d.EventID)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("Webhook-Signature", signature)
	res, err := s.client.Do(req)
	if err != nil {
		return 0, told(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer)) // whatever it says, its status counts
	return res.StatusCode, nil
}

// told leaves of an error what the receiver's owner may know.
func told(err error) error {
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case errors.Is(err, ErrAddress):
		return ErrAddress
	case errors.As(err, &dns):
		return errors.New("webhook: the receiver's name was not found")
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return errors.New("webhook: the receiver did not answer in time")
	case errors.As(err, &op) && op.Op == "dial":
		return errors.New("webhook: no connection to the receiver")
	}
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("webhook: %w", u.Err)
	}
	return err
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// Signatures signs a delivery with every secret that is still good, newest first: v1, and base64 of HMAC-SHA256 over
// "id.timestamp.body" (Standard Webhooks 1.0.0, "Signature scheme").
func Signatures(secrets []service.WebhookSecret, id string, at time.Time, body []byte) string {
	var out []string
	for _, s := range secrets {
		if s.ExpiresUs != 0 && s.ExpiresUs <= at.UnixMicro() {
			continue
		}
		if s.Sealed() {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.Secret, "whsec_"))
		if err != nil {
			continue // not one of ours
		}
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%s.%d.", id, at.Unix()) // a hash never fails to write
		_, _ = mac.Write(body)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(out, " ")
}
