// Draws the lanes and lets a reader move in them; sorts the table of lines.
// Times are microseconds since the first player began.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const canvas = document.getElementById("canvas");
  const tip = document.getElementById("tip");
  const rows = [...document.querySelectorAll("#lines tbody tr")];

  // Sizes in CSS pixels.
  const gutter = 132, top = 40, between = 10, highest = 24, room = 130;
  const manyMessages = 1500; // beyond, those of one span or line are drawn alone

  // Fields of spans and messages: see data.go.
  const [STEP, OCCURRENCE, LANE, BEGIN, LONG, WAITED, SENT, RECEIVED, ROUND] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [FROM, TO, LEFT, CAME, BYTES, MSTEP, MROUND, FROMLANE, TOLANE] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

  const end = Math.max(1, ...data.players.map(p => p.phases.length ? p.phases[3] : 0));
  const body = bodyOf(data.players);
  const rounds = roundsOf(data.messages);
  let view = { from: 0, to: end };
  let chosen = -1;   // index of the line that is shown alone
  let hovered = null; // { player, span }
  let pending = false;

  // Where each player's lanes begin, and where all end.
  let y = top;
  for (const p of data.players) {
    p.top = y;
    p.lane = Math.max(5, Math.min(highest, room / p.lanes)); // height of one
    p.gap = p.lane < highest / 2 ? 1 : 3;
    y += heightOf(p) + between;
  }
  const height = y;

  function heightOf(p) {
    return p.lanes * (p.lane + p.gap) - p.gap;
  }

  function bodyOf(players) {
    const phases = players.map(p => p.phases).filter(p => p.length);
    if (!phases.length) return { from: 0, to: 1 };
    return { from: Math.min(...phases.map(p => p[1])), to: Math.max(...phases.map(p => p[2])) };
  }

  // roundsOf is when the first message of each round arrived.
  function roundsOf(messages) {
    const first = new Map();
    for (const m of messages) {
      if (data.steps[m[MSTEP]].number === 0) continue;
      first.set(m[MROUND], Math.min(m[CAME], first.get(m[MROUND]) ?? Infinity));
    }
    return [...first].sort((a, b) => a[0] - b[0]);
  }

  // Coordinates.
  const width = () => canvas.clientWidth;
  const x = time => gutter + (time - view.from) / (view.to - view.from) * (width() - gutter);
  const time = px => view.from + (px - gutter) / (width() - gutter) * (view.to - view.from);
  const laneTop = (p, n) => p.top + n * (p.lane + p.gap);

  function show(from, to) {
    const long = Math.min(Math.max(to - from, 0.5), end * 1.2);
    const margin = 0.1 * end;
    from = Math.min(Math.max(from, -margin), end + margin - long);
    view = { from, to: from + long };
    draw();
  }

  function zoom(factor, px) {
    const at = time(px ?? (gutter + width()) / 2);
    show(at - (at - view.from) * factor, at + (view.to - at) * factor);
  }

  const whole = () => show(-0.01 * end, 1.01 * end);

  function showBody() {
    const margin = 0.03 * (body.to - body.from);
    show(body.from - margin, body.to + margin);
  }

  function move(part) {
    const by = part * (view.to - view.from);
    show(view.from + by, view.to + by);
  }

  // draw asks for one picture, however often it is called before.
  function draw() {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => { pending = false; paint(); });
  }

  function paint() {
    const sharp = window.devicePixelRatio || 1;
    canvas.style.height = height + "px";
    canvas.width = width() * sharp;
    canvas.height = height * sharp;
    const c = canvas.getContext("2d");
    c.scale(sharp, sharp);
    const style = getComputedStyle(document.documentElement);
    const color = name => style.getPropertyValue("--" + name).trim();
    c.font = "12px system-ui, sans-serif";
    c.textBaseline = "middle";
    paintAxis(c, color);
    for (const p of data.players) paintPlayer(c, color, p);
    paintMessages(c, color);
    paintNames(c, color);
  }

  function paintAxis(c, color) {
    c.strokeStyle = color("rule");
    c.fillStyle = color("faint");
    c.textAlign = "center";
    const step = tick((view.to - view.from) * 90 / (width() - gutter));
    for (let t = Math.ceil(view.from / step) * step; t < view.to; t += step) {
      line(c, x(t), 20, x(t), height);
      c.fillText(duration(t, step), x(t), 9);
    }
    c.fillStyle = color("soft");
    let last = -Infinity;
    for (const [n, at] of rounds) {
      const px = x(at), half = c.measureText(n).width / 2;
      if (px < gutter || px > width() || px - half < last + 6) continue;
      last = px + half;
      c.fillText(n, px, 27);
      c.strokeStyle = color("faint");
      line(c, px, 34, px, 39);
    }
  }

  // tick is the smallest of 1, 2, 5, 10, … that is at least t.
  function tick(t) {
    const power = 10 ** Math.floor(Math.log10(t));
    return [1, 2, 5, 10].find(n => n * power >= t) * power;
  }

  function paintPlayer(c, color, p) {
    const high = heightOf(p) + 6;
    if (!p.phases.length) return;
    c.save();
    c.beginPath();
    c.rect(gutter, p.top - 3, width() - gutter, high);
    c.clip();
    c.fillStyle = color("band");
    c.fillRect(x(p.phases[1]), p.top - 3, x(p.phases[2]) - x(p.phases[1]), high);
    const drawn = new Array(p.lanes).fill(-Infinity); // up to which pixel each lane is full
    for (const s of p.spans) {
      const left = x(s[BEGIN]), right = x(s[BEGIN] + s[LONG]);
      if (right < gutter || left > width() || right < drawn[s[LANE]]) continue;
      drawn[s[LANE]] = Math.max(right, left + 1);
      paintSpan(c, color, p, s, left, Math.max(right - left, 1));
    }
    c.restore();
  }

  function paintSpan(c, color, p, s, left, wide) {
    const step = data.steps[s[STEP]], at = laneTop(p, s[LANE]);
    const work = s[LONG] > 0 ? Math.max(0, 1 - s[WAITED] / s[LONG]) : 1;
    const dim = chosen >= 0 && step.line !== chosen ? 0.15 : 1;
    const shade = data.lines[step.line].color;
    c.fillStyle = color(shade < 0 ? "other" : "c" + shade);
    c.globalAlpha = 0.3 * dim;
    c.fillRect(left, at, wide, p.lane);
    c.globalAlpha = dim;
    c.fillRect(left, at + p.lane * (1 - work), wide, p.lane * work);
    if (hovered && hovered.span === s) {
      c.strokeStyle = color("ink");
      c.strokeRect(left + 0.5, at + 0.5, Math.max(wide - 1, 1), p.lane - 1);
    }
    if (wide > 44 && p.lane > 14) paintLabel(c, color, step.op, Math.max(left, gutter), left + wide, at + p.lane / 2);
    c.globalAlpha = 1;
  }

  function paintLabel(c, color, text, left, right, at) {
    if (c.measureText(text).width > right - left - 10) return;
    c.textAlign = "left";
    c.lineWidth = 3;
    c.strokeStyle = color("surface");
    c.strokeText(text, left + 5, at);
    c.lineWidth = 1;
    c.fillStyle = color("ink");
    c.fillText(text, left + 5, at);
  }

  // paintMessages draws those of the span under the pointer, else those of the
  // chosen line, else all but those of the set-up, from everybody to everybody,
  // if they are few.
  function paintMessages(c, color) {
    let some = data.messages.filter(m => m[CAME] >= view.from && m[LEFT] <= view.to);
    if (hovered) some = some.filter(m => ends(m).some(e => touches(e, hovered)));
    else if (chosen >= 0) some = some.filter(m => data.steps[m[MSTEP]].line === chosen);
    else some = some.filter(m => data.steps[m[MSTEP]].number > 0);
    if (some.length > manyMessages) return;
    c.save();
    c.beginPath();
    c.rect(gutter, top - 3, width() - gutter, height - top + 3);
    c.clip();
    c.strokeStyle = c.fillStyle = color(hovered ? "ink" : "faint");
    c.globalAlpha = hovered ? 0.9 : some.length > 200 ? 0.35 : 0.6;
    for (const m of some) arrow(c, m);
    c.restore();
  }

  const ends = m => [{ player: m[FROM], lane: m[FROMLANE], at: m[LEFT] }, { player: m[TO], lane: m[TOLANE], at: m[CAME] }];

  const touches = (e, h) => data.players[e.player] === h.player && e.lane === h.span[LANE] &&
    e.at >= h.span[BEGIN] - 0.2 && e.at <= h.span[BEGIN] + h.span[LONG] + 0.2;

  // arrow goes from the edge of one lane to the edge of the other.
  function arrow(c, m) {
    const a = data.players[m[FROM]], b = data.players[m[TO]], down = b.top > a.top;
    const x1 = x(m[LEFT]), x2 = x(m[CAME]);
    const y1 = laneTop(a, m[FROMLANE]) + (down ? a.lane : 0), y2 = laneTop(b, m[TOLANE]) + (down ? 0 : b.lane);
    line(c, x1, y1, x2, y2);
    const angle = Math.atan2(y2 - y1, x2 - x1);
    c.beginPath();
    c.moveTo(x2, y2);
    for (const side of [0.35, -0.35]) c.lineTo(x2 - 7 * Math.cos(angle + side), y2 - 7 * Math.sin(angle + side));
    c.fill();
  }

  function line(c, x1, y1, x2, y2) {
    c.beginPath();
    c.moveTo(x1, y1);
    c.lineTo(x2, y2);
    c.stroke();
  }

  function paintNames(c, color) {
    c.textAlign = "left";
    c.fillStyle = color("faint");
    c.fillText("time", 0, 9);
    if (rounds.length) c.fillText("round", 0, 27);
    for (const p of data.players) {
      c.fillStyle = color(p.phases.length ? "ink" : "faint");
      c.font = (p.computes ? "600 " : "") + "13px system-ui, sans-serif";
      c.fillText(short(c, p.name), 0, p.top + Math.min(heightOf(p), highest) / 2);
    }
  }

  function short(c, name) {
    while (name.length > 3 && c.measureText(name).width > gutter - 12) name = name.slice(0, -2) + "…";
    return name;
  }

  function duration(us, step) {
    const of = Math.max(Math.abs(us), step ?? 0);
    const [unit, size] = of >= 1e6 ? ["s", 1e6] : of >= 1e3 ? ["ms", 1e3] : ["µs", 1];
    return Number((us / size).toPrecision(4)) + " " + unit;
  }

  function bytes(n) {
    const [unit, size] = n >= 1e9 ? ["GB", 1e9] : n >= 1e6 ? ["MB", 1e6] : n >= 1e3 ? ["kB", 1e3] : ["B", 1];
    return Number((n / size).toPrecision(3)) + " " + unit;
  }

  // under is the span at a place, or null.
  function under(px, py) {
    const p = data.players.find(p => py >= p.top && py < p.top + heightOf(p));
    if (!p || px < gutter) return null;
    const n = Math.floor((py - p.top) / (p.lane + p.gap));
    const t = time(px), near = 2 * (view.to - view.from) / (width() - gutter);
    let best = null, least = near;
    for (const s of p.spans) {
      const away = Math.max(s[BEGIN] - t, t - s[BEGIN] - s[LONG], 0);
      if (s[LANE] === n && away <= least) { best = s; least = away; }
    }
    return best && { player: p, span: best };
  }

  function explain(px, py) {
    const h = under(px, py);
    if (h?.span !== hovered?.span) { hovered = h; draw(); }
    tip.hidden = !h;
    if (!h) return;
    const s = h.span, step = data.steps[s[STEP]], from = data.lines[step.line];
    tip.replaceChildren(element("b", h.player.name + ": " + step.op + (from.where ? " · " + from.where : "")));
    if (from.text) tip.append(element("code", from.text));
    const facts = element("dl", "");
    for (const [name, value] of [
      ["begins at", duration(s[BEGIN])], ["takes", duration(s[LONG])], ["waits", duration(s[WAITED])], ["sends", bytes(s[SENT])],
      ["receives", bytes(s[RECEIVED])], ["round", s[ROUND]], ["step", step.number], ["time run", s[OCCURRENCE] + 1],
    ]) facts.append(element("dt", name), element("dd", value));
    tip.append(facts);
    tip.style.left = Math.max(0, Math.min(px + 14, width() - tip.offsetWidth - 4)) + "px";
    tip.style.top = py + 18 + "px";
  }

  function element(name, text) {
    const e = document.createElement(name);
    e.textContent = text;
    return e;
  }

  // choose shows a line alone, or all if it was.
  function choose(index) {
    chosen = index === chosen ? -1 : index;
    for (const row of rows) row.classList.toggle("chosen", Number(row.dataset.line) === chosen);
    draw();
  }

  let drag = null;
  canvas.addEventListener("pointerdown", e => { drag = { x: e.offsetX, view, moved: false }; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", e => {
    if (!drag) return explain(e.offsetX, e.offsetY);
    const by = (drag.x - e.offsetX) / (width() - gutter) * (drag.view.to - drag.view.from);
    drag.moved ||= Math.abs(drag.x - e.offsetX) > 3;
    if (drag.moved) show(drag.view.from + by, drag.view.to + by);
  });
  canvas.addEventListener("pointerup", e => {
    const h = drag && !drag.moved && under(e.offsetX, e.offsetY);
    drag = null;
    if (h) choose(data.steps[h.span[STEP]].line);
  });
  canvas.addEventListener("pointercancel", () => { drag = null; });
  canvas.addEventListener("pointerleave", () => { hovered = null; tip.hidden = true; draw(); });
  canvas.addEventListener("dblclick", whole);
  canvas.addEventListener("wheel", e => {
    e.preventDefault();
    if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) move((e.deltaX || e.deltaY) / width());
    else zoom(Math.exp(e.deltaY * 0.0015), e.offsetX);
  }, { passive: false });
  canvas.addEventListener("keydown", e => {
    const act = {
      ArrowLeft: () => move(-0.1), ArrowRight: () => move(0.1), "+": () => zoom(0.7), "-": () => zoom(1.4),
      0: whole, Escape: () => choose(chosen),
    }[e.key];
    if (act) { e.preventDefault(); act(); }
  });
  document.getElementById("whole").addEventListener("click", whole);
  document.getElementById("body").addEventListener("click", showBody);
  document.getElementById("in").addEventListener("click", () => zoom(0.5));
  document.getElementById("out").addEventListener("click", () => zoom(2));

  for (const row of rows) {
    row.addEventListener("click", () => choose(Number(row.dataset.line)));
    row.addEventListener("keydown", e => { if (e.key === "Enter") choose(Number(row.dataset.line)); });
  }
  document.querySelectorAll("#lines th").forEach((head, column) => head.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") !== "descending";
    document.querySelectorAll("#lines th").forEach(h => h.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = row => row.cells[column].dataset.value;
    const order = (a, b) => value(a).localeCompare(value(b), undefined, { numeric: true });
    rows.sort((a, b) => down ? order(b, a) : order(a, b));
    document.querySelector("#lines tbody").append(...rows);
  }));

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("resize", draw);
  if (body.to > body.from) showBody();
  else whole(); // it failed in the set-up
})();
