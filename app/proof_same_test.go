package app_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"sregistry/app/sif/siftest"
)

// Ten push one content at the same moment, by all doors: to the same tag, to other tags and
// to other containers. All succeed, every tag gives it, and it is kept once.
func TestProofTenPushesOfOneContent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	rounds, pushes := pick(3, 200), 0
	for round := range rounds {
		content := siftest.SIF(t, siftest.Options{Arch: "amd64", Seed: uint64(round), Payload: 300_000})
		want := digest.FromBytes(content)
		same := fmt.Sprintf("lab/round%d", round)
		var ten sync.WaitGroup
		start := make(chan struct{})
		names := map[string]string{} // container of each tag
		for i := range 10 {
			door := doorsIn[i%len(doorsIn)]
			targets := [][2]string{{same, "same"}, {same, fmt.Sprintf("tag%d", i)}, {fmt.Sprintf("%s-%d", same, i), "v1"}}
			for _, target := range targets {
				names[target[0]+":"+target[1]] = target[0]
				pushes++
				ten.Go(func() {
					<-start
					if err := door.push(t.Context(), s.url, s.token, target[0], target[1], content); err != nil {
						t.Errorf("%s to %s:%s: %v", door.name, target[0], target[1], err)
					}
				})
			}
		}
		close(start)
		ten.Wait()
		for name, container := range names {
			if got := fileOf(t, s.url, s.token, container, name[len(container)+1:]); got != want {
				t.Errorf("%s gives %s", name, got)
			}
		}
		kept := slices.DeleteFunc(s.kept(), func(name string) bool { return name != want.Encoded() })
		if len(kept) != 1 {
			t.Errorf("the content is kept %d times", len(kept))
		}
	}
	s.check()
	t.Logf("%d pushes in %d rounds", pushes, rounds)
}
