package identity

import (
	"context"
	"encoding/json"

	sums "github.com/opencontainers/go-digest"

	"sregistry/app/errs"
	"sregistry/app/model"
)

// maxUploadTicket bounds the text of an UploadTicket.
const maxUploadTicket = 2048

// UploadTicket is the right to send some bytes of one upload, as part of an address, for
// clients which send no credentials with the bytes. It is a user's right and ends with it.
type UploadTicket struct {
	Upload    string      // its id
	Container string      // full name of where it goes
	Offset    int64       // where the bytes begin
	Size      int64       // how many they are
	Digest    sums.Digest // that the bytes must have; empty if the client did not say
	Whole     bool        // they are all of the upload
}

// signedUpload is what is signed.
type signedUpload struct {
	UploadTicket
	holder
}

// SignUpload gives the text of a ticket, which fits into an address, by which an actor may
// send the bytes that t describes; he has to begin within TicketLife.
func (s *Service) SignUpload(actor model.Actor, t UploadTicket) string {
	b, err := json.Marshal(signedUpload{t, s.holder(actor)})
	if err != nil {
		panic("identity: a struct of strings and numbers did not marshal: " + err.Error())
	}
	return seal(s.uploadKey, b)
}

// OpenUpload gives what a text of SignUpload allows, and an actor who may do no more than
// read and write, and only if the user who got it still may. Errors: Unauthenticated.
func (s *Service) OpenUpload(ctx context.Context, text string) (UploadTicket, model.Actor, error) {
	const op = "identity.OpenUpload"
	t, ok := s.parseUpload(text)
	if !ok {
		return UploadTicket{}, model.Actor{}, errs.E(op, errs.Unauthenticated, "This upload link is incomplete. Push the image again.")
	}
	actor, err := s.actorOfHolder(ctx, t.holder, model.ScopeRead|model.ScopeWrite, uploadLink)
	if err != nil {
		return UploadTicket{}, model.Actor{}, errs.Wrap(op, err)
	}
	return t.UploadTicket, actor, nil
}

// parseUpload reads what SignUpload gives; ok is false for all else.
func (s *Service) parseUpload(text string) (t signedUpload, ok bool) {
	b, ok := unseal(s.uploadKey, text, maxUploadTicket)
	if !ok || json.Unmarshal(b, &t) != nil {
		return signedUpload{}, false
	}
	return t, true
}
