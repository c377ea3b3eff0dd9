// Package server runs the registry: it opens the rooms in their order, mounts the doors on one
// listener, starts the maintenance tasks, keeps the service manager informed, and closes all
// of it in the reverse order. It decides nothing that a room below it could decide.
//
// Entry points: Run; Doors, which is the table of all routes; RegistrySettings and
// SettingsFrom, which turn the settings into those of the core. The trap: what the last
// transfers did is recorded after the context is done, so those tasks end last.
package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"time"

	"sregistry/app/config"
	"sregistry/app/courier"
	"sregistry/app/datadir"
	"sregistry/app/identity"
	"sregistry/app/registry"
	"sregistry/app/systemd"
	"sregistry/app/version"
)

// Replace says what is made anew because it is lost.
type Replace struct{ Database, Key bool }

func (r Replace) database() (options []datadir.Option) {
	if r.Database {
		options = append(options, datadir.NewDatabase())
	}
	return options
}

// Run serves a data folder until ctx is done. The greeting goes to out, the log to logOut.
func Run(ctx context.Context, settings *config.Config, schema string, out, logOut io.Writer, lost Replace) (err error) {
	log, err := newLog(settings, logOut)
	if err != nil {
		return err
	}
	manager, err := systemd.Open(log)
	if err != nil {
		return err
	}
	// The ports come first: a start that cannot have them leaves no new data folder behind.
	l, err := openListener(ctx, settings, manager.Sockets, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	private, err := openPrivate(ctx, settings.MetricsListen)
	if err != nil {
		return err
	}
	if private != nil {
		defer private.Close() // it may be closed already
	}
	d, err := datadir.OpenExclusive(ctx, settings.Data, schema, lost.database()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if d.Upgraded.From != d.Upgraded.To {
		log.Info("upgraded the database", "from", d.Upgraded.From, "to", d.Upgraded.To, "snapshot", d.Upgraded.Snapshot)
	}
	if d.Stranger != datadir.Known {
		log.Warn("the database may not know all files in the data folder, so cleanup is paused for the grace period", "why", string(d.Stranger),
			"resume", resumeCleanup)
	}
	with := []identity.Option{identity.WithAddress(l.public), identity.WithLog(log), identity.WithPasswordList(settings.PasswordList)}
	if lost.Key {
		with = append(with, identity.WithNewKey())
	}
	id, err := d.Identity(ctx, with...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, id.Close()) }()
	core := registry.New(d.DB, d.Blobs, RegistrySettings(settings), log)
	if err := core.Keeper.ReleaseReservations(ctx); err != nil {
		return err
	}
	if err := core.Keeper.RestoreFiles(ctx); err != nil {
		return err
	}
	if err := core.ApplySettings(ctx, SettingsFrom(settings)); err != nil {
		return err
	}
	core.Deliverer.Enable(id.WebhookSecret, courier.New(settings.WebhookPrivate))
	figures := newMetrics(ctx, core, log)
	memory := limitMemory(settings)
	handler, err := newHandler(settings, log, core, id, l.public, figures, memory)
	if err != nil {
		return err
	}
	work := []func(context.Context){core.Verifier.Run, core.Scrubber.Run, core.RunSettings, core.Deliverer.Run, core.Keeper.RunIdle,
		func(ctx context.Context) { runSweeps(ctx, core, id, d, settings.SweepEvery, log) },
		func(ctx context.Context) { runBackups(ctx, core, d, log) },
	}
	if private != nil {
		work = append(work, func(ctx context.Context) { servePrivate(ctx, private, newPrivateHandler(core, figures, log), log) })
	}
	defer background(ctx, work...)()
	// What the last transfers do is counted too, after ctx is done.
	defer background(context.WithoutCancel(ctx), core.Pulls.Run, core.Denials.Run)()

	announce(d, settings, l, log)
	if err := greet(ctx, out, id, l.public); err != nil {
		return err
	}
	log.Info("listening", "address", l.main.Addr().String(), "public", l.public.String(), "data", settings.Data, "version", version.Number)
	told := notify(ctx, manager, l, handler)
	err = l.serve(ctx, handler)
	told()
	log.Info("stopped")
	return err
}

// announce tells the commands beside the server what it runs with. They can do without.
func announce(d *datadir.Dir, settings *config.Config, l *listener, log *slog.Logger) {
	err := d.Announce(datadir.Running{PID: os.Getpid(), Version: version.Number, Started: time.Now().UTC(),
		Address: l.main.Addr().String(), Public: l.public.String(), Settings: settings.Given()})
	if err != nil {
		log.Warn("cannot record the settings for \"sregistry config\"", "error", err)
	}
}

// greet tells the administrator where the registry is and, as long as there is no account,
// the link that creates one. The link goes to the console and nowhere else. All of it is one
// write, so that whoever waits for the address has read the link, too.
func greet(ctx context.Context, out io.Writer, id *identity.Service, public *url.URL) error {
	secret, first, err := id.SetupLink(ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Sregistry %s is ready at %s\n", version.Number, public)
	if first {
		text += fmt.Sprintf("\nNo accounts yet. Create the administrator account within an hour, in a browser:\n\n    %s\n\n", public.JoinPath("setup", secret))
	}
	_, err = io.WriteString(out, text)
	return err
}
