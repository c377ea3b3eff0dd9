package identity

import (
	"time"

	"golang.org/x/time/rate"

	"sregistry/app/errs"
	"sregistry/app/lru"
)

// maxCached is how many of each kind are cached: failures, verified credentials.
const maxCached = 10_000

// threshold is how many failures may come at once, and how long one takes to be forgiven.
type threshold struct {
	burst int
	every time.Duration
}

// thresholds are those of one kind of credential. What is counted is failures only; good
// credentials are never slowed by their number.
type thresholds struct {
	pair    threshold // an account from one source: a person mistypes, a guesser guesses
	account threshold // an account from everywhere: a guesser with many addresses
	// source is a source for all accounts: a guesser with a list of names. It may be the
	// address of a whole cluster, so it is generous.
	source threshold
}

var (
	passwordThresholds = thresholds{threshold{8, 8 * time.Second}, threshold{40, 2 * time.Second}, threshold{100, 500 * time.Millisecond}}
	// signatureThresholds bound work, since nobody guesses a token: each wrong signature
	// costs maxHMACTokens derivations. A cluster whose jobs all hold an old token must not
	// keep its other users out.
	signatureThresholds = thresholds{threshold{40, 250 * time.Millisecond}, threshold{400, 10 * time.Millisecond}, threshold{1000, 5 * time.Millisecond}}
)

// loginSource is an account and where somebody tries to get into it from.
type loginSource struct{ source, account string }

// loginThrottle counts wrong credentials of one kind. It is memory only: a restart forgives.
type loginThrottle struct {
	now      func() time.Time
	limits   thresholds
	refusal  string // what a caller is told, with a number of seconds
	pairs    *lru.Map[loginSource, *rate.Limiter]
	accounts *lru.Map[string, *rate.Limiter]
	sources  *lru.Map[string, *rate.Limiter]
	// known are the pairs that got in before. An attack from elsewhere on the account, or
	// on others from the same address, does not keep them out.
	known *lru.Map[loginSource, struct{}]
}

func newLoginThrottle(now func() time.Time, limits thresholds, refusal string) *loginThrottle {
	return &loginThrottle{now, limits, refusal, lru.New[loginSource, *rate.Limiter](maxCached), lru.New[string, *rate.Limiter](maxCached),
		lru.New[string, *rate.Limiter](maxCached), lru.New[loginSource, struct{}](maxCached)}
}

// check refuses an attempt after too many failures. Errors: RateLimited.
func (f *loginThrottle) check(p loginSource) error {
	const op = "identity.loginThrottle.check"
	wait := f.delay(f.pairs.Get(p))
	if _, known := f.known.Get(p); !known {
		wait = max(wait, f.delay(f.accounts.Get(p.account)), f.delay(f.sources.Get(p.source)))
	}
	if wait == 0 {
		return nil
	}
	wait = wait.Truncate(time.Second) + time.Second
	return errs.RetryIn(op, wait, f.refusal, wait/time.Second)
}

// delay gives how long it takes until a limiter lets one more through.
func (f *loginThrottle) delay(l *rate.Limiter, ok bool) time.Duration {
	if !ok {
		return 0
	}
	lacking := 1 - l.TokensAt(f.now())
	if lacking <= 0 {
		return 0
	}
	return time.Duration(lacking / float64(l.Limit()) * float64(time.Second))
}

// recordFailure counts a failure.
func (f *loginThrottle) recordFailure(p loginSource) {
	count(f.pairs, p, f.limits.pair, f.now())
	count(f.accounts, p.account, f.limits.account, f.now())
	count(f.sources, p.source, f.limits.source, f.now())
}

// recordSuccess notes that an account is used from there.
func (f *loginThrottle) recordSuccess(p loginSource) { f.known.Put(p, struct{}{}) }

func count[K comparable](m *lru.Map[K, *rate.Limiter], key K, t threshold, now time.Time) {
	m.GetOrPut(key, func() *rate.Limiter { return rate.NewLimiter(rate.Every(t.every), t.burst) }).AllowN(now, 1)
}
