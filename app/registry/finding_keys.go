package registry

import (
	"context"
	"strconv"
	"strings"

	"sregistry/app/access"
	"sregistry/app/errs"
	"sregistry/app/model"
	"sregistry/app/pgp"
	"sregistry/app/store"
)

// The bounds of a search for keys.
const (
	// MaxKeys bounds the keys that are listed.
	MaxKeys = 256
	// maxKeysSent bounds the keys that are given out whole.
	maxKeysSent = 50
	// maxKeySearch bounds the text that is searched for, in bytes.
	maxKeySearch = 256
)

// FindKeys lists keys by fingerprint, by key id of 64 or 32 bits, or by a text in a user
// id, at most limit. Keys are found by their subkeys too. The list does not say who added a key.
// Errors: Invalid, and Unauthenticated where nothing is shown without sign-in.
func (s *Service) FindKeys(ctx context.Context, actor model.Actor, search string, limit int) ([]model.Key, error) {
	const op = "registry.FindKeys"
	rows, err := s.findKeys(ctx, actor, search, min(limit, MaxKeys))
	var list []model.Key
	for _, k := range rows {
		list = append(list, k.Key)
	}
	return list, errs.Wrap(op, err)
}

// ArmoredKeys gives the keys that FindKeys would find as one armored block. Errors: those
// of FindKeys, NotFound.
func (s *Service) ArmoredKeys(ctx context.Context, actor model.Actor, search string) (string, error) {
	const op = "registry.ArmoredKeys"
	rows, err := s.findKeys(ctx, actor, search, maxKeysSent)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	if len(rows) == 0 {
		return "", errs.E(op, errs.NotFound, "There is no such key here.")
	}
	var packets [][]byte
	for _, k := range rows {
		packets = append(packets, k.Packets)
	}
	text, err := pgp.Armor(packets...)
	return text, errs.Wrap(op, err)
}

func (s *Service) findKeys(ctx context.Context, actor model.Actor, search string, limit int) (rows []store.KeyRow, err error) {
	const op = "registry.findKeys"
	if err := keyVerdict(op, access.CanFindKeys(actor, s.Settings().SignIn)); err != nil {
		return nil, err
	}
	search = strings.TrimSpace(search)
	if search == "" || len(search) > maxKeySearch {
		return nil, errs.E(op, errs.Invalid, "Search for a fingerprint, a key id or a text in a user id, of %d bytes at most.", maxKeySearch)
	}
	digits, marked := strings.CutPrefix(strings.ToUpper(search), "0X")
	isHex := digits != "" && len(digits) <= 40 && strings.Trim(digits, "0123456789ABCDEF") == ""
	if marked && !isHex {
		return nil, errs.E(op, errs.Invalid, "After 0x come 40 hexadecimal digits of a fingerprint, or 16 or 8 of a key id.")
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if isHex && (marked || len(digits) >= 8) {
			if rows, err = keysByDigits(ctx, tx, digits, limit); err != nil || marked || len(rows) > 0 {
				return err
			}
		}
		rows, err = tx.KeysByName(ctx, search, 0, limit)
		return err
	})
	return rows, err
}

// keysByDigits finds keys by the digits of a number. Clients leave out the zeros that it
// begins with: so digits are counted as those of the next longer form.
func keysByDigits(ctx context.Context, tx *store.Tx, digits string, limit int) ([]store.KeyRow, error) {
	if len(digits) > 16 {
		return tx.KeysByFingerprint(ctx, strings.Repeat("0", 40-len(digits))+digits)
	}
	number, err := strconv.ParseUint(digits, 16, 64)
	if err != nil {
		return nil, errs.Wrap("registry.keysByDigits", err)
	}
	return tx.KeysByNumber(ctx, number, len(digits) <= 8, limit)
}

// ParseFingerprint reads the fingerprint of a key as people write it: in any case, with
// "0x" before it or spaces in it. Errors: Invalid.
func ParseFingerprint(text string) (string, error) {
	digits := strings.TrimPrefix(strings.ToUpper(strings.ReplaceAll(text, " ", "")), "0X")
	if len(digits) != 40 || strings.Trim(digits, "0123456789ABCDEF") != "" {
		return "", errs.E("registry.ParseFingerprint", errs.Invalid, "%.60q is no fingerprint of a key; write its 40 hexadecimal digits, as apptainer key list shows them.", text)
	}
	return digits, nil
}
