// Package config holds the settings of the server. Every setting has one name, and can be
// given as a flag (--public-url), in the environment (SREGISTRY_SERVER_PUBLIC_URL) or in a
// file (public-url = …); the flag wins over the environment, and that over the file. It
// only reads: what a setting means is said in its flag's help, and what it does is up to
// the room it is handed to. Some settings may change while the server runs; their values
// are kept elsewhere, and count where nobody gave one at the start.
//
// Entry points: New and Flags to bind the settings to a command, then Load; With and
// Running for those that change.
package config

import (
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"sregistry/app/errs"
)

// Config is the settings of the server, each with a default that works. What a setting means,
// and in which unit it is, says the help of its flag; see Flags.
type Config struct {
	Data            string
	File            string
	Listen          string
	PublicURL       string
	TLSCert         string
	TLSKey          string
	ACMEDomains     []string
	ACMEEmail       string
	ACMEDirectory   string
	HTTPListen      string
	Name            string
	Welcome         string
	TrustedProxies  []string
	UserCollections bool
	PasswordList    string
	AddKeys         string
	SignIn          bool
	Grace           time.Duration
	UploadLife      time.Duration
	UserQuota       Bytes
	SweepEvery      time.Duration
	BackupTo        string
	BackupEvery     time.Duration
	BackupKeep      int
	ScrubEvery      time.Duration
	ScrubRate       int
	DrainTime       time.Duration
	AnonymousRate   float64
	HSTS            time.Duration
	UserRate        float64
	LogLevel        string
	LogFormat       string
	AuditRetention  time.Duration
	MetricsListen   string
	MemoryLimit     Bytes
	WebhookPrivate  bool

	given map[string]string // where each setting was given at the start, by its name
}

// The values of AddKeys.
const (
	Users  = "users"
	Admins = "admins"
)

// New gives the defaults.
func New() *Config {
	return &Config{
		Data: "./data", Listen: "127.0.0.1:8080", Name: "Sregistry", UserCollections: true, AddKeys: Users,
		Grace: 7 * 24 * time.Hour, UploadLife: 24 * time.Hour, SweepEvery: time.Hour,
		BackupEvery: 24 * time.Hour, BackupKeep: 7, ScrubEvery: 30 * 24 * time.Hour, ScrubRate: 20, DrainTime: 30 * time.Second,
		AnonymousRate: 2000, UserRate: 20000, LogLevel: "info", LogFormat: "auto", MemoryLimit: 256 << 20, HSTS: 365 * 24 * time.Hour,
		AuditRetention: 400 * 24 * time.Hour,
	}
}

// DataFlag binds only the data folder, which the administrator's commands need too.
func (c *Config) DataFlag(f *pflag.FlagSet) {
	f.StringVar(&c.Data, "data", c.Data, "folder of the database, the images and the server's key")
}

// Flags binds all settings to a set of flags.
func (c *Config) Flags(f *pflag.FlagSet) {
	f.SortFlags = false
	c.DataFlag(f)
	f.Lookup("data").Usage += "; made if it is missing"
	f.StringVar(&c.File, "config", c.File, `file with more settings, a line "name = value" each (default DATA/sregistry.conf, if it is there)`)
	f.StringVar(&c.Listen, "listen", c.Listen, "address and port to listen on")
	f.StringVar(&c.PublicURL, "public-url", c.PublicURL, "address by which clients reach the registry, such as https://hub.example.org (default: the first of acme-domains, or the listening address)")
	c.tlsFlags(f)
	f.StringVar(&c.Name, "name", c.Name, "the registry's name, for people")
	f.StringVar(&c.Welcome, "welcome", c.Welcome, "what the front page says of the registry: whose it is, what is in it, whom to ask")
	f.StringSliceVar(&c.TrustedProxies, "trusted-proxies", c.TrustedProxies, "networks of proxies whose forwarding headers (X-Forwarded-For, -Proto, -Host, Forwarded) are trusted, such as 10.0.0.0/8")
	spanVar(f, &c.HSTS, "hsts", "how long browsers stay with https after a visit by https (Strict-Transport-Security); 0 does not tell them")
	f.BoolVar(&c.UserCollections, "user-collections", c.UserCollections, "every user may create collections of the registry's own; otherwise only admins")
	f.StringVar(&c.PasswordList, "password-list", c.PasswordList, "file of passwords that nobody may choose, one per line, such as a list of leaked ones")
	f.StringVar(&c.AddKeys, "add-keys", c.AddKeys, "who may add OpenPGP public keys, by which signatures are verified: users or admins")
	f.BoolVar(&c.SignIn, "sign-in", c.SignIn, "show nothing without sign-in, not even public collections")
	spanVar(f, &c.Grace, "grace", "how long an image stays that was deleted or has lost its last tag")
	spanVar(f, &c.UploadLife, "upload-life", "how long an unfinished upload is kept for its client to go on")
	f.Var(&c.UserQuota, "user-quota", "how much room a user's namespace may take up, unless it has a quota of its own, such as 100GiB; 0 is no limit")
	spanVar(f, &c.SweepEvery, "sweep-every", "how often what nobody needs any more is removed")
	c.keepingFlags(f)
	spanVar(f, &c.DrainTime, "drain-time", "how long transfers may go on after the server was told to stop")
	f.Float64Var(&c.AnonymousRate, "anonymous-rate", c.AnonymousRate, "requests a second that one address may make without sign-in; 0 is no limit")
	f.Float64Var(&c.UserRate, "user-rate", c.UserRate, "requests a second that one user or token may make; 0 is no limit")
	c.memoryFlags(f)
	f.StringVar(&c.LogLevel, "log-level", c.LogLevel, "debug, info, warn or error")
	f.StringVar(&c.LogFormat, "log-format", c.LogFormat, "text, json, journal (json after the level), or auto: text on a terminal, journal under systemd")
	f.StringVar(&c.MetricsListen, "metrics-listen", c.MetricsListen, "address and port, such as 127.0.0.1:9090, where whoever can reach it sees /metrics, /livez and /readyz without sign-in (default: none; /metrics is for administrators)")
	f.BoolVar(&c.WebhookPrivate, "webhook-private", c.WebhookPrivate, "webhooks may lead into private networks and to this machine, and be plain http")
	spanVar(f, &c.AuditRetention, "audit-retention", "how long the record of what was done and denied, by whom and from where, is kept; 0 is forever")
}

// Proxies gives the trusted proxies as networks. Errors: Invalid.
func (c *Config) Proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range c.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return nil, errs.E("config.Proxies", errs.Invalid, "trusted-proxies has %q; write addresses or networks, such as 10.0.0.0/8.", text)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		list = append(list, p)
	}
	return list, nil
}

// Level gives the log level. Errors: Invalid.
func (c *Config) Level() (slog.Level, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return l, errs.E("config.Level", errs.Invalid, "log-level is %q; write debug, info, warn or error.", c.LogLevel)
	}
	return l, nil
}

// Validate refuses settings that cannot work. Errors: Invalid.
func (c *Config) Validate() error {
	const op = "config.Validate"
	for _, s := range []struct {
		name string
		time.Duration
	}{{"grace", c.Grace}, {"upload-life", c.UploadLife}, {"drain-time", c.DrainTime}, {"audit-retention", c.AuditRetention}, {"hsts", c.HSTS}} {
		if s.Duration < 0 {
			return errs.E(op, errs.Invalid, "%s is %s; it cannot be negative.", s.name, s.Duration)
		}
	}
	if c.SweepEvery < time.Second {
		return errs.E(op, errs.Invalid, "sweep-every is %s; write a second or more.", c.SweepEvery)
	}
	if err := c.validateKeeping(); err != nil {
		return err
	}
	if err := c.validateMemory(); err != nil {
		return err
	}
	if c.UploadLife < time.Minute {
		return errs.E(op, errs.Invalid, "upload-life is %s; running pushes need a minute at least.", c.UploadLife)
	}
	if c.AnonymousRate < 0 || c.UserRate < 0 {
		return errs.E(op, errs.Invalid, "A rate cannot be negative; 0 is no limit.")
	}
	if c.PasswordList != "" {
		f, err := os.Open(c.PasswordList)
		if err != nil {
			return errs.Because(op, errs.Invalid, err, "password-list names %s, which cannot be read.", c.PasswordList)
		}
		f.Close()
	}
	if c.AddKeys != Users && c.AddKeys != Admins {
		return errs.E(op, errs.Invalid, "add-keys is %q; write users or admins.", c.AddKeys)
	}
	if !slices.Contains([]string{"text", "json", "journal", "auto"}, c.LogFormat) {
		return errs.E(op, errs.Invalid, "log-format is %q; write text, json, journal or auto.", c.LogFormat)
	}
	if err := c.validateWords(); err != nil {
		return err
	}
	if _, err := c.Level(); err != nil {
		return err
	}
	if _, err := c.Proxies(); err != nil {
		return err
	}
	if _, err := c.Public("127.0.0.1:8080"); err != nil {
		return err
	}
	return c.validateTLS()
}
