package httpx

import (
	"context"
	"net"
	"time"

	"github.com/labstack/echo/v4"
)

// ListenImpatiently is Listen with another patience for those who take nothing.
func ListenImpatiently(ctx context.Context, stall time.Duration) (net.Listener, error) {
	return listen(ctx, "127.0.0.1:0", stall)
}

// BodyDeadline is what New uses, with another patience.
func BodyDeadline(stall time.Duration) echo.MiddlewareFunc { return bodyDeadline(stall) }

// BytesWithin is Bytes for a caller with less time to take them.
func BytesWithin(c echo.Context, body []byte, within time.Duration) error {
	return write(c, 200, "a/b", body, within)
}

// ReadBodyWithin is ReadBody of a caller with less time to send it.
func ReadBodyWithin(c echo.Context, most int64, within time.Duration) ([]byte, error) {
	return readBody(c, most, 1, within)
}
