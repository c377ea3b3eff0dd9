package identity

import (
	"time"

	"golang.org/x/time/rate"

	"sregistry/app/errs"
	"sregistry/app/lru"
)

// How many wrong passwords may come at once, and how long one takes to be forgiven. What
// is counted is failures only; good credentials are never slowed by their number.
//
//   - An account from one source: a person mistypes, a guesser guesses.
//   - An account from everywhere: a guesser with many addresses.
//   - A source for all accounts: a guesser with a list of names. It may be the address of
//     a whole cluster, so it is generous.
const (
	pairBurst, pairEvery       = 8, 8 * time.Second
	accountBurst, accountEvery = 40, 2 * time.Second
	sourceBurst, sourceEvery   = 100, 500 * time.Millisecond

	remembered = 10_000 // of each of them
)

// pair is an account and where somebody tries to get into it from.
type pair struct{ source, account string }

// failures counts wrong passwords. It is memory only: a restart forgives.
type failures struct {
	now      func() time.Time
	pairs    *lru.Map[pair, *rate.Limiter]
	accounts *lru.Map[string, *rate.Limiter]
	sources  *lru.Map[string, *rate.Limiter]
	// known are the pairs that got in before. An attack from elsewhere on the account, or
	// on others from the same address, does not keep them out.
	known *lru.Map[pair, struct{}]
}

func newFailures(now func() time.Time) *failures {
	return &failures{now, lru.New[pair, *rate.Limiter](remembered), lru.New[string, *rate.Limiter](remembered),
		lru.New[string, *rate.Limiter](remembered), lru.New[pair, struct{}](remembered)}
}

// check refuses an attempt after too many failures. Errors: RateLimited.
func (f *failures) check(p pair) error {
	const op = "identity.failures.check"
	wait := f.waitOf(f.pairs.Get(p))
	if _, known := f.known.Get(p); !known {
		wait = max(wait, f.waitOf(f.accounts.Get(p.account)), f.waitOf(f.sources.Get(p.source)))
	}
	if wait == 0 {
		return nil
	}
	wait = wait.Truncate(time.Second) + time.Second
	return errs.RetryIn(op, wait, "Too many wrong passwords; try again in %d seconds.", wait/time.Second)
}

// waitOf gives how long it takes until a limiter lets one more through.
func (f *failures) waitOf(l *rate.Limiter, ok bool) time.Duration {
	if !ok {
		return 0
	}
	lacking := 1 - l.TokensAt(f.now())
	if lacking <= 0 {
		return 0
	}
	return time.Duration(lacking / float64(l.Limit()) * float64(time.Second))
}

// failed counts a wrong password.
func (f *failures) failed(p pair) {
	count(f.pairs, p, pairEvery, pairBurst, f.now())
	count(f.accounts, p.account, accountEvery, accountBurst, f.now())
	count(f.sources, p.source, sourceEvery, sourceBurst, f.now())
}

// succeeded remembers that an account is used from there.
func (f *failures) succeeded(p pair) { f.known.Put(p, struct{}{}) }

func count[K comparable](m *lru.Map[K, *rate.Limiter], key K, every time.Duration, burst int, now time.Time) {
	m.GetOrPut(key, func() *rate.Limiter { return rate.NewLimiter(rate.Every(every), burst) }).AllowN(now, 1)
}
