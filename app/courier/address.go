package courier

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"syscall"
)

// errForbidden is why a connection is not made.
var errForbidden = errors.New("the address is not a public one")

// closed are the networks besides those that package netip knows which are not the
// public internet (IANA's registries of special addresses, RFC 6890).
var closed = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this network
	netip.MustParsePrefix("100.64.0.0/10"),   // behind a carrier
	netip.MustParsePrefix("192.0.0.0/24"),    // protocols
	netip.MustParsePrefix("192.0.2.0/24"),    // examples
	netip.MustParsePrefix("192.88.99.0/24"),  // relays of 6to4
	netip.MustParsePrefix("198.18.0.0/15"),   // measurements
	netip.MustParsePrefix("198.51.100.0/24"), // examples
	netip.MustParsePrefix("203.0.113.0/24"),  // examples
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, and broadcast
	netip.MustParsePrefix("::/96"),           // IPv4 in IPv6, as it was
	netip.MustParsePrefix("64:ff9b:1::/48"),  // translation within a network
	netip.MustParsePrefix("100::/64"),        // for nobody
	netip.MustParsePrefix("2001::/23"),       // protocols, and Teredo, which hides an IPv4 address
	netip.MustParsePrefix("2001:db8::/32"),   // examples
	netip.MustParsePrefix("fec0::/10"),       // site-local, as it was
}

// Those in which an IPv4 address stands.
var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96")
	sixFour = netip.MustParsePrefix("2002::/16")
)

// examine refuses a connection to where a courier may not go. It is called with the address
// that the connection is being made to, after all looking up of names.
func (c *Courier) examine(_ context.Context, _, address string, _ syscall.RawConn) error {
	if c.private {
		return nil
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return errors.Join(errForbidden, err)
	}
	if !Public(to.Addr()) || isOwn(to.Addr()) {
		return errForbidden
	}
	return nil
}

// Public reports whether an address is one of the public internet. One that holds an IPv4
// address is what that is.
func Public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if bytes := a.As16(); nat64.Contains(a) {
		a = netip.AddrFrom4([4]byte(bytes[12:16]))
	} else if sixFour.Contains(a) {
		a = netip.AddrFrom4([4]byte(bytes[2:6]))
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !a.IsLoopback() &&
		!slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// isOwn reports whether an address is this machine's; if that cannot be found out, it is.
func isOwn(a netip.Addr) bool {
	own, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	a = a.WithZone("").Unmap()
	return slices.ContainsFunc(own, func(n net.Addr) bool {
		p, err := netip.ParsePrefix(n.String())
		return err == nil && p.Addr().Unmap() == a
	})
}
