// Package cli is the command line of the client: one cobra command per verb, each in a file
// of its own. A command reads what was typed, asks package client, and shows the answer:
// results on stdout, talk and progress on stderr. It decides nothing about permissions or
// content, and knows nothing of the server's inside.
//
// Entry points: Commands and Prepare, for the tree of the program; ExitCode and Explain, for
// its end. There are no globals: everything that a command takes from its surroundings is in
// an Env, which tests make for themselves.
//
// The trap: labels, names and help texts come from images that anybody may have made. What
// is shown on a terminal goes through plain first.
package cli
