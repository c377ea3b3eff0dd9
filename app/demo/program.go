package demo

import (
	"bytes"
	"encoding/binary"
)

// The program in the images of the demonstration: an ELF file that writes one line and
// ends. It is written here as its machine code, so that the images are small, run
// anywhere, and hold nothing of anybody else's.

// loadAt is where the program is loaded, and headers how long what comes before its code
// is: the ELF header and one program header (System V ABI, "Program Loading").
const (
	loadAt  = 0x400000
	headers = 64 + 56
)

// program makes the executable for an architecture by Go's name, which says a line.
func program(arch, line string) []byte {
	machine, code := uint16(0x3e), codeAMD64(len(line))
	if arch == "arm64" {
		machine, code = 0xb7, codeARM64(len(line))
	}
	size := uint64(headers + len(code) + len(line))
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			if err := binary.Write(&b, binary.LittleEndian, v); err != nil {
				panic(err) // a Buffer takes all that has a fixed size
			}
		}
	}
	put([]byte("\x7fELF\x02\x01\x01"), make([]byte, 9), uint16(2), machine, uint32(1), uint64(loadAt+headers), uint64(64), uint64(0))
	put(uint32(0), uint16(64), uint16(56), uint16(1), uint16(0), uint16(0), uint16(0))
	put(uint32(1), uint32(5), uint64(0), uint64(loadAt), uint64(loadAt), size, size, uint64(0x1000))
	put(code, []byte(line))
	return b.Bytes()
}

// codeAMD64 writes what follows it to standard output, and ends with status 0.
func codeAMD64(length int) []byte {
	code := []byte{
		0xb8, 1, 0, 0, 0, // mov eax, 1 (write)
		0xbf, 1, 0, 0, 0, // mov edi, 1
		0x48, 0x8d, 0x35, 0x10, 0, 0, 0, // lea rsi, [rip+16], the line
		0xba, 0, 0, 0, 0, // mov edx, length
		0x0f, 0x05, // syscall
		0xb8, 60, 0, 0, 0, // mov eax, 60 (exit)
		0x31, 0xff, // xor edi, edi
		0x0f, 0x05, // syscall
	}
	binary.LittleEndian.PutUint32(code[18:], uint32(length))
	return code
}

// codeARM64 does as codeAMD64.
func codeARM64(length int) []byte {
	var code []byte
	for _, word := range []uint32{
		0xd2800808,                            // mov x8, #64 (write)
		0xd2800020,                            // mov x0, #1
		0x100000c1,                            // adr x1, #24, the line
		0xd2800002 | uint32(length&0xffff)<<5, // mov x2, #length
		0xd4000001,                            // svc #0
		0xd2800ba8,                            // mov x8, #93 (exit)
		0xd2800000,                            // mov x0, #0
		0xd4000001,                            // svc #0
	} {
		code = binary.LittleEndian.AppendUint32(code, word)
	}
	return code
}
