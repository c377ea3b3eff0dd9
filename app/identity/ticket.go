package identity

import (
	"context"
	"encoding/binary"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// TicketLife is how long after it was given out a ticket opens a download. One that has
// begun may take longer.
const TicketLife = time.Hour

// holder is who was given a signed address, by what, and until when it is good.
type holder struct {
	User    int64 // 0 is anonymous
	Token   string
	Expires int64 // in Unix time
}

// ticket is the right to download one image, as part of an address, for clients which
// send no credentials with a download. It is a user's right and ends with it.
type ticket struct {
	Image int64
	holder
}

// maxTicket bounds the text of a ticket.
const maxTicket = 256

// SignTicket gives the text of a ticket, which fits into an address, by which an actor
// may read an image during TicketLife.
func (s *Service) SignTicket(actor model.Actor, image int64) string {
	t := ticket{image, s.holder(actor)}
	var b []byte
	b = binary.AppendVarint(b, t.Image)
	b = binary.AppendVarint(b, t.User)
	b = binary.AppendVarint(b, t.Expires)
	b = append(b, t.Token...)
	return seal(s.ticketKey, b)
}

func (s *Service) holder(actor model.Actor) holder {
	return holder{actor.UserID, actor.Token, s.now().Add(TicketLife).Unix()}
}

// OpenTicket gives the image of a ticket, and an actor who may do no more than read it,
// and only if the user who got the ticket still may. Errors: Unauthenticated.
func (s *Service) OpenTicket(ctx context.Context, text string) (image int64, actor model.Actor, err error) {
	const op = "identity.OpenTicket"
	t, ok := s.parseTicket(text)
	if !ok {
		return 0, model.Actor{}, errs.E(op, errs.Unauthenticated, "This download link is incomplete. Request the image again.")
	}
	actor, err = s.actorOfHolder(ctx, t.holder, model.ScopeRead, downloadLink)
	return t.Image, actor, errs.Wrap(op, err)
}

// signedKind is what something signed is called, and what to do when it is no longer good.
type signedKind struct{ name, advice string }

var (
	downloadLink = signedKind{"download link", "Request the image again."}
	uploadLink   = signedKind{"upload link", "Start the upload again."}
	accessToken  = signedKind{"access token", "Sign in again."} // as Docker's documentation calls a pass
)

// actorOfHolder gives the holder of a signed address as he is now, with no more than a scope.
func (s *Service) actorOfHolder(ctx context.Context, h holder, scope model.Scope, kind signedKind) (model.Actor, error) {
	const op = "identity.actorOfHolder"
	if expired(time.Unix(h.Expires, 0), s.now()) {
		return model.Actor{}, errs.E(op, errs.Unauthenticated, "This %s has expired. %s", kind.name, kind.advice)
	}
	if h.User == 0 {
		return model.Anonymous, nil
	}
	actor, err := s.findHolder(ctx, h)
	if errs.Is(err, errs.NotFound) {
		return model.Actor{}, errs.E(op, errs.Unauthenticated, "This %s is no longer valid. %s", kind.name, kind.advice)
	}
	actor.Scope &= scope
	return actor, err
}

// findHolder finds the user of a signed address, by the token that he used if he used one.
// Errors: NotFound if either is gone.
func (s *Service) findHolder(ctx context.Context, h holder) (actor model.Actor, err error) {
	gone := errs.E("identity.findHolder", errs.NotFound, "The user or the token is gone.")
	err = s.db.View(ctx, func(tx *store.Tx) error {
		u, err := tx.User(ctx, h.User)
		if err != nil {
			return err
		}
		if u.Disabled {
			return gone
		}
		if h.Token == "" {
			actor = actorOf(u, model.ByTicket)
			return nil
		}
		k, err := tx.Token(ctx, h.Token)
		if err != nil {
			return err
		}
		if k.UserID != u.ID || expired(k.Expires, s.now()) {
			return gone
		}
		actor = tokenActor(k, model.ByTicket)
		return nil
	})
	return actor, err
}

// parseTicket reads what SignTicket gives; ok is false for all else.
func (s *Service) parseTicket(text string) (t ticket, ok bool) {
	b, ok := unseal(s.ticketKey, text, maxTicket)
	if !ok {
		return ticket{}, false
	}
	for _, field := range []*int64{&t.Image, &t.User, &t.Expires} {
		v, n := binary.Varint(b)
		if n <= 0 {
			return ticket{}, false
		}
		*field, b = v, b[n:]
	}
	t.Token = string(b)
	return t, true
}
