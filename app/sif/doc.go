// Package sif reads what is inside an image file: a SIF of Singularity 3 or later and of
// Apptainer, or an old .simg of Singularity 2 (squashfs; ext3 is recognised, not read).
// It only reads, it knows nothing of the registry, and it trusts nothing in the file.
//
// Entry points: Inspect, which makes a Report; OpenFiles, to list the files inside, and
// Compare, those of two; Verify, for signatures. A file that is not an image is
// errs.Invalid with a sentence; an image of which some part cannot be read is still an
// image, and Report.Notes says what is missing and why.
//
// The trap: every number in the file is the sender's claim. Nothing may be allocated,
// looped over or sought by such a number before it was checked against a constant of
// limits.go; an allocation that fails cannot be recovered from in Go. That is why the
// squashfs reader is our own (internal/squash) and the SIF header is parsed here.
package sif
