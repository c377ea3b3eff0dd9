package static_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestColoursCanBeRead holds the style's colour tokens to WCAG 2.2 level AA, in the light
// and in the dark: 4.5 for text (1.4.3), 3 for the edges of fields (1.4.11).
func TestColoursCanBeRead(t *testing.T) {
	t.Parallel()
	style, err := os.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	light, rest, ok := strings.Cut(string(style), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("the style has no dark half")
	}
	const text, edge = 4.5, 3
	for scheme, half := range map[string]string{"light": light, "dark": rest} {
		colour := tokens(half)
		for _, c := range []struct {
			front, backs string
			least        float64
		}{
			{"ink", "paper raised sunken", text},
			{"soft", "paper raised sunken", text},
			{"accent", "paper raised accent-wash", text},
			{"accent-strong", "paper raised", text},
			{"on-accent", "accent accent-strong", text},
			{"good", "good-wash", text},
			{"warn", "warn-wash", text},
			{"bad", "bad-wash raised paper", text},
			{"cold", "cold-wash", text},
			{"edge", "paper raised", edge},
		} {
			for _, back := range strings.Fields(c.backs) {
				if got := contrast(colour, c.front, back); !(got >= c.least) {
					t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", scheme, c.front, back, got, c.least)
				}
			}
		}
	}
}

// tokens reads the colours of one half of the style: "--ink: #1d1f21;".
func tokens(style string) map[string]float64 {
	found := make(map[string]float64)
	for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6}|[0-9a-f]{3});`).FindAllStringSubmatch(style, -1) {
		found[m[1]] = luminance(m[2])
	}
	return found
}

// luminance is WCAG's relative luminance of "rrggbb" or "rgb".
func luminance(hex string) float64 {
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			return math.NaN()
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// contrast is WCAG's contrast ratio; it is not a number if a token is missing.
func contrast(colour map[string]float64, front, back string) float64 {
	a, okA := colour[front]
	b, okB := colour[back]
	if !okA || !okB {
		return math.NaN()
	}
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}
