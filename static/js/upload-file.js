// What can be told from a file before it is sent. Nothing here knows the page.

const extensions = /(\.(sif|simg|sqsh|squashfs|img|ext3))+$/i;

// guess reads container and tag from a file's name, as the clients write it when they
// pull: "gromacs_2026.1.sif", "lab-hello_latest.sif". Names are lower case letters and
// digits with single separators between them; a tag may be nearly anything.
export function guess(name) {
  const stem = name.replace(extensions, "").replace(/[@:]/g, "_");
  const at = stem.lastIndexOf("_");
  let [container, tag] = at > 0 ? [stem.slice(0, at), stem.slice(at + 1)] : [stem, ""];
  if (!/^[0-9A-Za-z][\w.-]*$/.test(tag)) [container, tag] = [stem, ""];
  const dated = !tag && container.match(/^(.+?)[-.](v?\d[\w.-]*)$/);
  if (dated) [, container, tag] = dated;
  container = container.normalize("NFKD").toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-").replace(/([._-])[._-]+/g, "$1").replace(/^[._-]+|[._-]+$/g, "");
  return { container: container.slice(0, 100), tag: tag.slice(0, 128) || "latest" };
}

const edge = 64 << 10; // bytes at either end of a file by which it is known again

// fingerprint is a checksum (CRC-32) of a file's two ends. With name, size and time it
// tells whether a file that was chosen again is the one that was begun with; it need not
// withstand anybody, since one can only ever mistake one's own files.
export async function fingerprint(file) {
  const ends = [file.slice(0, edge), file.slice(Math.max(0, file.size - edge))];
  let crc = -1;
  for (const byte of new Uint8Array(await new Blob(ends).arrayBuffer())) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (~crc >>> 0).toString(16).padStart(8, "0");
}

// looksLikeImage tells at once what the registry would find out only at the end: whether
// the file begins as a SIF, or as a squashfs or ext3 image of Singularity 2.
export async function looksLikeImage(file) {
  const head = new Uint8Array(await file.slice(0, 2048).arrayBuffer());
  const text = String.fromCharCode(...head);
  return text.startsWith("SIF_MAGIC", 32) || text.startsWith("hsqs") || text.startsWith("#!") ||
    head[1080] === 0x53 && head[1081] === 0xef;
}

const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

// bytes writes a size as the pages do.
export function bytes(n) {
  const power = n < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(n) / 10));
  const value = n / 1024 ** power;
  return `${power && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

// duration writes seconds as a person would say them.
export function duration(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
