package app

import (
	"net/http"
	"net/url"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	"sregistry/app/web"
)

// MountAll gives a site all the doors that the server has.
func MountAll(t testing.TB, site *doortest.Site) {
	t.Helper()
	public, err := url.Parse(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	limits := httpx.NewLimits(httpx.Rate{}, httpx.Rate{})
	all, err := allDoors(site.Registry, site.Identity, httpx.Address{Public: public}, web.New(site.Registry, site.Identity, web.Settings{Public: public}), limits, http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		site.Mount(d.errors, d.routes, d.before...)
	}
}
