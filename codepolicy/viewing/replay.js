"use strict";
// Plays a recorded run: one clock, the robot's, moves scene, program and calls together.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const view = new SceneView(at("scene"), at("labels"));
  view._table(data.workspace);
  if (data.arm) addArm(view, data.arm);
  const bodies = data.arm ? data.arm.bodies : 0;
  const armPoses = data.arm ? new Int16Array(bytesOf(data.arm_poses)) : new Int16Array(0);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const shade = () => { view.background = dark.matches ? [0.11, 0.12, 0.14] : [0.93, 0.945, 0.96]; view.draw(); };
  dark.addEventListener("change", shade); shade();
  data.tracks.forEach((track, n) => {
    const truth = track.group === "truth", solid = truth || !data.has_truth;
    view.set(`thing${n}`, { group: track.group, mesh: track.thing.mesh, size: track.thing.size, color: track.thing.color,
      style: solid ? "solid" : "outline", edge: [0.1, 0.35, 0.65], label: truth ? "" : track.thing.name, pose: null });
  });

  let time = 0, call = -1, playing = false, before = 0, turnShown = -1;
  const index = (times, t) => { // last index with times[i] <= t, or -1
    let low = 0, high = times.length;
    while (low < high) { const mid = (low + high) >> 1; if (times[mid] <= t) low = mid + 1; else high = mid; }
    return low - 1;
  };
  const between = (a, b, part) => { // positions linear, quaternions normalised
    const sign = a[3] * b[3] + a[4] * b[4] + a[5] * b[5] + a[6] * b[6] < 0 ? -1 : 1;
    const out = a.map((v, i) => v + part * ((i < 3 ? b[i] : sign * b[i]) - v));
    const n = Math.hypot(out[3], out[4], out[5], out[6]) || 1;
    return out.map((v, i) => (i < 3 ? v : v / n));
  };
  const armPose = (frame, body) => {
    const from = (frame * bodies + body) * 7, out = [];
    for (let i = 0; i < 7; i++) out.push(armPoses[from + i] * (i < 3 ? 1e-4 : 1 / 32767));
    return out;
  };
  const sought = (times, t) => {
    const i = Math.max(0, index(times, t)), j = Math.min(i + 1, times.length - 1);
    const span = times[j] - times[i];
    return [i, j, span > 0 ? Math.min(1, Math.max(0, (t - times[i]) / span)) : 0];
  };

  function place() {
    if (bodies && data.times.length) {
      const [i, j, part] = sought(data.times, time), poses = [];
      for (let n = 0; n < bodies; n++) poses.push(between(armPose(i, n), armPose(j, n), part));
      placeArm(view, data.arm, poses);
    }
    data.tracks.forEach((track, n) => {
      const i = index(track.at, time + 1e-6);
      let pose = i < 0 ? null : track.poses[i];
      if (pose && track.smooth && i + 1 < track.at.length && track.poses[i + 1]) {
        const [, , part] = sought(track.at, time);
        pose = between(pose, track.poses[i + 1], part);
      }
      view.pose(`thing${n}`, pose);
    });
    const path = call >= 0 ? data.calls[call].path : null;
    view.setLines("path", path && path.length > 1 ? path : [[0, 0, -9], [0, 0, -9]], [0.15, 0.45, 0.8]);
  }

  function source(list, text) {
    list.replaceChildren(...text.split("\n").map((line) => { const li = document.createElement("li"); li.textContent = line || " "; return li; }));
  }
  function keepInView(list, item) {
    if (item.offsetTop < list.scrollTop || item.offsetTop + item.offsetHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = item.offsetTop - list.clientHeight / 2;
  }
  function tell() {
    const current = data.calls[call], turn = current ? current.turn : 1;
    if (turn !== turnShown) {
      turnShown = turn;
      source(at("program"), (data.turns[turn - 1] || { program: "" }).program || "no program");
      at("turn").textContent = data.turns.length > 1 ? `turn ${turn} of ${data.turns.length}` : "";
    }
    for (const li of at("program").querySelectorAll(".now, .failed")) li.classList.remove("now", "failed");
    const line = current && current.line ? at("program").children[current.line - 1] : null;
    if (line) { line.classList.add(current.ok ? "now" : "failed"); keepInView(at("program"), line); }
    for (const li of at("calls").querySelectorAll(".now")) li.classList.remove("now");
    const item = at("calls").children[call];
    if (item && current) { item.classList.add("now"); keepInView(at("calls"), item); }
    at("time").value = String(Math.round((time - data.start) * 1000));
    at("clock").textContent = `${(time - data.start).toFixed(2)} of ${(data.end - data.start).toFixed(1)} s robot time`;
    at("play").textContent = playing ? "Pause" : "Play";
    document.body.dataset.time = time.toFixed(3);
    document.body.dataset.call = String(call);
  }
  function seek(t, which) {
    time = Math.min(data.end, Math.max(data.start, t));
    call = which !== undefined ? which : index(data.calls.map((c) => c.start), time + 1e-6);
    place(); tell();
  }
  function toCall(n) {
    playing = false;
    if (n >= 0 && n < data.calls.length) seek(data.calls[n].start, n);
  }
  function tick(now) {
    if (playing) {
      const speed = Number(at("speed").value);
      seek(time + ((now - before) / 1000) * speed);
      if (time >= data.end) { playing = false; tell(); }
    }
    before = now;
    requestAnimationFrame(tick);
  }

  at("calls").replaceChildren(...data.calls.map((c, n) => {
    const li = document.createElement("li"), small = document.createElement("small");
    if (!c.ok) li.className = "lost";
    li.textContent = `${c.line ? `L${c.line} ` : ""}${c.call} → ${c.result} `;
    small.textContent = `${(c.end - c.start).toFixed(1)} s robot, ${c.wall.toFixed(2)} s wall`;
    li.append(small);
    li.addEventListener("click", () => toCall(n));
    return li;
  }));
  at("time").max = String(Math.max(1, Math.round((data.end - data.start) * 1000)));
  at("time").addEventListener("input", () => { playing = false; seek(data.start + Number(at("time").value) / 1000); });
  const play = () => { if (!playing && time >= data.end) seek(data.start); playing = !playing; tell(); };
  at("play").addEventListener("click", play);
  at("next").addEventListener("click", () => toCall(call + 1));
  at("previous").addEventListener("click", () => toCall(Math.max(0, call - 1)));
  for (const group of ["truth", "perceived"]) {
    const box = at(`show-${group}`);
    if (box) box.addEventListener("change", () => view.show(group, box.checked));
  }
  document.addEventListener("keydown", (e) => {
    if (e.target instanceof HTMLSelectElement || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === " ") { e.preventDefault(); if (e.target instanceof HTMLButtonElement) e.target.blur(); play(); }
    else if (e.key === "ArrowRight" && !(e.target instanceof HTMLInputElement)) toCall(call + 1);
    else if (e.key === "ArrowLeft" && !(e.target instanceof HTMLInputElement)) toCall(Math.max(0, call - 1));
  });
  seek(data.start);
  requestAnimationFrame(tick);
})();
