package httpx

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"
)

// Served is a request that is over, for whoever counts them. What stands in it comes from
// the table of routes and never from the caller, except for the numbers.
type Served struct {
	Door, Method, Route string // of the table; Door is "none" where there was no route
	Status              int
	Took                time.Duration
	Received, Sent      int64 // bytes of the bodies
}

// none stands for what is not in the table of routes.
const none = "none"

func served(c echo.Context, r *request, status int, took time.Duration) Served {
	m := mountOf(c)
	s := Served{Door: m.Door, Method: m.Method, Route: m.Path, Status: status, Took: took, Received: r.received(), Sent: c.Response().Size}
	if m.Path == "" {
		s.Door, s.Method, s.Route = none, none, none
	}
	return s
}

// received gives how many bytes of a request's body were read.
func (r *request) received() int64 {
	if r.body == nil {
		return 0
	}
	return r.body.read
}

// maxRequestID bounds the id that a proxy gives a request.
const maxRequestID = 64

// proxyID gives the id that a request has from a proxy which is trusted, so that both
// write the same into their logs; "" if it has none that can stand there.
func proxyID(r *http.Request, proxies []netip.Prefix) string {
	id := r.Header.Get(echo.HeaderXRequestID)
	if id == "" || len(id) > maxRequestID {
		return ""
	}
	for _, b := range []byte(id) {
		if (b < '0' || b > '9') && (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && b != '-' && b != '_' && b != '.' {
			return ""
		}
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !trusts(proxies, peer.Addr().Unmap().WithZone("")) {
		return ""
	}
	return id
}
