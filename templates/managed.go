package templates

import (
	"strconv"
	"time"

	"sregistry/app/model"
	"sregistry/app/ref"
)

// Managed is what the pages to manage a container, and a tag or image in it, have in
// common. Their forms are POST /do/{verb}/{namespace}/{collection}/{container}, followed
// by ":{reference}" for a tag or an image: freeze, thaw, tag (field tag), delete (name, for
// a container), share (life, arch), unshare (share); next is where to go then.
type Managed struct {
	Page
	Container model.Container
	// Shares are the live links to images of the container.
	Shares     []model.Share
	MoreShares string
	Now        time.Time
	// Base is the registry's address, for the line of a badge: "https://hub.example.org".
	Base string
	// Problems are about delete-name, or the whole.
	Problems Problems
}

// ManageContainer is GET /manage/{namespace}/{collection}/{container}.
type ManageContainer struct {
	Managed
	Tags     []model.Tag
	MoreTags string
	// Deletions can be restored.
	Deletions     []model.Deletion
	MoreDeletions string
}

// ManageImage is GET /manage/{namespace}/{collection}/{container}:{reference}.
type ManageImage struct {
	Managed
	// Image has the tag that the page is about, if it is about one, and all its Tags.
	Image model.Image
}

// DeleteConfirm asks once more before a tag or an image is deleted: GET /do/delete/….
type DeleteConfirm struct {
	Page
	// Name is what would be deleted: "lab/hello:v1".
	Name string
	// WholeImage says that it is an image, and not only one of its tags.
	WholeImage bool
	Image      model.Image
	// Grace is how long it can be restored.
	Grace time.Duration
	// Action is where the form goes, Back the page that it came from.
	Action, Back string
}

// ShareCreated shows the link to an image, this once: the answer to POST /do/share/….
type ShareCreated struct {
	Page
	Share model.Share
	// Link is the whole address, and File the name that the download gets.
	Link, File string
	Back       string
}

// ShareLives are the choices of how long a link is good, in hours.
var ShareLives = []Life{{"1", "1 hour"}, {"24", "1 day"}, {"168", "7 days"}, {"720", "30 days"}, {"8760", "1 year"}}

// ManagePath is the path of the page to manage a container, or with a reference a tag or
// image in it.
func ManagePath(c ref.Container, reference string) string {
	return "/manage/" + suffixed(c, reference)
}

// doPath is where a form for a container, or a tag or image in it, goes.
func doPath(verb string, c ref.Container, reference string) string {
	return "/do/" + verb + "/" + suffixed(c, reference)
}

func suffixed(c ref.Container, reference string) string {
	if reference == "" {
		return c.Full()
	}
	return c.Full() + ":" + reference
}

// reference is the tag or the digest that the page is about.
func (p ManageImage) reference() string {
	if p.Image.Tag != "" {
		return p.Image.Tag
	}
	return dotted(p.Image.Known())
}

// deletionWords say what was deleted.
func deletionWords(d model.Deletion) string {
	switch d.Kind {
	case model.MovedTag:
		return "tag, before it was moved"
	case model.DeletedTag:
		return "tag"
	case model.DeletedImage:
		return "image"
	case model.DeletedContainer:
		return "container"
	}
	return "collection"
}

// undoPath is where a form goes that restores something.
func undoPath(id int64) string { return "/do/undo/" + strconv.FormatInt(id, 10) }

// graceWords write how long something can be restored: "7 days", "12 hours".
func graceWords(d time.Duration) string {
	if d >= 48*time.Hour {
		return plural(int(d/(24*time.Hour)), "day")
	}
	if d >= 2*time.Hour {
		return plural(int(d/time.Hour), "hour")
	}
	return inWords(d)
}

// lastTag reports whether the image loses its last tag.
func (p DeleteConfirm) lastTag() bool { return len(p.Image.Tags) <= 1 }

// kind is what is deleted.
func (p DeleteConfirm) kind() string {
	if p.WholeImage {
		return "image"
	}
	return "tag"
}
