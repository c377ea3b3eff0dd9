package client

import "sregistry/app/client/trust"

// ParseRange lets the tests see how an upload's Range is read.
var ParseRange = parseRange

// PretendToBe makes a client judge files as another user would.
func PretendToBe(c *Client, uid int) { c.me = trust.User(uid) }
