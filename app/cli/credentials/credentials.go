// Package credentials keeps who one is at which registry, in the file that the Python client
// of Singularity Registry uses too (~/.sregistry), so that a login with one is a login with
// both. It knows the file's form and nothing of commands or servers.
//
// Entry points: Load, then Default, For and Find to read, Set and Remove to change, Save.
// The trap: the file is shared. Whatever else is in it is kept as it came, and what the
// environment says never gets into it.
package credentials

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"

	"sregistry/app/client/trust"
	"sregistry/app/errs"
)

// EnvFile is the variable of the environment by which the user names the file.
const EnvFile = "SREGISTRY_CLIENT_SECRETS"

// Permissions that somebody else than the owner has.
const (
	everybodyWrites fs.FileMode = 0o002
	othersRead      fs.FileMode = 0o044
)

// The keys of the file. Those in capitals are what the Python client writes beside the short
// ones once it has used them, and then prefers.
const (
	keyClient     = "SREGISTRY_CLIENT"
	keyRegistry   = "registry"
	keyRegistries = "registries" // ours: one entry for each server
	keyBase       = "base"
	keyUsername   = "username"
	keyToken      = "token"
	keyTokenID    = "token_id" // ours: which token to revoke at logout
	longPrefix    = "SREGISTRY_REGISTRY_"
)

// Login is who one is at a registry.
type Login struct {
	Base     string
	Username string
	Token    string
	// TokenID is set if the token was made by our login, which then may end it.
	TokenID string
}

// File is the credentials file in memory.
type File struct {
	path  string
	all   map[string]any
	shown bool // others than the user may read it
}

// maxFile bounds what is read as a credentials file.
const maxFile = 1 << 20

// Load reads the file; one that does not exist is empty. A file that the user has not named
// is taken only if nobody else can write to it, since it says where his images go. Errors:
// Invalid for one that is not JSON, Forbidden, Internal.
func Load(path string, named bool) (*File, error) {
	const op = "credentials.Load"
	f := &File{path: path, all: map[string]any{}}
	text, err := f.read(named)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, errs.Because(op, errs.Forbidden, err, "Cannot read %s: you lack the permission.", path)
	case errs.Is(err, errs.Forbidden):
		return nil, errs.Wrap(op, err)
	case err != nil:
		return nil, errs.Because(op, errs.Internal, err, "Cannot read %s.", path)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // what is not ours goes back as it came
	if len(bytes.TrimSpace(text)) > 0 && decoder.Decode(&f.all) != nil || f.all == nil {
		return nil, errs.E(op, errs.Invalid, "%s is not valid JSON. Repair it, or move it away and log in again.", path)
	}
	return f, nil
}

// read reads the file's text, and judges whether it may be believed.
func (f *File) read(named bool) ([]byte, error) {
	const op = "credentials.read"
	file, err := os.Open(f.path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	me := trust.Current()
	switch {
	case named && (!info.Mode().IsRegular() || info.Mode()&everybodyWrites == 0):
	case !named && !me.Owns(info):
		return nil, errs.E(op, errs.Forbidden, "%s belongs to another user, so it is not used. Remove it, or set %s to its path if you trust it.", f.path, EnvFile)
	case !me.Trusts(info):
		return nil, errs.E(op, errs.Forbidden, "Other users can change %s, so it is not used. Check what is in it, then run: chmod 600 %s", f.path, f.path)
	}
	f.shown = info.Mode().IsRegular() && me.Made(info) && info.Mode()&othersRead != 0
	return io.ReadAll(io.LimitReader(file, maxFile))
}

// Exposed reports whether other users can read a token in the file.
func (f *File) Exposed() bool {
	return f.shown && (f.setting(keyToken) != "" || len(f.object(keyRegistries)) > 0)
}

// Default is the registry that the Python client uses too; zero if there is none.
func (f *File) Default() Login {
	l := Login{Base: f.setting(keyBase), Username: f.setting(keyUsername), Token: f.setting(keyToken)}
	if own, ok := f.own(clean(l.Base)); ok && own.Token == l.Token {
		l.TokenID = own.TokenID
	}
	return l
}

// For gives the login at a registry; one without a token if there is none. The default's
// goes first: it is what people edit by hand, and what the Python client changes.
func (f *File) For(base string) Login {
	if l := f.Default(); clean(l.Base) == base && l.Token != "" {
		l.Base = base
		return l
	}
	if l, ok := f.own(base); ok {
		return l
	}
	return Login{Base: base}
}

// Find gives the base of a registry by its host, if there is a login at it.
func (f *File) Find(host string) (base string, ok bool) {
	for _, base := range append([]string{clean(f.setting(keyBase))}, sortedKeys(f.object(keyRegistries))...) {
		if u, err := url.Parse(base); err == nil && base != "" && strings.EqualFold(u.Host, host) {
			return base, true
		}
	}
	return "", false
}

// Set stores a login and makes its registry the default, also for the Python client unless
// that was told to use something else.
func (f *File) Set(l Login) {
	registry := f.object(keyRegistry)
	f.put(registry, keyBase, l.Base)
	f.put(registry, keyUsername, l.Username)
	f.put(registry, keyToken, l.Token)
	f.all[keyRegistry] = registry
	entry := map[string]any{keyUsername: l.Username, keyToken: l.Token}
	if l.TokenID != "" {
		entry[keyTokenID] = l.TokenID
	}
	registries := f.object(keyRegistries)
	registries[l.Base] = entry
	f.all[keyRegistries] = registries
	if active, _ := f.all[keyClient].(string); active == "" || active == "hub" {
		f.all[keyClient] = keyRegistry
	}
}

// Remove forgets the login at a registry; its base stays the default if it was.
func (f *File) Remove(base string) {
	registries := f.object(keyRegistries)
	delete(registries, base)
	if len(registries) == 0 {
		delete(f.all, keyRegistries)
	}
	if clean(f.setting(keyBase)) != base {
		return
	}
	registry := f.object(keyRegistry)
	for _, key := range []string{keyUsername, keyToken} {
		delete(registry, key)
		delete(registry, longPrefix+strings.ToUpper(key))
	}
}

// setting reads one of the default registry's settings, as the Python client does.
func (f *File) setting(key string) string {
	registry := f.object(keyRegistry)
	if s, _ := registry[longPrefix+strings.ToUpper(key)].(string); s != "" {
		return s
	}
	s, _ := registry[key].(string)
	return s
}

// put writes a setting under its short key, and under its long one if that is there.
func (f *File) put(registry map[string]any, key, value string) {
	registry[key] = value
	if long := longPrefix + strings.ToUpper(key); registry[long] != nil {
		registry[long] = value
	}
}

func (f *File) own(base string) (Login, bool) {
	entry, ok := f.object(keyRegistries)[base].(map[string]any)
	if !ok {
		return Login{}, false
	}
	l := Login{Base: base}
	l.Username, _ = entry[keyUsername].(string)
	l.Token, _ = entry[keyToken].(string)
	l.TokenID, _ = entry[keyTokenID].(string)
	return l, true
}

func (f *File) object(key string) map[string]any {
	if object, ok := f.all[key].(map[string]any); ok {
		return object
	}
	return map[string]any{}
}

// clean puts a base, which the Python client may have written with /api, into our form.
func clean(base string) string {
	return strings.TrimRight(strings.TrimSuffix(strings.TrimRight(base, "/"), "/api"), "/")
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
