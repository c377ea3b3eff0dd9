package httpx

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"sregistry/app/model"
)

// clientAddress finds the address that a request came from. X-Forwarded-For is read from
// its end, where the proxies nearest to us have written, and only as far as they are
// trusted: anybody can send the rest.
func clientAddress(proxies []netip.Prefix) echo.IPExtractor {
	trusted := func(a netip.Addr) bool { return trusts(proxies, a) }
	return func(r *http.Request) string {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return r.RemoteAddr
		}
		client := peer.Addr().Unmap().WithZone("")
		if !trusted(client) { // as it is for most sites, and every request comes by here
			return client.String()
		}
		hops := strings.Split(strings.Join(r.Header.Values(echo.HeaderXForwardedFor), ","), ",")
		for _, hop := range slices.Backward(hops) {
			if !trusted(client) {
				break
			}
			before, err := netip.ParseAddr(strings.TrimSpace(hop))
			if err != nil {
				break
			}
			client = before.Unmap().WithZone("")
		}
		return client.String()
	}
}

// trusts reports whether an address is a proxy's that is believed.
func trusts(proxies []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Source names where a request came from, as far as it counts as one place: the address,
// or for IPv6 its network of 64 bits, of which one machine has all addresses.
func Source(c echo.Context) string {
	a, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return c.RealIP()
	}
	if a.Is4() {
		return a.String()
	}
	network, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return network.String()
}

// SetActor notes who makes a request, for Actor and the log.
func SetActor(c echo.Context, a model.Actor) { c.Set(actorKey, a) }

// Actor gives who makes a request, with where the request came from; Anonymous if nobody
// noted it.
func Actor(c echo.Context) model.Actor {
	a, _ := c.Get(actorKey).(model.Actor)
	a.Source, a.Request = c.RealIP(), RequestID(c)
	return a
}
