// Package config turns flags, environment and a file into the one struct that the program is built from.
//
// Takes what the command line parser found (flag, else environment, else file, else default) and gives a Config that is
// complete and checked. Method: the fields carry their flag, variable and default as tags; Read gives the file's values
// under the same names. Never: it opens no server, makes no folder and knows no package of ours.
package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"time"
)

// Config is everything that steers the program apart from what a verb is asked to do.
type Config struct {
	Home    string `help:"Folder of this installation's data; default: quartermaster in the user's data folder." placeholder:"DIR" env:"QUARTERMASTER_HOME"`
	Store   string `help:"Where the truth is kept: postgres://USER:PASSWORD@HOST/DATABASE; default: a SQLite file in the home folder." placeholder:"URL" env:"QUARTERMASTER_STORE"`
	Redis   string `help:"What hands out jobs: redis://:PASSWORD@HOST:PORT/DB; default: one inside this process." placeholder:"URL" env:"QUARTERMASTER_REDIS"`
	Streets string `help:"OpenStreetMap extract (.osm.pbf) with the streets that vehicles drive on; or straight for none: straight lines times a detour factor that was calibrated, straight:1.3 for a factor of your own; default: the one of Liechtenstein that ships with the program." placeholder:"FILE" env:"QUARTERMASTER_STREETS"`
	Listen  string `help:"Address of the HTTP API; default ${default}." default:"127.0.0.1:8480" placeholder:"HOST:PORT" env:"QUARTERMASTER_LISTEN"`

	Auth           string `help:"Whether callers must say who they are: auto (on any address that other machines can reach), required or off; off is refused there; default ${default}." enum:"auto,required,off" default:"auto" placeholder:"WHEN" env:"QUARTERMASTER_AUTH"`
	TLSCert        string `help:"Certificate chain (PEM) to serve HTTPS with; read again when it changes." placeholder:"FILE" env:"QUARTERMASTER_TLS_CERT"`
	TLSKey         string `help:"Its private key (PEM)." placeholder:"FILE" env:"QUARTERMASTER_TLS_KEY"`
	OIDCIssuer     string `name:"oidc-issuer" help:"OpenID Connect issuer whose tokens are taken beside API keys." placeholder:"URL" env:"QUARTERMASTER_OIDC_ISSUER"`
	OIDCAudience   string `name:"oidc-audience" help:"Audience that its tokens must be for; default ${default}." default:"quartermaster" placeholder:"NAME" env:"QUARTERMASTER_OIDC_AUDIENCE"`
	OIDCTenant     string `name:"oidc-tenant" help:"Tenant of tokens that name none." placeholder:"ID" env:"QUARTERMASTER_OIDC_TENANT"`
	OIDCTenantPath string `name:"oidc-tenant-claim" help:"Claim that names the tenant; default ${default}." default:"tenant" placeholder:"CLAIM" env:"QUARTERMASTER_OIDC_TENANT_CLAIM"`
	OIDCRolesPath  string `name:"oidc-roles-claim" help:"Claim that lists roles (viewer, planner, order-system, warehouse, admin); dots lead into objects; default ${default}." default:"roles" placeholder:"CLAIM" env:"QUARTERMASTER_OIDC_ROLES_CLAIM"`
	EncryptionKey  string `help:"Keys that personal data is encrypted with, ID:BASE64 and separated by commas, the one in force first. Give them by the environment: others on the machine can read a command line." placeholder:"KEYS" env:"QUARTERMASTER_ENCRYPTION_KEY"`
	CallerRate     int    `help:"Requests a minute that one process answers to one API key or person, where authentication is on; 0 is any number; default ${default}." default:"30000" placeholder:"N" env:"QUARTERMASTER_CALLER_RATE"`
	TenantRate     int    `help:"The same for all callers of one tenant; default ${default}." default:"60000" placeholder:"N" env:"QUARTERMASTER_TENANT_RATE"`

	WebhookAllow []string `name:"webhook-allow" help:"Internal networks that webhooks may reach, for receivers on the premises, such as 10.1.0.0/16; none by default." placeholder:"CIDR" env:"QUARTERMASTER_WEBHOOK_ALLOW"`

	Concurrency int           `help:"Jobs worked on at the same time in this process; 0, the default, is one for each core." default:"0" placeholder:"N" env:"QUARTERMASTER_CONCURRENCY"`
	Drain       time.Duration `help:"How long running jobs and requests may go on after a stop is asked for; default ${default}." default:"20s" placeholder:"TIME" env:"QUARTERMASTER_DRAIN"`

	DrainDelay  time.Duration `help:"How long requests are still answered after a stop is asked for, while /readyz already says no, so that a balancer can turn away; default ${default}." default:"0s" placeholder:"TIME" env:"QUARTERMASTER_DRAIN_DELAY"`
	MaxQueueAge time.Duration `help:"While a tenant's oldest job that could run is older than this, its new jobs are refused with the time to try again; 0 takes any; default ${default}." default:"15m" placeholder:"TIME" env:"QUARTERMASTER_MAX_QUEUE_AGE"`
	KeepJobs    time.Duration `help:"How long ended jobs are kept; what they made has its own time; 0 is for ever; default ${default}." default:"720h" placeholder:"TIME" env:"QUARTERMASTER_KEEP_JOBS"`
	KeepPlans   time.Duration `help:"How long plans are kept with their promises and tasks; the newest stays; 0 is for ever; default ${default}." default:"9600h" placeholder:"TIME" env:"QUARTERMASTER_KEEP_PLANS"`
	Archive     string        `help:"Folder that ended jobs and plans go to before they are removed, as compressed NDJSON; default: they are removed." placeholder:"DIR" env:"QUARTERMASTER_ARCHIVE"`

	MetricsListen string `help:"Second address for /metrics, /healthz and /readyz alone, without authentication: for a network that only the monitoring reaches." placeholder:"HOST:PORT" env:"QUARTERMASTER_METRICS_LISTEN"`

	LogLevel  string `help:"Least level that is logged: debug, info, warn or error; default ${default}." enum:"debug,info,warn,error" default:"info" placeholder:"LEVEL" env:"QUARTERMASTER_LOG_LEVEL"`
	LogFormat string `help:"Log lines as text or json; default ${default}." enum:"text,json" default:"text" placeholder:"FORMAT" env:"QUARTERMASTER_LOG_FORMAT"`

	// Role is what this process does; serve has a flag for it, all other verbs do everything they need themselves.
	Role Role `kong:"-"`
}

// Role is what one process of an installation does.
type Role string

const (
	RoleAll    Role = "all"    // both, and the default
	RoleAPI    Role = "api"    // answers requests and hands out jobs
	RoleWorker Role = "worker" // works on jobs; needs the shared pair of servers
)

// Default is the Config of a newcomer: everything embedded, in the user's data folder.
func Default() Config {
	c := Config{Listen: "127.0.0.1:8480", Auth: "auto", OIDCAudience: "quartermaster", OIDCTenantPath: "tenant", OIDCRolesPath: "roles",
		CallerRate: 30_000, TenantRate: 60_000, MaxQueueAge: 15 * time.Minute, KeepJobs: 720 * time.Hour, KeepPlans: 9600 * time.Hour, Drain: 20 * time.Second, LogLevel: "info", LogFormat: "text", Role: RoleAll}
	c.Home, _ = defaultHome() // an unknown home is reported by Complete
	return c
}

// SQLite says whether the truth is a file in the home folder.
func (c Config) SQLite() bool { return c.Store == "" }

// Complete fills what has no fixed default and checks the rest; the error names the flag that is wrong.
func (c Config) Complete() (Config, error) {
	if c.Home == "" {
		home, err := defaultHome()
		if err != nil {
			return c, err
		}
		c.Home = home
	}
	home, err := filepath.Abs(c.Home)
	if err != nil {
		return c, fmt.Errorf("config: home %q: %w", c.Home, err)
	}
	c.Home = home
	if c.Role == "" {
		c.Role = RoleAll
	}
	return c, c.check()
}

func (c Config) check() error {
	if err := checkURL("store", c.Store, "postgres", "postgresql"); err != nil {
		return err
	}
	if err := checkURL("redis", c.Redis, "redis", "rediss"); err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("config: listen is %q, want HOST:PORT such as 127.0.0.1:8480", c.Listen)
	}
	if err := c.checkGuard(); err != nil {
		return err
	}
	for _, network := range c.WebhookAllow {
		if _, err := netip.ParsePrefix(network); err != nil {
			return fmt.Errorf("config: webhook-allow is %q, want networks such as 10.1.0.0/16", network)
		}
	}
	if c.Concurrency < 0 || c.Concurrency > 1024 {
		return fmt.Errorf("config: concurrency is %d, want 0 to 1024", c.Concurrency)
	}
	for name, d := range map[string]time.Duration{"drain": c.Drain, "drain-delay": c.DrainDelay, "max-queue-age": c.MaxQueueAge, "keep-jobs": c.KeepJobs, "keep-plans": c.KeepPlans} {
		if d < 0 {
			return fmt.Errorf("config: %s is %v, want 0s or more", name, d)
		}
	}
	if c.MetricsListen != "" {
		if _, _, err := net.SplitHostPort(c.MetricsListen); err != nil {
			return fmt.Errorf("config: metrics-listen is %q, want HOST:PORT such as 127.0.0.1:9480", c.MetricsListen)
		}
	}
	switch c.Role {
	case RoleAll, RoleAPI, RoleWorker:
	default:
		return fmt.Errorf("config: role is %q, want all, api or worker", c.Role)
	}
	return c.checkPair()
}

// checkGuard refuses settings that would guard less than they seem to.
func (c Config) checkGuard() error {
	switch c.Auth {
	case "", "auto", "required", "off":
	default:
		return fmt.Errorf("config: auth is %q, want auto, required or off", c.Auth)
	}
	if c.CallerRate < 0 || c.TenantRate < 0 {
		return fmt.Errorf("config: caller-rate and tenant-rate are requests a minute, 0 for any number; want none below 0")
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return fmt.Errorf("config: tls-cert and tls-key go together: give both files or neither")
	}
	if c.OIDCIssuer == "" {
		return nil
	}
	if err := checkURL("oidc-issuer", c.OIDCIssuer, "https", "http"); err != nil {
		return err
	}
	u, err := url.Parse(c.OIDCIssuer)
	if ip := net.ParseIP(u.Hostname()); err == nil && u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("config: oidc-issuer is reached by http: its keys could be forged on the way; want https://…")
	}
	if c.OIDCAudience == "" {
		return fmt.Errorf("config: oidc-audience is empty: tokens for other services would be taken; name this one")
	}
	return nil
}

// checkPair refuses a set-up in which a process would wait for jobs that nobody can hand to it.
func (c Config) checkPair() error {
	if c.Role == RoleAll {
		return nil
	}
	if c.SQLite() {
		return fmt.Errorf("config: role %s needs a store that several processes share: set store to postgres://…", c.Role)
	}
	if c.Redis == "" {
		return fmt.Errorf("config: role %s needs a Redis that several processes share: set redis to redis://…", c.Role)
	}
	return nil
}

// checkURL names the flag, and never the value: it holds a password.
func checkURL(name, value string, schemes ...string) error {
	if value == "" {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil {
		return fmt.Errorf("config: %s is no valid address; want %s://…", name, schemes[0])
	}
	for _, s := range schemes {
		if u.Scheme == s {
			return nil
		}
	}
	return fmt.Errorf("config: %s begins with %q, want %s://…", name, u.Scheme, schemes[0])
}

// defaultHome is quartermaster in the user's data folder as the XDG base directory specification says; where HOME is not
// set, the home folder of the user's account.
func defaultHome() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) { // the specification ignores relative ones
		return filepath.Join(dir, "quartermaster"), nil
	}
	home := os.Getenv("HOME")
	if home == "" {
		u, err := user.Current()
		if err != nil || u.HomeDir == "" {
			return "", fmt.Errorf("config: this user has no home folder: name a folder with --home")
		}
		home = u.HomeDir
	}
	return filepath.Join(home, ".local", "share", "quartermaster"), nil
}
