package service

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"unicode/utf8"
)

// Consignee is who an order is for: personal data. It is encrypted wherever it is stored, and masked wherever it is printed.
type Consignee struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Email   string `json:"email,omitempty"`
}

// masked stands for personal data in logs and events.
const masked = "[personal data]"

// String keeps personal data out of messages.
func (Consignee) String() string { return masked }

// GoString keeps it out of dumps.
func (Consignee) GoString() string { return masked }

// LogValue keeps it out of logs.
func (Consignee) LogValue() slog.Value { return slog.StringValue(masked) }

// MaxConsigneeField bounds each field, in bytes.
const MaxConsigneeField = 500

// WrongField is a field of a consignee that is wrong and why; it never shows the value. Field "" is the whole.
type WrongField struct{ Field, Reason string }

// Wrong names all fields that are wrong.
func (c Consignee) Wrong() (wrong []WrongField) {
	if c == (Consignee{}) {
		return []WrongField{{"", "give a name, an address, a phone or an email"}}
	}
	for _, f := range []WrongField{{"name", c.Name}, {"address", c.Address}, {"phone", c.Phone}, {"email", c.Email}} {
		if len(f.Reason) > MaxConsigneeField || !utf8.ValidString(f.Reason) || strings.ContainsRune(f.Reason, 0) {
			wrong = append(wrong, WrongField{f.Field, fmt.Sprintf("want plain text of at most %d bytes", MaxConsigneeField)})
		}
	}
	if c.Email != "" {
		if _, err := mail.ParseAddress(c.Email); err != nil {
			wrong = append(wrong, WrongField{"email", "this is no mail address"})
		}
	}
	return wrong
}

// ErrNoKey: personal data cannot be stored or read, since the installation has no encryption key.
var ErrNoKey = errors.New("service: no encryption key")

// MasterKeys are the installation's keys, from its environment. The first encrypts; the others still decrypt.
type MasterKeys struct {
	order []string
	keys  map[string]cipher.AEAD
}

// ParseMasterKeys reads "id:key" pairs separated by commas, the key in force first; a key is 32 bytes in base64. Empty is no
// key at all. The error never shows a key.
func ParseMasterKeys(text string) (*MasterKeys, error) {
	m := &MasterKeys{keys: map[string]cipher.AEAD{}}
	if strings.TrimSpace(text) == "" {
		return m, nil
	}
	for i, pair := range strings.Split(text, ",") {
		id, encoded, ok := strings.Cut(strings.TrimSpace(pair), ":")
		if !ok || id == "" || len(id) > 50 {
			return nil, fmt.Errorf("encryption key %d: want ID:KEY, as in 2026a:BASE64", i+1)
		}
		raw, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(raw) != 32 {
			return nil, fmt.Errorf("encryption key %s: want 32 bytes in base64, as of: openssl rand -base64 32", id)
		}
		if m.keys[id] != nil {
			return nil, fmt.Errorf("encryption key %s is given twice", id)
		}
		if m.keys[id], err = sealer(raw); err != nil {
			return nil, err
		}
		m.order = append(m.order, id)
	}
	return m, nil
}

// Current is the id of the key that encrypts, "" where there is none.
func (m *MasterKeys) Current() string {
	if m == nil || len(m.order) == 0 {
		return ""
	}
	return m.order[0]
}

func sealer(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal encrypts with AES-256-GCM (NIST SP 800-38D) under a random nonce that goes before the box; place binds it to where it
// is stored, so that a box moved to another row does not open.
func seal(a cipher.AEAD, plain []byte, place string) []byte {
	nonce := make([]byte, a.NonceSize())
	_, _ = rand.Read(nonce) // never fails since Go 1.24
	return a.Seal(nonce, nonce, plain, []byte(place))
}

func unseal(a cipher.AEAD, box []byte, place string) ([]byte, error) {
	if len(box) < a.NonceSize() {
		return nil, errors.New("the box is too short")
	}
	return a.Open(nil, box[:a.NonceSize()], box[a.NonceSize():], []byte(place))
}

// CustomerKey is a customer's own key, encrypted by a master key.
type CustomerKey struct {
	CustomerID string
	Master     string
	Wrapped    []byte
}

// SealedConsignee is a consignee as it is stored.
type SealedConsignee struct {
	OrderID, CustomerID string
	Box                 []byte
}

// Erased is what erasing a customer removed.
type Erased struct {
	Consignees int64 // names and addresses removed
	Orders     int64 // orders that no longer say whose they were, and where only to about a kilometre
}

// PersonalStore keeps encrypted personal data and customers' keys; it holds no key that opens them.
type PersonalStore interface {
	CustomerKey(ctx context.Context, tenant, customerID string) (CustomerKey, error)
	// CustomerKeys stores keys of customers who have none yet, and gives those that are then theirs, in any order.
	CustomerKeys(ctx context.Context, tenant string, made []CustomerKey) ([]CustomerKey, error)
	SaveConsignee(ctx context.Context, tenant string, c SealedConsignee) error
	Consignee(ctx context.Context, tenant, orderID string) (SealedConsignee, error)
	// EraseCustomer removes the key and the consignees of a customer, and from its orders the customer and the exact place.
	EraseCustomer(ctx context.Context, tenant, customerID string) (Erased, error)
	// StaleKeys lists customers' keys of a tenant under another master than the one named; RewrapKey replaces one if it is
	// still under the master that it was.
	StaleKeys(ctx context.Context, tenant, master string, limit int) ([]CustomerKey, error)
	RewrapKey(ctx context.Context, tenant, was string, k CustomerKey) error
}

// Personal is the use case of personal data: envelope encryption with one key for each customer, so that forgetting a
// customer is forgetting one key, in all backups as well once they have no copy of it.
type Personal struct {
	Store  PersonalStore
	Orders interface {
		Order(ctx context.Context, tenant, id string) (Order, error)
	}
	Keys *MasterKeys
}

// owner is whose key an order's consignee is under.
func owner(o Order) string {
	if o.CustomerID != "" {
		return o.CustomerID
	}
	return "order " + o.ID
}

// Save stores who an order is for; it replaces what was there.
func (p *Personal) Save(ctx context.Context, tenant, orderID string, c Consignee) error {
	if wrong := c.Wrong(); len(wrong) > 0 {
		return fmt.Errorf("%w: %s: %s", ErrInvalid, strings.TrimSuffix("consignee."+wrong[0].Field, "."), wrong[0].Reason)
	}
	order, err := p.Orders.Order(ctx, tenant, orderID)
	if err != nil {
		return err
	}
	sealed, err := p.Seal(ctx, tenant, []Order{order}, map[string]Consignee{orderID: c})
	if err != nil {
		return err
	}
	return p.Store.SaveConsignee(ctx, tenant, sealed[0])
}

// Seal encrypts whom orders are for, by order id, each with the key of its customer, which is made where there is none yet.
func (p *Personal) Seal(ctx context.Context, tenant string, orders []Order, whose map[string]Consignee) ([]SealedConsignee, error) {
	if len(whose) == 0 {
		return nil, nil
	}
	master := p.Keys.Current()
	if master == "" {
		return nil, errNoMasterKey()
	}
	var made []CustomerKey
	seen := map[string]bool{}
	for _, o := range orders {
		who := owner(o)
		if _, ok := whose[o.ID]; !ok || seen[who] {
			continue
		}
		seen[who] = true
		raw := make([]byte, 32)
		_, _ = rand.Read(raw) // never fails since Go 1.24
		made = append(made, CustomerKey{CustomerID: who, Master: master, Wrapped: seal(p.Keys.keys[master], raw, tenant+"\x00"+who)})
	}
	stored, err := p.Store.CustomerKeys(ctx, tenant, made)
	if err != nil {
		return nil, err
	}
	keys := make(map[string]cipher.AEAD, len(stored))
	for _, k := range stored {
		if keys[k.CustomerID], err = p.open(tenant, k); err != nil {
			return nil, err
		}
	}
	var out []SealedConsignee
	for _, o := range orders {
		c, ok := whose[o.ID]
		if !ok {
			continue
		}
		plain, err := json.Marshal(c)
		if err != nil {
			return nil, fmt.Errorf("write a consignee: %w", err)
		}
		key := keys[owner(o)]
		if key == nil {
			return nil, fmt.Errorf("%w: this customer was erased just now", ErrConflict)
		}
		out = append(out, SealedConsignee{OrderID: o.ID, CustomerID: owner(o), Box: seal(key, plain, tenant+"\x00"+o.ID)})
	}
	return out, nil
}

// Read tells who an order is for; ErrNotFound where nobody said, or it was erased.
func (p *Personal) Read(ctx context.Context, tenant, orderID string) (Consignee, error) {
	var c Consignee
	sealed, err := p.Store.Consignee(ctx, tenant, orderID)
	if err != nil {
		return c, err
	}
	if p.Keys.Current() == "" {
		return c, errNoMasterKey()
	}
	stored, err := p.Store.CustomerKey(ctx, tenant, sealed.CustomerID)
	if err != nil {
		return c, err
	}
	key, err := p.open(tenant, stored)
	if err != nil {
		return c, err
	}
	plain, err := unseal(key, sealed.Box, tenant+"\x00"+orderID)
	if err != nil {
		return c, fmt.Errorf("the consignee of order %s does not open: it was altered, or moved from another order", orderID)
	}
	if err := json.Unmarshal(plain, &c); err != nil {
		return Consignee{}, fmt.Errorf("the consignee of order %s is not what was stored", orderID)
	}
	return c, nil
}

func errNoMasterKey() error {
	return fmt.Errorf("%w: set QUARTERMASTER_ENCRYPTION_KEY, then names, addresses, phones and mail addresses can be kept", ErrNoKey)
}

// open opens a customer's key.
func (p *Personal) open(tenant string, k CustomerKey) (cipher.AEAD, error) {
	raw, err := p.unwrap(tenant, k)
	if err != nil {
		return nil, err
	}
	return sealer(raw)
}

func (p *Personal) unwrap(tenant string, k CustomerKey) ([]byte, error) {
	master := p.Keys.keys[k.Master]
	if master == nil {
		return nil, fmt.Errorf("%w: the key %q that a customer's data is under is not among those of the environment", ErrNoKey, k.Master)
	}
	raw, err := unseal(master, k.Wrapped, tenant+"\x00"+k.CustomerID)
	if err != nil {
		return nil, fmt.Errorf("%w: key %q of the environment is not the one of that name that customers' data is under", ErrNoKey, k.Master)
	}
	return raw, nil
}

// Erase forgets a customer.
func (p *Personal) Erase(ctx context.Context, tenant, customerID string) (Erased, error) {
	e, err := p.Store.EraseCustomer(ctx, tenant, customerID)
	if err == nil && e == (Erased{}) {
		err = fmt.Errorf("%w: nothing is known of this customer", ErrNotFound)
	}
	return e, err
}

// Rewrap puts the keys of a tenant's customers under the master key in force, and tells how many it moved. Afterwards the
// old master key may be thrown away.
func (p *Personal) Rewrap(ctx context.Context, tenant string) (moved int, err error) {
	current := p.Keys.Current()
	if current == "" {
		return 0, ErrNoKey
	}
	for {
		stale, err := p.Store.StaleKeys(ctx, tenant, current, 500)
		if err != nil || len(stale) == 0 {
			return moved, err
		}
		for _, k := range stale {
			raw, err := p.unwrap(tenant, k)
			if err != nil {
				return moved, err
			}
			was := k.Master
			k.Master, k.Wrapped = current, seal(p.Keys.keys[current], raw, tenant+"\x00"+k.CustomerID)
			if err := p.Store.RewrapKey(ctx, tenant, was, k); err != nil {
				return moved, err
			}
			moved++
		}
	}
}
