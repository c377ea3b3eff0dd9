package config

import (
	"github.com/spf13/pflag"
)

// details says what the one line of a flag's help has no space for: for the manual and the
// site. A setting that its line explains has none.
var details = map[string]string{
	"data":             "Holds the database, the images and the server's key.",
	"config":           "One `name = value` per line. The default file is optional.",
	"listen":           "A host and a port.",
	"public-url":       "Such as https://hub.example.org. The default is the first of acme-domains, or else the listening address.",
	"tls-cert":         "The server's certificate, then those of its issuers. Turns on HTTPS. The files are read again when they change, and on SIGHUP.",
	"acme-domains":     "Certificates are obtained and renewed automatically. Turns on HTTPS.",
	"acme-email":       "The authority may write there about the certificates.",
	"http-listen":      "Needs HTTPS. Answers the authority's challenges, and redirects everything else to HTTPS.",
	"welcome":          "Say what the registry holds, who runs it and how to reach them.",
	"trusted-proxies":  "Such as 10.0.0.0/8. Only their forwarding headers are believed (X-Forwarded-For, -Proto, -Host, Forwarded).",
	"hsts":             "How long browsers keep to HTTPS after a visit by HTTPS (Strict-Transport-Security).",
	"user-collections": "This is about the registry's own collections, such as `lab`. If false, only administrators can create them.",
	"password-list":    "One per line, such as a list of leaked passwords.",
	"add-keys":         "OpenPGP public keys, which signatures are verified with.",
	"grace":            "Deleted images, and images without a tag, can be restored until then.",
	"upload-life":      "A client can resume its upload until then.",
	"user-quota":       "Such as 100GiB. It applies to users without a quota of their own.",
	"sweep-every":      "Removes expired uploads, and images whose retention period is over.",
	"backup-to":        "Best on another machine's disk.",
	"backup-keep":      "Older backups are deleted, with the blobs that only they need.",
	"scrub-every":      "Every file is read and compared with its hash; corrupt ones are quarantined. 0 turns it off.",
	"scrub-rate":       "The most that the scrub reads from the disk.",
	"anonymous-rate":   "Requests without sign-in. 0 is unlimited.",
	"user-rate":        "0 is unlimited.",
	"memory-limit":     "Such as 1GiB. It holds with hundreds of clients: requests that need much memory wait their turn.",
	"log-format":       "`auto` is text on a terminal, journal under systemd, and JSON elsewhere. `journal` is JSON after a syslog level.",
	"metrics-listen":   "Such as 127.0.0.1:9090. Serves /metrics, /livez and /readyz to everyone who can reach it. Elsewhere /metrics needs an administrator's token.",
	"webhook-private":  "Webhooks may then go to private networks and to this machine.",
	"audit-retention":  "0 keeps it indefinitely.",
}

// Description says what a setting means: the line of its flag's help, and the details.
func Description(f *pflag.Flag) string {
	_, text := pflag.UnquoteUsage(f)
	if text += "."; details[f.Name] != "" {
		text += " " + details[f.Name]
	}
	return text
}
