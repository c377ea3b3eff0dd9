#!/bin/sh
# Makes the squashfs files of this folder again, byte for byte. Needs mksquashfs 4.5.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
cd "$root"

put() { mkdir -p "$(dirname "$1")" && cat > "$1"; }

put .singularity.d/labels.json <<'X'
{
	"Author": "Ada Lovelace",
	"org.label-schema.schema-version": "1.0",
	"Version": "1.2"
}
X
put .singularity.d/Singularity <<'X'
Bootstrap: docker
From: alpine:3.20

%runscript
    echo hello
X
put .singularity.d/runscript <<'X'
#!/bin/sh
echo hello
X
put .singularity.d/runscript.help <<'X'
Says hello.
X
put .singularity.d/startscript <<'X'
#!/bin/sh
exec sleep infinity
X
put .singularity.d/env/01-base.sh <<'X'
# the same in all images
X
put .singularity.d/env/10-docker2singularity.sh <<'X'
export PATH=/usr/bin
X
put .singularity.d/env/90-environment.sh <<'X'
export LANG=C
X
put scif/apps/greet/scif/runscript <<'X'
echo greetings
X
put scif/apps/greet/scif/runscript.help <<'X'
Greets.
X
put scif/apps/greet/scif/labels.json <<'X'
{"Greeting": "hi"}
X
put scif/apps/greet/scif/env/90-environment.sh <<'X'
export GREETING=hi
X
# Several data blocks and an end in a fragment; a hole between two data blocks; a listing
# with more than one header; links, one of them to itself.
{ echo '#!/bin/sh'; seq -f 'test %g -gt 0' 1 600; } > .singularity.d/test
mkdir -p data/many usr/bin
{ head -c 4096 /dev/zero | tr '\0' a; head -c 4096 /dev/zero; head -c 4096 /dev/zero | tr '\0' b; echo end; } > data/sparse
(cd data/many && seq -f 'file%03g' 1 260 | xargs touch)
ln -s usr/bin bin
ln -s ../../data/sparse usr/bin/sparse
ln -s loop data/loop

for compression in gzip lzma lzo xz lz4 zstd; do
	rm -f "$here/$compression.squashfs"
	mksquashfs . "$here/$compression.squashfs" -comp $compression -b 4096 -nopad -no-xattrs -all-root -processors 1 \
		-all-time 1700000000 -mkfs-time 1700000000 -noappend -no-exports -quiet -no-progress
done
