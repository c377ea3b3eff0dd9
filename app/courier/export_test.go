package courier

import "net"

// Ask makes a courier look up names at another resolver.
func (c *Courier) Ask(r *net.Resolver) { c.dialer.Resolver = r }
