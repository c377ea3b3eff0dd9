// One file on its way to the registry, in parts, so that it goes on where it was after a
// cut line, a pause or a closed tab. It knows the registry's addresses (app/web/uploads.go)
// and no page: who makes one is told of every change.

const largest = 64 << 20; // bytes in a part: little is lost with one, and many proxies let it through
const smallest = 1 << 20; // bytes; what the most frugal proxy lets through
const longestWait = 30; // seconds between two tries
const memory = 8000; // milliseconds over which the speed is taken

// Trouble is an answer that is no success. Its kind is the registry's, or "lost" where
// none came, or "refused" from somebody between.
class Trouble extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

function read(status, text) {
  let answer;
  try {
    answer = text ? JSON.parse(text) : {};
  } catch {
    answer = undefined; // not from the registry
  }
  if (status >= 200 && status < 300 && answer) return answer;
  if (answer?.kind) throw new Trouble(answer.kind, answer.message);
  if (status === 413) throw new Trouble("refused", "A proxy between you and the registry blocks large uploads. Ask your administrator, or use the sregistry client.");
  throw new Trouble("lost", "");
}

async function call(method, address, body) {
  let response;
  try {
    response = await fetch(address, { method, body: body && JSON.stringify(body), headers: body && { "Content-Type": "application/json" } });
  } catch {
    throw new Trouble("lost", "");
  }
  return read(response.status, await response.text().catch(() => ""));
}

// The states: "waiting" (to be run), "sending", "paused", "cut" (tries again by itself),
// "finishing", "done" (with image, page, digest), "failed" and "out" (with problem; may be
// run again: "out" after signing in).
export class Transfer {
  state = "waiting";
  problem = "";
  sent = 0; // bytes that arrived, or are on their way
  #part = largest;
  #samples = [];
  #request;
  #wake;
  #turn = 0; // counts the runs, so that one that was stopped does no more
  #unsure = false; // whether the registry made the image and only its answer got lost

  // target is {container, tag}; address that of an upload which was begun before, or "".
  // changed is called after every change, keep with the address of an upload to note it
  // down, or with "" when there is nothing left to go on with.
  constructor(file, target, address, { changed, keep }) {
    Object.assign(this, { file, target, address, changed, keep });
  }

  // speed is in bytes a second, over the last few seconds; 0 if not known.
  get speed() {
    const [from, to] = [this.#samples[0], this.#samples.at(-1)];
    return from && to.at > from.at ? Math.max(0, (to.sent - from.sent) / (to.at - from.at) * 1000) : 0;
  }

  // run sends what is left. It ends when the file is an image, or with a state in which it
  // waits to be run again.
  async run() {
    const turn = ++this.#turn;
    let wait = 1;
    this.problem = "";
    this.#enter("sending");
    while (turn === this.#turn && this.state !== "done") {
      const before = this.sent;
      try {
        await this.#go(turn);
      } catch (e) {
        if (turn !== this.#turn) return;
        if (!(e instanceof Trouble)) throw e;
        this.#samples = [];
        if (this.#settle(e)) return;
        wait = this.sent > before ? 1 : Math.min(2 * wait, longestWait);
        await this.#rest(wait);
        if (turn !== this.#turn) return;
        this.#enter("sending");
      }
    }
  }

  // pause stops; what has arrived is kept.
  pause() {
    this.#turn++;
    this.#samples = [];
    this.#enter("paused");
    this.#request?.abort();
    this.#wake?.();
  }

  // cancel stops and gives up what has arrived.
  async cancel() {
    this.pause();
    this.keep("");
    if (this.address) await call("DELETE", this.address).catch(() => {}); // or it is swept some day
  }

  // nudge tries again at once, if the line is cut.
  nudge() {
    if (this.state === "cut") this.#wake?.();
  }

  #enter(state) {
    this.state = state;
    this.changed(this);
  }

  // #go sends all that is left, as long as it is its turn, and has the image made of it.
  async #go(turn) {
    const size = this.file.size;
    let { offset } = this.address ? await call("GET", this.address) : await this.#begin(size);
    this.#arrived(offset);
    while (offset < size && turn === this.#turn) {
      ({ offset } = await this.#send(offset));
      this.#arrived(offset);
    }
    if (turn !== this.#turn) return;
    this.#enter("finishing");
    const end = await call("POST", this.address, { ...this.target, size });
    this.keep("");
    Object.assign(this, end);
    this.#enter("done");
  }

  async #begin(size) {
    const begun = await call("POST", "/uploads", { ...this.target, size });
    this.address = begun.address;
    this.keep(begun.address);
    return begun;
  }

  // #send sends one part. fetch tells nothing of how far it is, so this is the older way.
  #send(offset) {
    return new Promise((resolve, reject) => {
      const request = this.#request = new XMLHttpRequest();
      request.open("PATCH", this.address);
      request.setRequestHeader("Upload-Offset", offset);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = (e) => this.#arrived(offset + e.loaded);
      request.onload = () => {
        try {
          resolve(read(request.status, request.responseText));
        } catch (e) {
          reject(e);
        }
      };
      request.onerror = request.onabort = () => reject(new Trouble("lost", ""));
      request.send(this.file.slice(offset, offset + this.#part));
    });
  }

  #arrived(sent) {
    const now = performance.now();
    this.sent = sent;
    this.#samples.push({ at: now, sent });
    while (now - this.#samples[0].at > memory && this.#samples.length > 2) this.#samples.shift();
    this.changed(this);
  }

  // #settle decides what becomes of a failure: true if somebody has to do something.
  #settle({ kind, message }) {
    const finishing = this.state === "finishing";
    if (kind === "refused" && this.#part > smallest) {
      this.#part /= 2;
      return false;
    }
    if (["lost", "range_invalid", "conflict", "unavailable", "rate_limited"].includes(kind)) {
      this.#unsure ||= finishing && kind === "lost";
      return false;
    }
    this.problem = message;
    if (kind === "not_found") { // it was left too long, or made an image
      this.problem = this.#unsure
        ? "The upload ended, but the response was lost. Check whether the image exists before you try again."
        : "The uploaded data has expired. Start the upload again.";
      this.#forget();
    }
    if (kind === "invalid" && finishing) this.#forget();
    this.#enter(kind === "unauthenticated" ? "out" : "failed");
    return true;
  }

  // #forget lets an upload go that the registry has thrown away.
  #forget() {
    this.address = "";
    this.keep("");
  }

  // #rest waits before the next try, or until it is nudged or paused.
  async #rest(seconds) {
    this.wait = seconds;
    this.#enter("cut");
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, seconds * 1000);
    });
  }
}
