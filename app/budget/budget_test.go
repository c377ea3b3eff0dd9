package budget_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sregistry/app/budget"
	"sregistry/app/errs"
)

const mib = 1 << 20

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantHeld(t *testing.T, b *budget.Budget, bytes int64) {
	t.Helper()
	if got := b.Held(); got != bytes {
		t.Errorf("%d bytes are held, not %d", got, bytes)
	}
}

func TestShareHoldsWhatItTakes(t *testing.T) {
	t.Parallel()
	b := budget.New(64 * mib)
	s := b.Open()
	ctx := budget.With(t.Context(), s)
	for _, step := range []struct {
		what string
		do   func() error
		held int64
	}{
		{"what is free", func() error { return budget.Take(ctx, budget.Free) }, 0},
		{"a little", func() error { return budget.Take(ctx, 100<<10) }, 100 << 10},
		{"less", func() error { return budget.Take(ctx, 50<<10) }, 100 << 10},
		{"a little more", func() error { return budget.More(ctx, 100<<10) }, 200 << 10},
		{"much", func() error { return budget.Take(ctx, 4*mib) }, 4 * mib},
		{"more", func() error { return budget.More(ctx, 4*mib) }, 8 * mib},
		{"less again", func() error { s.Trim(100 << 10); return nil }, 100 << 10},
		{"a little besides", func() error { return budget.Take(ctx, 200<<10) }, 200 << 10},
		{"next to nothing", func() error { s.Trim(10); return nil }, 0},
		{"a little besides what is free", func() error { return budget.More(ctx, 10<<10) }, 26 << 10},
		{"more than there is", func() error { return budget.Take(ctx, 1000*mib) }, 64*mib - 64*mib/5},
		{"nothing", func() error { s.Close(); s.Close(); return nil }, 0},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		wantHeld(t, b, step.held)
	}
	must(t, budget.Take(t.Context(), 1000*mib)) // nobody counts that
	if budget.New(0).Size() != budget.Least {
		t.Error("a budget of nothing")
	}
}

// Who asks for much waits in turn, for a while; who asks for little does not wait behind them.
func TestLargeOnesWaitAndSmallOnesDoNot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := budget.New(20 * mib) // 16 for large ones
		first, second, third, little := b.Open(), b.Open(), b.Open(), b.Open()
		must(t, first.Take(t.Context(), 10*mib))
		var order []string
		var all sync.WaitGroup
		all.Go(func() {
			if err := second.Take(t.Context(), 12*mib); err != nil {
				t.Error(err)
			}
			order = append(order, "second")
			second.Close()
		})
		synctest.Wait()
		all.Go(func() { // there would be enough, but it is not its turn
			if err := third.Take(t.Context(), 5*mib); err != nil {
				t.Error(err)
			}
			order = append(order, "third")
			third.Close()
		})
		synctest.Wait()
		must(t, little.Take(t.Context(), budget.Small))
		order = append(order, "little")
		first.Close()
		all.Wait()
		if len(order) != 3 || order[0] != "little" || order[1] != "second" {
			t.Errorf("they came in the order %v", order)
		}
		little.Close()
		wantHeld(t, b, 0)
	})
}

func TestNobodyWaitsForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := budget.New(20 * mib)
		first, second := b.Open(), b.Open()
		must(t, first.Take(t.Context(), 16*mib))
		for name, patience := range map[string]time.Duration{"as usual": 10 * time.Second, "patiently": time.Minute} {
			began := time.Now()
			second.Patient(patience)
			err := second.Take(t.Context(), 1*mib)
			if !errs.Is(err, errs.Unavailable) || errs.Message(err) == "" || errs.RetryAfter(err) == 0 {
				t.Errorf("%s: %v", name, err)
			}
			if waited := time.Since(began); waited != patience {
				t.Errorf("%s: it waited for %s", name, waited)
			}
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if err := second.Take(gone, 1*mib); !errs.Is(err, errs.Canceled) {
			t.Errorf("who has left: %v", err)
		}
		if b.Refused() != 2 {
			t.Errorf("%d were refused", b.Refused())
		}
		wantHeld(t, b, 16*mib)
	})
}

// Two that hold much and want more do not wait for each other.
func TestWhoHoldsMuchDoesNotWaitForMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := budget.New(20 * mib)
		one, other := b.Open(), b.Open()
		must(t, one.Take(t.Context(), 8*mib))
		must(t, other.Take(t.Context(), 8*mib))
		began := time.Now()
		if err := one.More(t.Context(), 1*mib); !errs.Is(err, errs.Unavailable) {
			t.Error(err)
		}
		if time.Since(began) != 0 {
			t.Error("it waited")
		}
		other.Close()
		must(t, one.More(t.Context(), 1*mib))
		wantHeld(t, b, 9*mib)
	})
}

// However shares come and go, no more is held than there is, and nothing stays behind.
func TestBudgetIsNeverPassed(t *testing.T) {
	t.Parallel()
	b := budget.New(16 * mib)
	var all sync.WaitGroup
	for worker := range 16 {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 1))
			for range 200 {
				s := b.Open()
				s.Patient(time.Millisecond)
				for range 4 {
					bytes := r.Int64N(6 * mib)
					switch r.IntN(4) {
					case 0:
						s.Trim(bytes)
					case 1:
						_ = s.More(t.Context(), bytes)
					case 2:
						_ = s.Take(t.Context(), bytes/32)
					default:
						_ = s.Take(t.Context(), bytes)
					}
					if held := b.Held(); held > b.Size() || held < 0 {
						t.Errorf("%d bytes of %d are held", held, b.Size())
					}
				}
				s.Close()
			}
		})
	}
	all.Wait()
	wantHeld(t, b, 0)
}
