package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/budget"
)

const (
	// maxConfig bounds the config of an OCI image that is read, in bytes.
	maxConfig = 4 << 20
	// configFactor is how many times its length a config takes in memory while it is read.
	configFactor = 3
)

// ociConfig is as much of the config of an OCI image as anybody here asks for. Its lists are
// bounded as they are read: a text of three bytes can be one step of a history, which takes a
// hundred.
type ociConfig struct {
	Created      *time.Time `json:"created"`
	Author       string     `json:"author"`
	Architecture string     `json:"architecture"`
	Config       struct {
		User       string
		WorkingDir string
		Entrypoint few[string]
		Cmd        few[string]
		Env        few[string]
		Labels     fewLabels
	} `json:"config"`
	History few[struct {
		Created    *time.Time `json:"created"`
		CreatedBy  string     `json:"created_by"`
		Comment    string     `json:"comment"`
		EmptyLayer bool       `json:"empty_layer"`
	}] `json:"history"`
	RootFS struct {
		Type    string       `json:"type"`
		DiffIDs few[anyText] `json:"diff_ids"`
	} `json:"rootfs"`
}

// few is the beginning of a list.
type few[T any] struct {
	list []T
	more bool // there are others
}

// UnmarshalJSON is json.Unmarshaler's.
func (f *few[T]) UnmarshalJSON(text []byte) error {
	from := json.NewDecoder(bytes.NewReader(text))
	if first, err := from.Token(); err != nil || first != json.Delim('[') {
		return err // what is no list is none
	}
	for from.More() {
		if len(f.list) == maxContentsShown {
			f.more = true
			return nil
		}
		var one T
		if err := from.Decode(&one); err != nil {
			return err
		}
		f.list = append(f.list, one)
	}
	return nil
}

// anyText is a value that is only counted.
type anyText struct{}

// UnmarshalJSON is json.Unmarshaler's.
func (*anyText) UnmarshalJSON([]byte) error { return nil }

// fewLabels are labels within the bounds of those that are kept: those that are too long, or
// too many, are left out.
type fewLabels map[string]string

// UnmarshalJSON is json.Unmarshaler's.
func (l *fewLabels) UnmarshalJSON(text []byte) error {
	from := json.NewDecoder(bytes.NewReader(text))
	if first, err := from.Token(); err != nil || first != json.Delim('{') {
		return err
	}
	*l = fewLabels{}
	left := maxLabelText
	for from.More() {
		key, err := from.Token()
		if err != nil {
			return err
		}
		var value string
		if err := from.Decode(&value); err != nil {
			return err
		}
		name, _ := key.(string)
		size := len(name) + len(value)
		if name == "" || len(name) > maxLabelKey || len(value) > maxLabelValue || size > left || len(*l) == maxLabels {
			continue
		}
		left -= size
		(*l)[name] = value
	}
	return nil
}

// ociConfig reads the config of an OCI image. One that is too large, or is not what it
// should be, is empty, not an error: it is the client's affair, and is served as it was
// sent. Errors: NotFound, Unavailable if there is no memory for it.
func (s *Service) ociConfig(ctx context.Context, config v1.Descriptor) (ociConfig, error) {
	f, err := s.Scrubber.open(config.Digest, config.Size)
	if err != nil {
		return ociConfig{}, err
	}
	defer f.Close()
	if config.Size > maxConfig {
		return ociConfig{}, nil
	}
	if err := budget.More(ctx, configFactor*config.Size); err != nil {
		return ociConfig{}, err
	}
	text := make([]byte, config.Size)
	if _, err := io.ReadFull(f, text); err != nil {
		return ociConfig{}, err
	}
	var image ociConfig
	if json.NewDecoder(bytes.NewReader(text)).Decode(&image) != nil { // some engines overlook what follows it
		return ociConfig{}, nil
	}
	return image, nil
}
