package sif

import (
	"bytes"
	"io"
	"path"

	"sregistry/app/errs"
	"sregistry/app/sif/internal/squash"
)

const (
	metadataDir = "/.singularity.d"
	appsDir     = "/scif/apps"
)

// tree is the root filesystem of an image, while it is read into a report.
type tree struct {
	*inspection
	fs *squash.FS
}

// readTree reads a squashfs filesystem in the file. Whatever is wrong with it is a note:
// the image can be stored all the same.
func (in *inspection) readTree(start, size int64) {
	fs, err := squash.Open(io.NewSectionReader(in.file, start, size), size, maxUnpack)
	if err != nil {
		in.note("The filesystem of the image cannot be read: %s.", errs.Message(err))
		return
	}
	defer fs.Close()
	in.report.Compression = fs.Compression()
	switch _, _, err := fs.ReadDir(metadataDir, 1); {
	case errs.Is(err, errs.NotFound):
		in.note("The image has no folder %s, where labels and scripts are kept.", metadataDir)
	case err != nil: // one note is enough; each file in it would fail alike
		in.note("The filesystem of the image cannot be read: %s.", errs.Message(err))
		return
	}
	t := tree{in, fs}
	t.crossCheckArch()
	t.readMetadata(&in.report.Metadata, metadataDir, "the image", "10-docker*.sh", "9*-environment.sh")
	t.fill(&in.report.Definition, t.file(metadataDir+"/Singularity"), "the definition file")
	for _, name := range t.list(appsDir, maxApps) {
		if t.full() {
			return
		}
		dir := path.Join(appsDir, name, "scif")
		if len(t.list(dir, 1)) == 0 {
			continue
		}
		if app := in.app(clean([]byte(name))); app != nil {
			t.readMetadata(&app.Metadata, dir, "app "+app.Name, "9*-environment.sh")
		}
	}
}

// readMetadata fills m with what is not yet known from the files of a folder. scripts are
// the patterns of the environment scripts to take: those which `apptainer inspect` shows,
// since the others are the same in all images.
func (t tree) readMetadata(m *Metadata, dir, of string, scripts ...string) {
	if m.Labels == nil {
		b := t.file(dir + "/labels.json")
		if len(b) > maxText {
			t.note("The labels of %s are longer than %d bytes and were not read.", of, maxText)
		} else if len(bytes.TrimSpace(b)) > 0 && t.setLabels(m, b, of) != nil {
			t.note("The labels of %s are not a JSON object.", of)
		}
	}
	t.fill(&m.Runscript, t.file(dir+"/runscript"), "the runscript of "+of)
	t.fill(&m.Startscript, t.file(dir+"/startscript"), "the startscript of "+of)
	t.fill(&m.Test, t.file(dir+"/test"), "the test of "+of)
	t.fill(&m.Help, t.file(dir+"/runscript.help"), "the help of "+of)
	if m.Environment != nil {
		return
	}
	names := t.list(dir+"/env", maxScripts)
	for _, pattern := range scripts {
		for _, name := range names {
			if ok, _ := path.Match(pattern, name); !ok {
				continue
			}
			if !t.addScript(m, dir+"/env/"+name, t.file(dir+"/env/"+name), of) {
				return
			}
		}
	}
}

// file reads the beginning of a file, a byte more than maxText at most, so that a cut is
// seen. Nothing, and a note, if it cannot be read; just nothing if it is not there.
func (t tree) file(name string) []byte {
	if t.full() {
		return nil
	}
	b, _, err := t.fs.ReadFile(name, maxText+1)
	if err != nil && !errs.Is(err, errs.NotFound) {
		t.note("%s in the image cannot be read: %s.", clean([]byte(name)), errs.Message(err))
	}
	return b
}

// list lists the names in a folder. None, and a note, if it cannot be read; just none if it is
// not there.
func (t tree) list(dir string, most int) []string {
	names, more, err := t.fs.ReadDir(dir, most)
	if err != nil && !errs.Is(err, errs.NotFound) {
		t.note("The folder %s in the image cannot be read: %s.", clean([]byte(dir)), errs.Message(err))
	}
	if more && most > 1 {
		t.note("The folder %s in the image has more than %d entries; the rest is left out.", clean([]byte(dir)), most)
	}
	return names
}
