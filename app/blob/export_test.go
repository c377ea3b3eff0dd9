package blob

// WithCores has the store believe in a number of cores, to choose between its two ways
// of taking bytes.
func WithCores(n int) Option {
	return func(s *Store) { s.cores = int32(n) }
}
