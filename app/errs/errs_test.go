package errs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sregistry/app/errs"
)

func TestKindAndSentenceSurviveTheWayUp(t *testing.T) {
	t.Parallel()
	err := errs.E("store.X", errs.NotFound, "There is no %q.", "lab")
	err = errs.Wrap("web.Y", fmt.Errorf("more: %w", errs.Wrap("registry.X", err)))
	if errs.KindOf(err) != errs.NotFound || errs.Message(err) != `There is no "lab".` {
		t.Errorf("%v: %s, %q", err, errs.KindOf(err), errs.Message(err))
	}
}

func TestInternalErrorsNeverReachAPerson(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		errors.New("dial tcp: secret"),
		errs.Wrap("x", errors.New("secret")),
		errs.Because("x", errs.Internal, errors.New("secret"), "secret %s", "too"),
		errs.Wrap("y", errs.E("x", errs.Internal, "secret")),
	} {
		if errs.KindOf(err) != errs.Internal || errs.Message(err) != "" {
			t.Errorf("%v: %q", err, errs.Message(err))
		}
	}
}

func TestAReplacedKindHidesTheCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk: EIO")
	err := errs.Because("x", errs.NoSpace, cause, "The disk is full.")
	if !errors.Is(err, cause) || errs.Message(err) != "The disk is full." {
		t.Errorf("%v: %q", err, errs.Message(err))
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	if errs.Wrap("x", nil) != nil || errs.Is(nil, errs.Internal) {
		t.Error("no error became one")
	}
	if errs.KindOf(errs.Wrap("x", context.Canceled)) != errs.Canceled {
		t.Error("a canceled context is not Canceled")
	}
	for k := errs.Internal; k <= errs.BlobUnknown; k++ {
		if errs.ParseKind(k.String()) != k {
			t.Errorf("%s does not come back", k)
		}
	}
	if wait := errs.RetryAfter(errs.Wrap("y", errs.RetryIn("x", time.Minute, "Wait."))); wait != time.Minute {
		t.Errorf("wait %s", wait)
	}
}

func TestSentenceSurvivesJoining(t *testing.T) {
	t.Parallel()
	err := errs.E("x.Open", errs.Conflict, "Somebody has it.")
	joined := errs.Wrap("app.serve", errors.Join(nil, errs.Wrap("app.open", errors.Join(err, errors.New("also not closed")))))
	if !errs.Is(joined, errs.Conflict) || errs.Message(joined) != "Somebody has it." {
		t.Errorf("%v, %q", errs.KindOf(joined), errs.Message(joined))
	}
}
