package identity

import (
	"context"
	"net/http"
	"strings"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// Header signs in by an Authorization header: Basic (RFC 7617) with a password or a token,
// or Bearer (RFC 6750) with a token. No header, and Bearer without a token, which clients
// send that are logged out, are nobody. Source is the caller's address. Errors: those of
// Basic and Bearer, and Unauthenticated for any other scheme.
func (s *Service) Header(ctx context.Context, source, header string) (model.Actor, error) {
	if header == "" {
		return model.Anonymous, nil
	}
	scheme, text, _ := strings.Cut(header, " ")
	if strings.EqualFold(scheme, "Bearer") {
		return s.Bearer(ctx, strings.TrimSpace(text))
	}
	r := http.Request{Header: http.Header{"Authorization": {header}}}
	if name, password, ok := r.BasicAuth(); ok {
		return s.Basic(ctx, source, name, password)
	}
	return model.Actor{}, errs.E("identity.Header", errs.Unauthenticated,
		"The Authorization header is not understood; send \"Bearer\" and a token, or Basic credentials.")
}
