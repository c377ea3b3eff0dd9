package templates

import (
	"encoding/json"
	"net/url"
	"strings"

	"sregistry/app/model"
)

// TokenCreated shows a new token's secret, this once, with ready-made settings for every
// client. It is the answer to POST /account/tokens and has no address of its own: loaded
// again, the secret is gone. The answer must be sent with Cache-Control: no-store.
type TokenCreated struct {
	Page
	// Token is what remains known of it.
	Token model.Token
	// Secret is the token itself.
	Secret string
	// Username is whose it is: the viewer, or a robot.
	Username string
	// Base is the registry's address as clients use it, without a path:
	// "https://hub.example.org".
	Base string
}

// remoteName is what the settings call this registry among Apptainer's remotes.
const remoteName = "sregistry"

// host is the part of Base that OCI clients name a registry by.
func (p TokenCreated) host() string {
	_, host, _ := strings.Cut(p.Base, "://")
	return host
}

// plain reports whether the registry is spoken to without TLS.
func (p TokenCreated) plain() bool { return strings.HasPrefix(p.Base, "http://") }

// remoteWorks reports whether Apptainer can have this registry as a remote: it finds none
// behind a port other than the standard ones.
func (p TokenCreated) remoteWorks() bool {
	base, err := url.Parse(p.Base)
	return err == nil && base.Port() == ""
}

// clientFile is ~/.sregistry, which the Python client and ours both read.
func (p TokenCreated) clientFile() (string, error) {
	type entry struct {
		Token    string `json:"token"`
		Username string `json:"username"`
		Base     string `json:"base"`
	}
	file := struct {
		Registry entry `json:"registry"`
	}{entry{p.Secret, p.Username, p.Base}}
	text, err := json.MarshalIndent(file, "", "    ")
	return string(text), err
}

// remoteCommands make the registry Apptainer's remote for library:// names.
func (p TokenCreated) remoteCommands() string {
	add := "apptainer remote add --no-login "
	if p.plain() {
		add += "--insecure "
	}
	return add + remoteName + " " + p.Base + "\n" +
		"apptainer remote login --tokenfile token.txt " + remoteName
}

// orasCommand signs Apptainer in for oras:// and docker:// names.
func (p TokenCreated) orasCommand() string {
	return "apptainer registry login --username " + p.Username + " oras://" + p.host()
}

// dockerCommand signs docker in.
func (p TokenCreated) dockerCommand() string {
	return "docker login " + p.host() + " -u " + p.Username
}

// loginCommand signs our own client in.
func (p TokenCreated) loginCommand() string {
	return "sregistry login " + p.Base + " --token-stdin < token.txt"
}
