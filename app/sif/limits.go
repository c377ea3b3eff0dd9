package sif

// The bounds of an inspection. What lies beyond one is left out, and a note says so.
const (
	// maxObjects bounds the descriptors that are listed. A SIF is made with room for 48;
	// an OCI-SIF has one per layer, of which engines allow 127 or so.
	maxObjects = 1024
	// maxText bounds one text: a definition file, a script, a help text.
	maxText = 256 << 10
	// maxAllText bounds all texts together, and so the report's row in the database.
	maxAllText = 1 << 20
	// maxJSON bounds an object with JSON: what Apptainer adds to a SIF. It holds several texts.
	maxJSON = 1 << 20
	// maxLabels, maxLabelKey and maxLabelValue bound the labels of an image or an app; the
	// OCI clients and engines that carry labels do not go beyond some hundreds.
	maxLabels     = 1000
	maxLabelKey   = 256
	maxLabelValue = 16 << 10
	// maxApps bounds the SCIF apps; an image has a handful.
	maxApps = 200
	// maxScripts bounds the environment scripts of an image or an app; Apptainer writes six.
	maxScripts = 64
	// maxPath bounds a path within the image, and the name of an app.
	maxPath = 256
	// maxNotes bounds the notes, which a hostile file could otherwise multiply.
	maxNotes = 50
	// maxSignature bounds how much of a signature is looked at to name its format.
	maxSignature = 64 << 10
	// maxSignatures bounds the signatures that are verified. An image has one for each who signed it.
	maxSignatures = 64
	// maxRead bounds the bytes that are read from the file in one inspection.
	maxRead = 64 << 20
	// maxUnpack bounds the bytes that decompression yields, and those of folders that are
	// gone through, again for each path. It is room for thousands of files, and a second's work.
	maxUnpack = 64 << 20
	// maxListed bounds the entries of a folder that are counted. Folders of a package manager have
	// some ten thousand.
	maxListed = 200_000
	// maxDepth bounds the folders within folders when two images are compared, since a folder of a
	// hostile one may be within itself.
	maxDepth = 128
	// maxListedPath bounds the path of a listed change, as Linux does (PATH_MAX).
	maxListedPath = 4096
	// maxListedTarget bounds the target of a listed link, and maxListedChanges the paths of all
	// listed changes together, in bytes.
	maxListedTarget  = 512
	maxListedChanges = 128 << 10
	// maxFolder bounds the entries of one folder that are compared, and maxHeld what the folders
	// on the way to it hold in memory, in bytes: an entry takes 200 and its texts.
	maxFolder = 100_000
	maxHeld   = 48 << 20
	// maxWalk bounds what is unpacked and gone through of an image to compare all its files: of a
	// file it takes some 60 bytes, so it is room for two million.
	maxWalk = 128 << 20
)
