// Threads: a branch folds away under what it answers, and unfolds for whoever looks for something in it.
//
// What is folded stays in the document, so that the browser's own search and links still find it. Which branches are
// folded is remembered with this entry of the history and nowhere else. Without this script every branch is open.

const list = document.querySelector(".thread");
const folded = new Set(history.state?.folded ?? []);
const NAMED = /^#c-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const comments = () => [...list.querySelectorAll(":scope > .c")];
const depthOf = (comment) => Number(comment.dataset.depth);
const words = (number) => `${number.toLocaleString("en-US")} answer${number === 1 ? "" : "s"}`;

// ---- What is to be seen ----

function show(comment, isSeen) {
  if (isSeen) comment.removeAttribute("hidden");
  else comment.setAttribute("hidden", "until-found");
}

function label(comment, below) {
  let button = comment.querySelector(":scope > .by > .fold");
  if (!below) {
    button?.remove();
    return;
  }
  if (!button) {
    button = Object.assign(document.createElement("button"), { type: "button", className: "fold" });
    comment.querySelector(":scope > .by > .votes").before(button);
  }
  const isFolded = folded.has(comment.id);
  const said = words(below) + (isFolded ? " hidden" : "");
  button.setAttribute("aria-expanded", String(!isFolded));
  if (button.textContent !== said) button.textContent = said;
}

// One pass from top to bottom: who is below a folded comment is hidden, and each says how many stand below it.
function settle() {
  const all = comments();
  const open = [];
  let roof = Infinity;
  const close = (place) => {
    const start = open.pop();
    label(all[start], place - start - 1);
  };
  all.forEach((comment, place) => {
    const depth = depthOf(comment);
    while (open.length && depthOf(all[open.at(-1)]) >= depth) close(place);
    open.push(place);
    if (depth <= roof) roof = Infinity;
    show(comment, depth <= roof);
    if (roof === Infinity && folded.has(comment.id)) roof = depth;
  });
  while (open.length) close(all.length);
}

// Who stands above a comment, the nearest first.
function above(comment) {
  const found = [];
  let depth = depthOf(comment);
  for (let next = comment.previousElementSibling; next && depth > 0; next = next.previousElementSibling) {
    if (depthOf(next) >= depth) continue;
    depth = depthOf(next);
    found.push(next);
  }
  return found;
}

function keep() {
  history.replaceState({ ...history.state, folded: [...folded] }, "");
}

function toggle(comment) {
  if (!folded.delete(comment.id)) folded.add(comment.id);
  settle();
  keep();
  if (document.activeElement.closest?.("[hidden]")) comment.querySelector(".fold")?.focus({ preventScroll: true });
  if (comment.getBoundingClientRect().top < 0) comment.scrollIntoView({ block: "start" });
}

function reveal(comment) {
  const opened = above(comment).filter((one) => folded.delete(one.id));
  if (!opened.length) return;
  settle();
  keep();
}

// ---- What readers do ----

// The line at the left of an answer belongs to one of those above it: the first line to the first of them.
function lineAt(comment, x) {
  const width = parseFloat(getComputedStyle(comment).paddingLeft);
  const lines = Math.min(depthOf(comment), Number(comment.className.match(/\bd(\d+)/)?.[1] ?? 0));
  const line = Math.floor(((x - comment.getBoundingClientRect().left) / width) * lines);
  return line >= 0 && line < lines ? above(comment).find((one) => depthOf(one) === line) : undefined;
}

list.addEventListener("click", (event) => {
  const comment = event.target.closest(".c");
  if (!comment || event.defaultPrevented) return;
  if (event.target.closest(".fold")) toggle(comment);
  else if (event.target === comment && getSelection().isCollapsed) {
    const owner = lineAt(comment, event.clientX);
    if (owner) toggle(owner);
  }
});

// The browser's search, or a link, is about to show something that is folded away.
list.addEventListener("beforematch", (event) => reveal(event.target.closest(".c")));

function follow() {
  const name = location.hash.match(NAMED)?.[1];
  if (!name) return;
  const comment = document.getElementById(`c-${name}`);
  if (comment?.hidden) {
    reveal(comment);
    comment.scrollIntoView();
  } else if (!comment && !new URLSearchParams(location.search).has("comment")) {
    // Not on this page of the thread: it has one of its own.
    const query = new URLSearchParams(location.search);
    query.set("comment", name);
    location.replace(`${location.pathname}?${query}${location.hash}`);
  }
}

addEventListener("hashchange", follow);

// A live answer may have come under something that is folded, and is shown if the reader asked for it.
new MutationObserver(() => {
  const asked = document.activeElement?.closest?.(".c");
  if (asked) reveal(asked);
  settle();
}).observe(list, { childList: true });

list.classList.add("folds");
if (folded.size) settle();
follow();
