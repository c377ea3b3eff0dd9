package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/store"
)

// TicketLife is how long after it was given out a ticket opens a download. One that has
// begun may take longer.
const TicketLife = time.Hour

// ticket is the right to download one image, as part of an address, for clients which
// send no credentials with a download. It is a user's right and ends with it.
type ticket struct {
	Image   int64
	User    int64 // 0 is anonymous
	Expires int64 // in Unix time
	Token   string
}

// maxTicket bounds the text of a ticket.
const maxTicket = 256

// SignTicket gives the text of a ticket, which fits into an address, by which an actor
// may read an image during TicketLife.
func (s *Service) SignTicket(actor model.Actor, image int64) string {
	t := ticket{Image: image, User: actor.UserID, Expires: s.now().Add(TicketLife).Unix(), Token: actor.Token}
	var b []byte
	b = binary.AppendVarint(b, t.Image)
	b = binary.AppendVarint(b, t.User)
	b = binary.AppendVarint(b, t.Expires)
	b = append(b, t.Token...)
	return base64.RawURLEncoding.EncodeToString(append(s.ticketMAC(b), b...))
}

// OpenTicket gives the image of a ticket, and an actor who may do no more than read it,
// and only if the user who got the ticket still may. Errors: Unauthenticated.
func (s *Service) OpenTicket(ctx context.Context, text string) (image int64, actor model.Actor, err error) {
	const op = "identity.OpenTicket"
	t, ok := s.parseTicket(text)
	if !ok {
		return 0, model.Actor{}, errs.E(op, errs.Unauthenticated, "This download link is not whole; ask for the image again.")
	}
	if expired(time.Unix(t.Expires, 0), s.now()) {
		return 0, model.Actor{}, errs.E(op, errs.Unauthenticated, "This download link has expired; ask for the image again.")
	}
	if t.User == 0 {
		return t.Image, model.Anonymous, nil
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		actor, err = s.ticketHolder(ctx, tx, t)
		return err
	})
	if err != nil {
		return 0, model.Actor{}, errs.Wrap(op, err)
	}
	return t.Image, actor, nil
}

// ticketHolder is the user of a ticket as he is now.
func (s *Service) ticketHolder(ctx context.Context, tx *store.Tx, t ticket) (model.Actor, error) {
	const op = "identity.ticketHolder"
	gone := errs.E(op, errs.Unauthenticated, "This download link is not good any more; ask for the image again.")
	u, err := tx.User(ctx, t.User)
	if errs.Is(err, errs.NotFound) || err == nil && u.Disabled {
		return model.Actor{}, gone
	}
	if err != nil {
		return model.Actor{}, err
	}
	a := actorOf(u, model.ByTicket)
	if t.Token != "" {
		k, err := tx.Token(ctx, t.Token)
		if errs.Is(err, errs.NotFound) || err == nil && (k.UserID != u.ID || expired(k.Expires, s.now())) {
			return model.Actor{}, gone
		}
		if err != nil {
			return model.Actor{}, err
		}
		a = tokenActor(k, model.ByTicket)
	}
	a.Scope &= model.ScopeRead
	return a, nil
}

// parseTicket reads what SignTicket gives; ok is false for all else.
func (s *Service) parseTicket(text string) (t ticket, ok bool) {
	if len(text) > maxTicket {
		return ticket{}, false
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < sha256.Size {
		return ticket{}, false
	}
	sum, b := b[:sha256.Size], b[sha256.Size:]
	if !hmac.Equal(sum, s.ticketMAC(b)) {
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

func (s *Service) ticketMAC(b []byte) []byte {
	m := hmac.New(sha256.New, s.ticketKey)
	m.Write(b)
	return m.Sum(nil)
}
