//go:build race

package app_test

// memoryFactor is how much more memory the program needs for the race detector's books.
const memoryFactor = 10
