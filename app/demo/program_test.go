package demo

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"debug/elf"
)

func TestProgramSaysItsLine(t *testing.T) {
	t.Parallel()
	const line = "Hello from your own registry.\n"
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		name := filepath.Join(t.TempDir(), arch)
		if err := os.WriteFile(name, program(arch, line), 0o700); err != nil {
			t.Fatal(err)
		}
		f, err := elf.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Machine != machine || f.Type != elf.ET_EXEC || len(f.Progs) != 1 {
			t.Errorf("%s: %+v", arch, f.FileHeader)
		}
		f.Close()
		if arch != runtime.GOARCH || runtime.GOOS != "linux" {
			continue
		}
		if got, err := exec.CommandContext(t.Context(), name).Output(); err != nil || string(got) != line {
			t.Errorf("%s says %q, %v", arch, got, err)
		}
	}
}
