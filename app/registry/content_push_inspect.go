package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"sregistry/app/budget"
	"sregistry/app/errs"
	"sregistry/app/manifest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/sif"
	"sregistry/app/store"
)

// The bounds of the labels that are taken of an OCI image's config, in bytes but for
// maxLabels. They stand in lists of many images; what lies beyond a bound is left out there.
const (
	maxLabels     = 1000
	maxLabelKey   = 256
	maxLabelValue = 16 << 10
	maxLabelText  = 256 << 10 // of all of them
)

// imageInfo is an image as its manifest and its content say, before it has a place.
type imageInfo struct {
	store.NewImage
	manifest    manifest.Manifest
	report      []byte          // the JSON of what is inside an image file
	signed      bool            // there are signatures in it
	signatures  *fileSignatures // what they are worth, if that is known already
	reservation *reservation    // that is given back when it is kept
}

func newImageInfo(m manifest.Manifest, body []byte) imageInfo {
	d := imageInfo{manifest: m, NewImage: store.NewImage{Digest: digest.FromBytes(body), MediaType: m.MediaType, Manifest: body,
		Kind: model.Artifact, Size: m.Size(), Blobs: m.Blobs(), Runnable: true}}
	if len(m.Layers) > 0 {
		d.Mark = m.Layers[0].Digest
	}
	if m.Subject != nil {
		d.Subject, d.ArtifactType, d.Annotations = m.Subject.Digest, m.RefersAs(), m.AllAnnotations
	}
	return d
}

// setFile notes that the image is one file, and what is inside it.
func (d *imageInfo) setFile(content digest.Digest, size int64, report *sif.Report) error {
	d.Mark, d.Runnable = content, !d.manifest.NoContainer(true)
	d.Content, d.Size, d.Arch, d.Labels, d.Definition = content, size, report.Arch, report.Labels, report.Definition
	d.signed = len(report.Signatures) > 0
	d.Kind = model.SIMG
	if report.Format == sif.FormatSIF {
		d.Kind = model.SIF
	}
	var text bytes.Buffer
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false) // or a text of "<" would be six times as long
	err := to.Encode(report)
	d.report = bytes.TrimSuffix(text.Bytes(), []byte("\n"))
	return errs.Wrap("registry.setFile", err)
}

// inspectionMemory is how many bytes the inspection of a file takes at most: blocks of the
// compressions that there are, the texts that are kept, and what they are taken from.
const inspectionMemory = 12 << 20

// inspectFile is sif.Inspect with memory for it. Errors: Unavailable, and those of Inspect.
func inspectFile(ctx context.Context, r io.ReaderAt, size int64) (*sif.Report, error) {
	giveBack, err := budget.Borrow(ctx, inspectionMemory)
	if err != nil {
		return nil, err
	}
	defer giveBack()
	return sif.Inspect(ctx, r, size)
}

// inspectManifest inspects the image that a manifest names. Errors: Invalid for a layer that
// says it is an image file and is not.
func (s *Service) inspectManifest(ctx context.Context, m manifest.Manifest, body []byte) (imageInfo, error) {
	d := newImageInfo(m, body)
	if m.IsIndex {
		d.Kind = model.Index
		return d, nil
	}
	if file, ok := m.File(); ok {
		return d, s.describeFile(ctx, &d, file)
	}
	if m.IsImage() {
		d.Kind, d.Mark, d.OCISIF = model.OCIImage, m.Config.Digest, m.IsOCISIF()
		return d, s.inspectConfig(ctx, &d, m.Config)
	}
	d.OCISIF = m.IsDataContainer()
	if layer, ok := m.LoneLayer(); ok {
		if err := s.describeFile(ctx, &d, layer); !errs.Is(err, errs.Invalid) {
			return d, err
		}
	}
	var err error
	d.Runnable, err = s.runnable(ctx, m)
	return d, err
}

// describeFile inspects an image which is one file. Errors: Invalid if it is not.
func (s *Service) describeFile(ctx context.Context, d *imageInfo, file v1.Descriptor) error {
	f, err := s.Scrubber.open(file.Digest, file.Size)
	if err != nil {
		return err
	}
	defer f.Close()
	report, err := inspectFile(ctx, f, file.Size)
	if err != nil {
		return err
	}
	if err := d.setFile(file.Digest, file.Size, report); err != nil || d.Runnable {
		return err
	}
	d.Runnable, err = s.isImageConfig(ctx, d.manifest.Config)
	return err
}

// inspectConfig takes the architecture and the labels from the config of an OCI image.
func (s *Service) inspectConfig(ctx context.Context, d *imageInfo, config v1.Descriptor) error {
	image, err := s.ociConfig(ctx, config)
	d.Arch, d.Labels = knownArch(image.Architecture), image.Config.Labels
	return err
}

// arches are the architectures that an image can be for, by Go's names. They are offered to choose from on every page, and so are
// not for whoever pushes to make up.
var arches = []string{"386", "amd64", "amd64p32", "arm", "arm64", "arm64be", "armbe", "loong64", "mips", "mips64", "mips64le",
	"mips64p32", "mips64p32le", "mipsle", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm"}

// knownArch gives an architecture, or "" for what is none.
func knownArch(arch string) string {
	arch = ref.Arch(arch)
	if slices.Contains(arches, arch) {
		return arch
	}
	return ""
}
