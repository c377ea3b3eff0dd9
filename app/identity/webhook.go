package identity

import "strconv"

// webhookSecretSize is how many bytes a webhook's secret has.
const webhookSecretSize = 32

// WebhookSecret computes the secret of a webhook from its salt and its id, as a token's
// text is computed: the database alone gives nobody the means to sign.
func (s *Service) WebhookSecret(salt []byte, id int64) ([]byte, error) {
	return s.key.subkey(salt, hookLabel+strconv.FormatInt(id, 10), webhookSecretSize)
}
