package hub

import (
	"strings"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

// normalPath makes a name of what a client sent, whose own rules are looser than ours:
// lower case, and one "-" for whatever may not stand between letters and digits. It is
// done for pushes and pulls alike, so that what was pushed is found again. Errors: Invalid.
func normalPath(text string) (ref.Path, error) {
	parts := strings.Split(strings.ToLower(text), "/")
	for i, part := range parts {
		parts[i] = normalPart(part)
	}
	normal := strings.Join(parts, "/")
	path, err := ref.ParsePath(normal)
	if err != nil && normal != text {
		err = errs.Because("hub.normalPath", errs.Invalid, err,
			"The name %q cannot be used, nor made into one that can; write letters and digits, with single . _ - between them.", errs.Clip(text))
	}
	return path, err
}

// normalPart keeps the runs of letters and digits, and what is between them if it may be.
func normalPart(part string) string {
	var b strings.Builder
	end := 0 // of the last letter or digit
	for i, r := range part {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(normalGap(part[end:i]))
		}
		b.WriteRune(r)
		end = i + 1
	}
	return b.String()
}

// normalGap leaves what the grammar of package ref has between letters and digits.
func normalGap(gap string) string {
	if gap == "" || gap == "." || gap == "_" || gap == "__" || strings.Trim(gap, "-") == "" {
		return gap
	}
	return "-"
}

// normalTag makes a tag of what a client sent: one "-" for every run of what no tag may
// have, and none of that at the start. A tag keeps its case. Errors: Invalid.
func normalTag(text string) (string, error) {
	var b strings.Builder
	bad := false
	for _, r := range text {
		if !tagRune(r) {
			bad = true
			continue
		}
		if bad && b.Len() > 0 {
			b.WriteByte('-')
		}
		bad = false
		b.WriteRune(r)
	}
	return ref.ParseTag(strings.TrimLeft(b.String(), ".-"))
}

func tagRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-'
}
