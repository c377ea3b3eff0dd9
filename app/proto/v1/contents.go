package v1

import (
	"cmp"

	"sregistry/app/api"
	"sregistry/app/model"
)

func wireContents(c model.Contents) *api.Contents {
	return &api.Contents{MediaType: c.MediaType, ArtifactType: c.ArtifactType, Annotations: c.Annotations, Config: wireConfig(c.Config), Truncated: c.Truncated,
		Platforms: each(c.Platforms, func(p model.Platform) api.Platform {
			return api.Platform{OS: p.OS, Arch: p.Arch, Variant: p.Variant, Digest: p.Digest.String()}
		}),
		Layers: each(c.Layers, func(l model.Layer) api.Layer {
			return api.Layer{MediaType: l.MediaType, Digest: l.Digest.String(), Size: l.Size}
		}),
		History: each(c.History, func(s model.Step) api.Step {
			return api.Step{Created: moment(s.Created), By: s.By, Comment: s.Comment, Empty: s.Empty}
		}),
		Referrers: each(c.Referrers, func(r model.Referrer) api.Referrer {
			return api.Referrer{ArtifactType: r.ArtifactType, Platform: r.Platform, Digest: r.Digest.String()}
		})}
}

// wireConfig leaves out the config of what has none.
func wireConfig(c model.Config) *api.Config {
	said := len(c.Entrypoint)+len(c.Cmd)+len(c.Env) > 0 || cmp.Or(c.Author, c.User, c.WorkingDir) != "" || !c.Created.IsZero()
	if !said {
		return nil
	}
	return &api.Config{Created: moment(c.Created), Author: c.Author, User: c.User, WorkingDir: c.WorkingDir,
		Entrypoint: c.Entrypoint, Cmd: c.Cmd, Env: c.Env}
}
