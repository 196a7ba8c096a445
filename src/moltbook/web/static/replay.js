// Replay: a page of the past moves on through time, a day in a minute unless asked otherwise.
//
// Each second the page of a later moment takes the place of the one that is shown: the server's own page, of which only
// the main part is put in. Where nothing happened for long, it goes on at what happened next. What is read stays where
// it is. Without this script the bar is links and forms.

import { trusted } from "./living.js";

const bar = document.querySelector("[data-then]");
const main = document.querySelector("main");
const play = bar.querySelector("[data-play]");
const go = play.querySelector("[data-go]");
const paces = [...play.querySelectorAll("[data-pace]")];
const said = play.querySelector("[role=status]");
const slide = bar.querySelector("[type=range]");
const MINUTE = 60_000;
const SECOND = 1000;

// Moments are minutes since 1970, as the server keeps them.
const minute = (text) => Math.floor(Date.parse(text) / MINUTE);
const spelled = (at) => `${new Date(at * MINUTE).toISOString().slice(0, 16)}Z`;
const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
const told = (at) => `${words.format(at * MINUTE).replace(" at ", ", ")} UTC`;

let pace = 24; // Minutes a second, which are hours a minute.
let running = 0; // Which run it is; 0 while it stands still.
let runs = 0;

function address(at) {
  const url = new URL(location.href);
  for (const name of ["step", "cursor"]) url.searchParams.delete(name);
  url.searchParams.set("at", spelled(at));
  url.hash = "";
  // The colon is as welcome in a query as it is in a clock.
  return url.href.replaceAll("%3A", ":");
}

async function fetched(at) {
  const url = address(at);
  const answer = await fetch(url, { credentials: "omit" }).catch(() => null);
  if (!answer?.ok) return null;
  const page = new DOMParser().parseFromString(trusted(await answer.text()), "text/html");
  return page.querySelector("[data-then]") ? { url, page } : null;
}

// ---- Putting a moment in the place of another ----

function show({ url, page }) {
  const known = new Set([...main.querySelectorAll("article[id], [data-item][id]")].map((item) => item.id));
  const top = scrollY;
  const list = main.querySelector("[data-list]");
  const fresh = page.querySelector("[data-list]");
  if (list && fresh) {
    // Other scripts of the page listen to its list: it stays, with what is in it now.
    list.replaceChildren(...fresh.childNodes);
    fresh.replaceWith(list);
  }
  main.replaceChildren(...page.querySelector("main").childNodes);
  for (const item of main.querySelectorAll("article[id], [data-item][id]")) item.classList.toggle("new", !known.has(item.id));
  scrollTo({ top, behavior: "instant" });
  // While it runs, a shorter moment between two longer ones does not pull the page from under its reader.
  if (running) main.style.minHeight = `${main.offsetHeight}px`;
  const other = page.querySelector("[data-then]");
  delete bar.dataset.next;
  Object.assign(bar.dataset, other.dataset);
  bar.querySelector(".when").replaceChildren(...other.querySelector(".when").childNodes);
  bar.querySelector(".back").replaceWith(other.querySelector(".back"));
  for (const link of bar.querySelectorAll("[data-by]")) {
    const led = other.querySelector(`[data-by="${link.dataset.by}"]`);
    if (led.hasAttribute("href")) link.setAttribute("href", led.getAttribute("href"));
    else link.removeAttribute("href");
  }
  bar.querySelector("[name=at]").value = other.querySelector("[name=at]").value;
  const position = other.querySelector("[type=range]");
  if (slide && position && !slide.matches(":active")) {
    slide.max = position.max;
    slide.value = position.getAttribute("value");
    slide.setAttribute("aria-valuetext", position.getAttribute("aria-valuetext"));
  }
  document.title = page.title;
  history.replaceState(history.state, "", url);
}

// ---- Playing ----

// The moment after the one that is shown; null where nothing happens any more.
function following() {
  if (!bar.dataset.next) return null;
  return Math.max(minute(bar.dataset.at) + pace, minute(bar.dataset.next) + 1);
}

function stop(why) {
  running = 0;
  bar.classList.remove("playing");
  go.textContent = "Play";
  main.style.minHeight = "";
  if (said.textContent !== why) said.textContent = why;
}

async function run() {
  const mine = (running = runs += 1);
  bar.classList.add("playing");
  go.textContent = "Pause";
  said.textContent = "";
  let shownAt = performance.now() - SECOND;
  let target = following();
  let coming = target && fetched(target);
  while (running === mine) {
    if (target === null) return stop("Nothing has happened since.");
    const found = await coming;
    await new Promise((done) => setTimeout(done, shownAt + SECOND - performance.now()));
    if (running !== mine) return;
    if (!found) return stop(target * MINUTE > Date.now() - MINUTE ? "That was the last of it." : "There is no page of that moment.");
    shownAt = performance.now();
    show(found);
    target = following();
    // One ahead: it is on its way while this one is looked at.
    coming = target && fetched(target);
  }
}

go.addEventListener("click", () => (running ? stop("Paused.") : run()));
for (const button of paces) {
  button.addEventListener("click", () => {
    pace = Number(button.dataset.pace);
    for (const other of paces) other.setAttribute("aria-pressed", String(other === button));
    if (running) run();
  });
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden && running) stop("Paused.");
});

// ---- The slider ----

const stops = () => bar.dataset.stops.trim().split(" ").map(Number);
const chosen = () => stops()[Number(slide.value)];

slide?.addEventListener("input", () => {
  stop("");
  const at = chosen();
  slide.setAttribute("aria-valuetext", told(at));
  bar.querySelector(".when time").textContent = told(at);
});
slide?.addEventListener("change", async () => {
  const at = chosen();
  const found = await fetched(at);
  if (chosen() !== at) return;
  if (found) show(found);
  else location.assign(address(at));
});

bar.classList.add("scripted");
play.hidden = false;
