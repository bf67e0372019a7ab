"use strict";
// Everything that is shown stands in the page as JSON; this only opens cells, filters and moves the focus.
const MEANINGS = JSON.parse(document.getElementById("meanings").textContent);
const dialog = document.getElementById("detail");

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function look(code) {
  return code.endsWith("_REPORTED") ? "told" : MEANINGS[code].verdict;
}

function word(code) {
  return make("span", `${MEANINGS[code].glyph} ${code}`, `word ${look(code)}`);
}

function world(title, cell, lines) {
  const box = make("div", null, "world");
  box.append(make("h4", title));
  if (cell) {
    box.append(word(cell.code));
    if (cell.message) box.append(make("p", cell.message));
  }
  for (const line of lines) if (line) box.append(make("p", line, "note"));
  return box;
}

function sentence(one) {
  const what = one.field ? `${one.model}.${one.field}` : one.model;
  const missing = one.missing_permissions ? `; missing ${one.missing_permissions.join(", ")}` : "";
  return `${what}: ${one.reason}${missing}${one.http_status ? `; the vendor answered ${one.http_status}` : ""}`;
}

function spoken(column, model) {
  const said = column.diagnostics.filter((one) => one.model === model).map(sentence);
  return said.length ? said : ["no diagnostic"];
}

function fourWorlds(scopes, row) {
  const grid = make("div", null, "worlds");
  const worlds = row.worlds;
  const sample = worlds.granted.sample;
  grid.append(world("1 · granted", worlds.granted, [sample && `${sample.key}: ${JSON.stringify(sample.value)}`.slice(0, 300)]));
  for (const [permission, cell] of Object.entries(worlds.revoked)) {
    const column = scopes.credentials.find((one) => [one.name, ...one.also].includes(`FULL − ${permission}`));
    grid.append(world(`2 · without ${permission}`, cell, column ? spoken(column, row.model) : []));
  }
  if (!Object.keys(worlds.revoked).length) grid.append(world("2 · revoked", null, ["no permission hides it"]));
  grid.append(world("3 · granted and blank", worlds.blank, [worlds.blank ? null : worlds.why_not || "made by the service, or the key of the record"]));
  grid.append(world("4 · granted and changed", worlds.changed, [worlds.changed ? null : "it never changes"]));
  return grid;
}

function transcript(exchange) {
  const box = make("details");
  box.append(make("summary", `${exchange.request} → ${exchange.status}`));
  box.append(make("pre", JSON.stringify(exchange, null, 1)));
  return box;
}

function open(td) {
  const data = JSON.parse(document.getElementById(`scopes-${td.dataset.vendor}`).textContent);
  const part = td.dataset.part;
  const row = data.scopes[part][Number(td.dataset.row)];
  const cell = row.cells[Number(td.dataset.cell)];
  const name = td.dataset.column;
  const column = data.scopes.credentials.find((one) => one.name === name || one.also.includes(name));
  const what = part === "rows" ? [row.model, row.field] : [`→ ${row.action}`, row.input];
  const body = document.getElementById("detail-body");
  body.replaceChildren(make("h2", `${what.filter(Boolean).join(" > ")} · ${name}`), word(cell.code), make("p", MEANINGS[cell.code].text));
  if (cell.message) body.append(make("p", cell.message));
  if (cell.expected !== undefined && cell.expected !== null) body.append(make("h3", "expected"), make("pre", JSON.stringify(cell.expected, null, 1)));
  if (cell.got !== undefined && cell.got !== null) body.append(make("h3", "got"), make("pre", JSON.stringify(cell.got, null, 1)));
  body.append(make("p", `declared: {${row.declared.join(", ")}} · enough: ${row.smallest.map((one) => `{${one.join(", ")}}`).join(" or ") || "not searched"}`));
  if (row.worlds) body.append(make("h3", `Four worlds of the field (grain: ${row.grain})`), fourWorlds(data.scopes, row));
  if (part === "rows" && column) {
    body.append(make("h3", `What the subject said with ${name} (sync ${column.sync})`), make("pre", spoken(column, row.model).join("\n")));
    body.append(make("h3", "What the vendor saw"));
    for (const exchange of column.exchanges) body.append(transcript(exchange));
  }
  const check = part === "rows" ? (row.field ? "MTX-3" : "MTX-1") : row.input ? "MTX-8" : "MTX-7";
  const rule = data.checks[check];
  const target = check === "MTX-1" ? `credential ${name} > ${row.model}` : check === "MTX-3" ? `field ${row.model} > ${row.field}` : check === "MTX-8" ? `input ${row.action} > ${row.input}` : `credential ${name} > ${row.action}`;
  if (rule) {
    body.append(make("h3", `${check}: ${rule.requirement}`), make("p", rule.source, "note"));
    if (rule.ids[target]) body.append(make("pre", `ats-sandbox replay ${rule.ids[target]} --report report.json`));
  }
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const td = event.target.closest("td[data-cell]");
  if (td) open(td);
});
document.addEventListener("keydown", (event) => {
  const td = event.target.closest && event.target.closest("td[data-cell]");
  if (!td) return;
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(td); return; }
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!step) return;
  event.preventDefault();
  const rows = [...td.closest("tbody").rows].filter((row) => !row.classList.contains("hidden"));
  const next = rows[rows.indexOf(td.parentElement) + step[0]]?.cells[td.cellIndex + step[1]];
  if (next && next.dataset.cell !== undefined) { td.tabIndex = -1; next.tabIndex = 0; next.focus(); }
});

// report.html#MTX-3-1a2b3c4d opens that field's worlds: an address that can be sent to somebody.
function openNamed() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  for (const script of document.querySelectorAll("script[id^=scopes-]")) {
    const data = JSON.parse(script.textContent);
    for (const [part, check, owner, piece] of [["rows", "MTX-3", "model", "field"], ["actions", "MTX-8", "action", "input"]]) {
      const target = Object.entries(data.checks[check]?.ids || {}).find(([, id]) => id === wanted);
      if (!target) continue;
      const at = data.scopes[part].findIndex((row) => row[piece] && target[0].endsWith(`${row[owner]} > ${row[piece]}`));
      const td = document.querySelector(`td[data-vendor="${script.id.slice(7)}"][data-part="${part}"][data-row="${at}"]`);
      if (td) { td.scrollIntoView({ block: "center" }); open(td); }
    }
  }
}
addEventListener("hashchange", openNamed);
openNamed();

document.getElementById("problems").addEventListener("change", (event) => document.body.classList.toggle("only-problems", event.target.checked));
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[data-code]")) return;
  const chosen = new Set([...document.querySelectorAll("input[data-code]:checked")].map((one) => one.dataset.code));
  for (const td of document.querySelectorAll("td[data-cell]")) td.classList.toggle("faint", !chosen.has(td.dataset.code));
  for (const row of document.querySelectorAll("table.map tbody tr")) {
    const cells = [...row.querySelectorAll("td[data-cell]")];
    row.classList.toggle("hidden", cells.length > 0 && cells.every((td) => td.classList.contains("faint")));
  }
});
