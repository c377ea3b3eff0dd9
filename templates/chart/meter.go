package chart

import (
	"context"
	"fmt"
	"io"

	"github.com/a-h/templ"
)

// span is how wide the picture is, in its own units.
const span = 100.0

// Meter draws how much of a whole is taken, and beside it what is only kept free. It is
// for the eye: the words beside it have to say the same. The class colours it: warn, bad, or
// none. A whole of 0 draws nothing.
func Meter(class string, taken, kept, whole int64) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		if whole <= 0 {
			return nil
		}
		part := func(n float64) float64 { return min(1, n/float64(whole)) }
		end, all := part(float64(taken)), part(float64(taken)+float64(kept))
		if taken > 0 {
			end = max(end, 0.005) // or it could not be seen
		}
		_, err := fmt.Fprintf(w, `<svg class="meter" viewBox="0 0 %s 1" preserveAspectRatio="none" aria-hidden="true">`+
			`<rect class="kept" width="%s" height="1"></rect><rect class="level %s" width="%s" height="1"></rect></svg>`,
			place(span), place(span*max(end, all)), class, place(span*end))
		return err
	})
}
