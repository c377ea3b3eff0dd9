//go:build !race

package app_test

// memoryFactor is 1 where nothing but the program needs memory.
const memoryFactor = 1
