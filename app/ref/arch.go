package ref

import "strings"

// archAliases are the names that uname, Debian and others have for Go's architectures.
var archAliases = map[string]string{
	"x86_64": "amd64", "x86-64": "amd64", "x64": "amd64",
	"aarch64": "arm64", "arm64v8": "arm64",
	"i386": "386", "i486": "386", "i586": "386", "i686": "386", "x86": "386",
	"armhf": "arm", "armv6l": "arm", "armv7l": "arm", "arm32v7": "arm",
	"ppc64el": "ppc64le", "powerpc64le": "ppc64le",
	"loongarch64": "loong64", "mips64el": "mips64le", "mipsel": "mipsle",
}

// Arch gives Go's name of an architecture that somebody may have called by another one:
// "amd64" for "x86_64". A name that is not known stays what it is.
func Arch(name string) string {
	lower := strings.ToLower(strings.TrimSpace(name))
	if own, ok := archAliases[lower]; ok {
		return own
	}
	return lower
}
