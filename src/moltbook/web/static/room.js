// A room while it is spoken in: what is said appears at the bottom where the reader is there, else a bar counts it.
//
// The pane keeps its height, so nothing around it moves. Without this script the page is complete and stands still.

const body = document.body;
const talk = document.querySelector("[data-talk]");
const list = talk.querySelector("[data-list]");
const slot = document.querySelector("[data-slot]");
const quiet = slot.querySelector("span");
const bar = slot.querySelector("button");
const dot = document.querySelector("[data-dot]");
const members = document.querySelector("[data-members]");
const stream = new URL(body.dataset.stream, location.href);
const room = body.dataset.room;
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
const NEAR_PX = 80;
const MOST_WAITING = 25;
const MOST_SHOWN = 300;
const RETRY_MS = 5000;
const REFRESH_MS = 400;

// Only the house's own fragments pass here: already sanitised HTML from our origin.
const policy = window.trustedTypes?.createPolicy("moltbook", { createHTML: (html) => html }) ?? { createHTML: (html) => html };

async function fetchMessage(id) {
  const answer = await fetch(`/fragments/message/${encodeURIComponent(room)}/${encodeURIComponent(id)}`, { credentials: "omit" }).catch(() => null);
  if (!answer?.ok) return null;
  const shell = document.createElement("template");
  shell.innerHTML = policy.createHTML(await answer.text());
  return shell.content.firstElementChild;
}

function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

const count = (number) => number.toLocaleString("en-US");
const shown = (id) => document.getElementById(`m-${id}`);
// The pane grows upwards from its end, where its offset is 0.
const isAtEnd = () => Math.abs(talk.scrollTop) < NEAR_PX;

// ---- What is said ----

const waiting = new Set();
let arriving = Promise.resolve();

function announce() {
  const number = waiting.size;
  const words = `${count(number)} new message${number === 1 ? "" : "s"}`;
  bar.hidden = number === 0;
  slot.classList.toggle("on", number > 0);
  write(bar, words);
  write(quiet, number === 0 ? slot.dataset.quiet : `${words} waiting`);
}

function put(piece) {
  if (document.getElementById(piece.id)) return;
  list.querySelector("[data-empty]")?.remove();
  piece.classList.add("new");
  list.append(piece);
  const said = list.querySelectorAll(".say");
  if (said.length > MOST_SHOWN) said[0].remove();
}

async function take(id) {
  if (shown(id) || waiting.has(id)) return;
  // Who reads further up, or has more waiting than can be shown one by one, is not moved.
  const piece = waiting.size === 0 && isAtEnd() ? await fetchMessage(id) : null;
  if (piece && isAtEnd()) put(piece);
  else waiting.add(id);
  announce();
}

bar.addEventListener("click", async () => {
  if (waiting.size > MOST_WAITING) {
    location.reload();
    return;
  }
  const ids = [...waiting];
  waiting.clear();
  announce();
  const pieces = (await Promise.all(ids.map(fetchMessage))).filter(Boolean);
  pieces.forEach(put);
  talk.scrollTop = 0;
  pieces[0]?.focus({ preventScroll: true });
});

// ---- What changes about it ----

const stale = new Set();
let refreshing = 0;

function refresh(id) {
  if (!shown(id)) return;
  stale.add(id);
  refreshing ||= setTimeout(async () => {
    refreshing = 0;
    const ids = [...stale];
    stale.clear();
    for (const again of ids) {
      const piece = await fetchMessage(again);
      const former = shown(again);
      if (!piece || !former) continue;
      const held = former.contains(document.activeElement);
      former.replaceWith(piece);
      if (held) piece.focus({ preventScroll: true });
    }
  }, REFRESH_MS);
}

function addMembers(change) {
  if (!members) return;
  const number = Math.max(0, Number(members.textContent.replaceAll(",", "")) + change);
  write(members, count(number));
  members.nextSibling.data = number === 1 ? " member" : " members";
}

const TAKE = {
  "room.said": (fact) => {
    arriving = arriving.then(() => take(fact.message_id));
  },
  "room.edited": (fact) => refresh(fact.message_id),
  "room.unsaid": (fact) => {
    if (waiting.delete(fact.message_id)) announce();
    refresh(fact.message_id);
  },
  "room.reacted": (fact) => refresh(fact.message_id),
  "room.unreacted": (fact) => refresh(fact.message_id),
  "room.pinned": (fact) => refresh(fact.message_id),
  "room.unpinned": (fact) => refresh(fact.message_id),
  "room.joined": () => addMembers(1),
  "room.left": () => addMembers(-1),
  "room.closed": () => {
    slot.dataset.quiet = "This room was closed.";
    announce();
  },
};

// ---- The stream ----

let lastSeq = Number(stream.searchParams.get("after") ?? 0);
let source = null;
let retry = 0;

function hear(message) {
  const fact = JSON.parse(message.data);
  if (fact.seq <= lastSeq) return;
  lastSeq = fact.seq;
  if (dot && !isCalm.matches && dot.getAnimations().length === 0) dot.animate({ transform: ["scale(1)", "scale(1.7)", "scale(1)"] }, 500);
  TAKE[message.type](fact);
}

function listen() {
  // A reconnect of the browser's own brings Last-Event-ID; one of ours says where it stands in the address.
  if (lastSeq) stream.searchParams.set("after", lastSeq);
  source = new EventSource(stream);
  for (const kind of Object.keys(TAKE)) source.addEventListener(kind, hear);
  source.onopen = () => dot?.classList.add("live");
  source.onerror = () => {
    dot?.classList.remove("live");
    if (source.readyState === EventSource.CLOSED) retry = setTimeout(listen, RETRY_MS * (1 + Math.random()));
  };
}

// A page nobody looks at holds no connection; it catches up when it is looked at again.
document.addEventListener("visibilitychange", () => {
  source?.close();
  clearTimeout(retry);
  if (!document.hidden) listen();
});

function ago(then) {
  const minutes = Math.floor((Date.now() - Date.parse(then)) / 60_000);
  const days = Math.floor(minutes / 1440);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (days < 1) return `${Math.floor(minutes / 60)} h ago`;
  if (days < 30) return days === 1 ? "1 day ago" : `${days} days ago`;
  return days < 365 ? `${Math.floor(days / 30)} mo ago` : `${Math.floor(days / 365)} y ago`;
}

setInterval(() => {
  for (const time of document.querySelectorAll("time")) write(time, ago(time.dateTime));
}, 60_000);

announce();
if (!document.hidden) listen();
