package vda5050

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

// Link carries messages. Publish does not wait for who receives them.
type Link interface {
	Publish(topic string, payload []byte) error
	Subscribe(filter string, receive func(topic string, payload []byte)) error
	Close() error
}

// Broker is an MQTT broker in this process.
type Broker struct {
	server *mochi.Server
	door   *door
	next   int
}

// BrokerOptions say who may connect.
type BrokerOptions struct {
	// Users and their passwords; nil = anybody who reaches the address.
	Users map[string]string
}

// NewBroker listens on an address, host:port; port 0 takes a free one.
func NewBroker(address string, o BrokerOptions) (*Broker, error) {
	b := &Broker{server: mochi.New(&mochi.Options{InlineClient: true, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})}
	b.server.Options.Capabilities.MaximumClientWritesPending = 8192
	var err error
	if o.Users == nil {
		err = b.server.AddHook(new(auth.AllowHook), nil)
	} else {
		rules := auth.AuthRules{}
		for user, password := range o.Users {
			rules = append(rules, auth.AuthRule{Username: auth.RString(user), Password: auth.RString(password), Allow: true})
		}
		err = b.server.AddHook(new(auth.Hook), &auth.Options{Ledger: &auth.Ledger{Auth: rules}})
	}
	if err != nil {
		return nil, fmt.Errorf("vda5050: set up broker: %w", err)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("vda5050: broker: %w", err)
	}
	b.door = &door{Listener: listener, inside: map[net.Conn]bool{}}
	if err := b.server.AddListener(listeners.NewNet("mqtt", b.door)); err != nil {
		return nil, fmt.Errorf("vda5050: broker: %w", err)
	}
	if err := b.server.Serve(); err != nil {
		return nil, fmt.Errorf("vda5050: broker: %w", err)
	}
	return b, nil
}

// Address is where the broker listens, host:port.
func (b *Broker) Address() string { return b.door.Addr().String() }

// Publish sends a message from within this process.
func (b *Broker) Publish(topic string, payload []byte) error {
	return b.server.Publish(topic, payload, false, 0)
}

// Subscribe has receive told of messages, from the broker's goroutines.
func (b *Broker) Subscribe(filter string, receive func(topic string, payload []byte)) error {
	b.next++
	return b.server.Subscribe(filter, b.next, func(_ *mochi.Client, _ packets.Subscription, p packets.Packet) {
		receive(p.TopicName, p.Payload)
	})
}

// Close ends the broker and all its connections.
func (b *Broker) Close() error {
	b.door.shut()
	return b.server.Close()
}

// door knows the connections that came in, so that closing leaves none behind: the server waits for all of them, and
// forgets those that come in while it closes.
type door struct {
	net.Listener
	mu     sync.Mutex
	inside map[net.Conn]bool
	closed bool
}

// guest is a connection that says when it goes.
type guest struct {
	net.Conn
	door *door
}

// Accept lets a connection in.
func (d *door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		_ = c.Close()
		return nil, net.ErrClosed
	}
	d.inside[c] = true
	return guest{c, d}, nil
}

// Close ends a connection.
func (g guest) Close() error {
	g.door.mu.Lock()
	delete(g.door.inside, g.Conn)
	g.door.mu.Unlock()
	return g.Conn.Close()
}

// shut lets nobody in any more and ends all connections.
func (d *door) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	_ = d.Listener.Close()
	for c := range d.inside {
		_ = c.Close()
	}
}

// Will is what a broker sends when a client is lost.
type Will struct {
	Topic   string
	Payload []byte
}

// ClientOptions steer Dial.
type ClientOptions struct {
	ClientID       string
	User, Password string
	Will           *Will // sent retained
	// Connected is called after each connect, the first one and those after a loss.
	Connected func(c *Client)
}

// Client is a connection to a broker elsewhere, which is made anew whenever it is lost.
type Client struct{ c paho.Client }

// reconnectAfter is how long a lost connection waits before it is tried again, growing to the second.
const reconnectAfter, reconnectWithin = 50 * time.Millisecond, time.Second

// errNotConnected is told to who publishes while the broker is away.
var errNotConnected = errors.New("vda5050: the broker is not connected")

// Dial connects to a broker at an address such as tcp://host:1883; it goes on trying in the background.
func Dial(address string, o ClientOptions) *Client {
	client := &Client{}
	p := paho.NewClientOptions().AddBroker(address).SetClientID(o.ClientID).SetUsername(o.User).SetPassword(o.Password).
		SetAutoReconnect(true).SetConnectRetry(true).SetConnectRetryInterval(reconnectAfter).SetMaxReconnectInterval(reconnectWithin).
		SetCleanSession(true).SetOrderMatters(true).SetKeepAlive(15 * time.Second).SetWriteTimeout(5 * time.Second)
	if o.Will != nil {
		p.SetBinaryWill(o.Will.Topic, o.Will.Payload, 1, true)
	}
	p.SetOnConnectHandler(func(paho.Client) {
		if o.Connected != nil {
			o.Connected(client)
		}
	})
	client.c = paho.NewClient(p)
	client.c.Connect()
	return client
}

// Publish sends a message at most once.
func (c *Client) Publish(topic string, payload []byte) error {
	if !c.c.IsConnectionOpen() {
		return errNotConnected
	}
	c.c.Publish(topic, 0, false, payload)
	return nil
}

// Retain sends a message at least once, which the broker keeps for those who come later.
func (c *Client) Retain(topic string, payload []byte) { c.c.Publish(topic, 1, true, payload) }

// Subscribe has receive told of messages, one at a time. It is to be called from ClientOptions.Connected.
func (c *Client) Subscribe(filter string, receive func(topic string, payload []byte)) error {
	c.c.Subscribe(filter, 1, func(_ paho.Client, m paho.Message) { receive(m.Topic(), m.Payload()) })
	return nil
}

// Close ends the connection as a vehicle that goes off duty does: its will is not sent.
func (c *Client) Close() error {
	c.c.Disconnect(100)
	return nil
}
