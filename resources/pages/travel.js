"use strict";
const PAGE = 200;
const at = (id) => document.getElementById(id);
const units = ["B", "kB", "MB", "GB", "TB", "PB"];
function size(bytes) {
  let step = 0;
  while (bytes >= 1000 && step < units.length - 1) { bytes /= 1000; step += 1; }
  return (step ? bytes.toPrecision(3) : bytes) + " " + units[step];
}
function day(seconds) {
  const time = new Date(seconds * 1000);
  return isNaN(time) ? "" : time.toISOString().slice(0, 16).replace("T", " ");
}
async function read() {
  const packed = Uint8Array.from(atob(at("data").textContent.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}
function start(drive) {
  const count = drive.names.length, folded = new Array(drive.folders.length);
  drive.folders.forEach((path, number) => { folded[number] = path.toLowerCase(); });
  const names = drive.names.map((name) => name.toLowerCase());
  let hits = [], shown = 0, by = "folder", down = false;
  const word = (number, one, many) => number.toLocaleString("en") + " " + (number === 1 ? one : many);
  at("about").textContent = [word(count, "file", "files"), size(drive.bytes),
    drive.scanned ? "scanned " + day(drive.scanned) + " UTC" : "", drive.base].filter(Boolean).join(" · ");
  at("place").textContent = [drive.place, drive.note].filter(Boolean).join(" · ");
  function search() {
    const terms = at("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    hits = [];
    for (let row = 0; row < count; row += 1) {
      const folder = folded[drive.in[row]];
      if (terms.every((term) => names[row].includes(term) || folder.includes(term) ||
          (term.includes("/") && (folder + "/" + names[row]).includes(term)))) hits.push(row);
    }
    sort();
  }
  const keys = {
    name: (a, b) => names[a] < names[b] ? -1 : names[a] > names[b] ? 1 : a - b,
    folder: (a, b) => {
      const one = folded[drive.in[a]], two = folded[drive.in[b]];
      return one < two ? -1 : one > two ? 1 : keys.name(a, b);
    },
    size: (a, b) => drive.sizes[a] - drive.sizes[b] || a - b,
    time: (a, b) => drive.times[a] - drive.times[b] || a - b,
  };
  function sort() {
    hits.sort(down ? (a, b) => keys[by](b, a) : keys[by]);
    let bytes = 0;
    for (const row of hits) bytes += drive.sizes[row];
    at("told").textContent = word(hits.length, "file", "files") + ", " + size(bytes);
    document.querySelector("table").hidden = !hits.length;
    document.querySelector("tbody").replaceChildren();
    shown = 0;
    more();
  }
  function cell(line, text, kind) {
    const place = line.insertCell();
    place.textContent = text;
    if (kind) place.className = kind;
    return place;
  }
  function more() {
    const body = document.querySelector("tbody"), end = Math.min(hits.length, shown + PAGE);
    for (; shown < end; shown += 1) {
      const row = hits[shown], line = body.insertRow(), path = drive.folders[drive.in[row]];
      cell(line, drive.names[row]);
      cell(line, path, "folder").addEventListener("click", () => { at("words").value = path; search(); });
      cell(line, size(drive.sizes[row]), "number");
      cell(line, day(drive.times[row]), "number");
    }
    at("more").hidden = shown >= hits.length;
  }
  let waiting = 0;
  at("words").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
  document.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); search(); });
  at("more").addEventListener("click", more);
  document.querySelectorAll("[data-by]").forEach((button) => button.addEventListener("click", () => {
    down = by === button.dataset.by ? !down : button.dataset.by === "size" || button.dataset.by === "time";
    by = button.dataset.by;
    sort();
  }));
  search();
}
if (typeof DecompressionStream === "undefined") {
  at("told").textContent = "This browser is too old to open the page: it needs one of 2023 or later.";
} else {
  read().then(start, (error) => { at("told").textContent = "The page is damaged: " + error.message; });
}
