package servers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// Trouble is what may become of the way to a server.
type Trouble string

// The troubles of a Gate.
const (
	Fine     Trouble = "fine"
	Cut      Trouble = "cut"       // connections end, new ones are refused
	Slow     Trouble = "slow"      // each packet takes two seconds more, either way
	HalfOpen Trouble = "half-open" // connections stay and are made, and nothing comes through
)

// slowMs is how much longer each packet takes where the way is slow.
const slowMs = 2000

// Gate stands before a server and makes trouble when it is told to.
type Gate struct {
	mu    sync.Mutex
	proxy *toxiproxy.Proxy
	now   Trouble
}

// OpenGate stands before upstream (host:port) on a free port of loopback.
func OpenGate(upstream string) (*Gate, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	silent := zerolog.New(io.Discard)
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), silent)
	g := &Gate{proxy: toxiproxy.NewProxy(server, "gate", fmt.Sprintf("127.0.0.1:%d", port), upstream), now: Fine}
	if err := g.proxy.Start(); err != nil {
		return nil, fmt.Errorf("servers: open a gate before %s: %w", upstream, err)
	}
	return g, nil
}

// Address is where the gate is, host:port.
func (g *Gate) Address() string { return g.proxy.Listen }

// Set makes trouble, or ends it with Fine.
func (g *Gate) Set(t Trouble) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now == Cut {
		if err := g.proxy.Start(); err != nil {
			return fmt.Errorf("servers: open the gate again: %w", err)
		}
	}
	g.proxy.Toxics.ResetToxics(context.Background())
	g.now = t
	switch t {
	case Fine:
		return nil
	case Cut:
		g.proxy.Stop()
		return nil
	case Slow:
		return g.add("latency", map[string]any{"latency": slowMs})
	case HalfOpen:
		return g.add("timeout", map[string]any{"timeout": 0})
	}
	return fmt.Errorf("servers: there is no trouble %q", t)
}

func (g *Gate) add(kind string, attributes map[string]any) error {
	for _, stream := range []string{"upstream", "downstream"} {
		text, err := json.Marshal(map[string]any{"name": stream, "type": kind, "stream": stream, "toxicity": 1, "attributes": attributes})
		if err != nil {
			return err
		}
		if _, err := g.proxy.Toxics.AddToxicJson(bytes.NewReader(text)); err != nil {
			return fmt.Errorf("servers: make the way %s: %w", kind, err)
		}
	}
	return nil
}

// Close ends the gate.
func (g *Gate) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now != Cut {
		g.proxy.Stop()
	}
	g.now = Cut
}
