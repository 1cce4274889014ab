package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quartermaster/internal/service"
)

// An address that other machines can reach is not served without authentication, and the refusal says what to do; with it,
// callers without a key are refused and a key made meanwhile is taken.
func TestReachableNeedsAuthentication(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	cfg.Listen, cfg.Auth = "0.0.0.0:0", "off"
	a, err := Open(t.Context(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	err = a.Start(t.Context(), StartOptions{Planning: &service.Planning{}})
	if err == nil || !strings.Contains(err.Error(), "keys create") {
		t.Errorf("started without authentication: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	cfg.Auth = "auto"
	if a, err = Open(t.Context(), cfg, quiet()); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Start(t.Context(), StartOptions{Planning: &service.Planning{}}); err != nil {
		t.Fatal(err)
	}
	beside, err := OpenBeside(t.Context(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	_, secret, err := beside.Access.CreateKey(t.Context(), Tenant, "test", service.NewKey{Name: "x", Role: service.AccessViewer})
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(a.web.listener.Addr().String())
	for key, want := range map[string]int{"": 401, secret: 200} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+port+"/v1/jobs", nil)
		if key != "" {
			req.Header.Set("Authorization", "Bearer "+key)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("with key %q: %d, want %d", key, res.StatusCode, want)
		}
	}
}

// writePair makes a certificate for 127.0.0.1 and gives what trusts it alone.
func writePair(t *testing.T, certFile, keyFile string, until time.Time) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	cert, _ := x509.ParseCertificate(der)
	pool.AddCert(cert)
	return pool
}

// With a certificate the API speaks TLS, never older than 1.2, and takes a renewed certificate without a restart; one that
// is half written keeps the old one.
func TestTLS(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	folder := t.TempDir()
	cfg.TLSCert, cfg.TLSKey = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	first := writePair(t, cfg.TLSCert, cfg.TLSKey, time.Now().Add(time.Hour))
	a, err := Open(t.Context(), cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Start(t.Context(), StartOptions{Planning: &service.Planning{}}); err != nil {
		t.Fatal(err)
	}
	url, _ := a.Address()
	ask := func(pool *x509.CertPool, newest uint16) error {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MaxVersion: newest, MinVersion: tls.VersionTLS10}, ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		res, err := (&http.Client{Transport: transport}).Get(url + "/healthz")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	if err := ask(first, 0); err != nil || !strings.HasPrefix(url, "https://") {
		t.Fatalf("%s: %v", url, err)
	}
	if err := ask(first, tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 was spoken")
	}
	cert, _ := loadCertificate(cfg.TLSCert, cfg.TLSKey, func(error) {})
	complaints := 0
	cert.complain = func(error) { complaints++ }
	if err := os.WriteFile(cfg.TLSCert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := cert.get(nil); err != nil || got == nil || complaints != 1 {
		t.Errorf("a half written file: %v, %v, %d complaints", got, err, complaints)
	}
	second := writePair(t, cfg.TLSCert, cfg.TLSKey, time.Now().Add(2*time.Hour))
	for wait := time.Now(); ask(second, 0) != nil; time.Sleep(100 * time.Millisecond) {
		if time.Since(wait) > 20*time.Second {
			t.Fatal("the renewed certificate was not taken")
		}
	}
}

// The doctor warns of what weakens the guard of a deployment and keeps nothing from working, and calls wrong what does.
func TestExamineGuard(t *testing.T) {
	t.Parallel()
	cfg := settings(t)
	cfg.Listen, cfg.EncryptionKey = "0.0.0.0:8480", "no key"
	folder := t.TempDir()
	cfg.TLSCert, cfg.TLSKey = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	writePair(t, cfg.TLSCert, cfg.TLSKey, time.Now().Add(24*time.Hour))
	a, err := Open(t.Context(), cfg, quiet())
	if err == nil {
		t.Fatal("started with a broken encryption key", a.Close())
	}
	good := cfg
	good.EncryptionKey = ""
	if a, err = Open(t.Context(), good, quiet()); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	found := map[string]Finding{}
	for _, f := range Examine(t.Context(), cfg) {
		found[f.Check] = f
	}
	if f := found["TLS"]; !f.Warning || !strings.Contains(f.Detail, "ends on") {
		t.Errorf("a certificate of one day: %+v", f)
	}
	if f := found["encryption key"]; f.OK || strings.Contains(f.Detail, "no key") {
		t.Errorf("a broken key: %+v", f)
	}
	if f := found["API keys"]; !f.Warning || !strings.Contains(f.Detail, "keys create") {
		t.Errorf("nobody has a key: %+v", f)
	}
	for _, f := range Examine(t.Context(), good) {
		if f.Check == "encryption key" && (!f.OK || !f.Warning) {
			t.Errorf("without a key: %+v", f)
		}
	}
	writePair(t, cfg.TLSCert, cfg.TLSKey, time.Now().Add(-time.Minute))
	for _, f := range Examine(t.Context(), good) {
		if f.Check == "TLS" && f.OK {
			t.Errorf("an ended certificate: %+v", f)
		}
	}
}
