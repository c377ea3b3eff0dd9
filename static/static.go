// Package static is the site's style, scripts and pictures, embedded in the program.
// Every file has an address that holds the hash of its content (URL), so that a browser
// may keep it for ever and an upgrade is seen at once (Handler).
//
// The files in css are joined to one style sheet (Sheet).
//
// It knows nothing of pages or of the registry. The trap: a file refers to no other by
// its address, since it does not know the other's hash; so the style sheet has no url()
// and a script no relative import.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"sync"
)

//go:embed css js img
var files embed.FS

// Prefix is where Handler expects to be mounted.
const Prefix = "/static/"

// asset is one file, ready to be served.
type asset struct {
	url         string
	hash        string
	contentType string
	plain       []byte
	gzipped     []byte // nil where it would not be smaller
}

// contentTypes are those of all embedded files, by extension. The table of the machine
// that the program happens to run on is not asked: it may be absent or wrong.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// URL is the address of a file, such as "/static/0123456789abcdef/js/copy.js" for
// "js/copy.js"; that of the style sheet is URL(Sheet). It panics for a file that does not exist, which is a mistake of the
// program's and found by rendering the page once.
func URL(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic(fmt.Sprintf("static: there is no file %q", name))
	}
	return a.url
}

// assets reads all files once, by name. What is embedded is small and was looked at when
// the program was built, so a failure here cannot come from outside.
var assets = sync.OnceValue(func() map[string]asset {
	all := make(map[string]asset)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Dir(name) == "css" {
			return err
		}
		content, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		all[name], err = prepare(name, content)
		return err
	})
	if err != nil {
		panic(err)
	}
	style, err := sheet()
	if err != nil {
		panic(err)
	}
	if all[Sheet], err = prepare(Sheet, style); err != nil {
		panic(err)
	}
	return all
})

// prepare makes a file ready to be served.
func prepare(name string, content []byte) (asset, error) {
	contentType, ok := contentTypes[path.Ext(name)]
	if !ok {
		return asset{}, fmt.Errorf("static: %s has an extension without a content type", name)
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:8])
	a := asset{url: Prefix + hash + "/" + name, hash: hash, contentType: contentType, plain: content}
	if packed := pack(content); len(packed) < len(content) {
		a.gzipped = packed
	}
	return a, nil
}

// pack compresses as well as gzip can. Writing to memory cannot fail.
func pack(content []byte) []byte {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	w.Write(content)
	w.Close()
	return packed.Bytes()
}
