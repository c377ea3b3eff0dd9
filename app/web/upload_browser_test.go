package web_test

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"sregistry/app/doortest"
	"sregistry/app/model"
	"sregistry/app/ref"
	"sregistry/app/sif/siftest"
)

// line is the line between a browser and the server, which a test can cut or hold.
type line struct {
	url  string
	left atomic.Int64 // bytes from the browser until it breaks; it is whole again then
	held atomic.Bool  // it holds after left, and does not break
	open chan struct{}
}

// whole is more than any test sends.
const whole = 1 << 40

// newLine listens for the browser, and passes on to the server.
func newLine(t *testing.T, server string) *line {
	t.Helper()
	var lc net.ListenConfig
	listener, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{url: "http://" + listener.Addr().String(), open: make(chan struct{})}
	l.left.Store(whole)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			browser, err := listener.Accept()
			if err != nil {
				return
			}
			var d net.Dialer
			upstream, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(server, "http://"))
			if err != nil {
				browser.Close()
				return
			}
			go l.pass(upstream, browser)
			go func() {
				io.Copy(browser, upstream)
				browser.Close()
			}()
		}
	}()
	return l
}

// pass copies what the browser sends, until the line breaks.
func (l *line) pass(upstream, browser net.Conn) {
	defer upstream.Close()
	defer browser.Close()
	buffer := make([]byte, 16<<10)
	for {
		n, err := browser.Read(buffer)
		if _, failed := upstream.Write(buffer[:n]); failed != nil || err != nil {
			return
		}
		if l.left.Add(int64(-n)) > 0 {
			continue
		}
		if l.held.Load() {
			<-l.open
			l.left.Store(whole)
			continue
		}
		l.left.Store(whole)
		return
	}
}

// TestBrowserUpload uploads files by a line that breaks, and after the page was left.
func TestBrowserUpload(t *testing.T) {
	if !*inBrowser {
		return
	}
	f := newFixture(t, "")
	alice := f.User(t, "alice")
	l := newLine(t, f.URL)
	b := startChromium(t, l.url)
	b.open("/sign-in?next=/upload")
	b.fill("name", "alice", "password", doortest.Password)
	b.press("main form button", "#files + p label")
	b.see("upload-empty")

	dir := t.TempDir()
	cut, left := imageFile(t, dir, "gromacs_2026.1.sif", 1), imageFile(t, dir, "samtools.sif", 2)

	l.left.Store(3 << 20)
	b.choose(cut)
	b.waitFor("[data-state=ready]")
	b.says("h2[data-part=name]", "gromacs_2026.1.sif")
	b.do(chromedp.SendKeys(chromedp.CSS("[data-part=collection]"), "lab"))
	b.see("upload-ready")
	b.do(chromedp.Click(chromedp.CSS("[data-part=start]")))
	b.waitFor("[data-state=cut]")
	b.see("upload-cut")
	b.waitFor("[data-state=done]")
	b.says("[data-part=says]", "Uploaded as lab/gromacs:2026.1.")
	b.see("upload-done")
	f.holds(t, alice, "lab/gromacs", "2026.1", cut)

	l.held.Store(true)
	l.left.Store(3 << 20)
	b.choose(left)
	b.waitFor("[data-state=ready]")
	b.do(chromedp.SendKeys(chromedp.CSS("[data-state=ready] [data-part=collection]"), "lab"), chromedp.Click(chromedp.CSS("[data-state=ready] [data-part=start]")))
	b.waitFor("[data-state=sending]")
	evaluate[any](b, "new Promise((resolve) => setInterval(() => { if (document.querySelector('[data-state=sending] progress').value > 2e6) resolve() }, 20))")
	b.see("upload-sending")
	b.leave("/")
	close(l.open)
	b.open("/upload")
	b.waitFor(".left")
	b.see("upload-left")
	b.choose(left)
	b.waitFor("[data-state=ready]")
	b.see("upload-again")
	b.do(chromedp.Click(chromedp.CSS("[data-part=start]")))
	b.waitFor("[data-state=done]")
	f.holds(t, alice, "lab/samtools", "latest", left)
	if left := evaluate[int](b, "Object.keys(localStorage).length"); left != 0 {
		t.Errorf("%d notes are left", left)
	}
	text := filepath.Join(dir, "notes_😀 أدوات.sif")
	if err := os.WriteFile(text, []byte("no image"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.choose(text)
	b.waitFor("[data-state=ready]")
	b.do(chromedp.SendKeys(chromedp.CSS("[data-state=ready] [data-part=collection]"), "lab"), chromedp.Click(chromedp.CSS("[data-state=ready] [data-part=start]")))
	b.waitFor("[data-state=failed]")
	b.see("upload-failed")
}

// imageFile makes an image of eight MiB.
func imageFile(t *testing.T, dir, name string, seed uint64) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := siftest.Write(file, siftest.Options{Payload: 8 << 20, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	return file
}

// choose gives the page a file, as somebody does who picks it.
func (b *chromium) choose(file string) {
	b.t.Helper()
	b.do(chromedp.SetUploadFiles(chromedp.CSS("#files"), []string{file}))
}

func (b *chromium) waitFor(selector string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// leave goes to another page, though this one asks whether to stay.
func (b *chromium) leave(path string) {
	b.t.Helper()
	err := chromedp.Listen(b.ctx, func(event any) {
		if _, ok := event.(*cdppage.EventJavascriptDialogOpening); ok {
			go chromedp.Call(b.ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: true})
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.open(path)
}

// holds fails the test unless an image has the bytes of a file.
func (f *fixture) holds(t *testing.T, who model.Actor, name, tag, file string) {
	t.Helper()
	i, err := f.Registry.Image(t.Context(), who, path(t, name), ref.Reference{Tag: tag}, "")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := f.Registry.OpenFile(i)
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	got, err := io.ReadAll(kept)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:%s has other bytes than %s", name, tag, file)
	}
}
