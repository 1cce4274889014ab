package webhook

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

// Whatever is given as a receiver's URL: what passes has a host, is HTTP, and names no internal address as such.
func FuzzCheckURL(f *testing.F) {
	for _, address := range append(inside, "https://erp.example.com/hooks", "http://[::ffff:10.0.0.1]:8080/x?y", "%zz", "http://a b/") {
		f.Add(strings.ReplaceAll(address, "PORT", "80"))
	}
	s := New(Options{})
	f.Fuzz(func(t *testing.T, address string) {
		if s.CheckURL(address) != nil {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			t.Fatalf("%q passed", address)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && internal(a) != "" {
			t.Fatalf("%q passed, which is %s", address, internal(a))
		}
	})
}
