"use strict";
// The page reads without this: it only saves steps. Texts of the chart are moved as nodes, never written as HTML.
(() => {
  const get = (id) => document.getElementById(id);

  const theme = get("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
  });

  const search = get("search");
  search.hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let group = null;
    let shown = true;
    const close = () => group && group.classList.toggle("hidden", !shown);
    for (const row of document.querySelectorAll(".map tbody tr")) {
      if (row.classList.contains("group")) {
        close();
        group = row;
        shown = false;
        continue;
      }
      const name = row.cells[0].textContent.toLowerCase();
      const hit = words.every((word) => name.includes(word));
      row.classList.toggle("hidden", !hit);
      shown = shown || hit;
    }
    close();
  });

  // Without this, only the severities filter, by the style sheet.
  const filter = get("filter-text");
  if (filter) {
    const check = get("filter-check");
    const result = get("filter-shown");
    const boxes = [...document.querySelectorAll('#findings .tools [type="checkbox"]')];
    const findings = [...document.querySelectorAll("#findings .of-check")].map((part) => [
      part,
      [...part.querySelectorAll(".findings > li")].map((row) => [row, row.textContent.toLowerCase()]),
    ]);
    const apply = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      const off = boxes.filter((box) => !box.checked).map((box) => box.id);
      let all = 0;
      let left = 0;
      for (const [part, rows] of findings) {
        const other = check.value && part.dataset.check !== check.value;
        let some = false;
        for (const [row, text] of rows) {
          const hit = !other && !off.includes(`filter-${row.dataset.severity}`) && words.every((word) => text.includes(word));
          row.classList.toggle("hidden", !hit);
          all += 1;
          left += hit;
          some = some || hit;
        }
        part.classList.toggle("hidden", !some);
      }
      result.hidden = left === all;
      result.textContent = `${left} of ${all} shown`;
    };
    filter.hidden = check.hidden = false;
    for (const control of [filter, check, ...boxes]) control.addEventListener("input", apply);
    // A link to a check that is filtered out shows it; a browser that goes back to the page keeps what was filtered.
    document.addEventListener("click", (event) => {
      const link = event.target.closest('a[href^="#findings-"]');
      if (link && get(link.hash.slice(1))?.closest(".hidden")) {
        filter.value = check.value = "";
        for (const box of boxes) box.checked = true;
        apply();
      }
    });
    apply();
  }

  // Keys of YAML in colour, line by line.
  const coloured = (text) => {
    const pre = document.createElement("pre");
    for (const line of text.split("\n")) {
      const key = /^(\s*(?:- )*)([^\s'"#][^'"#:]*:)(\s.*|)$/.exec(line);
      if (key) {
        const span = document.createElement("span");
        span.className = "y";
        span.textContent = key[2];
        pre.append(key[1], span, key[3], "\n");
      } else {
        pre.append(line, "\n");
      }
    }
    return pre;
  };

  // An object opens in its place in the list.
  const toggle = (link) => {
    const row = link.closest("li");
    const open = row.querySelector("pre");
    if (open) {
      open.remove();
      return;
    }
    row.append(coloured(get(link.hash.slice(1)).querySelector("pre").textContent));
  };

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest(".objects a.object");
    if (link) {
      event.preventDefault();
      toggle(link);
    }
  });

  // The shared drawing becomes the page's own, so that its nodes lead to the page's objects.
  const bringToLife = (page, svg) => {
    const use = svg.querySelector("use");
    if (!use) return;
    const symbol = get(use.getAttribute("href").slice(1));
    use.replaceWith(...[...symbol.childNodes].map((node) => node.cloneNode(true)));
    const links = new Map([...page.querySelectorAll(".objects a.object")].map((link) => [link.dataset.ref, link]));
    for (const node of svg.querySelectorAll(".n")) {
      const ref = node.dataset.ref;
      const link = links.get(ref);
      if (link) {
        node.setAttribute("href", link.getAttribute("href"));
        node.addEventListener("click", (event) => {
          event.preventDefault();
          if (!link.closest("li").querySelector("pre")) toggle(link);
          link.scrollIntoView({ block: "start" });
        });
      }
      const focus = (on) => {
        svg.classList.toggle("focus", on);
        for (const edge of svg.querySelectorAll(".e")) {
          edge.classList.toggle("on", on && (edge.dataset.from === ref || edge.dataset.to === ref));
        }
      };
      node.addEventListener("mouseenter", () => focus(true));
      node.addEventListener("mouseleave", () => focus(false));
    }
  };

  const shown = () => {
    let page = null;
    try {
      page = get(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return;
    }
    if (!page) return;
    if (page.classList.contains("case")) page.querySelectorAll("svg.graph").forEach((svg) => bringToLife(page, svg));
    if (page.classList.contains("page")) scrollTo(0, 0);
  };
  addEventListener("hashchange", shown);
  shown();
})();
