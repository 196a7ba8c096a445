// The theme a reader chose, set before anything is drawn: the one script that makes a page wait. It is kept in this
// browser and told to nobody; without it the system decides.
(() => {
  const root = document.documentElement;
  const KEY = "theme";

  function chosen() {
    try {
      return localStorage.getItem(KEY) ?? "";
    } catch {
      return ""; // Storage is forbidden here.
    }
  }

  function show() {
    const theme = chosen();
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
      meta.dataset.by ??= meta.media; // The colour around the page is that of its theme.
      if (!root.dataset.theme) meta.media = meta.dataset.by;
      else meta.media = meta.dataset.by.includes(root.dataset.theme) ? "all" : "not all";
    }
  }

  show();
  addEventListener("storage", show);
  document.addEventListener("DOMContentLoaded", () => {
    const choice = document.querySelector("[data-themes]");
    if (!choice) return;
    choice.hidden = false;
    choice.querySelector(`[value="${root.dataset.theme ?? ""}"]`).checked = true;
    choice.addEventListener("change", (event) => {
      try {
        if (event.target.value) localStorage.setItem(KEY, event.target.value);
        else localStorage.removeItem(KEY);
      } catch {
        root.dataset.theme = event.target.value; // For this page, then.
        return;
      }
      show();
    });
  });
})();
