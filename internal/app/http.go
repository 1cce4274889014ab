package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// maxConnections bounds the connections served at a time; others wait in the kernel's queue. A warehouse's controllers and
// an order system's clerks are hundreds; the rest is room for connections
// that say nothing until their time is up. Each costs a few kilobytes.
const maxConnections = 4000

// web is the HTTP side of the program.
type web struct {
	listener net.Listener
	server   *http.Server
	secure   bool
	done     chan struct{}
}

// listen opens the address. With fallback a busy port is replaced by a free one.
func listen(address string, fallback bool) (l net.Listener, moved bool, err error) {
	l, err = net.Listen("tcp", address)
	if err == nil {
		return l, false, nil
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return nil, false, fmt.Errorf("listen on %s: %w", address, err)
	}
	if !fallback {
		return nil, false, fmt.Errorf("listen on %s: the port is taken by another program; name another one with --listen", address)
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, false, fmt.Errorf("listen on %s: %w", address, err)
	}
	l, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, false, fmt.Errorf("listen on a free port of %s: %w", host, err)
	}
	return l, true, nil
}

// serve answers requests with h until stop, over TLS where there is a certificate.
func serve(l net.Listener, h http.Handler, cert *certificate, log *slog.Logger) *web {
	w := &web{
		listener: l,
		secure:   cert != nil,
		done:     make(chan struct{}),
		server: &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       30 * time.Second,
			WriteTimeout:      60 * time.Second, // a request may wait 25 s for work
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
	}
	go func() {
		defer close(w.done)
		var err error
		limited := &limitListener{Listener: l, slots: make(chan struct{}, maxConnections)}
		if cert != nil {
			w.server.TLSConfig = cert.config()
			err = w.server.ServeTLS(limited, "", "")
		} else {
			err = w.server.Serve(limited)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			log.Error("the HTTP server ended", "error", err)
		}
	}()
	return w
}

// stop lets requests under way end until ctx does, then breaks them off.
func (w *web) stop(ctx context.Context) error {
	err := w.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = w.server.Close()
	}
	<-w.done
	return err
}

// limitListener accepts a connection only when fewer than its slots are open.
type limitListener struct {
	net.Listener
	slots chan struct{}
}

// Accept waits for a slot first.
func (l *limitListener) Accept() (net.Conn, error) {
	l.slots <- struct{}{}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return &slotConn{Conn: c, release: sync.OnceFunc(func() { <-l.slots })}, nil
}

type slotConn struct {
	net.Conn
	release func()
}

// Close gives the slot back, once.
func (c *slotConn) Close() error {
	defer c.release()
	return c.Conn.Close()
}

// loopback says whether only this machine can reach an address.
func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
