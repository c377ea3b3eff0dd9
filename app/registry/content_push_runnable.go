package registry

import (
	"context"
	"slices"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/budget"
	"sregistry/app/manifest"
	"sregistry/app/sif"
)

// maxLookedInto bounds the layers of an artifact that are inspected. Signatures and lists
// of contents have a few.
const maxLookedInto = 100

// runnable reports whether a container engine may run what a manifest names, or part of it.
// Types are what a pusher wrote, so that the layers are inspected: only what is known not
// to run is harmless.
func (s *Service) runnable(ctx context.Context, m manifest.Manifest) (bool, error) {
	if !m.NoContainer(false) || len(m.Elsewhere()) > 0 || len(m.Layers) > maxLookedInto {
		return true, nil
	}
	if yes, err := s.isImageConfig(ctx, m.Config); err != nil || yes {
		return yes, err
	}
	for at, layer := range m.Layers {
		if slices.ContainsFunc(m.Layers[:at], func(l v1.Descriptor) bool { return l.Digest == layer.Digest }) {
			continue
		}
		if yes, err := s.layerRuns(ctx, layer); err != nil || yes {
			return yes, err
		}
	}
	return false, nil
}

func (s *Service) layerRuns(ctx context.Context, layer v1.Descriptor) (bool, error) {
	f, err := s.Scrubber.open(layer.Digest, layer.Size)
	if err != nil {
		return false, err
	}
	defer f.Close()
	giveBack, err := budget.Borrow(ctx, inspectionMemory)
	if err != nil {
		return false, err
	}
	defer giveBack()
	return sif.MayRun(ctx, f, layer.Size)
}

// isImageConfig reports whether a config is, by what is in it, that of a container image. One
// that is too large to be read may be.
func (s *Service) isImageConfig(ctx context.Context, config v1.Descriptor) (bool, error) {
	if config.Digest == digest.FromBytes(manifest.EmptyConfig) {
		return false, nil
	}
	if config.Size > maxConfig {
		return true, nil
	}
	image, err := s.ociConfig(ctx, config)
	return image.RootFS.Type != "" || len(image.RootFS.DiffIDs.list) > 0, err
}
