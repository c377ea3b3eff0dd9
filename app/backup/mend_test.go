package backup_test

import (
	"os"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/backup"
)

// A backup that reads what is there replaces what is damaged, and touches nothing else; one
// that does not read it leaves it as it is.
func TestVerifyingBackupMendsWhatIsDamagedThere(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	bad, good := s.push("bad", 1), s.push("good", 2)
	add := func(verify bool) backup.Report {
		t.Helper()
		r, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 7, Verify: verify})
		must(t, err)
		return r
	}
	damaged := func() (list []digest.Digest) {
		t.Helper()
		all, err := backup.CheckFolder(t.Context(), dir, backup.CheckOptions{})
		must(t, err)
		for _, d := range all[0].Damaged {
			list = append(list, d.Digest)
		}
		return list
	}
	add(false)
	spoil(t, blobFile(dir, bad))
	before, err := os.Stat(blobFile(dir, good))
	must(t, err)
	if r := add(false); r.Copied != 0 || r.Mended != 0 {
		t.Errorf("without reading: %+v", r)
	}
	if list := damaged(); len(list) != 1 || list[0] != bad {
		t.Errorf("damaged: %v", list)
	}
	if r := add(true); r.Copied != 1 || r.Mended != 1 || len(r.Damaged) != 0 {
		t.Errorf("with reading: %+v", r)
	}
	if list := damaged(); len(list) != 0 {
		t.Errorf("still damaged: %v", list)
	}
	after, err := os.Stat(blobFile(dir, good))
	if must(t, err); !os.SameFile(before, after) {
		t.Error("a whole blob was written anew")
	}
}

// What is damaged in both places is told of, and stays where it is: it may be all that is
// left.
func TestVerifyingBackupCannotMendWhatTheRegistryHasLost(t *testing.T) {
	t.Parallel()
	s, dir := newSite(t), t.TempDir()
	lost := s.push("lost", 1)
	_, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 7})
	must(t, err)
	spoil(t, blobFile(dir, lost))
	spoil(t, s.file(lost))
	r, err := s.source().ToFolder(t.Context(), dir, backup.Options{Keep: 7, Verify: true})
	must(t, err)
	if r.Mended != 0 || len(r.Damaged) != 1 || r.Damaged[0].Digest != lost {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(blobFile(dir, lost)); err != nil {
		t.Error(err)
	}
}
