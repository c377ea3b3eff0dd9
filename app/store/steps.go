package store

import (
	"embed"
	"io/fs"
)

// steps holds what brings a file from each version to the next: steps/0002.sql from 1 to
// 2, and so on without a gap. A step that was released is never changed again.
//
//go:embed steps/*.sql
var steps embed.FS

// firstVersion is that of the first release; every later one has a step.
const firstVersion = 1

// CurrentVersion numbers the present schema, which is schema.sql's.
func CurrentVersion() int { return firstVersion + len(stepNames()) }

// stepNames gives the files of the steps, in their order: their numbers have four digits.
func stepNames() []string {
	names, err := fs.Glob(steps, "steps/*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	return names
}

// stepTo gives the statements that bring a file to version n from the one before.
func stepTo(n int) (string, error) {
	text, err := steps.ReadFile(stepNames()[n-firstVersion-1])
	return string(text), err
}
