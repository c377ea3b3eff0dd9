package registry

import (
	"context"
	"path"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/sif"
)

// What is shown of the files in images.
const (
	// MaxFilesShown is how many files of a folder are given at a time, and maxChangesShown
	// how many changes between two images.
	MaxFilesShown   = 500
	maxChangesShown = 500
)

// Files lists a part of a folder in an image that the actor was given by Image or Inspect:
// what comes after the first skip files, as many as are given at a time. Errors: NotFound
// for a folder that is not there; Unsupported and Invalid, with a sentence, for an image
// whose files cannot be listed; Unavailable if that takes too long, or too many ask.
func (s *Service) Files(ctx context.Context, i model.Image, folder string, skip int) (model.Folder, error) {
	const op = "registry.Files"
	folder = path.Join("/", folder)
	key := folderKey{i.Content, folder, max(0, skip)}
	if kept, ok := s.fileBrowser.folders.Get(key); ok {
		return kept, nil
	}
	f := model.Folder{Path: folder, Skip: key.skip}
	err := s.browse(ctx, func(l *fileSession) error {
		files, err := l.open(i)
		if err != nil {
			return err
		}
		list, err := files.List(folder, key.skip, MaxFilesShown)
		for _, one := range list.Files {
			f.Files = append(f.Files, model.File(one))
		}
		f.Count, f.Uncounted = list.Count, list.Uncounted
		return err
	})
	if err != nil {
		return model.Folder{}, errs.Wrap(op, err)
	}
	s.fileBrowser.folders.Put(key, f)
	return f, nil
}

// CompareFiles finds the files in which two images differ, both of which the actor was given
// by Image or Inspect; see sif.Compare. Errors: those of Files.
func (s *Service) CompareFiles(ctx context.Context, old, new model.Image) (model.FileChanges, error) {
	const op = "registry.CompareFiles"
	key := comparisonKey{old.Content, new.Content}
	if kept, ok := s.fileBrowser.comparisons.Get(key); ok {
		return kept, nil
	}
	var changes model.FileChanges
	err := s.browse(ctx, func(l *fileSession) error {
		before, err := l.open(old)
		if err != nil {
			return err
		}
		after, err := l.open(new)
		if err != nil {
			return err
		}
		found, err := sif.Compare(before, after, maxChangesShown, l.hold)
		changes = fileChanges(found)
		return err
	})
	if err != nil {
		return model.FileChanges{}, errs.Wrap(op, err)
	}
	s.fileBrowser.comparisons.Put(key, changes)
	return changes, nil
}

func fileChanges(c sif.Changes) model.FileChanges {
	changes := model.FileChanges{Added: c.Added, Removed: c.Removed, Changed: c.Changed}
	for _, one := range c.List {
		changes.List = append(changes.List, model.FileChange{Path: one.Path, Old: (*model.File)(one.Old), New: (*model.File)(one.New)})
	}
	return changes
}
