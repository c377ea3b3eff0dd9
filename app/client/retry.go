package client

import (
	"context"
	"time"

	"sregistry/app/errs"
)

// maxTries is how often in a row a transfer is taken up again without getting any further.
const maxTries = 6

// longestAsked is how long it is waited at most because a server asks for it.
const longestAsked = 5 * time.Minute

// persist runs a step of a transfer until it succeeds, fails for good or for long, or has
// failed too often in a row without progress. A step reports how far the transfer has come,
// and goes on from there when it is called again.
func (c *Client) persist(ctx context.Context, step func() (reached int64, err error)) error {
	furthest, tries := int64(-1), 0
	for {
		reached, err := step()
		if err == nil || !passing(err) || errs.RetryAfter(err) > longestAsked {
			return err
		}
		if reached > furthest {
			furthest, tries = reached, 0
		}
		if tries++; tries >= maxTries {
			return err
		}
		if err := c.pause(ctx, tries, errs.RetryAfter(err)); err != nil {
			return err
		}
	}
}

// passing reports whether an error may go away by itself.
func passing(err error) bool { return errs.Is(err, errs.Unavailable) || errs.Is(err, errs.RateLimited) }

// pause waits, longer with every try, and at least as long as the server asked for.
func (c *Client) pause(ctx context.Context, tries int, atLeast time.Duration) error {
	wait := max(min(c.options.Pause<<(tries-1), longestPause), atLeast)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return errs.Because("client.pause", errs.Canceled, ctx.Err(), "Interrupted.")
	case <-timer.C:
		return nil
	}
}
