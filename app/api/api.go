// Package api is the JSON of Sregistry's own interface under /api/v1: what the door
// answers and what the client reads, written down once. It holds types only. The
// interface itself is described in openapi.json, beside the door.
//
// Conventions: names are written as people write them ("lab", "alice/tools",
// "lab/hello") and escaped into one path segment; times are RFC 3339 in UTC; sizes are
// bytes; durations are seconds; every list is a List with a cursor.
package api

import "time"

// Prefix is where the interface lives.
const Prefix = "/api/v1"

// List is one page of a list. Next is the cursor of the following page, to be sent as
// ?after=; it is empty on the last one.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// Failure is the body of every answer that is not a success.
type Failure struct {
	Error Problem `json:"error"`
}

// Problem says what went wrong. Kind is the name of an errs.Kind.
type Problem struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	// Request is the id of the request in the server's log.
	Request string `json:"request,omitempty"`
	// RetryAfter is how many seconds to wait, with kind rate_limited.
	RetryAfter int `json:"retry_after,omitempty"`
}

// Server describes the registry. GET /api/v1, open to all.
type Server struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Address string `json:"address"`
}

// Whoami tells who the credentials belong to. GET /api/v1/whoami.
type Whoami struct {
	User  string   `json:"user"`
	Admin bool     `json:"admin"`
	Via   string   `json:"via"`
	Scope []string `json:"scope"`
}

// Token is an access token; Secret is there only in the answer that made it.
type Token struct {
	ID          string     `json:"id"`
	User        string     `json:"user"`
	Name        string     `json:"name"`
	Scope       []string   `json:"scope"`
	Collections []string   `json:"collections,omitempty"`
	Created     time.Time  `json:"created"`
	Expires     *time.Time `json:"expires,omitempty"`
	LastUsed    *time.Time `json:"last_used,omitempty"`
	Secret      string     `json:"secret,omitempty"`
}

// NewToken asks for a token. POST /api/v1/tokens.
type NewToken struct {
	Name string `json:"name"`
	// Scope holds "read", "write", "delete" and "manage"; empty is read and write.
	Scope []string `json:"scope,omitempty"`
	// Collections narrows the token; without it, it is for all that its owner reaches.
	Collections []string `json:"collections,omitempty"`
	// ExpiresIn is in seconds; 0 is never.
	ExpiresIn int64 `json:"expires_in,omitempty"`
	// User is the account to make it for, if not one's own; for admins, who so give
	// tokens to robots.
	User string `json:"user,omitempty"`
	// Replace revokes a token of the same name first, as a login does.
	Replace bool `json:"replace,omitempty"`
}

// Collection is a set of containers sharing the same permissions.
type Collection struct {
	Name        string    `json:"name"`
	Public      bool      `json:"public"`
	Description string    `json:"description,omitempty"`
	Containers  int       `json:"containers"`
	Role        string    `json:"role,omitempty"` // one's own
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
	Page        string    `json:"page"` // address of its page
	// TrustedKeys are the fingerprints of the keys one of which has to have signed what is
	// pushed; none if signatures are not asked for.
	TrustedKeys []string `json:"signers,omitempty"`
}

// NewCollection asks for a collection. POST /api/v1/collections.
type NewCollection struct {
	Name        string `json:"name"`
	Public      bool   `json:"public,omitempty"`
	Description string `json:"description,omitempty"`
}

// CollectionChange alters what is given. PATCH /api/v1/collections/{collection}.
type CollectionChange struct {
	Public      *bool   `json:"public,omitempty"`
	Description *string `json:"description,omitempty"`
	// TrustedKeys set to an empty list ask for signatures no more.
	TrustedKeys *[]string `json:"signers,omitempty"`
}

// Grant is a role of a user or a team in a collection; one of User and Team is set.
// PUT /api/v1/collections/{collection}/roles; role is "owner", "contributor" or, to take
// it away, "".
type Grant struct {
	User string `json:"user,omitempty"`
	Team string `json:"team,omitempty"`
	Role string `json:"role"`
}

// Container is a named thing in a collection that holds images.
type Container struct {
	Name       string    `json:"name"`
	Collection string    `json:"collection"`
	Frozen     bool      `json:"frozen"`
	Tags       int       `json:"tags"`
	Pulls      int64     `json:"pulls"` // of all images that are or were in it
	Created    time.Time `json:"created"`
	Updated    time.Time `json:"updated"`
}

// Readme is what a container's owners tell about it. Version counts the changes, and 0 is
// that nothing was written yet; who changes it says which one he changed.
type Readme struct {
	Text    string     `json:"text"` // Markdown
	Version int64      `json:"version"`
	Updated *time.Time `json:"updated,omitempty"`
	By      string     `json:"by,omitempty"` // empty if the account is gone
}

// SetReadme is a change of a Readme.
type SetReadme struct {
	Text    string `json:"text"`
	Version int64  `json:"version"`
}

// Image is one image. Tags, Labels and Report, which tells what is inside it, are there
// where one image is asked for.
type Image struct {
	Container string `json:"container"`
	Tag       string `json:"tag,omitempty"`
	// Name is how to pull it: "lab/hello:latest" or "lab/hello@sha256:<hex>".
	Name string `json:"name"`
	Kind string `json:"kind"`
	// OCISIF tells that it is an OCI-SIF or, if its kind is artifact, a data container.
	OCISIF  bool     `json:"oci_sif,omitempty"`
	Digest  string   `json:"digest"`            // of the manifest
	Content string   `json:"content,omitempty"` // of the file
	Size    int64    `json:"size"`
	Arch    string   `json:"arch,omitempty"`
	Frozen  bool     `json:"frozen"`
	Tags    []string `json:"tags,omitempty"`
	// Labels are those that its maker wrote into it.
	Labels   map[string]string `json:"labels,omitempty"`
	Pushed   time.Time         `json:"pushed"`
	PushedBy string            `json:"pushed_by,omitempty"`
	Pulls    int64             `json:"pulls"`
	// LastPulled is a few seconds late.
	LastPulled *time.Time `json:"last_pulled,omitempty"`
	// Description is in the words of whoever pushed it first.
	Description string `json:"description,omitempty"`
	FileName    string `json:"file_name"`
	Page        string `json:"page"`
	Report      any    `json:"report,omitempty"`
	// Damaged tells that it cannot be pulled until the same is pushed again.
	Damaged bool `json:"damaged,omitempty"`
	// Verified is when its content was last read and found whole, where one image is asked for.
	Verified *time.Time `json:"verified,omitempty"`
	// Contents tells what it is made of, where one image is asked for.
	Contents *Contents `json:"contents,omitempty"`
	// Signers are the fingerprints of the keys by which all of the file is validly signed.
	Signers []string `json:"signers,omitempty"`
	// Signing tells of every signature, where one image is asked for.
	Signing *Signing `json:"signing,omitempty"`
}

// Contents is what an image is made of, as its manifest and its config say, and what refers
// to it.
type Contents struct {
	MediaType    string            `json:"media_type"`
	ArtifactType string            `json:"artifact_type,omitempty"`
	Platforms    []Platform        `json:"platforms,omitempty"` // of all images that the reference names
	Layers       []Layer           `json:"layers,omitempty"`
	Config       *Config           `json:"config,omitempty"`
	History      []Step            `json:"history,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	Referrers    []Referrer        `json:"referrers,omitempty"`
	// Truncated tells that the manifest or the config has more than is listed here.
	Truncated bool `json:"truncated,omitempty"`
}

// Platform is what an image runs on.
type Platform struct {
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Variant string `json:"variant,omitempty"`
	Digest  string `json:"digest"` // of the manifest
}

// Layer is one blob of an image.
type Layer struct {
	MediaType string `json:"media_type"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

// Config is how an image of layers runs.
type Config struct {
	Created    *time.Time `json:"created,omitempty"`
	Author     string     `json:"author,omitempty"`
	User       string     `json:"user,omitempty"`
	WorkingDir string     `json:"working_dir,omitempty"`
	Entrypoint []string   `json:"entrypoint,omitempty"`
	Cmd        []string   `json:"cmd,omitempty"`
	Env        []string   `json:"env,omitempty"`
}

// Step is one in the making of an image of layers.
type Step struct {
	Created *time.Time `json:"created,omitempty"`
	By      string     `json:"by,omitempty"`
	Comment string     `json:"comment,omitempty"`
	Empty   bool       `json:"empty,omitempty"` // it made no layer
}

// Referrer is something that was attached to an image: a signature, a list of contents.
type Referrer struct {
	ArtifactType string `json:"artifact_type,omitempty"`
	Platform     string `json:"platform,omitempty"` // of the image in an index to which it was attached: "linux/amd64"
	Digest       string `json:"digest"`
}

// Signing is what the registry found out about an image file's signatures.
type Signing struct {
	Pending    bool        `json:"pending"` // they are still being verified
	Signatures []Signature `json:"signatures"`
}

// Signature is one signature in an image file.
type Signature struct {
	Object      uint32   `json:"object"` // the ID of the object that holds it
	Fingerprint string   `json:"fingerprint,omitempty"`
	Name        string   `json:"name,omitempty"`   // the key's main user id; absent if the key is not known here
	Covers      []uint32 `json:"covers,omitempty"` // IDs of the objects that are as they were signed
	Verdict     string   `json:"verdict"`          // "valid", "invalid", "unknown" (key) or "unsupported"
	Reason      string   `json:"reason,omitempty"` // a sentence about a verdict other than "valid"
}

// Key is an OpenPGP public key. GET /api/v1/keys lists one's own.
type Key struct {
	Fingerprint string     `json:"fingerprint"`
	Names       []string   `json:"names"` // user ids, the main one first
	Algorithm   int        `json:"algorithm"`
	Bits        int        `json:"bits"`
	Created     time.Time  `json:"created"`
	Expires     *time.Time `json:"expires,omitempty"`
	Revoked     bool       `json:"revoked"`
}

// NewKeys brings the keys in an armored text. POST /api/v1/keys.
type NewKeys struct {
	Armored string `json:"armored"`
}

// Tag is a movable name for one image per architecture.
type Tag struct {
	Name    string    `json:"name"`
	Frozen  bool      `json:"frozen"`
	Updated time.Time `json:"updated"`
	Images  []Image   `json:"images"`
}

// SetTag names the image, by tag or digest, that a tag shall name too.
// PUT /api/v1/containers/{container}/tags/{tag}.
type SetTag struct {
	Reference string `json:"reference"`
}

// Freeze sets whether a tag or container is frozen.
// PUT /api/v1/containers/{container}/frozen and …/tags/{tag}/frozen.
type Freeze struct {
	Frozen bool `json:"frozen"`
}

// Label is a key and value in images, and the names of the images that bear it.
type Label struct {
	Key    string   `json:"key"`
	Value  string   `json:"value"`
	Images []string `json:"images"`
}

// Expiry is how long a link shall live, in seconds. POST …/images/{reference}/shares and
// POST /api/v1/teams/{team}/invitations.
type Expiry struct {
	ExpiresIn int64 `json:"expires_in,omitempty"`
}

// HeaderUndo tells, in the answer to a change, the number of the deletion that undoes it.
const HeaderUndo = "Sregistry-Undo"

// Deletion is something that was deleted, or a tag that was moved, and can be brought back.
// GET /api/v1/deletions, POST /api/v1/deletions/{deletion}/undo.
type Deletion struct {
	ID   int64  `json:"id"`
	Kind string `json:"kind"` // "move", "tag", "image", "container" or "collection"
	Name string `json:"name"` // what it was called
	// Tags are those that named an image.
	Tags []string `json:"tags,omitempty"`
	// Images are what a tag named, by the digests of their manifests.
	Images  []string  `json:"images,omitempty"`
	Deleted time.Time `json:"deleted"`
	By      string    `json:"by,omitempty"`
	Until   time.Time `json:"until"` // when it goes for good
}

// Restored tells what was brought back: the tags that name an image again, and those that
// name another one now.
type Restored struct {
	Name  string   `json:"name"`
	Tags  []string `json:"tags,omitempty"`
	Taken []string `json:"taken,omitempty"`
}

// Usage is how much storage a namespace or a collection uses, and its quota, in bytes.
// GET /api/v1/usage, GET /api/v1/usage/{place}.
type Usage struct {
	Name     string `json:"name"`
	Used     int64  `json:"used"`
	Metadata int64  `json:"metadata"` // the part of it that is not content: manifests, tags, READMEs
	Reserved int64  `json:"reserved"` // by uploads in progress
	Quota    int64  `json:"quota"`    // 0 is no limit
	// Default says that the quota is that of every user.
	Default bool `json:"default,omitempty"`
	// Kind is user, team, library, orphan or collection; told in lists only.
	Kind string `json:"kind,omitempty"`
}

// Quota sets how much room a namespace or a collection may take up: 0 is no limit, and nil
// for a namespace what the registry's settings say. PUT /api/v1/usage/{place}/quota.
type Quota struct {
	Bytes *int64 `json:"bytes,omitempty"`
}

// RetentionRule says which tags go by themselves: those that match, unless they are kept.
type RetentionRule struct {
	Tags   string `json:"tags"`             // a pattern: *, nightly-*, v[0-9]*
	Last   int    `json:"last,omitempty"`   // how many of each container are kept
	Newer  int64  `json:"newer,omitempty"`  // keeps what was moved within this many seconds
	Pulled int64  `json:"pulled,omitempty"` // keeps what was pulled within this many seconds
}

// Retention is the rules of a collection. GET and PUT /api/v1/collections/{collection}/retention,
// and POST …/retention/preview, where none stand for the present ones.
type Retention struct {
	Rules []RetentionRule `json:"rules"`
}

// Expiring is what would go by rules; More says that there are other tags besides.
type Expiring struct {
	Tags []ExpiringTag `json:"tags"`
	More bool          `json:"more"`
}

// ExpiringTag is a tag that would go.
type ExpiringTag struct {
	Name    string     `json:"name"` // "lab/hello:v1"
	Updated time.Time  `json:"updated"`
	Pulled  *time.Time `json:"pulled,omitempty"`
	Size    int64      `json:"size"`
}

// Share is an expiring link to one image; Link is there only in the answer that made it.
type Share struct {
	ID      int64     `json:"id"`
	Image   string    `json:"image"`
	By      string    `json:"by"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Link    string    `json:"link,omitempty"`
}

// Team is a group of users. Members are there where one team is asked for, by a member
// or an admin; Next is then the cursor of those that follow, as in a List.
type Team struct {
	Name    string    `json:"name"`
	Join    string    `json:"join"` // "invite" or "open"
	Size    int       `json:"size"`
	Created time.Time `json:"created"`
	Members []Member  `json:"members,omitempty"`
	Next    string    `json:"next,omitempty"`
}

// NewTeam asks for a team. POST /api/v1/teams.
type NewTeam struct {
	Name string `json:"name"`
	Join string `json:"join,omitempty"`
}

// Member is a user in a team.
type Member struct {
	User  string    `json:"user"`
	Owner bool      `json:"owner"`
	Since time.Time `json:"since"`
}

// SetMember adds a user to a team, or makes a member an owner or not.
// PUT /api/v1/teams/{team}/members/{user}.
type SetMember struct {
	Owner bool `json:"owner"`
}

// Invitation is a one-time link into a team; Link is there only in the answer that made
// it.
type Invitation struct {
	Team    string    `json:"team"`
	Expires time.Time `json:"expires"`
	Link    string    `json:"link,omitempty"`
}

// Accept takes up an invitation by its secret, or by its whole link.
// POST /api/v1/invitations/accept.
type Accept struct {
	Invitation string `json:"invitation"`
}
