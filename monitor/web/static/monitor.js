// What a page without a script lacks: alerts as they come, and keys. Everything else works without it.
"use strict";

const list = document.querySelector("[data-live]");
if (list) {
  const lamp = document.getElementById("live");
  const source = new EventSource(list.dataset.live);
  source.addEventListener("open", () => { lamp.hidden = false; });
  source.addEventListener("error", () => { lamp.hidden = true; });
  source.addEventListener("alert", (event) => {
    const made = new DOMParser().parseFromString(event.data, "text/html").querySelector(".alert");
    if (!made || document.getElementById(made.id)) return;
    list.querySelector(".nothing")?.remove();
    made.classList.add("fresh");
    list.prepend(document.adoptNode(made));
    while (list.children.length > 200) list.lastElementChild.remove();
  });
}

// j and k go through what is listed, Enter opens it, n and p go to the next and the previous comparison, / to the search.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const items = [...document.querySelectorAll(".alert, .articles > li, .revisions > li")];
  const here = items.indexOf(document.activeElement.closest(".alert, .articles > li, .revisions > li"));
  const go = (to) => { const item = items[Math.max(0, Math.min(items.length - 1, to))]; if (item) { item.tabIndex = -1; item.focus(); item.scrollIntoView({ block: "nearest" }); } };
  if (event.key === "j") go(here + 1);
  else if (event.key === "k") go(here - 1);
  else if (event.key === "Enter" && here >= 0 && document.activeElement === items[here]) items[here].querySelector("a[href]:is(h2 a, p a)")?.click();
  else if (event.key === "n") document.querySelector("a[rel=next]")?.click();
  else if (event.key === "p") document.querySelector("a[rel=prev]")?.click();
  else if (event.key === "/") { document.getElementById("find")?.focus(); event.preventDefault(); }
});
