package web

// LocalPath is localPath, for its fuzz test.
func LocalPath(address string) string { return localPath(address) }
