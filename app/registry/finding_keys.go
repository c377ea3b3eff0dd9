package registry

import (
	"context"
	"strconv"
	"strings"

	"sregistry/app/access"
	"sregistry/app/budget"
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
	// maxKeysSize bounds the names, or the packets, of all of them together, in bytes. keySize is
	// what a key takes besides, and keyFactor how many times that an answer takes in memory:
	// names are written with escapes.
	maxKeysSize = 1 << 20
	keySize     = 512
	keyFactor   = 8
	// maxKeySearch bounds the text that is searched for, in bytes.
	maxKeySearch = 256
)

// FindKeys lists keys by fingerprint, by key id of 64 or 32 bits, or by a text in a user
// id, at most limit, and fewer of those with long names. Keys are found by their subkeys too.
// The list does not say who added a key. Errors: Invalid, Unavailable, and Unauthenticated
// where nothing is shown without sign-in.
func (s *Service) FindKeys(ctx context.Context, actor model.Actor, search string, limit int) ([]model.Key, error) {
	const op = "registry.FindKeys"
	rows, err := s.findKeys(ctx, actor, search, min(limit, MaxKeys), false)
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
	rows, err := s.findKeys(ctx, actor, search, maxKeysSent, true)
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

func (s *Service) findKeys(ctx context.Context, actor model.Actor, search string, limit int, packets bool) ([]store.KeyRow, error) {
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
	var found []store.KeySize
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if isHex && (marked || len(digits) >= 8) {
			if found, err = keysByDigits(ctx, tx, digits, limit); err != nil || marked || len(found) > 0 {
				return err
			}
		}
		found, err = tx.KeysByName(ctx, search, 0, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.readKeys(ctx, found, packets)
}

// readKeys reads the first of some keys: as many as an answer holds, and one at least.
func (s *Service) readKeys(ctx context.Context, found []store.KeySize, packets bool) (rows []store.KeyRow, err error) {
	var ids []int64
	var size int64
	for _, k := range found {
		size += keySize + k.Names
		if packets {
			size += k.Packets
		}
		if len(ids) > 0 && size > maxKeysSize {
			break
		}
		ids = append(ids, k.ID)
	}
	if err := budget.Take(ctx, keyFactor*min(size, maxKeysSize)); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		rows, err = tx.Keys(ctx, ids, packets)
		return err
	})
	return rows, err
}

// keysByDigits finds keys by the digits of a number. Clients leave out the zeros that it
// begins with: so digits are counted as those of the next longer form.
func keysByDigits(ctx context.Context, tx *store.Tx, digits string, limit int) ([]store.KeySize, error) {
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
