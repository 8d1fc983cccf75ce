// Adds to the page what moves: rates from successive answers of the API. One GET per second, none while the page is hidden.
import { BANDS, bands, difference, merged, quantile } from "./latency.js";

const SECOND = 1000;
const WINDOW = 10 * SECOND; // of the rates of requests
const GROUPED_ABOVE = 16; // CPUs
const SLOT = 5 * SECOND; // a column of the heat map
const SLOTS = 60;
const FACTS_EVERY = 10; // reads
const LONGEST_GAP = 5 * SECOND; // between two answers of which the heat map shows the difference

const element = id => document.getElementById(id);
const hasRequests = element("requests") !== null;
const hasIngest = element("ingest") !== null;

// ---- text

const number = value => value === null ? "none" : value.toLocaleString("en", { maximumFractionDigits: 0 });
const percent = share => Number.isFinite(share) ? (100 * share).toFixed(1) + " %" : "–";

function rate(value) {
  if (!Number.isFinite(value)) return "–";
  const digits = value < 100 ? 1 : 0;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function seconds(value) {
  if (value === Infinity) return "> " + seconds(BANDS.at(-1));
  if (!Number.isFinite(value)) return "–";
  if (value < 1e-3) return Math.round(value * 1e6) + " µs";
  return value < 1 ? +(value * 1e3).toPrecision(3) + " ms" : +value.toPrecision(3) + " s";
}

// ---- rows of tables, by key

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Returns the row with this key, made by fill() if it is new. The first call removes the rows of the server. */
function row(body, key, fill) {
  body.rowsByKey ??= (body.replaceChildren(), new Map());
  let found = body.rowsByKey.get(key);
  if (!found) {
    found = body.insertRow();
    fill(found);
    body.rowsByKey.set(key, found);
  }
  return found;
}

/** Returns the row of totals, which is a footer of the table. */
function lastRow(table) {
  const foot = table.tFoot ?? table.createTFoot();
  if (foot.rows.length === 0) {
    const made = foot.insertRow();
    made.className = "total";
    header(made, "all");
    cells(made, table.tHead);
    made.querySelector(".bar").style.visibility = "hidden"; // a bar of all would always be full
  }
  return foot.rows[0];
}

/** Removes the rows whose keys are gone, and brings the others into the order of the keys. */
function arrange(body, keys) {
  for (const [key, found] of body.rowsByKey ?? []) {
    if (!keys.includes(key)) {
      found.remove();
      body.rowsByKey.delete(key);
    }
  }
  keys.forEach((key, i) => {
    const found = body.rowsByKey.get(key);
    if (body.rows[i] !== found) body.insertBefore(found, body.rows[i]);
  });
}

function header(parent, ...content) {
  const head = document.createElement("th");
  head.scope = "row";
  head.append(...content);
  parent.append(head);
  return head;
}

function cells(parent, head) {
  const columns = head.rows[0].cells;
  for (let i = parent.cells.length; i < columns.length; i++) {
    const cell = parent.insertCell();
    cell.className = columns[i].className;
    cell.dataset.label = columns[i].textContent;
    if (columns[i].classList.contains("rate")) cell.append(bar(), document.createElement("span"));
  }
}

function bar() {
  const track = document.createElement("span");
  track.className = "bar";
  track.append(document.createElement("span"));
  return track;
}

/** Shows a rate as text and as a bar, whose full length is `full`. */
function showRate(cell, value, full) {
  cell.querySelector(".bar > span").style.width = value > 0 && full > 0 ? 100 * value / full + "%" : "0";
  setText(cell.lastChild, rate(value));
}

// ---- CPUs

let previousCpus;

function showCpus(answer, time) {
  const shards = answer.indexedBy === "mm_cid";
  const entries = answer.cpus.map(cpu => ({
    key: String(shards ? cpu.shard : cpu.cpu),
    name: (shards ? cpu.shard : cpu.cpu) + (cpu.online === false ? " (offline)" : ""),
    node: shards ? "all" : String(cpu.numaNode ?? "none"),
    nodeText: String(cpu.numaNode ?? "none"), records: cpu.records, restarts: cpu.restarts,
  }));
  entries.push({ key: "shared", name: "shared", node: "shared", nodeText: "none", records: answer.shared.records, restarts: null });

  const before = previousCpus;
  previousCpus = { time, records: new Map(entries.map(entry => [entry.key, entry.records ?? 0])) };
  for (const entry of entries) {
    const delta = (entry.records ?? 0) - (before?.records.get(entry.key) ?? NaN);
    entry.rate = delta >= 0 ? SECOND * delta / (time - before.time) : NaN;
  }
  const all = sum(entries, entry => entry.rate);
  const full = Math.max(...entries.map(entry => entry.rate || 0));

  const table = element("cpus");
  for (const entry of entries) {
    const { cells: shown } = row(table.tBodies[0], entry.key, made => {
      header(made, entry.name);
      cells(made, table.tHead);
    });
    setText(shown[0], entry.name);
    setText(shown[1], entry.nodeText);
    showRate(shown[2], entry.rate, full);
    setText(shown[3], percent(entry.rate / all));
    setText(shown[4], number(entry.records));
    setText(shown[5], number(entry.restarts));
  }
  const { cells: totals } = lastRow(table);
  showRate(totals[2], all, 0);
  setText(totals[4], number(sum(entries, entry => entry.records ?? 0)));
  setText(totals[5], number(sum(entries, entry => entry.restarts ?? 0)));
  arrange(table.tBodies[0], entries.map(entry => entry.key));

  const grouped = answer.cpus.length > GROUPED_ABOVE;
  element("groups").hidden = !grouped;
  const area = element("cpu-area");
  if (grouped && !area.classList.contains("scroll")) {
    area.className = "scroll";
    area.setAttribute("role", "region");
    area.tabIndex = 0; // the keyboard scrolls it
  }
  if (grouped) showGroups(Map.groupBy(entries, entry => entry.node), all, full);
}

const sum = (entries, value) => entries.reduce((total, entry) => total + value(entry), 0);

/** Shows two rows for each NUMA node: its totals, and one bar for each of its CPUs. */
function showGroups(nodes, all, full) {
  const table = element("groups");
  for (const [node, entries] of nodes) {
    const body = groupOf(table, node, entries.length);
    const { cells: totals } = body.rows[0];
    setText(totals[1], String(entries.length));
    setText(totals[2], rate(sum(entries, entry => entry.rate)));
    setText(totals[3], percent(sum(entries, entry => entry.rate) / all));
    setText(totals[4], number(sum(entries, entry => entry.records ?? 0)));
    const strip = body.rows[1].cells[0].firstChild;
    while (strip.childElementCount > entries.length) strip.lastChild.remove();
    entries.forEach((entry, i) => {
      const column = strip.children[i] ?? strip.appendChild(document.createElement("span"));
      column.title = entry.name + ": " + rate(entry.rate) + " records/s";
      column.style.height = entry.rate > 0 && full > 0 ? Math.max(2, 100 * entry.rate / full) + "%" : "2%";
    });
  }
  for (const body of [...table.tBodies]) if (!nodes.has(body.dataset.node)) body.remove();
}

function groupOf(table, node, size) {
  const known = [...table.tBodies].find(body => body.dataset.node === node);
  if (known) return known;
  const body = table.createTBody();
  body.dataset.node = node;
  const totals = body.insertRow();
  header(totals, node);
  cells(totals, table.tHead);
  const strip = document.createElement("div");
  strip.className = "strip";
  strip.setAttribute("aria-hidden", "true"); // the table below has the same values
  const cell = body.insertRow().insertCell();
  cell.colSpan = totals.cells.length;
  cell.append(strip);
  return body;
}

// ---- requests

/** The answers of the last seconds, oldest first: {time, routes}. */
let answers = [];

function showRequests(answer, time) {
  const routes = new Map(answer.routes.map(route => [route.method + " " + route.uri, route]));
  const last = answers.at(-1);
  if (last && answer.routes.some(route => route.count < (last.routes.get(route.method + " " + route.uri)?.count ?? 0))) {
    answers = []; // the service has started again
  }
  if (last && answers.length > 0 && time - last.time < LONGEST_GAP) heatMap.add(time, sinceThen(routes, last.routes));
  answers = answers.filter(older => time - older.time <= WINDOW);
  answers.push({ time, routes });
  const first = answers[0];
  const span = (time - first.time) / SECOND;

  const shown = [...sinceThen(routes, first.routes)].map(([key, delta]) => ({ key, delta, route: routes.get(key) }));
  const full = Math.max(0, ...shown.map(({ delta }) => delta.count));
  const table = element("routes");
  for (const { key, delta, route } of shown) {
    const { cells: values } = row(table.tBodies[0], key, made => {
      const method = document.createElement("span");
      const uri = document.createElement("code");
      method.className = "method";
      method.textContent = route.method;
      uri.textContent = route.uri;
      header(made, method, " ", uri);
      cells(made, table.tHead);
    });
    showRate(values[1], delta.count / span, full / span);
    setText(values[2], rate(delta.errors / span));
    values[2].classList.toggle("bad", delta.errors > 0);
    setText(values[3], seconds(delta.sumSeconds / delta.count));
    setText(values[4], delta.buckets ? seconds(quantile(0.5, delta.buckets, delta.count)) : "–");
    setText(values[5], delta.buckets ? seconds(quantile(0.99, delta.buckets, delta.count)) : "–");
    setText(values[6], seconds(route.maxSeconds));
    setText(values[7], number(route.count));
    setText(values[8], number(route.errors));
  }
  arrange(table.tBodies[0], [...routes.keys()]);
  const { cells: totals } = lastRow(table);
  const all = key => sum(shown, ({ delta }) => delta[key]);
  showRate(totals[1], all("count") / span, 0);
  setText(totals[2], rate(all("errors") / span));
  setText(totals[3], seconds(all("sumSeconds") / all("count")));
  const buckets = merged(shown.map(({ delta }) => delta.buckets ?? []));
  setText(totals[4], seconds(quantile(0.5, buckets, all("count"))));
  setText(totals[5], seconds(quantile(0.99, buckets, all("count"))));
  setText(totals[6], seconds(Math.max(...answer.routes.map(route => route.maxSeconds))));
  setText(totals[7], number(sum(answer.routes, route => route.count)));
  setText(totals[8], number(sum(answer.routes, route => route.errors)));
  element("no-requests").hidden = routes.size > 0;
  if (answer.routes.some(route => route.buckets)) element("requests").classList.remove("no-buckets");
}

/** Returns what was added to each route since an older answer. A route that it lacks is new. */
function sinceThen(routes, older) {
  const added = new Map();
  for (const [key, route] of routes) {
    const before = older.get(key) ?? { count: 0, errors: 0, sumSeconds: 0, buckets: [] };
    added.set(key, {
      count: route.count - before.count,
      errors: route.errors - before.errors,
      sumSeconds: route.sumSeconds - before.sumSeconds,
      buckets: route.buckets && difference(route.buckets, before.buckets ?? []),
    });
  }
  return added;
}

/** One pixel for each time slot and row of latencies, drawn larger by CSS. */
const heatMap = {
  columns: new Map(), // slot number to requests in each row

  add(time, added) {
    const slot = Math.floor(time / SLOT);
    const column = this.columns.get(slot) ?? new Array(BANDS.length + 1).fill(0);
    for (const { buckets, count } of added.values()) {
      if (buckets) bands(buckets, count).forEach((requests, i) => column[i] += requests);
    }
    this.columns.set(slot, column);
    for (const old of [...this.columns.keys()]) if (old <= slot - SLOTS) this.columns.delete(old);
    this.draw(slot);
  },

  draw(newest) {
    const canvas = element("heat-map");
    canvas.width = SLOTS;
    canvas.height = BANDS.length + 1;
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(canvas).color;
    const most = Math.max(1, ...[...this.columns.values()].flat());
    const totals = new Array(BANDS.length + 1).fill(0);
    for (const [slot, column] of this.columns) {
      column.forEach((requests, i) => {
        totals[i] += requests;
        if (requests === 0) return;
        context.globalAlpha = 0.15 + 0.85 * Math.log1p(requests) / Math.log1p(most);
        context.fillRect(SLOTS - 1 - newest + slot, BANDS.length - i, 1, 1);
      });
    }
    const requests = sum(totals, value => value);
    if (requests > 0) setText(element("latency-summary"), number(requests) + " requests, most of them " + bandName(totals) + ".");
  },
};

function bandName(totals) {
  const i = totals.indexOf(Math.max(...totals));
  if (i === 0) return "up to " + seconds(BANDS[0]);
  return i === BANDS.length ? "above " + seconds(BANDS[i - 1]) : seconds(BANDS[i - 1]) + " to " + seconds(BANDS[i]);
}

function labelBands() {
  for (let i = BANDS.length; i >= 0; i--) {
    const label = document.createElement("span");
    label.textContent = i % 3 === 0 && i < BANDS.length ? seconds(BANDS[i]) : "";
    element("bands").append(label);
  }
}

// ---- ingest

/** The answers of the last seconds, oldest first: {time, counts}. */
let ingestAnswers = [];

/** Returns the counts of an answer by the name that the page shows, in the order of the rows. */
function countsOf(answer) {
  const counts = new Map();
  for (const { protocol, samples, packets, droppedPackets, requests, rejected, ignored } of answer.protocols) {
    const add = (name, count, bad) => counts.set(protocol + " " + name, { protocol, name, count, bad });
    add("samples recorded", samples, false);
    if (packets !== null) add("packets received", packets, false);
    if (droppedPackets !== null) add("packets dropped by the kernel", droppedPackets, true);
    for (const { status, count } of requests ?? []) if (count > 0) add("requests answered with " + status, count, status !== 200);
    add("samples rejected", sum(rejected, ({ count }) => count), true);
    for (const { reason, count } of rejected) if (count > 0) add("rejected: " + reason, count, true);
    add("samples ignored", sum(ignored, ({ count }) => count), false);
    for (const { kind, count } of ignored) if (count > 0) add("ignored: " + kind, count, false);
  }
  return counts;
}

function showIngest(answer, time) {
  const counts = countsOf(answer);
  const last = ingestAnswers.at(-1);
  if (last && [...counts].some(([key, { count }]) => count < (last.counts.get(key)?.count ?? 0))) {
    ingestAnswers = []; // the service has started again
  }
  ingestAnswers = ingestAnswers.filter(older => time - older.time <= WINDOW);
  ingestAnswers.push({ time, counts });
  const first = ingestAnswers[0];
  const span = (time - first.time) / SECOND;

  const rates = new Map([...counts].map(([key, { count }]) => [key, (count - (first.counts.get(key)?.count ?? 0)) / span]));
  const full = Math.max(...[...rates.values()].map(value => value || 0));
  const table = element("counts");
  for (const [key, { protocol, name, count, bad }] of counts) {
    const { cells: shown } = row(table.tBodies[0], key, made => {
      const prefix = document.createElement("span");
      prefix.className = "method";
      prefix.textContent = protocol;
      header(made, prefix, " ", name);
      cells(made, table.tHead);
    });
    showRate(shown[1], rates.get(key), full);
    shown[1].classList.toggle("bad", bad && rates.get(key) > 0);
    setText(shown[2], number(count));
  }
  arrange(table.tBodies[0], [...counts.keys()]);
}

// ---- one GET per second

async function get(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(5 * SECOND) });
  if (!response.ok) throw new Error(path + " returned status " + response.status);
  return response;
}

async function readCpus() {
  const response = await get("api/cpus");
  showCpus(await response.json(), performance.now());
}

async function readRequests() {
  const response = await get("api/requests");
  showRequests(await response.json(), performance.now());
}

async function readIngest() {
  const response = await get("api/ingest");
  showIngest(await response.json(), performance.now());
}

/** The parts that the service renders, as it sent them last: an unchanged part keeps its open details and its focus. */
const rendered = new Map([...document.querySelectorAll("[data-refresh]")].map(part => [part.id, part.innerHTML]));

/** Replaces the facts by those of the page as the service renders it now. */
async function readFacts() {
  const fresh = new DOMParser().parseFromString(await (await get(location.pathname)).text(), "text/html");
  if (fresh.getElementById("version")?.textContent !== element("version").textContent) location.reload();
  for (const part of document.querySelectorAll("[data-refresh]")) {
    const now = fresh.getElementById(part.id);
    if (now.innerHTML !== rendered.get(part.id)) {
      rendered.set(part.id, now.innerHTML);
      part.replaceChildren(...now.childNodes);
    }
  }
}

/** What is read in turn: the page itself instead of each tenth. */
const parts = [readCpus, ...(hasRequests ? [readRequests] : []), ...(hasIngest ? [readIngest] : [])];
let next = 0;
let timer;
let reading = false;

async function read() {
  if (reading || document.visibilityState === "hidden") return;
  reading = true;
  try {
    const turn = next++;
    await (turn % FACTS_EVERY === FACTS_EVERY - 1 ? readFacts : parts[turn % parts.length])();
    element("notice").hidden = true;
  } catch (error) {
    element("notice").hidden = false;
    setText(element("notice"), "The service does not answer, so the values are old. Trying again every second.");
  }
  reading = false;
  clearTimeout(timer);
  timer = setTimeout(read, SECOND);
}

document.documentElement.classList.remove("static");
if (hasRequests) labelBands();
document.addEventListener("visibilitychange", read);
read();
