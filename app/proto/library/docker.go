package library

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"sregistry/app/errs"
	"sregistry/app/httpx"
	"sregistry/app/model"
	"sregistry/app/registry"
)

// docker and podman search a registry by the address of this door's search, in the form of
// Docker's first registry: GET /v1/search?q=WORD&n=NUMBER.

// The repositories that docker asks for if nobody says how many, and the most that it gets.
const (
	dockerFound    = 25
	maxDockerFound = 100
)

// asksAsDocker reports whether a search is docker's or podman's.
func asksAsDocker(c echo.Context) bool {
	query := c.QueryParams()
	return query.Has("q") && !query.Has("value")
}

// searchForDocker answers with the repositories that the caller may see. podman asks here
// without its credentials, even if it has some, and takes whatever it gets for all there is;
// if this is not offered, it goes through the OCI door's catalog with them. docker says that
// it has none by a header.
func (d *door) searchForDocker(c echo.Context) error {
	const op = "library.searchForDocker"
	actor := httpx.Actor(c)
	if actor.IsAnonymous() && c.Request().Header.Get("X-Docker-Token") == "" {
		return errs.E(op, errs.NotFound, "Sign in to search by this address, or list the repositories by /v2/_catalog.")
	}
	if err := d.Registry.AuthorizeSearch(actor); err != nil {
		return errs.Wrap(op, err)
	}
	most := dockerFound
	if n, err := strconv.Atoi(c.QueryParam("n")); err == nil && n > 0 {
		most = min(n, maxDockerFound)
	}
	words := c.QueryParam("q")
	found, err := d.Registry.Search(c.Request().Context(), actor, registry.Query{Text: words, Kind: model.KindContainer}, model.Page{Limit: most})
	if err != nil {
		return errs.Wrap(op, err)
	}
	answer := dockerResults{Query: words, Page: 1, Pages: 1, Size: most, Results: []dockerResult{}}
	for _, k := range found.Containers {
		answer.Results = append(answer.Results, dockerResult{Name: k.Name.String(), Stars: k.Stars})
	}
	answer.Count = len(answer.Results)
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return httpx.JSON(c, http.StatusOK, answer)
}

// dockerResults is what docker and podman read.
type dockerResults struct {
	Query   string         `json:"query"`
	Count   int            `json:"num_results"`
	Page    int            `json:"page"`
	Pages   int            `json:"num_pages"`
	Size    int            `json:"page_size"`
	Results []dockerResult `json:"results"`
}

type dockerResult struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Stars       int64  `json:"star_count"`
	Official    bool   `json:"is_official"`
	Automated   bool   `json:"is_automated"`
}
