package identity

// WithCheapPasswords makes hashing take next to nothing.
func WithCheapPasswords() Option {
	return func(s *Service) { s.cost = cost{memory: 64, time: 1, lanes: 1} }
}

// WithDearPasswords makes it take what it does in earnest.
func WithDearPasswords() Option { return func(s *Service) { s.cost = currentCost } }
