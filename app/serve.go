package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sregistry/app/cli"
	"sregistry/app/config"
	"sregistry/app/courier"
	"sregistry/app/errs"
	"sregistry/app/identity"
	"sregistry/app/registry"
	"sregistry/app/systemd"
)

// stopTime is how long a stop may take beside the time of the transfers.
const stopTime = 15 * time.Second

// newServe makes the command that runs the server.
func newServe(env cli.Env, assets Assets) *cobra.Command {
	settings := config.New()
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the registry, on this machine",
		Long: `Run the registry. Nothing else has to be installed or running.

Every setting can be given as a flag (--public-url), in the environment
(SREGISTRY_SERVER_PUBLIC_URL) or in the file DATA/sregistry.conf (public-url = …);
the flag wins over the environment, and that over the file.

On the first run it prints a link with which you create the administrator's account.
Ctrl-C lets transfers end, and stops; a second Ctrl-C does not wait for them.

It works under a service manager: "sregistry systemd" prints the units.`,
		Args: cli.Takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := settings.Load(c.Flags(), os.Environ()); err != nil {
				return err
			}
			return serve(c.Context(), settings, env, assets)
		},
	}
	settings.Flags(c.Flags())
	return c
}

// serve opens the rooms in their order, answers until ctx is done, and closes them in the
// reverse order.
func serve(ctx context.Context, settings *config.Config, env cli.Env, assets Assets) (err error) {
	log, err := newLog(settings, env.Stderr)
	if err != nil {
		return err
	}
	manager, err := systemd.Open(log)
	if err != nil {
		return err
	}
	d, err := openData(ctx, settings.Data, assets.Schema, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if d.upgraded.From != d.upgraded.To {
		log.Info("upgraded the database", "from", d.upgraded.From, "to", d.upgraded.To, "snapshot", d.upgraded.Snapshot)
	}
	entrance, err := openEntrance(ctx, settings, manager.Sockets, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, entrance.Close()) }()
	public := entrance.public
	id, err := d.identity(ctx, identity.WithAddress(public), identity.WithLog(log))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, id.Close()) }()
	core := registry.New(d.db, d.blobs, coreSettings(settings), log)
	if err := core.Recover(ctx); err != nil {
		return err
	}
	if err := core.Govern(ctx, rules(settings)); err != nil {
		return err
	}
	core.SendWebhooks(id.WebhookSecret, courier.New(settings.WebhookPrivate))
	figures := newMetrics(ctx, core, log)
	handler, err := newHandler(settings, log, core, id, public, figures)
	if err != nil {
		return err
	}

	private, err := openPrivate(ctx, settings.MetricsListen)
	if err != nil {
		return err
	}
	work := []func(context.Context){core.VerifySignatures, core.Scrub, core.FollowSettings, core.DeliverWebhooks,
		func(ctx context.Context) { sweepAgainAndAgain(ctx, core, id, settings.SweepEvery, log) },
		func(ctx context.Context) { backUpAgainAndAgain(ctx, core, d, log) },
	}
	if private != nil {
		work = append(work, func(ctx context.Context) { servePrivate(ctx, private, newPrivateHandler(core, figures, log), log) })
	}
	defer background(ctx, work...)()
	// What the last transfers do is counted too, after ctx is done.
	defer background(context.WithoutCancel(ctx), core.WritePulls, core.KeepDenied)()

	if err := greet(ctx, env.Stdout, id, public); err != nil {
		return err
	}
	log.Info("listening", "address", entrance.main.Addr().String(), "public", public.String(), "data", settings.Data, "version", Version)
	told := tell(ctx, manager, entrance)
	err = entrance.serve(ctx, handler)
	told()
	log.Info("stopped")
	return err
}

// background starts what the server does beside answering requests, until ctx is done or the
// function that it gives is called, which waits for all of it. Every caller has to call that.
func background(ctx context.Context, work ...func(context.Context)) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for _, one := range work {
		all.Go(func() { one(ctx) })
	}
	return func() { stop(); all.Wait() }
}

// tell keeps the service manager informed, as background does its work.
func tell(ctx context.Context, manager *systemd.Manager, e *entrance) (end func()) {
	manager.Ready("Serving " + e.public.String())
	return background(ctx, func(ctx context.Context) { manager.Watch(ctx, e.alive) }, func(ctx context.Context) {
		<-ctx.Done()
		manager.Stopping("Waiting for transfers to end", e.drain+stopTime)
	})
}

// greet tells the administrator where the registry is and, as long as there is no account,
// the link that creates one. The link goes to the console and nowhere else. All of it is one
// write, so that whoever waits for the address has read the link, too.
func greet(ctx context.Context, out io.Writer, id *identity.Service, public *url.URL) error {
	secret, first, err := id.SetupLink(ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Sregistry %s is ready at %s\n", Version, public)
	if first {
		text += fmt.Sprintf("\nThere is no account yet. Make the administrator's within an hour, in a browser:\n\n    %s\n\n", public.JoinPath("setup", secret))
	}
	_, err = io.WriteString(out, text)
	return err
}

// sweepAgainAndAgain removes what nobody needs any more, first a moment after the start.
func sweepAgainAndAgain(ctx context.Context, core *registry.Service, id *identity.Service, every time.Duration, log *slog.Logger) {
	next := time.NewTimer(min(every, time.Minute))
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		done, err := core.Sweep(ctx)
		if err = errors.Join(err, id.Sweep(ctx)); err != nil && !errs.Is(err, errs.Canceled) {
			log.Error("sweep", "error", err)
		}
		log.Info("swept", "uploads", done.Uploads, "images", done.Images, "blobs", done.Blobs, "bytes", done.Bytes, "orphans", done.Orphans)
		next.Reset(every)
	}
}

// newLog makes the log: text on a terminal, with levels for the journal, JSON elsewhere,
// unless the settings say.
func newLog(settings *config.Config, out io.Writer) (*slog.Logger, error) {
	level, err := settings.Level()
	if err != nil {
		return nil, err
	}
	options := &slog.HandlerOptions{Level: level}
	f, isFile := out.(*os.File)
	if settings.LogFormat == "journal" || settings.LogFormat == "auto" && isFile && systemd.InJournal(f) {
		return slog.New(systemd.Log(out, level)), nil
	}
	if settings.LogFormat == "text" || settings.LogFormat == "auto" && isFile && term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(out, options)), nil
	}
	return slog.New(slog.NewJSONHandler(out, options)), nil
}
