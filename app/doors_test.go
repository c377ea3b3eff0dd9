package app_test

import (
	"net/http"
	"net/url"
	"testing"

	"sregistry/app/doortest"
	"sregistry/app/httpx"
	srv "sregistry/app/server"
	"sregistry/app/web"
)

// mountAll gives a site all the doors that the server has.
func mountAll(t testing.TB, site *doortest.Site) {
	t.Helper()
	public, err := url.Parse(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	all, err := srv.Doors(srv.DoorSettings{Registry: site.Registry, Identity: site.Identity, Address: httpx.Address{Public: public},
		Site:   web.New(site.Registry, site.Identity, web.Settings{Public: public}),
		Limits: httpx.NewLimits(httpx.Rate{}, httpx.Rate{}), Metrics: http.NotFoundHandler()})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		site.Mount(d.Errors, d.Routes, d.Before...)
	}
}
