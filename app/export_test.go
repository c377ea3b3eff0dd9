package app

// NewRoot is newRoot, for the tests that read the tree of commands.
var NewRoot = newRoot
