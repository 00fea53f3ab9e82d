"use strict";
// One tree of functions for all profiles and bands; a column of costs for each. Costs are shown per request where the band has requests.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const metricBox = $("metric"), bandBox = $("band"), endpointBox = $("endpoint"), showBox = $("show"), term = $("term"), flames = $("flames"), line = $("line");
const ROW = 19, USUAL = 0, ALL = -1;
// What runs everybody's code and is nobody's own: runs of it are one frame, unless asked for.
const PLUMBING = /^<[A-Z]\d? as (futures_core|tower|tower_service|axum)::|^<?(start_thread|__rust_try|__clone|clone3?$|(tokio|hyper|hyper_util|tower|tower_service|tower_layer|axum_core|futures_util|futures_core)::|axum::(serve|routing|middleware|handler|util)::|std::(panic|panicking|thread|rt|sys::(thread|backtrace)|sys::pal::unix::thread)|core::(ops::function|panic|pin|future)::|alloc::boxed::Box<.*(FnOnce|Future))/;
const names = [...data.names, "(plumbing)"], FOLDED = names.length - 1, known = data.name.length;
let name, parent, children, depth, size, place_of;
// The tree to draw. Parents come before their children in the data, so one pass makes it.
function grow(folds) {
    name = [data.name[0]];
    parent = [0];
    place_of = new Int32Array(known);
    const seen = new Map();
    for (let node = 1; node < known; node++) {
        const above = place_of[data.parent[node]], plumbing = folds && PLUMBING.test(names[data.name[node]]), id = plumbing ? FOLDED : data.name[node];
        const key = above + "/" + id;
        if (plumbing && name[above] === FOLDED) place_of[node] = above;
        else if (seen.has(key)) place_of[node] = seen.get(key);
        else {
            place_of[node] = name.length;
            seen.set(key, name.length);
            name.push(id);
            parent.push(above);
        }
    }
    size = name.length;
    children = Array.from({ length: size }, () => []);
    depth = new Int32Array(size);
    for (let node = 1; node < size; node++) {
        children[parent[node]].push(node);
        depth[node] = depth[parent[node]] + 1;
    }
    cache.clear();
}

const cache = new Map();
// What a choice is made of: one endpoint, or all of them and what belongs to none.
const parts = (metric, band, endpoint) => data.metrics[metric].endpoints.filter((_, at) => endpoint === ALL || at === endpoint).map(bands => bands[band]);
// Costs with callees. Children stand behind their parents, so one pass from the end adds everything up.
function inclusive(metric, band, endpoint) {
    const key = [metric, band, endpoint].join("/");
    if (!cache.has(key)) {
        const all = new Float64Array(size);
        for (const { own } of parts(metric, band, endpoint)) for (let at = 0; at < own.length; at += 2) all[place_of[own[at]]] += own[at + 1];
        const self = all.slice();
        for (let node = size - 1; node > 0; node--) all[parent[node]] += all[node];
        cache.set(key, { all, self });
    }
    return cache.get(key);
}

let zoom = 0, focused = 0, found = null;
const view = {};
function column(band) {
    const metric = +metricBox.value, endpoint = +endpointBox.value, chosen = parts(metric, band, endpoint);
    const samples = chosen.reduce((sum, part) => sum + part.samples, 0), requests = endpoint === ALL ? data.bands[band].requests : chosen[0].requests;
    const facts = { samples, requests };
    return { ...inclusive(metric, band, endpoint), facts, per: facts.requests || 1, perRequest: facts.requests > 0 };
}
function compute() {
    view.metric = data.metrics[+metricBox.value];
    const slow = column(+bandBox.value), usual = column(USUAL);
    view.differs = showBox.value !== "cost" && slow.perRequest && usual.perRequest;
    view.shown = view.differs && showBox.value === "shrank" ? usual : slow;
    view.slow = slow;
    view.usual = usual;
    if (view.differs) {
        const changes = [];
        for (let node = 1; node < size; node++) if (isNews(node)) changes.push(Math.abs(change(node)));
        changes.sort((a, b) => a - b);
        // One mover must not bleach all others: the scale ends at the 95th percentile of the changes.
        view.scale = changes[Math.floor(changes.length * 0.95)] || 1;
    }
}
const cost = (of, node) => of.all[node] / of.per;
const change = node => cost(view.slow, node) - cost(view.usual, node);
// Samples of two bands against their numbers of requests: a conditional binomial test. Beyond 2.58 standard deviations, 1 % by chance.
function isNews(node) {
    const sample = view.metric.sample;
    if (!sample) return change(node) !== 0;
    const a = view.slow.all[node] / sample, b = view.usual.all[node] / sample, n = a + b;
    const share = view.slow.per / (view.slow.per + view.usual.per);
    return n > 0 && Math.abs(a - n * share) > 2.58 * Math.sqrt(n * share * (1 - share));
}

function amount(value) {
    const sign = value < 0 ? "−" : "", v = Math.abs(value);
    if (v === 0) return "0";
    const scales = view.metric.unit === "ns" ? [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]] : [[1 << 20, "MiB"], [1 << 10, "KiB"], [1, "B"]];
    const [by, unit] = scales.find(([by]) => v >= by) || scales[scales.length - 1];
    const shown = v / by;
    return sign + shown.toFixed(shown < 10 ? 2 : shown < 100 ? 1 : 0) + " " + unit;
}
const percent = (part, whole) => (whole > 0 ? 100 * part / whole : 0).toFixed(1) + " %";
function describe(node) {
    const of = view.shown, own = of.self[node] / of.per;
    let text = names[name[node]] + ": " + amount(cost(of, node)) + (of.perRequest ? " a request" : "") + ", " + percent(of.all[node], of.all[0]) + ", itself " + amount(own);
    if (view.differs) text += "; " + (change(node) > 0 ? "+" : "") + amount(change(node)) + " above P50's" + (isNews(node) ? "" : ", which may be chance");
    return text;
}

function colour(node, box) {
    if (found && found.has(node)) return box.classList.add("found");
    if (view.differs) {
        if (!isNews(node)) return box.classList.add("chance");
        const strength = Math.min(1, Math.abs(change(node)) / view.scale);
        const [r, g, b] = change(node) > 0 ? [213, 94, 0] : [0, 114, 178];
        box.style.background = `rgba(${r}, ${g}, ${b}, ${0.15 + 0.75 * strength})`;
        return undefined;
    }
    let hash = 0;
    for (const c of names[name[node]]) hash = (hash * 31 + c.charCodeAt(0)) | 0;
    box.style.background = `hsl(${20 + Math.abs(hash) % 35}, 75%, ${64 + Math.abs(hash >> 8) % 14}%)`;
    return undefined;
}
const boxes = new Map();
function place(node, left, width) {
    const box = document.createElement("div"), label = (view.differs && isNews(node) ? (change(node) > 0 ? "+ " : "− ") : "") + names[name[node]];
    box.className = "box";
    box.style.left = left + "%";
    box.style.width = width + "%";
    box.style.top = (depth[node] - depth[zoom]) * ROW + "px";
    box.textContent = width * flames.clientWidth > 2500 ? label : "";
    box.tabIndex = -1;
    box.setAttribute("role", "treeitem");
    box.setAttribute("aria-label", names[name[node]]);
    box.dataset.node = node;
    colour(node, box);
    flames.append(box);
    boxes.set(node, box);
}
function draw() {
    flames.textContent = "";
    boxes.clear();
    const all = view.shown.all, whole = all[zoom], least = whole * 1.2 / Math.max(flames.clientWidth, 300);
    const { facts } = view.shown;
    flames.classList.toggle("few", facts.samples < data.enough);
    let deepest = 0;
    const waiting = whole > 0 ? [[zoom, 0]] : [];
    while (waiting.length) {
        const [node, left] = waiting.pop();
        place(node, 100 * left / whole, 100 * all[node] / whole);
        deepest = Math.max(deepest, depth[node] - depth[zoom]);
        let at = left;
        for (const child of [...children[node]].sort((a, b) => names[name[a]] < names[name[b]] ? -1 : 1)) {
            if (all[child] > least) waiting.push([child, at]);
            at += all[child];
        }
    }
    flames.style.height = (deepest + 1) * ROW + "px";
    if (!boxes.has(focused)) focused = zoom;
    const first = boxes.get(focused);
    if (first) first.tabIndex = 0;
    $("facts").textContent = `${facts.requests ? facts.requests.toLocaleString("en") + " requests, " : ""}${facts.samples.toLocaleString("en")} samples` +
        (facts.samples < data.enough ? ": too few to rely on" : "") + (whole > 0 ? ", " + amount(whole / view.shown.per) + (view.shown.perRequest ? " a request" : " in all") : ": nothing to draw");
    line.textContent = "\u00a0";
    table();
}
function table() {
    const of = view.shown, costs = new Map();
    const path = [];
    // Recursion counts once: a function's cost is added where it is entered first.
    (function walk(node) {
        const id = name[node], outer = path.includes(id), known = costs.get(id) || { own: 0, all: 0, other: 0, node };
        known.own += of.self[node];
        if (!outer) {
            known.all += of.all[node];
            if (view.differs) known.other += change(node);
        }
        costs.set(id, known);
        path.push(id);
        for (const child of children[node]) if (of.all[child] > 0) walk(child);
        path.pop();
    })(0);
    costs.delete(name[0]);
    const rank = view.differs ? (one => Math.abs(one.other)) : (one => one.own);
    const rows = [...costs].sort((a, b) => rank(b[1]) - rank(a[1])).slice(0, 20);
    $("other").hidden = !view.differs;
    $("rows").replaceChildren(...rows.map(([id, one]) => {
        const row = document.createElement("tr"), cells = [names[id], amount(one.own / of.per), amount(one.all / of.per), percent(one.all, of.all[0])];
        if (view.differs) cells.push((one.other > 0 ? "+" : "") + amount(one.other));
        row.append(...cells.map(text => Object.assign(document.createElement("td"), { textContent: text })));
        return row;
    }));
}
function look() {
    found = null;
    $("found").textContent = "";
    if (term.value) {
        let pattern;
        try {
            pattern = new RegExp(term.value, "i");
        } catch (error) {
            $("found").textContent = "not a regular expression";
            return draw();
        }
        found = new Set();
        let matched = 0;
        (function walk(node, inside) {
            const hit = pattern.test(names[name[node]]);
            if (hit) found.add(node);
            if (hit && !inside) matched += view.shown.all[node];
            for (const child of children[node]) walk(child, inside || hit);
        })(0, false);
        $("found").textContent = percent(matched, view.shown.all[0]) + " matched";
    }
    return draw();
}
function zoomTo(node) {
    zoom = node;
    focused = node;
    draw();
    const box = boxes.get(node);
    if (box) box.focus();
}
function redo() {
    compute();
    if (!(view.shown.all[zoom] > 0)) zoom = focused = 0;
    look();
}
function move(key) {
    const drawn = [...boxes.keys()].filter(node => parent[node] === parent[focused] && node !== 0).sort((a, b) => parseFloat(boxes.get(a).style.left) - parseFloat(boxes.get(b).style.left));
    const at = drawn.indexOf(focused);
    const below = children[focused].filter(node => boxes.has(node)).sort((a, b) => view.shown.all[b] - view.shown.all[a]);
    return { ArrowDown: below[0], ArrowUp: focused === zoom ? undefined : parent[focused], ArrowLeft: drawn[at - 1], ArrowRight: drawn[at + 1] }[key];
}

data.metrics.forEach((metric, at) => metricBox.append(new Option(metric.words, at)));
data.bands.forEach((band, at) => bandBox.append(new Option(band.words, at)));
bandBox.value = data.bands.findIndex(band => band.name === "gt_p99");
["all", ...data.endpoints].forEach((endpoint, at) => endpointBox.append(new Option(endpoint, at + ALL)));
$("fold").addEventListener("change", event => { grow(event.target.checked); zoom = focused = 0; redo(); });
[metricBox, bandBox, endpointBox, showBox].forEach(box => box.addEventListener("change", redo));
term.addEventListener("input", look);
$("bar").addEventListener("submit", event => event.preventDefault());
$("reset").addEventListener("click", () => zoomTo(0));
const nodeOf = event => event.target.dataset && event.target.dataset.node;
flames.addEventListener("click", event => { if (nodeOf(event)) zoomTo(+nodeOf(event)); });
flames.addEventListener("mouseover", event => { if (nodeOf(event)) line.textContent = describe(+nodeOf(event)); });
flames.addEventListener("focusin", event => { focused = +nodeOf(event); line.textContent = describe(focused); });
flames.addEventListener("keydown", event => {
    if (event.key === "Enter") zoomTo(focused);
    else if (event.key === "Escape") zoomTo(0);
    else if (event.key === "/") term.focus();
    else {
        const next = move(event.key);
        if (next === undefined) return;
        boxes.get(focused).tabIndex = -1;
        boxes.get(next).tabIndex = 0;
        boxes.get(next).focus();
    }
    event.preventDefault();
});
// A frame may be run before it has a size.
window.addEventListener("resize", draw);
grow($("fold").checked);
redo();
