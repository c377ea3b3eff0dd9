package doortest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// HubClient is a user of the Python client sregistry.
type HubClient struct{ User, Token string }

// Sign gives the Authorization header of a request that the client makes at a time. It is
// computed as the client does, and not by package identity, which has to agree with it.
func (h HubClient) Sign(at time.Time, kind, collection, name, tag string) string {
	hour := at.UTC().Format("20060102T15") + "Z"
	sum := hmac.New(sha256.New, []byte(h.Token))
	fmt.Fprintf(sum, "%s|%s|%s|%s|%s|", kind, collection, hour, name, tag)
	user := base64.StdEncoding.EncodeToString([]byte(h.User))
	return fmt.Sprintf("SREGISTRY-HMAC-SHA256 Credential=%s/%s/%s,Signature=%s", kind, user, hour, hex.EncodeToString(sum.Sum(nil)))
}

// HubBoundary is between the parts of a HubForm, and HubFormType its content type.
const (
	HubBoundary = "4bd2f8b5e0c14b3e9b3a0d7f6c5e4d3c"
	HubFormType = "multipart/form-data; boundary=" + HubBoundary
)

// HubForm is the second step of the client's push, in its order and form; event is the
// Authorization header, which it sends once more as a field.
func HubForm(event, collection, name, tag string, file []byte) []byte {
	return bytes.Join([][]byte{[]byte(HubFormHead(event, collection, name, tag)), file, []byte(HubFormEnd)}, nil)
}

// HubFormReader is HubForm for a file that is not at hand as a whole.
func HubFormReader(event, collection, name, tag string, file io.Reader) io.Reader {
	return io.MultiReader(strings.NewReader(HubFormHead(event, collection, name, tag)), file, strings.NewReader(HubFormEnd))
}

// HubFormEnd is what follows the file in a HubForm.
const HubFormEnd = "\r\n--" + HubBoundary + "--\r\n"

// HubFormHead is what comes before the file in a HubForm.
func HubFormHead(event, collection, name, tag string) string {
	var b strings.Builder
	for _, field := range [][2]string{{"SREGISTRY_EVENT", event}, {"name", name}, {"collection", collection}, {"tag", tag}} {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", HubBoundary, field[0], field[1])
	}
	fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"file1\"; filename=\"%s:%s.sif\"\r\nContent-Type: text/plain\r\n\r\n", HubBoundary, name, tag)
	return b.String()
}
