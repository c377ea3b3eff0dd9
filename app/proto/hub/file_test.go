package hub_test

import (
	"bytes"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"sregistry/app/doortest"
	"sregistry/app/proto/hub"
)

// The content of a file comes out as it went in, whatever it looks like and in whatever
// pieces it comes.
func TestFileOfAFormIsReadAsItIs(t *testing.T) {
	t.Parallel()
	boundary := "\r\n--" + doortest.HubBoundary
	for name, content := range map[string]string{
		"empty": "", "one byte": "x", "line ends": "\r\n\r\n--\r\n", "almost the boundary": boundary[:len(boundary)-1] + "?",
		"begins like it": "--" + doortest.HubBoundary[:10], "ends like it": "x" + boundary[:20],
		"longer than a buffer": strings.Repeat("0123456789abcdef\r\n--", 20_000),
		"at the buffer's end":  strings.Repeat("x", 128<<10-len(boundary)/2) + boundary[:12] + "y",
	} {
		form := doortest.HubForm("", "lab", "hello", "latest", []byte(content))
		for how, body := range map[string]io.Reader{"whole": bytes.NewReader(form), "halves": iotest.HalfReader(bytes.NewReader(form)),
			"bytes": iotest.OneByteReader(bytes.NewReader(form))} {
			r := httptest.NewRequest("POST", "/upload", body)
			r.Header.Set("Content-Type", doortest.HubFormType)
			fields, file, err := hub.ReadForm(r)
			if err != nil || string(file) != content || fields["name"] != "hello" {
				t.Errorf("%s, in %s: %d of %d bytes, %v", name, how, len(file), len(content), err)
			}
		}
	}
}
