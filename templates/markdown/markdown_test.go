package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sregistry/templates/markdown"
)

func render(t *testing.T, text string) string {
	t.Helper()
	html, err := markdown.Render(text)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(html))
}

func TestMarkdownBecomesHTML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Hello *you*, **all** & ~~none~~":  "<p>Hello <em>you</em>, <strong>all</strong> &amp; <del>none</del></p>",
		"# One\n### Three\n# One":          "<h3>One</h3>\n<h4>Three</h4>\n<h3>One</h3>",
		"###### Six":                       "<h3>Six</h3>",
		"- [x] done\n- [ ] not":            "<ul>\n<li>☑ done</li>\n<li>☐ not</li>\n</ul>",
		"| a |\n|--:|\n| b |":              "<table>\n<thead>\n<tr>\n<th align=\"right\" scope=\"col\">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"right\">b</td>\n</tr>\n</tbody>\n</table>",
		"```sh\nls <dir>\n```":             "<pre><code>ls &lt;dir&gt;\n</code></pre>",
		"[a](https://example.org/b)":       `<p><a href="https://example.org/b" rel="nofollow noreferrer">a</a></p>`,
		"[a](/collections/library/lab)":    `<p><a href="/collections/library/lab" rel="nofollow noreferrer">a</a></p>`,
		"https://example.org":              `<p><a href="https://example.org" rel="nofollow noreferrer">https://example.org</a></p>`,
		"![a *pic*](https://b.org/c.png)":  `<p><a href="https://b.org/c.png" rel="nofollow noreferrer">a pic</a></p>`,
		"[![build](https://b.org/c)](/d)":  `<p><a href="/d" rel="nofollow noreferrer">build</a></p>`,
		"![](x.png)":                       `<p><a href="x.png" rel="nofollow noreferrer">image</a></p>`,
		"مرحبا 🧬":                          "<p>مرحبا 🧬</p>",
		"":                                 "",
		strings.Repeat("> ", 40) + "deep":  strings.Repeat("<blockquote>\n", 12) + "<p>deep</p>\n" + strings.TrimSpace(strings.Repeat("</blockquote>\n", 12)),
		strings.Repeat("[a](", 3000) + "<": "<pre>" + strings.Repeat("[a](", 3000) + "&lt;</pre>",
	} {
		if d := cmp.Diff(want, render(t, text)); d != "" {
			t.Errorf("%q (-want +got):\n%s", text, d)
		}
	}
}

func TestNothingBecomesScript(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))",
		"[a](data:text/html;base64,PHNjcmlwdD4=)", "![a](javascript:alert(1))", "<javascript:alert(1)>", "[a](vbscript:x)",
		"[a](  javascript:alert(1))", "[a](java\nscript:alert(1))", "[a](&#x6a;avascript:alert(1))", "[a](https://x.org/\"onclick=alert(1))",
		"<a href=\"javascript:alert(1)\">a</a>", "<iframe src=/></iframe>", "<style>a{}</style>", "<p style=\"a:b\" id=main>x</p>",
		"`<script>`", "```<script>\nx\n```", "``` \"onclick=alert(1)\nx\n```", "[a]: javascript:alert(1)\n[a]", "<svg/onload=alert(1)>",
		"<form action=/sign-out method=post><button>x</button></form>", "[x](<javascript:alert(1)>)", "[a](//x.org \"t\\\" onclick=alert(1)\")",
	} {
		html := strings.ToLower(render(t, text))
		for _, bad := range []string{"<script", "<img", "href=\"javascript", "href=\"vbscript", "href=\"data", "<iframe", "<style", "style=", " id=",
			"<svg", "<form", "<button", "\" onclick", "title="} {
			if strings.Contains(html, bad) {
				t.Errorf("%q became %q", text, html)
			}
		}
	}
}

// What is written on purpose to be slow must not be: a page waits for it. Without its
// bounds, the converter takes minutes for some of these.
func TestHostileTextComesToAnEnd(t *testing.T) {
	t.Parallel()
	const size = 32 << 10
	for _, piece := range []string{"[", "[a](", "*a ", "**a ", "_a_ ", "> ", ">", "- ", "![", "`", "``a`", "<", "\\", "&", "&amp", "|", "a|b\n-|-\n", "# a\n", "[a]: b\n",
		"[a][", "http://", "www.", "~~a ", "a@b.c ", "* * ", "1. ", "\t", "<!--", "<a ", "]](", "*_", "[![", "[x](<", "1. 1. ", "> - ", "a\n> ", "* a\n\t", "[a]: b \"", "a\n\n", "**a*", "'", "<a@b.c>", "ftp://a.b", "[^1]", "x_", "https://a(", "- a\n"} {
		text := strings.Repeat(piece, size/len(piece))
		render(t, text)
	}
}

func FuzzRender(f *testing.F) {
	f.Add("# a\n[b](c) ![d](e) <f> `g`\n- [x] h\n\n|i|\n|-|\n")
	f.Fuzz(func(t *testing.T, text string) {
		out, err := markdown.Render(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script", "<img", "<style", "<svg", "href=\"javascript:"} {
			if strings.Contains(strings.ToLower(string(out)), bad) {
				t.Fatalf("%q became %q", text, out)
			}
		}
	})
}
