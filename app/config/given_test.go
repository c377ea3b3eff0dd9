package config_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"sregistry/app/config"
)

// What a server was given comes back the same from its record, for every setting there is.
func TestRecordedSettingsAreThoseThatWereGiven(t *testing.T) {
	t.Parallel()
	odd := map[string]string{"trusted-proxies": "10.0.0.0/8,2001:db8::/32", "welcome": "A \"welcome\",\nwith lines, and commas", "name": "O'Hare, \\ Hub"}
	all := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.New().Flags(all)
	args := []string{}
	all.VisitAll(func(f *pflag.Flag) {
		value, ok := odd[f.Name]
		switch {
		case ok:
		case f.Name == "data" || f.Name == "config" || strings.HasPrefix(f.Name, "acme-") || strings.HasPrefix(f.Name, "tls-") || f.Name == "http-listen":
			return
		case f.Value.Type() == "string" && f.DefValue == "":
			return
		default:
			value = f.DefValue
		}
		args = append(args, "--"+f.Name+"="+value)
	})
	start, err := load(t, args, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	record, err := json.Marshal(start.Given())
	if err != nil {
		t.Fatal(err)
	}
	var given []config.Given
	if err := json.Unmarshal(record, &given); err != nil {
		t.Fatal(err)
	}
	back := config.Recorded(given)
	if diff := cmp.Diff(start.Given(), back.Given()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(start.Running(), back.Running()); diff != "" {
		t.Error(diff)
	}
	if back.Welcome != odd["welcome"] || len(back.TrustedProxies) != 2 || len(given) < 20 {
		t.Errorf("%d settings, welcome %q, proxies %q", len(given), back.Welcome, back.TrustedProxies)
	}
}

// A record of another version may have settings and values that this one does not know.
func TestRecordOfAnotherVersionIsReadAsFarAsItIsKnown(t *testing.T) {
	t.Parallel()
	c := config.Recorded([]config.Given{{"grace", "2h", "the flag --grace"}, {"colour", "blue", "the flag --colour"}, {"scrub-rate", "much", "the flag --scrub-rate"}})
	if got := len(c.Given()); got != 1 || c.Grace != 2*time.Hour || c.ScrubRate != config.New().ScrubRate {
		t.Errorf("%d settings: grace %s, scrub-rate %d", got, c.Grace, c.ScrubRate)
	}
}
