package certs

import (
	"crypto/tls"
	"log/slog"
	"strings"
	"sync"
	"time"
)

const (
	// remindBefore is how long before its end a certificate is spoken of; one of a short
	// life only in its last quarter, since renewal is due in its last third.
	remindBefore = 14 * 24 * time.Hour
	// remindEvery is how often.
	remindEvery = 24 * time.Hour
)

// reminder says in the log that a certificate in use will end soon.
type reminder struct {
	log  *slog.Logger
	mu   sync.Mutex
	said map[string]time.Time // by the certificate's names
}

func newReminder(log *slog.Logger) *reminder {
	return &reminder{log: log, said: map[string]time.Time{}}
}

// of says that c will end soon, if so, and at most once a day.
func (r *reminder) of(c *tls.Certificate) {
	if c.Leaf == nil { // one that only answers an authority's question
		return
	}
	now, end := time.Now(), c.Leaf.NotAfter
	if end.Sub(now) > min(remindBefore, end.Sub(c.Leaf.NotBefore)/4) {
		return
	}
	names := strings.Join(c.Leaf.DNSNames, " ")
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.said[names]) < remindEvery {
		return
	}
	r.said[names] = now
	r.log.Warn("the certificate expires soon; renew it", "names", names, "expires", end)
}
