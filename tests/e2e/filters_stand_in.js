// A stand-in for a browser: as much of its DOM as the filters of the HTML report use. Reads from standard input the page's
// script, its findings and what a reader does; prints which findings are shown after each step.
"use strict";
const { script, parts, boxes, steps } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));

class Element {
  constructor(fields = {}) {
    const classes = new Set();
    Object.assign(this, { hidden: false, value: "", textContent: "", dataset: {}, listeners: [] }, fields);
    this.classList = {
      contains: (name) => classes.has(name),
      toggle: (name, on) => (on ? classes.add(name) : classes.delete(name)),
    };
  }
  addEventListener(kind, listener) {
    this.listeners.push([kind, listener]);
  }
  input() {
    for (const [kind, listener] of this.listeners) if (kind === "input") listener();
  }
}

const byId = new Map(boxes.map((id) => [id, new Element({ id, checked: true })]));
const get = (id) => byId.get(id) || byId.set(id, new Element({ id })).get(id);
const rows = [];
const found = parts.map(({ check, findings }) => {
  const own = findings.map(({ severity, text }) => new Element({ dataset: { severity }, textContent: text }));
  rows.push(...own);
  return Object.assign(new Element({ dataset: { check } }), { querySelectorAll: () => own });
});
const lists = { "#findings .of-check": found, '#findings .tools [type="checkbox"]': boxes.map(get) };
globalThis.document = {
  getElementById: get,
  querySelectorAll: (selector) => lists[selector] || [],
  addEventListener: () => {},
  documentElement: new Element(),
};
globalThis.addEventListener = () => {};
globalThis.location = { hash: "" };
(0, eval)(script);

const shown = () => rows.filter((row) => !row.classList.contains("hidden")).map((row) => row.textContent);
const answers = [];
for (const [id, field, value] of steps) {
  get(id)[field] = value;
  get(id).input();
  const status = get("filter-shown");
  answers.push({
    shown: shown(),
    parts: found.filter((part) => !part.classList.contains("hidden")).map((part) => part.dataset.check),
    status: status.hidden ? "" : status.textContent,
  });
}
console.log(JSON.stringify(answers));
