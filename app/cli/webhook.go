package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sregistry/app/api"
	"sregistry/app/client"
	"sregistry/app/errs"
	"sregistry/app/ref"
)

func newWebhookCommand(env Env) *cobra.Command {
	return group("webhook", "Tell other programs what happens in a collection, or everywhere",
		newWebhookListCommand(env), newWebhookCreateCommand(env), newWebhookDeleteCommand(env),
		newWebhookTestCommand(env), newWebhookDeliveriesCommand(env), newWebhookRedeliverCommand(env))
}

type webhookOptions struct {
	remoteOptions
	collection string
	events     []string
}

func newWebhookListCommand(env Env) *cobra.Command {
	var opts webhookOptions
	cmd := &cobra.Command{
		Use: "list", Short: "List the webhooks of a collection, or those that are told everything", Args: Takes(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withClient(opts.remoteOptions, env, func(c *client.Client) error {
				list, err := collect(c.Webhooks(cmd.Context(), opts.collection))
				if err != nil {
					return err
				}
				return printList(env, opts.json, list, []string{"WEBHOOK", "ADDRESS", "EVENTS", "BY", "CREATED"}, func(w api.Webhook) []string {
					return []string{fmt.Sprint(w.ID), w.URL, eventWords(w.Events), w.By, when(w.Created)}
				})
			})
		},
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.collection, "collection", "", "of this `collection`; without it, those that are told everything, for administrators")
	return cmd
}

func newWebhookCreateCommand(env Env) *cobra.Command {
	var opts webhookOptions
	cmd := &cobra.Command{
		Use:   "create URL",
		Short: "Make a webhook",
		Long: `Make a webhook: its address is told of each event by a POST of JSON, signed as the Standard
Webhooks specification says. The secret for that is printed now and never again.`,
		Example: `  sregistry webhook create https://ci.example.org/hooks --collection lab --events push,tag,image.delete
  sregistry webhook create https://watch.example.org/`,
		Args: Takes(1, 1, "one URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := filled(cmd, "events"); err != nil {
				return err
			}
			return withClient(opts.remoteOptions, env, func(c *client.Client) error {
				w, err := c.CreateWebhook(cmd.Context(), api.NewWebhook{Collection: opts.collection, URL: args[0], Events: opts.events})
				if err != nil {
					return err
				}
				if opts.json {
					return printJSON(env, w)
				}
				say(env, "Made the webhook %d for %s. This is its secret:", w.ID, eventWords(w.Events))
				_, err = fmt.Fprintln(env.Stdout, line(w.Secret))
				return err
			})
		},
	}
	opts.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.collection, "collection", "", "for what happens in this `collection`; without it, for everything, for administrators")
	cmd.Flags().StringSliceVar(&opts.events, "events", nil, "only these `events`, such as push, tag.delete, or tag for all that is done to tags")
	return cmd
}

func newWebhookDeleteCommand(env Env) *cobra.Command {
	return newWebhookVerb(env, "delete WEBHOOK", "Delete a webhook; what still waits for it is not sent", "one WEBHOOK, by its number",
		func(ctx context.Context, c *client.Client, ids []int64) error {
			if err := c.DeleteWebhook(ctx, ids[0]); err != nil {
				return err
			}
			say(env, "The webhook %d is deleted.", ids[0])
			return nil
		})
}

func newWebhookTestCommand(env Env) *cobra.Command {
	return newWebhookVerb(env, "test WEBHOOK", "Send a webhook an event of its own", "one WEBHOOK, by its number",
		func(ctx context.Context, c *client.Client, ids []int64) error {
			delivery, err := c.TestWebhook(ctx, ids[0])
			if err != nil {
				return err
			}
			say(env, "The delivery %d is on its way; see sregistry webhook deliveries %d.", delivery, ids[0])
			return nil
		})
}

func newWebhookRedeliverCommand(env Env) *cobra.Command {
	return newWebhookVerb(env, "redeliver WEBHOOK DELIVERY", "Send a delivery again", "a WEBHOOK and a DELIVERY, by their numbers",
		func(ctx context.Context, c *client.Client, ids []int64) error {
			if err := c.Redeliver(ctx, ids[0], ids[1]); err != nil {
				return err
			}
			say(env, "The delivery %d is sent again.", ids[1])
			return nil
		})
}

// newWebhookVerb makes a command that takes numbers and has no result.
func newWebhookVerb(env Env, use, short, names string, do func(context.Context, *client.Client, []int64) error) *cobra.Command {
	var opts remoteOptions
	n := len(strings.Fields(use)) - 1
	cmd := &cobra.Command{
		Use: use, Short: short, Args: Takes(n, n, names),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := numbers(args)
			if err != nil {
				return err
			}
			return withClient(opts, env, func(c *client.Client) error { return do(cmd.Context(), c, ids) })
		},
	}
	opts.addRegistry(cmd.Flags())
	return cmd
}

func newWebhookDeliveriesCommand(env Env) *cobra.Command {
	var opts remoteOptions
	cmd := &cobra.Command{
		Use: "deliveries WEBHOOK", Short: "List what a webhook was and will be told, newest first", Args: Takes(1, 1, "one WEBHOOK, by its number"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := numbers(args)
			if err != nil {
				return err
			}
			return withClient(opts, env, func(c *client.Client) error {
				list, err := collect(c.Deliveries(cmd.Context(), ids[0]))
				if err != nil {
					return err
				}
				return printList(env, opts.json, list, []string{"DELIVERY", "EVENT", "TARGET", "STATE", "TRIES", "STATUS", "NEXT", "PROBLEM"}, func(d api.Delivery) []string {
					return []string{fmt.Sprint(d.ID), d.Action, d.Target, d.State, fmt.Sprint(d.Tries), fmt.Sprint(d.Status), whenever(d.Next, ""), d.Problem}
				})
			})
		},
	}
	opts.addFlags(cmd.Flags())
	return cmd
}

// withClient runs a function on the registry that the options name.
func withClient(opts remoteOptions, env Env, do func(*client.Client) error) error {
	const op = "cli.withClient"
	c, err := opts.connect(env, ref.URI{})
	if err != nil {
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, do(c))
}

// numbers reads arguments that are ids.
func numbers(args []string) ([]int64, error) {
	var ids []int64
	for _, arg := range args {
		id, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || id < 1 {
			return nil, UsageError("%q is no number; sregistry webhook list shows them.", arg)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func eventWords(events []string) string {
	if len(events) == 0 {
		return "all events"
	}
	return strings.Join(events, ", ")
}
