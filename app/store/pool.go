package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"sregistry/app/errs"
)

// pool is a fixed set of connections, each with the statements it has prepared. It stands
// in front of database/sql's own pool because that one prepares a statement anew in every
// transaction, which costs more than running it. The connection that was given back last
// is taken first: its statements are prepared, and the pages that were read are in its
// cache.
type pool struct {
	db    *sql.DB
	begin string        // the statement that begins a transaction
	free  chan struct{} // holds a value for every connection that nobody has

	mu   sync.Mutex
	idle []*conn // those of them that are open

	taken  atomic.Uint64 // how often a connection was
	waited atomic.Int64  // nanoseconds that was waited for one, all in all
}

// conn is one connection. It is used by one goroutine at a time.
type conn struct {
	*sql.Conn
	statements map[string]*sql.Stmt
	broken     bool // its transaction could not be ended
}

// beginWrite begins a transaction that writes. It waits for its turn at once, so that no
// transaction finds out half way that another has come before it.
const beginWrite = "BEGIN IMMEDIATE"

func openPool(path, begin string, more url.Values, size int) (*pool, error) {
	q := url.Values{
		"_busy_timeout": {"10000"}, // another process, such as "sregistry user add", may be writing
		"_foreign_keys": {"1"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"}, // acknowledged means durable
		"_dqs":          {"0"},    // "x" is never a string
	}
	for k, v := range more {
		if q[k] = v; v == nil {
			delete(q, k)
		}
	}
	dsn := (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	p := &pool{db: db, begin: begin, free: make(chan struct{}, size)}
	for range size {
		p.free <- struct{}{} // opened when first taken
	}
	return p, nil
}

// take waits for a free connection.
func (p *pool) take(ctx context.Context) (*conn, error) {
	const op = "store.take"
	select {
	case <-p.free:
	default:
		began := time.Now()
		select {
		case <-p.free:
		case <-ctx.Done():
			return nil, errs.Wrap(op, ctx.Err())
		}
		p.waited.Add(int64(time.Since(began)))
	}
	p.taken.Add(1)
	if c := p.last(); c != nil {
		return c, nil
	}
	return p.connect(ctx)
}

// last gives the open connection that was given back last, if there is one.
func (p *pool) last() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	c := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	return c
}

// connect opens a connection in the place of one that was taken.
func (p *pool) connect(ctx context.Context) (*conn, error) {
	const op = "store.connect"
	c, err := p.open(ctx)
	if isReadOnly(err) {
		c, err = p.open(ctx) // that one may be left from when the disk did not let it write
	}
	if err != nil {
		p.free <- struct{}{}
		return nil, wrap(op, err)
	}
	return c, nil
}

// open opens a connection. One that is to write has to be able to: SQLite opens a file for
// reading if it cannot be written, and leaves it at that when it can be again.
func (p *pool) open(ctx context.Context) (*conn, error) {
	got, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: got, statements: map[string]*sql.Stmt{}}
	if p.begin != beginWrite {
		return c, nil
	}
	if err := c.writable(ctx); err != nil {
		c.discard()
		return nil, err
	}
	return c, nil
}

// writable gives an error if a connection cannot write: to the database, which only
// IsReadOnly tells, or to what belongs to it, which only the beginning of a change does.
func (c *conn) writable(ctx context.Context) error {
	readOnly := false
	err := c.Raw(func(under any) (err error) {
		readOnly, err = under.(interface{ IsReadOnly(string) (bool, error) }).IsReadOnly("main")
		return err
	})
	if err == nil && readOnly {
		err = unwritable("store.writable", errReadOnly)
	}
	if err == nil {
		_, err = c.ExecContext(ctx, beginWrite)
	}
	if err == nil {
		_, err = c.ExecContext(ctx, "ROLLBACK")
	}
	return err
}

// give returns a connection; a broken one is closed and a new one takes its place.
func (p *pool) give(c *conn) {
	if c.broken {
		c.discard()
	} else {
		p.mu.Lock()
		p.idle = append(p.idle, c)
		p.mu.Unlock()
	}
	p.free <- struct{}{}
}

// close waits until every connection is back, then closes them.
func (p *pool) close() error {
	for range cap(p.free) {
		<-p.free
	}
	var all error
	for c := p.last(); c != nil; c = p.last() {
		all = errors.Join(all, c.close())
	}
	return errors.Join(all, p.db.Close())
}

// discard closes a connection that must not be used again. Without the error database/sql
// would keep it, and give it out the next time.
func (c *conn) discard() {
	for _, s := range c.statements {
		s.Close()
	}
	_ = c.Raw(func(any) error { return driver.ErrBadConn })
}

func (c *conn) close() error {
	for _, s := range c.statements {
		s.Close()
	}
	return c.Conn.Close()
}

// statement gives the prepared form of a query. The text must be a constant, or one of a
// few: every text is kept.
func (c *conn) statement(ctx context.Context, text string) (*sql.Stmt, error) {
	if s, ok := c.statements[text]; ok {
		return s, nil
	}
	s, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	c.statements[text] = s
	return s, nil
}
