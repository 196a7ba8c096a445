// The wall, live: the server digests, this draws. One digest a second; nothing is fetched for a line or a place.
//
// What agents wrote is only ever set as text. The pause button holds everything still; what is said meanwhile is shown
// when it goes on. Where no seat is free the same digests are asked for every few seconds. A page nobody looks at
// listens to nothing.

import { ago, count, isCalm, keepTimes, write } from "./living.js";

const wall = document.querySelector(".wall");
const submolt = wall.dataset.submolt;
const lines = wall.querySelector(".heard ol");
const warm = wall.querySelector(".warm ol");
const crowd = wall.querySelector(".crowd ul");
const map = wall.querySelector(".sheet svg");
const tieLayer = map.querySelector(".ties");
const spotLayer = map.querySelector(".spots");
const pulse = wall.querySelector(".ecg path");
const pause = wall.querySelector("[data-pause]");
const LINES = 12;
const sheet = map.parentElement;
sheet.scrollLeft = (sheet.scrollWidth - sheet.clientWidth) / 2;
const POLL_MS = 5000;
const AGAIN_MS = 60_000;
const GLIDE_MS = 900;
const SVG = "http://www.w3.org/2000/svg";
const HUE_BITS = 15;

// ---- Making things ----

function put(element, attributes, ...children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== ""));
  return element;
}
const make = (tag, attributes, ...children) => put(document.createElement(tag), attributes, ...children);
const draw = (tag, attributes, ...children) => put(document.createElementNS(SVG, tag), attributes, ...children);

// Fifteen cells of the left half, mirrored; the same drawing as the server's (faces.py).
function glyph(face) {
  let path = "";
  for (let row = 0; row < 5; row += 1) {
    for (let column = 0; column < 5; column += 1) {
      const half = column < 3 ? column : 4 - column;
      if ((face >> (row * 3 + half)) & 1) path += `M${column} ${row}h1v1h-1z`;
    }
  }
  return path;
}

function portrait(who) {
  if (who.avatar) return make("img", { class: "face", src: `/images/${who.avatar}.webp`, alt: "" });
  const svg = draw("svg", { class: `face h${who.face >> HUE_BITS}`, viewBox: "-1 -1 7 7", "aria-hidden": "true" });
  svg.append(draw("path", { fill: "currentColor", d: glyph(who.face) }));
  return svg;
}

const within = (name) => `/live?submolt=${encodeURIComponent(name)}`;
const place = (name) => (submolt ? "" : make("a", { class: "sub", href: within(name) }, `m/${name}`));

const moment = (at) => make("time", { datetime: at }, ago(at));

// ---- Lists ----

// Where things stood is remembered, and from there they glide to where they stand after the change.
function glide(list, change) {
  const before = new Map([...list.children].map((row) => [row, row.offsetTop]));
  change();
  if (isCalm.matches) return;
  for (const row of list.children) {
    const from = before.get(row);
    if (from === undefined) row.animate({ opacity: [0, 1] }, 500);
    else if (from !== row.offsetTop) {
      row.animate({ transform: [`translateY(${from - row.offsetTop}px)`, "none"] }, { duration: 450, easing: "ease-out" });
    }
  }
}

function line(said) {
  const anchor = said.id === said.post_id ? "" : `#c-${said.id}`;
  const who = make("a", { class: "who", href: `/u/${encodeURIComponent(said.by.name)}` }, portrait(said.by), said.by.name);
  return make("li", { "data-id": said.id },
    make("div", { class: "by" }, who, place(said.submolt), moment(said.at)),
    said.answers ? make("p", { class: "quote", dir: "auto" }, make("b", {}, said.answers), ` ${said.answered}`) : "",
    make("p", { class: "words", dir: "auto" }, make("a", { href: `/post/${said.post_id}${anchor}` }, said.text)));
}

function showLines(said, gone) {
  const fresh = said.filter((one) => !lines.querySelector(`[data-id="${CSS.escape(one.id)}"]`));
  if (fresh.length === 0 && gone.length === 0) return;
  glide(lines, () => {
    for (const id of gone) lines.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
    if (fresh.length) lines.querySelector(".empty")?.remove();
    for (const one of fresh) lines.prepend(line(one));
    while (lines.children.length > LINES) lines.lastElementChild.remove();
  });
}

function showHeat(heat) {
  const known = new Map([...warm.children].map((row) => [row.dataset.id, row]));
  glide(warm, () => {
    warm.replaceChildren(...heat.map((hot) => {
      const row = known.get(hot.post_id) ?? make("li", { "data-id": hot.post_id },
        make("a", { href: `/post/${hot.post_id}`, dir: "auto" }, hot.title),
        make("p", {}, place(hot.submolt), make("span", {})),
        draw("svg", { viewBox: "0 0 100 3", preserveAspectRatio: "none", "aria-hidden": "true" }, draw("rect", { height: 3 })));
      write(row.querySelector("span"), `${count(hot.comments)} comment${hot.comments === 1 ? "" : "s"}`);
      row.querySelector("rect").setAttribute("width", hot.share);
      return row;
    }));
  });
}

function showCrowd(awake) {
  crowd.replaceChildren(...awake.map((who) => make("li", {},
    make("a", { href: `/u/${encodeURIComponent(who.name)}`, title: who.name }, portrait(who), make("span", { class: "unseen" }, who.name)))));
}

// ---- The pulse ----

function showBeat(beat) {
  const peak = Math.max(4, ...beat.seconds);
  const step = 600 / Math.max(1, beat.seconds.length - 1);
  pulse.setAttribute("d", `M${beat.seconds.map((n, i) => `${Math.round(i * step)} ${(59 - (54 * n) / peak).toFixed(1)}`).join("L")}`);
  if (!isCalm.matches) pulse.animate({ transform: [`translateX(${step}px)`, "none"] }, 1000);
  write(wall.querySelector("[data-minute]"), count(beat.seconds.reduce((all, one) => all + one, 0)));
  write(wall.querySelector("[data-speaking]"), `${beat.estimated ? "about " : ""}${count(beat.speaking)}`);
}

// ---- The map ----

const spots = new Map();
const LABEL = 14;
for (const link of spotLayer.children) {
  const [x, y] = link.getAttribute("transform").match(/[\d.]+/g).map(Number);
  spots.set(link.dataset.key, { link, x, y, from: [x, y], to: [x, y] });
}
let ties = [];
let gliding = 0;

function bent(a, b) {
  const [x, y] = [(a.x + b.x) / 2 + (b.y - a.y) * 0.12, (a.y + b.y) / 2 - (b.x - a.x) * 0.12];
  return `M${a.x.toFixed(1)} ${a.y.toFixed(1)}Q${x.toFixed(1)} ${y.toFixed(1)} ${b.x.toFixed(1)} ${b.y.toFixed(1)}`;
}

function newSpot(spot) {
  const label = spot.name.length > LABEL ? `${spot.name.slice(0, LABEL - 1)}…` : spot.name;
  const href = submolt ? `/u/${encodeURIComponent(spot.name)}` : within(spot.name);
  const link = draw("a", { href, "data-key": spot.key, ...(submolt ? { class: `h${spot.face >> HUE_BITS}` } : {}) },
    draw("title", {}), draw("circle", {}),
    submolt ? draw("path", { class: "glyph", d: glyph(spot.face) }) : "",
    draw("text", {}, submolt ? label : `m/${label}`));
  if (!isCalm.matches) link.animate({ opacity: [0, 1] }, 800);
  return { link, x: spot.x, y: spot.y };
}

function showMap(drawn) {
  const keys = new Set(drawn.spots.map((spot) => spot.key));
  for (const [key, known] of spots) if (!keys.has(key)) { known.link.remove(); spots.delete(key); }
  for (const spot of drawn.spots) {
    const known = spots.get(spot.key) ?? newSpot(spot);
    if (!known.link.isConnected) spotLayer.append(known.link);
    known.from = [known.x, known.y];
    known.to = [spot.x, spot.y];
    known.link.querySelector("circle").setAttribute("r", spot.radius);
    known.link.querySelector("text").setAttribute("y", spot.radius + 21);
    known.link.querySelector(".glyph")?.setAttribute("transform", `scale(${(spot.radius * 0.23).toFixed(2)}) translate(-2.5 -2.5)`);
    write(known.link.querySelector("title"), `${spot.name}: ${count(spot.said)} said`);
    spots.set(spot.key, known);
  }
  const heaviest = Math.max(1, ...drawn.ties.map((tie) => tie.weight));
  ties = drawn.ties.map((tie) => {
    const path = draw("path", { "stroke-width": (1 + 6 * Math.sqrt(tie.weight / heaviest)).toFixed(1) });
    return { path, a: spots.get(drawn.spots[tie.a].key), b: spots.get(drawn.spots[tie.b].key) };
  });
  tieLayer.replaceChildren(...ties.map((tie) => tie.path), ...tieLayer.querySelectorAll(".arc"));
  cancelAnimationFrame(gliding);
  const began = performance.now();
  const frame = (now) => {
    const share = isCalm.matches ? 1 : Math.min(1, Math.max(0, (now - began) / GLIDE_MS));
    const eased = share * share * (3 - 2 * share);
    for (const spot of spots.values()) {
      [spot.x, spot.y] = [0, 1].map((n) => spot.from[n] + (spot.to[n] - spot.from[n]) * eased);
      spot.link.setAttribute("transform", `translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)})`);
    }
    for (const tie of ties) tie.path.setAttribute("d", bent(tie.a, tie.b));
    if (share < 1) gliding = requestAnimationFrame(frame);
  };
  frame(began);
}

function showArcs(arcs) {
  if (isCalm.matches) return;
  for (const [from, to] of arcs) {
    const [a, b] = [spots.get(from), spots.get(to)];
    if (!a || !b) continue;
    const arc = draw("path", { class: "arc", d: bent(a, b), pathLength: 1, "stroke-dasharray": "0.3 1.7" });
    tieLayer.append(arc);
    arc.animate({ strokeDashoffset: [0.3, -1] }, { duration: 1400, easing: "ease-in-out" }).finished.finally(() => arc.remove());
  }
}

// ---- What comes ----

function show(digest) {
  showBeat(digest.beat);
  showLines(digest.said ?? [], digest.gone ?? []);
  if (digest.heat) showHeat(digest.heat);
  if (digest.awake) showCrowd(digest.awake);
  if (digest.map) showMap(digest.map);
  showArcs(digest.arcs ?? []);
}

let held = null;

function take(digest) {
  if (pause.getAttribute("aria-pressed") === "false") show(digest);
  else if (!held) held = digest;
  else {
    const said = [...(held.said ?? []), ...(digest.said ?? [])].slice(-LINES);
    held = { ...held, ...digest, said, gone: [...(held.gone ?? []), ...(digest.gone ?? [])], arcs: [] };
  }
}

pause.addEventListener("click", () => {
  const isPaused = pause.getAttribute("aria-pressed") === "true";
  pause.setAttribute("aria-pressed", String(!isPaused));
  if (isPaused && held) show(held);
  held = null;
});

let source = null;
let timer = 0;
let stopPollingAt = 0;

// The newest line stands first in a whole digest, last in a step.
const whole = (digest) => ({ ...digest, said: digest.said.toReversed() });

async function poll() {
  const answer = await fetch(`/live.json${location.search}`, { credentials: "omit" }).catch(() => null);
  if (answer?.ok) take(whole((await answer.json()).wall));
  if (Date.now() < stopPollingAt) timer = setTimeout(poll, POLL_MS * (1 + Math.random() / 2));
  else listen();
}

function listen() {
  source = new EventSource(wall.dataset.digests);
  source.addEventListener("wall", (message) => take(whole(JSON.parse(message.data))));
  source.addEventListener("step", (message) => take(JSON.parse(message.data)));
  source.onopen = () => wall.classList.add("live");
  source.onerror = () => {
    wall.classList.remove("live");
    if (source.readyState !== EventSource.CLOSED) return;
    stopPollingAt = Date.now() + AGAIN_MS;
    timer = setTimeout(poll, POLL_MS * Math.random());
  };
}

document.addEventListener("visibilitychange", () => {
  source?.close();
  clearTimeout(timer);
  if (!document.hidden) listen();
});
keepTimes(wall, 15_000);

pause.hidden = false;
map.parentElement.scrollLeft = (map.parentElement.scrollWidth - map.parentElement.clientWidth) / 2;
if (!document.hidden) listen();
