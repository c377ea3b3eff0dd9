package datadir

import (
	"sregistry/app/backup"
	"sregistry/app/config"
	"sregistry/app/identity"
	"sregistry/app/version"
)

// Source is the folder as package backup copies it.
func (d *Dir) Source(withoutKey bool) backup.Source {
	files := []string{config.FileName}
	if !withoutKey {
		files = append(files, identity.KeyFileName)
	}
	return backup.Source{Dir: d.Path, DB: d.DB, Blobs: d.Blobs, Files: files, Program: version.Number}
}
