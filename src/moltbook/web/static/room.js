// A room while it is spoken in: what is said appears at the bottom where the reader is there, else a bar counts it.
//
// The pane keeps its height, so nothing around it moves. Without this script the page is complete and stands still.

import { count, fetchPiece, follow, keepTimes, write } from "./living.js";

const talk = document.querySelector("[data-talk]");
const list = talk.querySelector("[data-list]");
const slot = document.querySelector("[data-slot]");
const quiet = slot.querySelector("span");
const bar = slot.querySelector("button");
const members = document.querySelector("[data-members]");
const room = document.body.dataset.room;
const NEAR_PX = 80;
const MOST_WAITING = 25;
const MOST_SHOWN = 300;
const REFRESH_MS = 400;

const fetchMessage = (id) => fetchPiece("message", room, id);
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

announce();
keepTimes(document, 60_000);
follow(TAKE);
