package templates

import "strconv"

// RevokeAll offers to revoke what still acts for an account after its password was changed.
type RevokeAll struct {
	Page
	Tokens, Links int
}

// outstanding says what still works: "3 tokens and 1 download link".
func (p RevokeAll) outstanding() string {
	count := func(n int, what string) string {
		if n == 1 {
			return "1 " + what
		}
		return strconv.Itoa(n) + " " + what + "s"
	}
	switch {
	case p.Links == 0:
		return count(p.Tokens, "token")
	case p.Tokens == 0:
		return count(p.Links, "download link")
	}
	return count(p.Tokens, "token") + " and " + count(p.Links, "download link")
}
