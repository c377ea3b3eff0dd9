package hkp

import (
	"bytes"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sregistry/app/model"
)

// writeIndex writes keys in the machine readable form (section 5.2 of the draft). Every
// line has all its colons, and the count is that of the keys: SingularityCE relies on
// both.
func writeIndex(keys []model.Key) []byte {
	var b bytes.Buffer
	now := time.Now()
	fmt.Fprintf(&b, "info:1:%d\n", len(keys))
	for _, k := range keys {
		fmt.Fprintf(&b, "pub:%s:%d:%d:%d:%s:%s\n", k.Fingerprint, k.Algorithm, k.Bits, k.Created.Unix(), moment(k.Expires), flag(k.Revoked, k.Expires, now))
		for _, n := range k.Names {
			fmt.Fprintf(&b, "uid:%s:%d:%s:%s\n", escape(n.Text), n.Created.Unix(), moment(n.Expires), flag(n.Revoked, n.Expires, now))
		}
	}
	return b.Bytes()
}

// escape writes a user id so that it holds no colon and no line break. A space is not "+",
// which gpg would take as it stands.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// moment writes a time in seconds; nothing if there is none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.Unix(), 10)
}

// flag is one letter at most, which is all that SingularityCE reads.
func flag(revoked bool, expires, now time.Time) string {
	switch {
	case revoked:
		return "r"
	case !expires.IsZero() && expires.Before(now):
		return "e"
	}
	return ""
}
