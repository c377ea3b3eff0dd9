package sif

import (
	"debug/elf"
	"encoding/binary"
)

// arches are the architecture codes of a SIF, header and partitions alike, by Go's names.
var arches = map[string]string{
	"01": "386", "02": "amd64", "03": "arm", "04": "arm64", "05": "ppc64", "06": "ppc64le", "07": "mips",
	"08": "mipsle", "09": "mips64", "10": "mips64le", "11": "s390x", "12": "riscv64", "13": "loong64",
}

// programs are files that nearly every image has one of, and that say what they run on.
var programs = []string{"/bin/sh", "/bin/busybox", "/usr/bin/env", "/sbin/ldconfig"}

// crossCheckArch checks the architecture that was declared against that of the programs in
// the image. An old image declares none and gets that of its programs.
func (t tree) crossCheckArch() {
	for _, name := range programs {
		head, _, err := t.fs.ReadFile(name, elfHead)
		if err != nil {
			continue // it may well not be there
		}
		arch := elfArch(head)
		if arch == "" {
			continue
		}
		if t.report.Arch == "" {
			t.report.Arch = arch
		}
		if arch != t.report.Arch {
			t.note("The image says that it is for %s, but its program %s is for %s.", t.report.Arch, name, arch)
		}
		return
	}
}

// elfHead is how much of a program is needed: its class, byte order and machine.
const elfHead = 20

// machine is what an ELF header says of the processor.
type machine struct {
	kind  elf.Machine
	class elf.Class
	order elf.Data
}

// machines are the processors by Go's names.
var machines = map[machine]string{
	{elf.EM_386, elf.ELFCLASS32, elf.ELFDATA2LSB}:       "386",
	{elf.EM_X86_64, elf.ELFCLASS64, elf.ELFDATA2LSB}:    "amd64",
	{elf.EM_ARM, elf.ELFCLASS32, elf.ELFDATA2LSB}:       "arm",
	{elf.EM_AARCH64, elf.ELFCLASS64, elf.ELFDATA2LSB}:   "arm64",
	{elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2MSB}:     "ppc64",
	{elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2LSB}:     "ppc64le",
	{elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2MSB}:      "mips",
	{elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2LSB}:      "mipsle",
	{elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2MSB}:      "mips64",
	{elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2LSB}:      "mips64le",
	{elf.EM_S390, elf.ELFCLASS64, elf.ELFDATA2MSB}:      "s390x",
	{elf.EM_RISCV, elf.ELFCLASS64, elf.ELFDATA2LSB}:     "riscv64",
	{elf.EM_LOONGARCH, elf.ELFCLASS64, elf.ELFDATA2LSB}: "loong64",
}

// elfArch gives Go's name of a program's architecture; empty if it is not known.
func elfArch(head []byte) string {
	if len(head) < elfHead || string(head[:4]) != elf.ELFMAG {
		return ""
	}
	m := machine{class: elf.Class(head[elf.EI_CLASS]), order: elf.Data(head[elf.EI_DATA])}
	const machineAt = 18
	if m.order == elf.ELFDATA2MSB {
		m.kind = elf.Machine(binary.BigEndian.Uint16(head[machineAt:]))
	} else {
		m.kind = elf.Machine(binary.LittleEndian.Uint16(head[machineAt:]))
	}
	return machines[m]
}
