package config

// Details is details, for the test that holds them to the settings.
var Details = details
