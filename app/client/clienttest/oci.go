package clienttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
)

// oci answers the part of OCI distribution 1.1 that pushes and pulls need.
func (r *Registry) oci(w http.ResponseWriter, req *http.Request) {
	path := strings.TrimPrefix(req.URL.Path, "/v2/")
	switch {
	case strings.Contains(path, "/blobs/uploads/"):
		container, id, _ := strings.Cut(path, "/blobs/uploads/")
		r.upload(w, req, container, id)
	case strings.Contains(path, "/blobs/"):
		_, d, _ := strings.Cut(path, "/blobs/")
		r.blob(w, req, digest.Digest(d))
	case strings.Contains(path, "/manifests/"):
		container, tag, _ := strings.Cut(path, "/manifests/")
		r.manifest(w, req, container, tag)
	}
}

func (r *Registry) upload(w http.ResponseWriter, req *http.Request, container, id string) {
	location := func() string { return "/v2/" + container + "/blobs/uploads/" + id + "?state=x" } // relative, as it may be
	if req.Method == http.MethodPost {
		r.mu.Lock()
		r.opened++
		id = strconv.Itoa(r.opened)
		r.uploads[id] = []byte{}
		r.mu.Unlock()
		w.Header().Set("Location", location())
		w.WriteHeader(http.StatusAccepted)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	have, ok := r.uploads[id]
	if !ok {
		ociFail(w, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "This upload is not known.")
		return
	}
	switch req.Method {
	case http.MethodGet:
		if len(have) > 0 {
			w.Header().Set("Range", fmt.Sprintf("0-%d", len(have)-1))
		}
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPatch:
		r.patch(w, req, id, location())
	case http.MethodPut:
		r.seal(w, req, id)
	case http.MethodDelete:
		delete(r.uploads, id)
		w.WriteHeader(http.StatusNoContent)
	}
}

func (r *Registry) patch(w http.ResponseWriter, req *http.Request, id, location string) {
	have := r.uploads[id]
	if want := fmt.Sprintf("%d-%d", len(have), int64(len(have))+req.ContentLength-1); req.Header.Get("Content-Range") != want {
		ociFail(w, http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID", "The chunk does not go on at "+want+".")
		return
	}
	cut := int64(-1)
	if len(r.faults.cutUploads) > 0 {
		cut, r.faults.cutUploads = r.faults.cutUploads[0], r.faults.cutUploads[1:]
		req.Body = http.MaxBytesReader(nil, req.Body, cut)
	}
	body := readAll(req)
	r.uploads[id] = append(have, body...)
	r.sent += int64(len(body))
	if cut >= 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusAccepted)
}

func (r *Registry) seal(w http.ResponseWriter, req *http.Request, id string) {
	content := append(r.uploads[id], readAll(req)...)
	d := digest.FromBytes(content)
	if d.String() != req.URL.Query().Get("digest") {
		ociFail(w, http.StatusBadRequest, "DIGEST_INVALID", "The content is not what its digest says.")
		return
	}
	delete(r.uploads, id)
	r.blobs[d] = content
	w.WriteHeader(http.StatusCreated)
}

func (r *Registry) blob(w http.ResponseWriter, req *http.Request, d digest.Digest) {
	r.mu.Lock()
	content, ok := r.blobs[d]
	f := r.faults
	if req.Method == http.MethodGet && len(f.cutDownloads) > 0 {
		r.faults.cutDownloads = f.cutDownloads[1:]
	}
	r.mu.Unlock()
	if !ok {
		ociFail(w, http.StatusNotFound, "BLOB_UNKNOWN", "This blob is not known.")
		return
	}
	if f.corrupt {
		content = append([]byte{content[0] + 1}, content[1:]...)
	}
	start, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(req.Header.Get("Range"), "bytes="), "-"), 10, 64)
	status := http.StatusPartialContent
	if f.noRanges || start == 0 {
		start, status = 0, http.StatusOK
	}
	content = content[start:]
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(status)
	if req.Method == http.MethodHead {
		return
	}
	if len(f.cutDownloads) > 0 {
		w.Write(content[:min(f.cutDownloads[0], int64(len(content)))])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	w.Write(content)
}

func (r *Registry) manifest(w http.ResponseWriter, req *http.Request, container, tag string) {
	var m v1.Manifest
	if err := json.Unmarshal(readAll(req), &m); err != nil || len(m.Layers) != 1 {
		ociFail(w, http.StatusBadRequest, "MANIFEST_INVALID", "The manifest cannot be read.")
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range []digest.Digest{m.Config.Digest, m.Layers[0].Digest} {
		if _, ok := r.blobs[d]; !ok {
			ociFail(w, http.StatusBadRequest, "MANIFEST_BLOB_UNKNOWN", "The manifest names a blob that is not here.")
			return
		}
	}
	r.name(container, tag, m.Layers[0].Digest)
	w.WriteHeader(http.StatusCreated)
}

func ociFail(w http.ResponseWriter, status int, code, message string) {
	JSON(w, status, map[string]any{"errors": []map[string]string{{"code": code, "message": message}}})
}
