package howto_test

import (
	"testing"

	"sregistry/app/howto"
)

func TestEachKindIsPulledByAClientThatTakesIt(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		image             howto.Image
		plain             bool
		what, pull, other string
	}{
		{howto.Image{Kind: "sif"}, false, "an image file", "apptainer pull oras://h:1/lab/x:1", ""},
		{howto.Image{Kind: "simg"}, true, "an image file", "apptainer pull --no-https oras://h:1/lab/x:1", ""},
		{howto.Image{Kind: "oci"}, false, "an OCI image", "apptainer pull docker://h:1/lab/x:1", "docker pull h:1/lab/x:1"},
		{howto.Image{Kind: "oci"}, true, "an OCI image", "apptainer pull --no-https docker://h:1/lab/x:1", "docker pull h:1/lab/x:1"},
		{howto.Image{Kind: "index"}, false, "an OCI image for several platforms", "apptainer pull docker://h:1/lab/x:1", "docker pull h:1/lab/x:1"},
		{howto.Image{Kind: "oci", OCISIF: true}, false, "an OCI-SIF image of SingularityCE", "singularity pull --oci docker://h:1/lab/x:1", ""},
		{howto.Image{Kind: "oci", OCISIF: true}, true, "an OCI-SIF image of SingularityCE", "singularity pull --no-https --oci docker://h:1/lab/x:1", ""},
		{howto.Image{Kind: "artifact", OCISIF: true}, false, "a data container of SingularityCE", "singularity pull --oci docker://h:1/lab/x:1", ""},
		{howto.Image{Kind: "artifact"}, false, "an OCI artifact", "oras pull h:1/lab/x:1", ""},
		{howto.Image{Kind: "artifact"}, true, "an OCI artifact", "oras pull --plain-http h:1/lab/x:1", ""},
	} {
		at := howto.Place{Host: "h:1", Plain: tt.plain, Name: "lab/x:1"}
		other, ok := howto.Docker(tt.image, at)
		if !ok {
			other = ""
		}
		if what, pull := howto.What(tt.image), howto.Pull(tt.image, at); what != tt.what || pull != tt.pull || other != tt.other {
			t.Errorf("%+v: %s: %s; %s", tt.image, what, pull, other)
		}
	}
}
