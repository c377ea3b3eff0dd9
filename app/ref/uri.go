package ref

import (
	"net/url"
	"strconv"
	"strings"

	"sregistry/app/errs"
)

// schemes are the transports whose names people type before an image. They all lead to
// the same content, so they are understood and otherwise change nothing; alwaysHost are
// those after which the first part is a host whatever it looks like.
var (
	schemes    = map[string]bool{"registry": true, "library": true, "oras": true, "docker": true, "shub": true, "http": true, "https": true}
	alwaysHost = map[string]bool{"oras": true, "http": true, "https": true}
)

// fileSuffixes may follow a name, as they do on the disk; the hub's clients drop them too.
var fileSuffixes = []string{".sif", ".simg", ".img"}

// URI is an image, a container or a collection as somebody typed it:
// [SCHEME://][HOST/]PATH[:TAG][@DIGEST]. It is comparable; the zero value names nothing.
type URI struct {
	Scheme string // "" if none was written
	Host   string // "" if none was written; "host:port" otherwise, in lower case
	Path   Path
	// Reference is zero if none was written. Where both a tag and a digest were, it is
	// the digest, which says more.
	Reference Reference
}

// ParseURI reads what a person typed. The first of several parts is a host if it has a "."
// or ":" or is "localhost", as it is for Docker's clients. The path is put into lower case
// and loses the suffix of an image file at its end, as the hub's clients do it; a tag keeps
// its case. A digest is written "@sha256:…", "@sha256.…", ":sha256.…". Errors are Invalid.
func ParseURI(s string) (URI, error) {
	const op = "ref.ParseURI"
	var u URI
	rest := s
	if scheme, after, ok := strings.Cut(s, "://"); ok {
		if u.Scheme = strings.ToLower(scheme); !schemes[u.Scheme] {
			return URI{}, errs.E(op, errs.Invalid, "%q begins with an unknown scheme; leave it out, or write registry://.", errs.Clip(s))
		}
		rest = after
	}
	if first, after, ok := strings.Cut(rest, "/"); ok && (alwaysHost[u.Scheme] || looksLikeHost(first)) {
		if u.Host = strings.ToLower(first); !validHost(u.Host) {
			return URI{}, errs.E(op, errs.Invalid, "%q is not the address of a host; write HOST or HOST:PORT.", errs.Clip(first))
		}
		rest = after
	}
	var err error
	rest, written, hasDigest := strings.Cut(rest, "@")
	if hasDigest {
		if u.Reference.Digest, err = ParseDigest(written); err != nil {
			return URI{}, errs.Wrap(op, err)
		}
	}
	rest, written, hasTag := strings.Cut(rest, ":")
	if hasTag {
		reference, err := ParseReference(written)
		if err != nil {
			return URI{}, errs.Wrap(op, err)
		}
		if !hasDigest {
			u.Reference = reference
		}
	}
	u.Path, err = ParsePath(cutSuffixes(strings.ToLower(rest)))
	if err != nil {
		return URI{}, errs.Wrap(op, err)
	}
	return u, nil
}

// String writes the URI so that ParseURI reads it again.
func (u URI) String() string {
	var b strings.Builder
	if u.Scheme != "" {
		b.WriteString(u.Scheme + "://")
	}
	if u.Host != "" {
		b.WriteString(u.Host + "/")
	}
	b.WriteString(u.Path.String() + u.Reference.Suffix())
	return b.String()
}

// Suffix writes a reference as it follows a name: ":latest", "@sha256:…", or nothing.
func (r Reference) Suffix() string {
	switch {
	case r.IsZero():
		return ""
	case r.Digest != "":
		return "@" + string(r.Digest)
	}
	return ":" + r.String()
}

func looksLikeHost(part string) bool {
	return strings.ContainsAny(part, ".:") || strings.EqualFold(part, "localhost")
}

func validHost(host string) bool {
	u, err := url.Parse("//" + host)
	if err != nil || u.Host != host || u.Hostname() == "" {
		return false
	}
	for _, r := range u.Hostname() {
		if !isAlnum(r) && !isSeparator(r) && r != ':' {
			return false
		}
	}
	if u.Port() == "" {
		return !strings.HasSuffix(host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

func cutSuffixes(path string) string {
	for _, suffix := range fileSuffixes {
		if rest, ok := strings.CutSuffix(path, suffix); ok {
			return cutSuffixes(rest)
		}
	}
	return path
}
