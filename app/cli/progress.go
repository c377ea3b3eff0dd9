package cli

import (
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"sregistry/app/client"
)

// barWidth is that of the bar itself, without the figures.
const barWidth = 64

// meter shows how far the phases of a transfer have come: with bars on a terminal, and else
// with a line as each begins and ends.
type meter struct {
	env   Env
	name  string
	quiet bool

	phase client.Phase
	begun time.Time // zero once the phase is over
	bars  *mpb.Progress
	bar   *mpb.Bar
}

func newMeter(env Env, quiet bool, name string) *meter {
	return &meter{env: env, quiet: quiet, name: plain(name)}
}

// report is a client.Progress.
func (m *meter) report(phase client.Phase, done, total int64) {
	if m.quiet {
		return
	}
	if phase != m.phase {
		m.end()
		m.begin(phase, done, total)
	}
	if m.bar != nil {
		m.bar.SetCurrent(done)
	}
	if done == total && m.begun != (time.Time{}) {
		m.finish()
	}
}

func (m *meter) begin(phase client.Phase, done, total int64) {
	m.phase, m.begun = phase, time.Now()
	if !m.env.Terminal {
		say(m.env, "%s %s (%s)", phase, m.name, size(total))
		return
	}
	m.bars = mpb.New(mpb.WithOutput(m.env.Stderr), mpb.WithWidth(barWidth))
	m.bar = m.bars.AddBar(total,
		mpb.PrependDecorators(decor.Name(string(phase)+" "+m.name+" ")),
		mpb.AppendDecorators(decor.CountersKibiByte("% .1f / % .1f "), decor.AverageSpeed(decor.SizeB1024(0), "% .1f ")))
	m.bar.SetCurrent(done)
}

// finish says that a phase is over.
func (m *meter) finish() {
	if !m.env.Terminal {
		say(m.env, "%s took %s", m.phase, time.Since(m.begun).Round(time.Millisecond))
	}
	m.begun = time.Time{}
	m.end()
}

// end closes the bar that is shown; it is called after the last report too, whatever came
// of the transfer.
func (m *meter) end() {
	if m.bar == nil {
		return
	}
	if !m.bar.Completed() {
		m.bar.Abort(false)
	}
	m.bars.Wait()
	m.bar, m.bars = nil, nil
}
