// Package config holds the settings of the server. Every setting has one name, and can be
// given as a flag (--public-url), in the environment (SREGISTRY_SERVER_PUBLIC_URL) or in a
// file (public-url = …); the flag overrides the environment, and that the file. The package
// only reads: what a setting means is said in its help, and what it does is up to the package
// that gets it. Some settings can change while the server runs. Their values are stored
// elsewhere, and apply where none was given at the start.
//
// Entry points: New and Flags to bind the settings to a command, then Load; WithStored and
// Running for those that change; Given and Recorded to hand them to another process.
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

// Config is the settings of the server, each with a default that works. Description says what
// a setting means.
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
	f.StringVar(&c.Data, "data", c.Data, "data `folder` of the registry")
}

// Flags binds all settings to a set of flags. Their help has one line each; Description gives
// the rest.
func (c *Config) Flags(f *pflag.FlagSet) {
	f.SortFlags = false
	f.StringVar(&c.Data, "data", c.Data, "data `folder`; created if new")
	f.StringVar(&c.File, "config", c.File, "settings `file` (default DATA/sregistry.conf)")
	f.StringVar(&c.Listen, "listen", c.Listen, "`address` to listen on")
	f.StringVar(&c.PublicURL, "public-url", c.PublicURL, "`URL` at which clients reach the registry")
	c.tlsFlags(f)
	f.StringVar(&c.Name, "name", c.Name, "the registry's name")
	f.StringVar(&c.Welcome, "welcome", c.Welcome, "`text` for the front page")
	f.StringSliceVar(&c.TrustedProxies, "trusted-proxies", c.TrustedProxies, "networks (`CIDR`) of trusted reverse proxies")
	durationVar(f, &c.HSTS, "hsts", "HSTS max-age; 0 sends none")
	f.BoolVar(&c.UserCollections, "user-collections", c.UserCollections, "users may create collections")
	f.StringVar(&c.PasswordList, "password-list", c.PasswordList, "`file` of passwords that nobody may choose")
	f.StringVar(&c.AddKeys, "add-keys", c.AddKeys, "who adds keys: users/admins")
	f.BoolVar(&c.SignIn, "sign-in", c.SignIn, "require sign-in even for public collections")
	durationVar(f, &c.Grace, "grace", "retention period of deleted images")
	durationVar(f, &c.UploadLife, "upload-life", "how long paused uploads are kept")
	f.Var(&c.UserQuota, "user-quota", "default quota of a user; 0 is unlimited")
	c.maintenanceFlags(f)
	durationVar(f, &c.DrainTime, "drain-time", "shutdown timeout for transfers")
	f.Float64Var(&c.AnonymousRate, "anonymous-rate", c.AnonymousRate, "requests/s per anonymous address")
	f.Float64Var(&c.UserRate, "user-rate", c.UserRate, "requests/s per user or token")
	c.memoryFlags(f)
	f.StringVar(&c.LogLevel, "log-level", c.LogLevel, "debug, info, warn or error")
	f.StringVar(&c.LogFormat, "log-format", c.LogFormat, "auto, text, json or journal")
	f.StringVar(&c.MetricsListen, "metrics-listen", c.MetricsListen, "`address` for metrics without sign-in")
	f.BoolVar(&c.WebhookPrivate, "webhook-private", c.WebhookPrivate, "allow webhooks to private networks, and HTTP")
	durationVar(f, &c.AuditRetention, "audit-retention", "how long the audit log is kept")
}

// Proxies gives the trusted proxies as networks. Errors: Invalid.
func (c *Config) Proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range c.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return nil, errs.E("config.Proxies", errs.Invalid, "trusted-proxies has %q. Use addresses or networks, such as 10.0.0.0/8.", text)
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
		return l, errs.E("config.Level", errs.Invalid, "log-level is %q. Use debug, info, warn or error.", c.LogLevel)
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
			return errs.E(op, errs.Invalid, "%s is %s. Use 0 or more.", s.name, s.Duration)
		}
	}
	if c.SweepEvery < time.Second {
		return errs.E(op, errs.Invalid, "sweep-every is %s. Use 1s or more.", c.SweepEvery)
	}
	if err := c.validateMaintenance(); err != nil {
		return err
	}
	if err := c.validateMemory(); err != nil {
		return err
	}
	if c.UploadLife < time.Minute {
		return errs.E(op, errs.Invalid, "upload-life is %s. Use 1m or more, or active pushes would fail.", c.UploadLife)
	}
	if c.AnonymousRate < 0 || c.UserRate < 0 {
		return errs.E(op, errs.Invalid, "anonymous-rate and user-rate cannot be negative. Use 0 for no limit.")
	}
	if c.PasswordList != "" {
		f, err := os.Open(c.PasswordList)
		if err != nil {
			return errs.Because(op, errs.Invalid, err, "Cannot read the password-list %s. Name a file that the server's user can read.", c.PasswordList)
		}
		f.Close()
	}
	if c.AddKeys != Users && c.AddKeys != Admins {
		return errs.E(op, errs.Invalid, "add-keys is %q. Use users or admins.", c.AddKeys)
	}
	if !slices.Contains([]string{"text", "json", "journal", "auto"}, c.LogFormat) {
		return errs.E(op, errs.Invalid, "log-format is %q. Use auto, text, json or journal.", c.LogFormat)
	}
	if err := c.validateTexts(); err != nil {
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
