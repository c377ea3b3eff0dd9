package cli

import (
	"net"
	"net/url"
	"strings"

	"sregistry/app/cli/credentials"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

// The environment that the Python client has too.
const (
	envBase     = "SREGISTRY_REGISTRY_BASE"
	envUsername = "SREGISTRY_REGISTRY_USERNAME"
	envToken    = "SREGISTRY_REGISTRY_TOKEN"
	envNoHTTPS  = "SREGISTRY_REGISTRY_NOHTTPS"
)

// connect makes a client for the registry that a name or the flags, the environment or the
// last login say, in this order, with the credentials for it. Errors: Invalid.
func (o remoteOptions) connect(env Env, u ref.URI) (*client.Client, error) {
	const op = "cli.connect"
	file, err := env.logins()
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	base, err := o.base(env, file, u)
	if err != nil {
		return nil, errs.Wrap(op, err)
	}
	login := loginFor(env, file, base)
	return client.New(client.Options{Base: base, Token: login.Token, UserAgent: env.userAgent()})
}

// base finds the address of the registry.
func (o remoteOptions) base(env Env, file *credentials.File, u ref.URI) (string, error) {
	if u.Host != "" {
		if u.Scheme == "http" || u.Scheme == "https" {
			return u.Scheme + "://" + u.Host, nil
		}
		if base, ok := file.Find(u.Host); ok {
			return base, nil
		}
		return schemeFor(env, u.Host) + "://" + u.Host, nil
	}
	for _, base := range []string{o.registry, env.getenv(envBase), file.Default().Base} {
		if base != "" {
			return parseBase(env, base)
		}
	}
	return "", UsageError("Which registry? Log in with sregistry login ADDRESS, or name it with --registry or %s.", envBase)
}

// parseBase reads an address that may lack its scheme.
func parseBase(env Env, s string) (string, error) {
	if !strings.Contains(s, "://") {
		host, _, _ := strings.Cut(s, "/")
		s = schemeFor(env, host) + "://" + s
	}
	u, err := client.ParseBase(s)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// schemeFor chooses the scheme for a host that came without one.
func schemeFor(env Env, host string) string {
	if _, set := env.LookupEnv(envNoHTTPS); set || isLoopback(host) {
		return "http"
	}
	return "https"
}

func isLoopback(host string) bool {
	u, err := url.Parse("//" + host)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// loginFor gives the credentials for a registry. Those of the environment go to the registry
// that the environment names or else the default one, and to no other host that somebody
// may have written into a name.
func loginFor(env Env, file *credentials.File, base string) credentials.Login {
	login := file.For(base)
	token := env.getenv(envToken)
	if token == "" {
		return login
	}
	own := env.getenv(envBase)
	if own == "" {
		own = file.Default().Base
	}
	if own != "" {
		if parsed, err := parseBase(env, own); err != nil || parsed != base {
			return login
		}
	}
	return credentials.Login{Base: base, Username: env.getenv(envUsername), Token: token}
}

func (e Env) userAgent() string { return "sregistry/" + e.Version }

// parseImage reads the name of an image; one without tag or digest means "latest".
func parseImage(s string) (ref.URI, error) {
	u, err := ref.ParseURI(s)
	if err == nil && u.Reference.IsZero() {
		u.Reference.Tag = ref.Latest
	}
	return u, err
}

// parseName reads the name of a collection or container, which has no tag.
func parseName(s string) (ref.URI, error) {
	u, err := ref.ParseURI(s)
	if err == nil && !u.Reference.IsZero() {
		return ref.URI{}, UsageError("%q has a tag or digest; write the name alone.", s)
	}
	return u, err
}

// parseContainerOrTag reads the name of a container or of one of its tags.
func parseContainerOrTag(s string) (ref.URI, error) {
	u, err := ref.ParseURI(s)
	if err == nil && u.Reference.Digest != "" {
		return ref.URI{}, UsageError("%q has a digest; write a tag, or the container alone.", s)
	}
	return u, err
}
