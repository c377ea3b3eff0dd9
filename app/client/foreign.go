package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"

	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/errcode"
	"oras.land/oras-go/v2/registry/remote/retry"

	"sregistry/app/client/trust"
	"sregistry/app/errs"
)

// Login is what to show a registry of any kind; the zero value is nothing.
type Login struct {
	Username, Password string
	// Refresh is shown to the registry's token service in place of a password.
	Refresh string
}

// DockerLogin reads what docker, podman or oras left for a host in a file such as
// ~/.docker/config.json; nothing, if there is none. Programs that keep credentials for
// docker are not asked. A file that the user has not named is taken only if nobody else can
// write to it. Errors: Forbidden, and Invalid for a file that cannot be read.
func DockerLogin(ctx context.Context, file string, named bool, host string) (Login, error) {
	const op = "client.DockerLogin"
	if info, err := os.Stat(file); err == nil && !named && !trust.Current().Trusts(info) {
		return Login{}, errs.E(op, errs.Forbidden, "Other users can change %s, so it is not used. Check what is in it, then run: chmod 600 %s", file, file)
	}
	store, err := credentials.NewFileStore(file)
	if err != nil {
		return Login{}, errs.Because(op, errs.Invalid, err, "%s cannot be read as docker's configuration.", file)
	}
	c, err := store.Get(ctx, credentials.ServerAddressFromHostname(host))
	if err != nil {
		return Login{}, errs.Because(op, errs.Invalid, err, "What %s has for %s cannot be read.", file, host)
	}
	return Login{c.Username, c.Password, c.RefreshToken}, nil
}

// dockerHub is the registry whose images have short names.
const dockerHub = "docker.io"

// repositoryName is the name of a place's repository as its registry knows it.
func repositoryName(p Place) string {
	name := p.Path.String()
	if strings.HasSuffix(p.Base, "//"+dockerHub) && !strings.Contains(name, "/") {
		return "library/" + name
	}
	return name
}

// openRepository makes a client for a repository of any OCI registry; it sends nothing.
func openRepository(p Place, userAgent string) (*remote.Repository, error) {
	const op = "client.openRepository"
	base, err := ParseBase(p.Base)
	if err != nil {
		return nil, err
	}
	if base.Path != "" {
		return nil, errs.E(op, errs.Unsupported, "%s is below a path, where OCI clients find no registry.", base)
	}
	r := &remote.Repository{
		Reference: registry.Reference{Registry: base.Host, Repository: repositoryName(p)},
		PlainHTTP: base.Scheme == "http",
	}
	if err := r.Reference.ValidateRepository(); err != nil {
		return nil, errs.Because(op, errs.Invalid, err, "%q cannot be the name of a repository.", p.Path)
	}
	login := auth.Credential{Username: p.Login.Username, Password: p.Login.Password, RefreshToken: p.Login.Refresh}
	r.Client = &auth.Client{
		Client:     &http.Client{Transport: retry.NewTransport(newHTTP(defaultSilence).Transport)},
		Cache:      auth.NewCache(),
		Credential: auth.StaticCredential(base.Host, login),
		Header:     http.Header{"User-Agent": {userAgent}},
	}
	return r, nil
}

// copyError turns a failure of either registry into an error of ours, with its sentence.
func copyError(op string, ctx context.Context, r CopyRequest, err error) error {
	if own, ok := errors.AsType[*errs.Error](err); ok {
		return errs.Wrap(op, own)
	}
	if answer, ok := errors.AsType[*errcode.ErrorResponse](err); ok && ctx.Err() == nil {
		return answerError(op, answer)
	}
	if errors.Is(err, errdef.ErrNotFound) && ctx.Err() == nil {
		return errs.Because(op, errs.NotFound, err, "%s has no %s:%s, or you may not see it.", r.From.Base, r.From.Path, r.Reference)
	}
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		return errs.Because(op, errs.Unauthenticated, err, "%s or %s asks for a login, and there is none for it here.", r.From.Base, r.To.Base)
	}
	base, parseErr := ParseBase(r.From.Base)
	if parseErr != nil {
		return parseErr
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		if u, err := url.Parse(failed.URL); err == nil {
			base = &url.URL{Scheme: u.Scheme, Host: u.Host}
		}
	}
	return transportError(op, base, ctx, err)
}

// answerError is an answer of a registry other than a success.
func answerError(op string, answer *errcode.ErrorResponse) error {
	kind, known := kinds[answer.StatusCode]
	text := ""
	if len(answer.Errors) > 0 {
		text = answer.Errors[0].Message
		if k, ok := codes[answer.Errors[0].Code]; ok {
			kind, known = k, true
		}
	}
	host := answer.URL.Host
	switch {
	case !known && answer.StatusCode >= http.StatusInternalServerError:
		return errs.Because(op, errs.Unavailable, answer, "%s failed (status %d). Its log says why.", host, answer.StatusCode)
	case !known:
		kind = errs.Unsupported
	}
	if text == "" {
		text = http.StatusText(answer.StatusCode)
	}
	return errs.Because(op, kind, answer, "%s: %s", host, text)
}
