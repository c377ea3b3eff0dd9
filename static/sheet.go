package static

import (
	"bytes"
	"fmt"
	"path"
)

// Sheet is the name of the style sheet, which is made of all files in the folder css.
const Sheet = "css/app.css"

// sheets are the files of the style sheet, in the order in which their rules count: what
// comes later wins. The site has one visual language: colours, spaces and sizes are used
// by the tokens of the first only. A new piece of the site has a file of its own here,
// before "reader".
var sheets = []string{
	"tokens", "elements", "frame", "parts", "forms", "code", "tables", "find", "failure", "chart", "account",
	"upload", "manage",
	"image",
	"reader",
}

// sheet joins the style sheet. A file that is not in the order is a mistake of the
// program's, as is one that is missing.
func sheet() ([]byte, error) {
	entries, err := files.ReadDir("css")
	if err != nil {
		return nil, err
	}
	if len(entries) != len(sheets) {
		return nil, fmt.Errorf("static: css has %d files, and %d are in the order", len(entries), len(sheets))
	}
	var joined bytes.Buffer
	for _, name := range sheets {
		part, err := files.ReadFile(path.Join("css", name+".css"))
		if err != nil {
			return nil, err
		}
		joined.Write(part)
		joined.WriteByte('\n')
	}
	return joined.Bytes(), nil
}
