package ref_test

import (
	"strings"
	"testing"

	"sregistry/app/errs"
	"sregistry/app/ref"
)

func TestWrittenNamesResolve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		written     string
		namespace   bool // the first part is one
		full, short string
	}{
		{"samtools", false, "library/default/samtools", "library/samtools"},
		{"library/samtools", true, "library/default/samtools", "library/samtools"},
		{"gromacs/mdrun", false, "library/gromacs/mdrun", "gromacs/mdrun"},
		{"library/gromacs/mdrun", true, "library/gromacs/mdrun", "gromacs/mdrun"},
		{"alice/samtools", true, "alice/default/samtools", "alice/samtools"},
		{"alice/default/samtools", true, "alice/default/samtools", "alice/samtools"},
		{"alice/tools/samtools", true, "alice/tools/samtools", "alice/tools/samtools"},
		{"lab/deep/er/name", false, "library/lab/deep/er/name", "lab/deep/er/name"},
		{"alice/tools/deep/er", true, "alice/tools/deep/er", "alice/tools/deep/er"},
		{"alice/default/deep/er", true, "alice/default/deep/er", "alice/default/deep/er"},
	} {
		p, err := ref.ParsePath(c.written)
		if err != nil {
			t.Fatal(err)
		}
		k := p.Container(c.namespace)
		if k.Full() != c.full || k.String() != c.short {
			t.Errorf("%s is %s, in short %s", c.written, k.Full(), k)
		}
		// The short name means the same container again.
		short, err := ref.ParsePath(k.String())
		if err != nil {
			t.Fatal(err)
		}
		isNamespace := short.First() == "library" || short.First() == "alice"
		if again := short.Container(isNamespace); again != k {
			t.Errorf("%s comes back as %s", k, again.Full())
		}
		if again := k.Path().Container(true); again != k {
			t.Errorf("%s in full comes back as %s", k.Full(), again.Full())
		}
	}
}

func TestCollectionNamesResolve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		written   string
		namespace bool
		full      string
	}{
		{"gromacs", false, "library/gromacs"}, {"alice", true, "alice/default"}, {"alice/tools", true, "alice/tools"},
		{"library/gromacs", true, "library/gromacs"},
	} {
		p, err := ref.ParsePath(c.written)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Collection(c.namespace)
		if err != nil || got.Full() != c.full {
			t.Errorf("%s is %s, %v", c.written, got.Full(), err)
		}
	}
	p, _ := ref.ParsePath("a/b/c")
	if _, err := p.Collection(true); !errs.Is(err, errs.Invalid) {
		t.Errorf("three parts: %v", err)
	}
}

func TestBadNamesSayWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                         "is empty",
		"a//b":                     "is empty",
		"/a":                       "is empty",
		"Lab/x":                    `"L" at character 1`,
		"a b":                      "a blank at character 2",
		"a/bü":                     "U+00FC at character 2",
		"-a":                       `"-" at character 1`,
		"a-":                       `"-" at character 2`,
		"a..b":                     `".." at character 2`,
		"a_.b":                     `"_." at character 2`,
		strings.Repeat("a", 129):   "at most 128",
		strings.Repeat("ab/", 100): "at most 255",
	} {
		_, err := ref.ParsePath(name)
		if !errs.Is(err, errs.Invalid) || !strings.Contains(errs.Message(err), want) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"a", "a.b", "a_b", "a__b", "a---b", "0", "a/b/c/d/e/f/g/h/i/j", "a/b/c/d/e/f/g/h/i/j/k", strings.Repeat("a/", 127) + "a"} {
		if _, err := ref.ParsePath(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"a", "lab/hello", "a/b/c", "A", "a//b", "a..b", "é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ref.ParsePath(s)
		if err != nil {
			if errs.Message(err) == "" {
				t.Errorf("%q: no sentence", s)
			}
			return
		}
		if p.String() != s {
			t.Errorf("%q became %q", s, p)
		}
		for _, namespace := range []bool{true, false} {
			if k := p.Container(namespace); k.Container == "" || k.Path().Container(true) != k {
				t.Errorf("%q: %+v does not come back", s, k)
			}
		}
	})
}
