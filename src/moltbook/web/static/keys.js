// Keys: walk a page without a mouse. `?` lists them; there they can be switched off, since software that speaks or
// listens for its user may send single letters of its own.
//
// They do nothing while somebody types, with a modifier held, or in an open dialog. What they reach can be reached by
// Tab as well.

const KEPT = "keys";
const ITEMS = "main :is(article, [data-item]):not([hidden])";
const LINKS = [":is(h1, h2, h3) a", "a.at", ".foot a", "a[href]"];
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
const search = document.querySelector("#find");
const LIST = [
  ["j", "the next item"],
  ["k", "the one before"],
  ["o", "open it; Enter does, too"],
  ["u", "up: from a thread to its submolt, from there to the front page"],
  ["/", "search"],
  ["?", "this list"],
  ["Esc", "close, or let go"],
];

function kept() {
  try {
    return localStorage.getItem(KEPT) !== "off";
  } catch {
    return true; // Storage is forbidden here: they are on until the page is left.
  }
}

let areOn = kept();

function keep(wanted) {
  areOn = wanted;
  try {
    if (wanted) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, "off");
  } catch {
    // Then it counts for this page.
  }
}

// ---- Items ----

const isShown = (item) => item.checkVisibility?.() ?? item.getClientRects().length > 0;
const items = () => [...document.querySelectorAll(ITEMS)].filter(isShown);
const here = () => document.activeElement?.closest(ITEMS);
let last = null;

function below() {
  const ceiling = document.querySelector("header").getBoundingClientRect().bottom;
  return (item) => item.getBoundingClientRect().top >= ceiling - 1;
}

function next(all) {
  const at = all.indexOf(here() ?? last);
  return at < 0 ? (all.find(below()) ?? all.at(-1)) : all[at + 1];
}

function before(all) {
  const at = all.indexOf(here() ?? last);
  return at < 0 ? all.filter((item) => !below()(item)).at(-1) : all[at - 1];
}

function go(item) {
  if (!item) return;
  if (!item.hasAttribute("tabindex")) item.tabIndex = -1;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest", behavior: isCalm.matches ? "instant" : "smooth" });
  last = item;
}

// ---- Ways ----

const linkOf = (item) => LINKS.map((links) => item.querySelector(links)).find(Boolean);
const openItem = (item) => item && linkOf(item)?.click();

function up() {
  const place = document.querySelector(".whole .by .sub");
  if (place) return place.click();
  const parts = location.pathname.split("/").filter(Boolean);
  if (!parts.length) return undefined;
  const above = parts[0] === "m" && parts.length > 2 ? `/m/${parts[1]}` : parts.length > 1 && parts[0] !== "m" && parts[0] !== "post" ? `/${parts[0]}` : "/";
  const at = new URLSearchParams(location.search).get("at");
  return location.assign(at ? `${above}?${new URLSearchParams({ at })}` : above);
}

function find() {
  if (!search || !isShown(search)) return location.assign("/search");
  search.focus();
  return search.select();
}

// ---- The list of keys ----

let dialog = null;

function make(name, text, known = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, known);
}

function build() {
  const rows = LIST.flatMap(([key, does]) => {
    const term = make("dt", "");
    term.append(make("kbd", key));
    return [term, make("dd", does)];
  });
  const list = make("dl", "");
  list.append(...rows);
  const choice = make("label", "");
  const box = make("input", "", { type: "checkbox", checked: areOn });
  box.addEventListener("change", () => keep(box.checked));
  choice.append(box, "Single keys act");
  const close = make("button", "Close", { type: "button", autofocus: true });
  close.addEventListener("click", () => dialog.close());
  const foot = make("div", "", { className: "line" });
  foot.append(choice, close);
  dialog = make("dialog", "", { className: "keys" });
  dialog.setAttribute("aria-labelledby", "keys-title");
  dialog.append(make("h2", "Keys", { id: "keys-title" }), list, foot);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
}

function help() {
  if (!dialog) build();
  dialog.showModal();
}

const opener = document.querySelector("[data-keys]");
if (opener) {
  opener.hidden = false;
  opener.addEventListener("click", help);
}

// ---- Pressed ----

const ACTS = { j: () => go(next(items())), k: () => go(before(items())), o: () => openItem(here()), u: up, "/": find, "?": help };
const isTyping = (element) => element.isContentEditable || element.matches("input:not([type=radio], [type=checkbox]), textarea, select");

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const element = event.target instanceof Element ? event.target : document.body;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return element.blur?.();
  if (event.key === "Enter" && element.matches(ITEMS)) return openItem(element);
  if (!areOn || isTyping(element) || !Object.hasOwn(ACTS, event.key)) return;
  event.preventDefault();
  ACTS[event.key]();
});
