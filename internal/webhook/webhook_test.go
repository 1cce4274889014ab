package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// names is a name server that says where inside each name lies, as an attacker's would.
var names = map[string]string{
	"loopback.test.": "127.0.0.1", "ten.test.": "10.0.0.1", "mapped.test.": "::ffff:10.0.0.1", "metadata.test.": "169.254.169.254", "six.test.": "::1",
	"unique.test.": "fd00::1", "carrier.test.": "100.64.0.1", "zero.test.": "0.0.0.0", "link.test.": "fe80::1", "tunnel.test.": "2002:7f00:1::",
	"translated.test.": "64:ff9b::7f00:1", "multicast.test.": "224.0.0.1", "broadcast.test.": "255.255.255.255", "old.test.": "::127.0.0.1",
}

// nameServer answers A and AAAA questions from names over UDP.
func nameServer(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(dnsAnswer(buf[:n]), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// dnsAnswer answers one question (RFC 1035, 4.1): the name, then the record if it is of the kind asked for.
func dnsAnswer(q []byte) []byte {
	var name strings.Builder
	at := 12
	for at < len(q) && q[at] != 0 {
		name.Write(q[at+1 : at+1+int(q[at])])
		name.WriteByte('.')
		at += 1 + int(q[at])
	}
	question := q[12 : at+5]
	kind := binary.BigEndian.Uint16(q[at+1:])
	address, err := netip.ParseAddr(names[strings.ToLower(name.String())])
	out := append([]byte{q[0], q[1], 0x84, 0, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
	if err != nil || address.Is4() != (kind == 1) {
		return out
	}
	out[7] = 1
	data := address.AsSlice()
	out = append(out, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(len(data)))
	return append(out, data...)
}

// inside are addresses that nothing may be sent to, in all the forms that people have got past guards with; PORT is where
// a server of the test listens on loopback.
var inside = strings.Fields(`
	http://127.0.0.1:PORT/ http://127.1:PORT/ http://127.0.1:PORT/ http://0177.0.0.1:PORT/ http://0x7f.0.0.1:PORT/ http://0x7f.1:PORT/
	http://2130706433:PORT/ http://0x7f000001:PORT/ http://017700000001:PORT/ http://127.127.127.127:PORT/ http://localhost:PORT/ http://LOCALHOST:PORT/
	http://a.localhost:PORT/ http://localhost.:PORT/ http://0:PORT/ http://0.0.0.0:PORT/ http://[::]:PORT/ http://[::1]:PORT/ http://[0:0:0:0:0:0:0:1]:PORT/
	http://[::ffff:127.0.0.1]:PORT/ http://[::ffff:7f00:1]:PORT/ http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/ http://[::127.0.0.1]:PORT/ http://[::ffff:0:127.0.0.1]:PORT/
	http://10.0.0.1/ http://10.255.255.255/ http://172.16.0.1/ http://172.31.255.255/ http://192.168.0.1/ http://192.168.255.255/ http://169.254.169.254/latest/meta-data/
	http://[::ffff:169.254.169.254]/ http://[::ffff:a9fe:a9fe]/ http://2852039166/ http://0xA9FEA9FE/ http://100.64.0.1/ http://100.127.255.255/ http://100.100.100.200/
	http://192.0.0.192/ http://192.0.2.1/ http://198.18.0.1/ http://198.19.255.255/ http://198.51.100.1/ http://203.0.113.1/ http://224.0.0.1/ http://239.255.255.255/
	http://240.0.0.1/ http://255.255.255.255/ http://0.1.2.3/ http://[fe80::1]/ http://[fe80::1%25lo]/ http://[fc00::1]/ http://[fd00:ec2::254]/ http://[fec0::1]/ http://[ff02::1]/
	http://[64:ff9b::7f00:1]/ http://[64:ff9b:1::1]/ http://[2002:7f00:1::]/ http://[2001:db8::1]/ http://[2001::1]/ http://[100::1]/ http://[3fff::1]/
	http://loopback.test:PORT/ http://ten.test/ http://mapped.test/ http://metadata.test/ http://six.test:PORT/ http://unique.test/ http://carrier.test/ http://zero.test:PORT/
	http://link.test/ http://tunnel.test/ http://translated.test/ http://multicast.test/ http://broadcast.test/ http://old.test:PORT/ http://LoopBack.Test:PORT/ http://loopback.test.:PORT/
	https://127.0.0.1:PORT/ https://loopback.test:PORT/ https://10.0.0.1/ http://127.0.0.1:PORT/@example.com http://example.com@127.0.0.1:PORT/ http://user:pass@10.0.0.1/
	ftp://example.com/ file:///etc/passwd gopher://127.0.0.1:PORT/ http:// http:///path unix:///var/run/docker.sock http://①②⑦.⓪.⓪.①:PORT/`)

// Nothing is sent to an address inside, whatever way it is written and whoever says that a name lies there: each attempt
// ends before a connection is made.
func TestNothingIsSentInside(t *testing.T) {
	t.Parallel()
	if len(inside) < 60 {
		t.Fatalf("only %d addresses are tried", len(inside))
	}
	var hits atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(srv.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(srv.URL, "http://"), ":")
	s := New(Options{Resolver: nameServer(t), Connect: 2 * time.Second, Total: 2 * time.Second})
	for _, address := range inside {
		address = strings.ReplaceAll(address, "PORT", port)
		status, err := s.Send(t.Context(), service.Delivery{Webhook: signed(address)})
		if err == nil || status != 0 {
			t.Errorf("%s: %d, %v", address, status, err)
		}
		// A name that was found inside and an address written as such are refused for where they lie, not by luck.
		u, parseErr := url.Parse(address)
		if parseErr != nil || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		_, asAddress := netip.ParseAddr(u.Hostname())
		if known := names[strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))+"."]; (asAddress == nil || known != "") && !errors.Is(err, ErrAddress) {
			t.Errorf("%s ended for another reason: %v", address, err)
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("%d requests came through", n)
	}
}

// An allowed network may be reached, and only it; a redirect is not followed, and is no success.
func TestAllowedNetworks(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://10.0.0.1/", http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(srv.Close)
	s := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if status, err := s.Send(t.Context(), service.Delivery{Webhook: signed(srv.URL)}); err != nil || status != 200 {
		t.Errorf("allowed: %d, %v", status, err)
	}
	if status, err := s.Send(t.Context(), service.Delivery{Webhook: signed(srv.URL + "/away")}); err != nil || status != 307 {
		t.Errorf("redirect: %d, %v", status, err)
	}
	if end := service.Judge(service.Delivery{}, 307, nil, time.Now()); end.State != service.DeliveryPending {
		t.Errorf("a redirect means %+v", end)
	}
	if _, err := s.Send(t.Context(), service.Delivery{Webhook: signed("http://10.0.0.1/")}); !errors.Is(err, ErrAddress) {
		t.Errorf("another network: %v", err)
	}
	if hits.Load() != 2 {
		t.Errorf("%d requests came through", hits.Load())
	}
}

// Public addresses are none of the inner ones, in both families.
func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	for _, a := range []string{"1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1"} {
		if err := s.allowed(netip.MustParseAddr(a)); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
}

// What is sent can be verified as Standard Webhooks say, with the worked example of their specification, by every secret
// that is still good, and by none that is not.
func TestSignatures(t *testing.T) {
	t.Parallel()
	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte("a secret of enough bytes"))
	old := "whsec_" + base64.StdEncoding.EncodeToString([]byte("the one before, still good"))
	gone := "whsec_" + base64.StdEncoding.EncodeToString([]byte("turned long ago and expired"))
	var got http.Header
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		body, _ = io.ReadAll(r.Body)
	}))
	t.Cleanup(srv.Close)
	s := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	d := service.Delivery{EventID: "msg_1", Body: []byte(`{"test": 2432232314}`), Webhook: service.Webhook{URL: srv.URL, Secrets: []service.WebhookSecret{
		{Secret: secret}, {Secret: old, ExpiresUs: time.Now().Add(time.Hour).UnixMicro()}, {Secret: gone, ExpiresUs: time.Now().Add(-time.Hour).UnixMicro()},
	}}}
	if _, err := s.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	signatures := strings.Fields(got.Get("webhook-signature"))
	verified := func(secret string) bool {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			t.Fatal(err)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(got.Get("webhook-id") + "." + got.Get("webhook-timestamp") + "." + string(body)))
		for _, s := range signatures {
			if s == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
				return true
			}
		}
		return false
	}
	if len(signatures) != 2 || !verified(secret) || !verified(old) || verified(gone) || got.Get("webhook-id") != "msg_1" {
		t.Errorf("signatures %q", signatures)
	}
	// The example of the Standard Webhooks specification, "Signature scheme": secret, id, timestamp, payload, signature.
	example := Signatures([]service.WebhookSecret{{Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if example != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("the specification's example is signed %s", example)
	}
}

// A receiver that is slow, absent or broken is told in words that show nothing of the inside.
func TestToldErrors(t *testing.T) {
	t.Parallel()
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(slow.Close)
	s := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Total: 50 * time.Millisecond, Resolver: nameServer(t)})
	for address, say := range map[string]string{slow.URL: "in time", "http://127.0.0.1:1/": "no connection", "http://nowhere.test/": "not found"} {
		_, err := s.Send(t.Context(), service.Delivery{Webhook: signed(address)})
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v, want %q", address, err, say)
		}
	}
}

// signed is a receiver with a secret that signs.
func signed(address string) service.Webhook {
	return service.Webhook{URL: address, Secrets: []service.WebhookSecret{{Secret: "whsec_c2VjcmV0"}}}
}

// A receiver whose secret is sealed by a key that is not here is sent nothing: it could not be sure of us.
func TestNothingIsSentUnsigned(t *testing.T) {
	t.Parallel()
	w := signed("http://127.0.0.1:1/")
	w.Secrets[0].Secret = "sealed:2026:AAAA"
	s := New(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if status, err := s.Send(t.Context(), service.Delivery{Webhook: w}); status != 0 || !errors.Is(err, ErrUnsigned) {
		t.Errorf("sent: %d, %v", status, err)
	}
}
