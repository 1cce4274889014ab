package app

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificate is a server's certificate that is read again when its files change, so that renewing it needs no restart.
type certificate struct {
	certFile, keyFile string
	complain          func(error)

	mu      sync.Mutex
	loaded  *tls.Certificate
	stamp   string // of the files that loaded was read from
	checked time.Time
}

// certificateEvery is how often the files are looked at, at most.
const certificateEvery = 2 * time.Second

func loadCertificate(certFile, keyFile string, complain func(error)) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, complain: complain}
	return c, c.load()
}

// load reads the files; what was read before stays where they are not a pair.
func (c *certificate) load() error {
	stamp := c.stamps()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("read the certificate %s and its key %s: %w", c.certFile, c.keyFile, err)
	}
	c.loaded, c.stamp = &pair, stamp
	return nil
}

// stamps tells one state of the files from another.
func (c *certificate) stamps() string {
	out := ""
	for _, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			out += fmt.Sprint(info.ModTime().UnixNano(), " ", info.Size(), " ")
		}
	}
	return out
}

// get gives the certificate for one connection.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) >= certificateEvery {
		c.checked = time.Now()
		if c.stamps() != c.stamp {
			if err := c.load(); err != nil { // half written, perhaps: the old one goes on
				c.complain(err)
			}
		}
	}
	return c.loaded, nil
}

// config is what connections are held to: TLS 1.2 or newer, with the standard library's choice of ciphers.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}
}
