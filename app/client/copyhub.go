package client

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

// hubImage is what a hub tells of an image.
type hubImage struct {
	Image   string `json:"image"` // where its file is
	Version string `json:"version"`
	Frozen  bool   `json:"frozen"`
}

// hubManifest asks a hub for an image. The original hub accepts no credentials but its own
// kind of signature; without a name to sign for, the token is sent as it is.
func (c *Client) hubManifest(ctx context.Context, p Place, tag string) (hubImage, error) {
	var out hubImage
	address := c.base.String() + "/api/container/" + p.Path.String() + ":" + tag
	req, err := c.request(ctx, http.MethodGet, address, nil)
	if err != nil {
		return out, err
	}
	p.sign(req, "pull", tag)
	resp, err := c.send(req)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&out); err != nil {
		return out, errs.Because("client.hubManifest", errs.Unsupported, err, "%s gives no %s:%s, or not as a hub does. Is the login right?", c.base, p.Path, tag)
	}
	return out, nil
}

// hubFile begins to read the file of an image that a hub told of.
func (c *Client) hubFile(ctx context.Context, p Place, image hubImage) (io.ReadCloser, error) {
	address, err := c.base.Parse(image.Image)
	if err != nil || image.Image == "" {
		return nil, errs.E("client.hubFile", errs.Unsupported, "%s does not tell where the file of %s is.", c.base, p.Path)
	}
	return c.fetch(ctx, address.String())
}

// hubHas reports whether a hub gives a file under the name it is copied to. A hub of old finds
// the SHA-256 some time after a push; until then it is asked for the file itself.
func (c *Client) hubHas(ctx context.Context, r CopyRequest, source imageFile) (bool, error) {
	const op = "client.hubHas"
	found, err := c.hubManifest(ctx, r.To, r.Tag)
	if err != nil {
		return false, err
	}
	if strings.HasPrefix(found.Version, "sha256.") {
		same := found.Version == ref.Dotted(source.digest)
		if !same && found.Frozen {
			return false, errs.E(op, errs.Frozen, "%s:%s is frozen at %s, and is another image.", r.To.Path, r.Tag, c.base)
		}
		return same, nil
	}
	body, err := c.hubFile(ctx, r.To, found)
	if err != nil {
		return false, err
	}
	defer body.Close()
	sum := digest.SHA256.Digester()
	if _, err := io.CopyBuffer(sum.Hash(), struct{ io.Reader }{body}, make([]byte, bufferSize)); err != nil {
		return false, transportError(op, c.base, ctx, err)
	}
	return sum.Digest() == source.digest, nil
}

// putIntoHub is the push of the hub's own client: a question whether it may be, and a form.
func (c *Client) putIntoHub(ctx context.Context, r CopyRequest, _ imageFile, file *spool) error {
	const op = "client.putIntoHub"
	if r.To.Login.Username == "" || r.To.Login.Password == "" {
		return errs.E(op, errs.Unauthenticated, "A push to %s is signed with a name and a token, and there are none for it here: log in with both.", c.base)
	}
	collection, name := hubName(r.To.Path)
	text, err := json.Marshal(map[string]string{"collection": collection, "name": name, "tag": r.Tag})
	if err != nil {
		return errs.Wrap(op, err)
	}
	req, err := c.request(ctx, http.MethodPost, c.base.String()+"/api/upload/chunked_upload", bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	r.To.sign(req, "push", r.Tag)
	resp, err := c.send(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var announced struct {
		CID json.RawMessage `json:"cid"` // a number of old, and a name with us
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&announced); err != nil || announced.CID == nil {
		return errs.E(op, errs.Unsupported, "%s answers, but not as a hub does. Is the address right?", c.base)
	}
	return c.sendForm(ctx, r, strings.Trim(string(announced.CID), `"`), name, file)
}

// sendForm sends the file with its exact length: the hub of old takes no other.
func (c *Client) sendForm(ctx context.Context, r CopyRequest, collection, name string, file *spool) error {
	const op = "client.sendForm"
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	fields := [][2]string{{"name", name}, {"collection", collection}, {"tag", r.Tag}}
	for _, field := range fields {
		if err := form.WriteField(field[0], field[1]); err != nil {
			return errs.Wrap(op, err)
		}
	}
	if _, err := form.CreateFormFile("file1", name+":"+r.Tag+".sif"); err != nil {
		return errs.Wrap(op, err)
	}
	end := "\r\n--" + form.Boundary() + "--\r\n"
	body := io.MultiReader(bytes.NewReader(head.Bytes()), io.NewSectionReader(file.file, 0, file.size), strings.NewReader(end))
	req, err := c.request(ctx, http.MethodPost, c.base.String()+"/upload", io.NopCloser(body))
	if err != nil {
		return err
	}
	req.ContentLength = int64(head.Len()) + file.size + int64(len(end))
	req.Header.Set("Content-Type", form.FormDataContentType())
	r.To.sign(req, "upload", r.Tag)
	_, err = c.finish(req)
	return err
}

// sign puts the hub's signature over what is asked for in the place of any other
// credentials, if there is a name to sign with.
func (p Place) sign(req *http.Request, kind, tag string) {
	if p.Login.Username == "" || p.Login.Password == "" || req.Header.Get("Authorization") == "" {
		return
	}
	collection, name := hubName(p.Path)
	hour := time.Now().UTC().Format("20060102T15Z")
	sum := hmac.New(sha256.New, []byte(p.Login.Password))
	sum.Write([]byte(kind + "|" + collection + "|" + hour + "|" + name + "|" + tag + "|"))
	user := base64.StdEncoding.EncodeToString([]byte(p.Login.Username))
	req.Header.Set("Authorization", "SREGISTRY-HMAC-SHA256 Credential="+kind+"/"+user+"/"+hour+",Signature="+hex.EncodeToString(sum.Sum(nil)))
}

// hubName parts a name as the hub's clients do.
func hubName(p ref.Path) (collection, name string) {
	text := p.String()
	i := strings.LastIndex(text, "/")
	return text[:max(i, 0)], text[i+1:]
}
