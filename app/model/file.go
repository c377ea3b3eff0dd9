package model

import (
	"io/fs"
	"time"
)

// File is a name in a folder of an image. All of it is the word of whoever made the image.
type File struct {
	Name     string // its bytes as they are, which need not be text
	Mode     fs.FileMode
	Size     int64 // of a regular file, in bytes
	Modified time.Time
	Target   string // of a symbolic link, as it is
}

// Folder is a part of what is in a folder of an image.
type Folder struct {
	Path  string // absolute
	Files []File
	// Skip is how many files come before these, and Count how many there are in all; if
	// Uncounted, there are more.
	Skip, Count int
	Uncounted   bool
}

// FileChange is a file that differs between two images; one that is in one of them only
// has nothing in place of the other.
type FileChange struct {
	Path     string // absolute; its bytes as they are
	Old, New *File
}

// FileChanges are the files in which two images differ.
type FileChanges struct {
	// List holds the first of them, by folders.
	List []FileChange
	// A folder that is in one image only counts as one, whatever is in it.
	Added, Removed, Changed int
}

// Total is how many there are, listed or not.
func (c FileChanges) Total() int { return c.Added + c.Removed + c.Changed }
