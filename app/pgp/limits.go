package pgp

// The bounds of what is taken. A key of somebody with many addresses and years of
// renewals has some tens of kilobytes; keyservers without bounds were drowned in keys.
const (
	// MaxText bounds an armored text, in bytes.
	MaxText = 256 << 10
	// maxKeys bounds the keys in one text.
	maxKeys = 16
	// maxKey bounds the packets of one key that are kept, in bytes.
	maxKey = 64 << 10
	// maxPackets bounds the packets that are looked at in one text.
	maxPackets = 2000
	// maxSignatures bounds the self-signatures that are verified in one text.
	maxSignatures = 256
	// maxSignature bounds one of them, in bytes; parts of it are not signed and can hold anything.
	maxSignature = 4 << 10
	// maxNames, maxName and maxSubkeys bound the user ids, in number and bytes, and the subkeys.
	maxNames   = 64
	maxName    = 1024
	maxSubkeys = 32
	// maxRevocations bounds the revocations that are kept of one part of a key.
	maxRevocations = 4
	// maxBits bounds a key's length, and so the time it takes to verify by it.
	maxBits = 8192
)
