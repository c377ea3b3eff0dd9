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
