package library

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"sregistry/app/httpx"
)

// success is the envelope of every answer but the few that have none.
type success struct {
	Data any `json:"data"`
}

// answer answers with data in its envelope. Nobody may keep it: rights end, and some of it
// is secret.
func answer(c echo.Context, data any) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return httpx.JSON(c, http.StatusOK, success{data})
}

// failure is the envelope of an error.
type failure struct {
	Error problem `json:"error"`
}

type problem struct {
	Code    int    `json:"code"` // the status, which the clients print
	Message string `json:"message"`
}

type entity struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type collection struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Entity      string    `json:"entity"` // its id
	EntityName  string    `json:"entityName"`
	Private     bool      `json:"private"`
	CreatedAt   time.Time `json:"createdAt,omitzero"`
	UpdatedAt   time.Time `json:"updatedAt,omitzero"`
}

type container struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	Collection     string    `json:"collection"` // its id
	CollectionName string    `json:"collectionName"`
	Entity         string    `json:"entity"` // its id
	EntityName     string    `json:"entityName"`
	Private        bool      `json:"private"`
	ReadOnly       bool      `json:"readOnly"`
	DownloadCount  int64     `json:"downloadCount"`
	CreatedAt      time.Time `json:"createdAt,omitzero"`
	UpdatedAt      time.Time `json:"updatedAt,omitzero"`
}

type image struct {
	ID             string    `json:"id"`
	Description    string    `json:"description,omitempty"`
	Hash           string    `json:"hash"`      // "sha256.<hex>"; a pull compares it as it stands
	Container      string    `json:"container"` // its id
	ContainerName  string    `json:"containerName"`
	Collection     string    `json:"collection"` // its id
	CollectionName string    `json:"collectionName"`
	Entity         string    `json:"entity"` // its id
	EntityName     string    `json:"entityName"`
	Size           int64     `json:"size"`
	Uploaded       bool      `json:"uploaded"` // true spares the client the upload
	Arch           string    `json:"arch,omitempty"`
	Signed         bool      `json:"signed"`                 // all of it, validly
	Fingerprints   []string  `json:"fingerprints,omitempty"` // of the keys by which it is
	Tags           []string  `json:"tags,omitempty"`
	CreatedAt      time.Time `json:"createdAt,omitzero"`
	CreatedBy      string    `json:"createdBy,omitempty"`
}

type searchResults struct {
	Entity     []entity     `json:"entity"`
	Collection []collection `json:"collection"`
	Container  []container  `json:"container"`
	Image      []*image     `json:"image"`
}

// What clients send: of many fields, those that count.
type (
	newEntity struct {
		Name string `json:"name"`
	}
	newCollection struct {
		Name   string `json:"name"`
		Entity string `json:"entity"` // its id
	}
	newContainer struct {
		Name       string `json:"name"`
		Collection string `json:"collection"` // its id
	}
	newImage struct {
		Hash        string `json:"hash"`
		Container   string `json:"container"` // its id
		Description string `json:"description"`
	}
	newTag struct {
		Arch    string // of /v2 only
		Tag     string
		ImageID string
	}
	newUpload struct {
		Size   int64  `json:"filesize"`
		SHA256 string `json:"sha256sum"`
	}
	newPart struct {
		Upload string `json:"uploadID"`
		Number int64  `json:"partNumber"`
		Size   int64  `json:"partSize"`
		SHA256 string `json:"sha256sum"`
	}
	endOfParts struct {
		Upload string `json:"uploadID"`
	}
)

// uploadStarted is where to send a file.
type uploadStarted struct {
	URL string `json:"uploadURL"`
}

type partsStarted struct {
	Upload   string            `json:"uploadID"`
	Parts    int64             `json:"totalParts"`
	PartSize int64             `json:"partSize"`
	Options  map[string]string `json:"options"`
}

// partStarted is where to send a part.
type partStarted struct {
	URL string `json:"presignedURL"`
}

// uploadComplete is what a client tells its user after a push.
type uploadComplete struct {
	Quota quota  `json:"quota"`
	Page  string `json:"containerUrl"` // a path below the registry's address
}

type quota struct {
	Total int64 `json:"quotaTotal"` // in bytes; 0 is no limit
	Usage int64 `json:"quotaUsage"`
}
