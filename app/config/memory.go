package config

import (
	"github.com/spf13/pflag"

	"sregistry/app/errs"
)

// leastMemory is the smallest memory-limit: what the server needs without any request is a
// third of it.
const leastMemory = 128 << 20

// memoryFlags binds the setting of the memory.
func (c *Config) memoryFlags(f *pflag.FlagSet) {
	f.Var(&c.MemoryLimit, "memory-limit", "memory the server may use")
}

func (c *Config) validateMemory() error {
	if c.MemoryLimit < leastMemory {
		return errs.E("config.validateMemory", errs.Invalid, "memory-limit is %s. Use %d MiB or more.", c.MemoryLimit.String(), leastMemory>>20)
	}
	return nil
}
