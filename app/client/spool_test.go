package client

import (
	"os"
	"strings"
	"testing"
)

// What waits on the disk has no name there: nobody can open it, and it is gone with the process.
func TestSpoolHasNoName(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	c, err := New(Options{Base: "http://h"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.newSpool(t.Context(), strings.NewReader("content"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("%v is there, %v", left, err)
	}
	info, err := s.file.Stat()
	if err != nil || info.Mode().Perm() != 0o600 || s.size != 7 {
		t.Errorf("the file is %v with %d bytes, %v", info.Mode(), s.size, err)
	}
}
