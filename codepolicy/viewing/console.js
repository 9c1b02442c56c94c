"use strict";
// The console's page: messages of the server become scene, program, calls and words. All text goes in as text.
(() => {
  const at = (id) => document.getElementById(id);
  const client = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const view = new SceneView(at("scene"), at("labels"));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const shade = () => { view.background = dark.matches ? [0.11, 0.12, 0.14] : [0.93, 0.945, 0.96]; view.draw(); };
  dark.addEventListener("change", shade); shade();
  let arm = null, busy = false, stopped = false, drives = false;
  const PATH = [0.15, 0.45, 0.8];
  view.show("truth", false);

  async function post(path, body = {}) {
    fault(""); // before it is sent: what the robot then says may come before the answer
    const answer = await fetch(path, { method: "POST", body: JSON.stringify(body),
      headers: { "content-type": "application/json", "x-codepolicy": "1", "x-codepolicy-client": client } });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) fault(told.detail || `refused (${answer.status})`);
    return answer.ok;
  }
  function fault(text) { at("fault").textContent = text; at("fault").hidden = !text; }
  const item = (list, text, css) => {
    const li = document.createElement("li"); li.textContent = text; if (css) li.className = css; list.append(li); return li;
  };
  const block = (title, text, css) => {
    const h = document.createElement("h2"), pre = document.createElement("pre");
    h.textContent = title; pre.className = `said ${css || ""}`; pre.textContent = text; at("told").append(h, pre);
  };
  const append = (title, text) => { // to the block before, if it is of the same kind
    const last = at("told").lastElementChild;
    if (last && last.previousElementSibling.textContent === title) last.textContent = (last.textContent + text).slice(-20000);
    else block(title, text);
  };
  function things(group, list, style) {
    const keys = new Set(list.map((t) => `${group} ${t.name}`));
    for (const key of [...view.items.keys()]) if (key.startsWith(`${group} `) && !keys.has(key)) view.remove(key);
    for (const t of list)
      view.set(`${group} ${t.name}`, { group, mesh: t.mesh, size: t.size, color: t.color, pose: t.pose, style,
        edge: group === "truth" ? [0.75, 0.05, 0.5] : undefined, label: group === "truth" ? "" : t.name });
  }
  const label = (figure) => {
    const wide = figure.clientWidth;
    spreadLabels((figure.places || []).map((p) => ({ ...p, x: p.u * wide, y: p.v * wide * figure.aspect })), wide, 5.8, 14);
  };
  const sizes = new ResizeObserver((changed) => { for (const one of changed) label(one.target); });
  function source(text) {
    at("program").replaceChildren();
    for (const line of text.replace(/\n+$/, "").split("\n")) item(at("program"), line || " ");
  }
  function mark(line, css) {
    for (const li of at("program").querySelectorAll(".now, .failed")) li.classList.remove("now", "failed");
    const li = line ? at("program").children[line - 1] : null;
    if (!li) return;
    li.classList.add(css);
    const list = at("program");
    if (li.offsetTop < list.scrollTop || li.offsetTop + li.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = li.offsetTop - 40;
  }
  function roles() {
    at("state").textContent = stopped ? "STOPPED. Look at the robot, then lift the stop." : busy ? "an instruction is under way" : "ready";
    at("state").className = stopped ? "lost" : "quiet";
    at("release").hidden = !stopped || !drives || busy;
    at("go").disabled = !drives || busy || stopped;
    at("hand").hidden = !drives;
    document.body.dataset.state = stopped ? "stopped" : busy ? "busy" : "ready";
  }
  async function history() {
    const runs = await (await fetch("/runs")).json().catch(() => []);
    at("runs").replaceChildren();
    for (const run of runs) {
      const a = document.createElement("a"), li = item(at("runs"), "");
      a.href = `/runs/${encodeURIComponent(run.name)}`; a.target = "_blank"; a.rel = "noopener";
      a.textContent = run.instruction || run.name;
      const when = document.createElement("small"), stamp = run.name.match(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)/);
      when.className = "quiet"; when.textContent = stamp ? ` ${stamp[1]}-${stamp[2]}-${stamp[3]} ${stamp[4]}:${stamp[5]}` : "";
      li.append(a, ` ${run.outcome.replaceAll("_", " ")}`, when);
    }
  }

  const on = {
    instructed(m) {
      at("calls").replaceChildren(); at("program").replaceChildren(); at("told").replaceChildren();
      at("outcome").textContent = "under way"; at("outcome").className = "quiet"; at("verdict").textContent = "";
      item(at("session"), m.instruction).dataset.open = "1";
      at("session").scrollTop = at("session").scrollHeight;
    },
    asked(m) { at("thinking").hidden = false; at("thinking").textContent = `turn ${m.turn}: the model writes a ${m.purpose}`; },
    thinking(m) { at("thinking").hidden = false; at("thinking").textContent = `the model writes, about ${m.tokens} tokens`; at("tail").hidden = false; at("tail").textContent = m.tail; at("tail").scrollTop = 1e6; },
    answered(m) { at("thinking").hidden = true; at("tail").hidden = true; if (m.notes.length) block("Notes", m.notes.join("\n")); },
    planned(m) { block("Plan", m.steps.map((s, n) => `${n + 1}. ${s}`).join("\n")); },
    started(m) { at("turn").textContent = `turn ${m.turn}`; source(m.program); at("calls").replaceChildren(); },
    calling(m) { if (m.phase === "program") mark(m.line, "now"); },
    called(m) {
      if (m.phase !== "program") return;
      const li = item(at("calls"), `${m.line ? `L${m.line} ` : ""}${m.call} → ${m.result} `, m.ok ? "" : "lost");
      const small = document.createElement("small");
      small.textContent = `${m.robot.toFixed(1)} s robot, ${m.wall.toFixed(1)} s wall`; li.append(small);
      while (at("calls").childElementCount > 500) at("calls").firstChild.remove();
      at("calls").scrollTop = at("calls").scrollHeight;
      view.clear("grasp");
      m.grasps.forEach((pose, n) => view.set(`grasp ${n}`, { group: "grasp", mesh: "box", size: [0.02, 0.08, 0.012], color: [0.1, 0.6, 0.5], pose, style: "ghost" }));
    },
    said(m) { block("The robot says", m.text); },
    printed(m) { append("Printed", m.text); },
    ran(m) { mark(m.failure ? m.line : null, "failed"); if (m.failure) block(m.status, m.failure, "lost"); },
    checked(m) { block(`Goal check: ${m.status}`, m.clauses.map((c) => `${c.holds ? "✓" : "✗"} ${c.message}${c.detail ? ` (${c.detail})` : ""}`).join("\n") || m.failure); },
    fedback(m) { block("Feedback to the model", m.text); },
    moved(m) { if (arm && m.poses.length) placeArm(view, arm, m.poses); at("clock").textContent = `${m.t.toFixed(1)} s robot time`; document.body.dataset.moved = String(m.t); },
    believed(m) { things("perceived", m.things, "solid"); },
    truth(m) { things("truth", m.things, "outline"); },
    heading(m) { view.setLines("path", m.path, PATH); },
    camera(m) {
      let figure = [...at("cameras").children].find((f) => f.dataset.name === m.name);
      if (!figure) { figure = document.createElement("figure"); figure.dataset.name = m.name; at("cameras").append(figure); sizes.observe(figure); }
      const img = figure.querySelector("img") || document.createElement("img"), caption = document.createElement("figcaption");
      img.src = `data:image/jpeg;base64,${m.jpeg}`; img.alt = `camera ${m.name}`; caption.textContent = m.name;
      figure.aspect = m.aspect;
      figure.places = m.labels.map(([text, u, v]) => ({ span: document.createElement("span"), text, u, v }));
      for (const place of figure.places) place.span.textContent = place.text;
      figure.replaceChildren(img, caption, ...figure.places.map((place) => place.span));
      label(figure);
      document.body.dataset.pictures = String(Number(document.body.dataset.pictures || 0) + 1);
    },
    ended(m) {
      const good = ["achieved", "declined", "answered", "finished"].includes(m.outcome);
      at("outcome").textContent = `${m.outcome.replaceAll("_", " ")}${m.summary ? `: ${m.summary}` : ""} (${m.robot} s robot time, ${m.wall} s wall time)`;
      at("outcome").className = good ? "won" : "lost";
      at("verdict").textContent = m.verdict ? `Verdict of the task, by ground truth: ${m.verdict}` : "";
      at("verdict").className = "privileged";
      for (const note of m.notes) block("Note", note);
      const last = at("session").lastElementChild;
      if (last && last.dataset.open) { last.append(`: ${m.outcome.replaceAll("_", " ")}`); delete last.dataset.open; }
      at("thinking").hidden = true; at("tail").hidden = true; view.clear("grasp"); view.setLines("path", [], PATH); history();
    },
    proposed(m) {
      const panel = at("approval"), line = (tag, text, css) => { const e = document.createElement(tag); e.textContent = text; if (css) e.className = css; panel.append(e); return e; };
      panel.replaceChildren(); panel.hidden = false; panel.dataset.sha256 = m.sha256;
      line("strong", `May the robot ${m.robot} run this program?`);
      line("div", m.rehearsal, "quiet");
      line("pre", m.program, "said");
      if (m.calls.length) line("pre", m.calls.join("\n"), "said");
      if (m.picture) { const img = document.createElement("img"); img.src = `data:image/png;base64,${m.picture}`; img.alt = "predicted way of the tool"; img.style.maxWidth = "100%"; panel.append(img); }
      const why = document.createElement("input"); why.placeholder = "why not (the model is told)"; why.setAttribute("aria-label", "why not");
      const answer = (approved) => post("/decide", { sha256: m.sha256, approved, reason: why.value });
      const yes = line("button", "Approve"), no = line("button", "Reject");
      const row = document.createElement("div"); row.className = "bar"; row.append(yes, no, why); panel.append(row);
      yes.id = "approve"; no.id = "reject";
      yes.addEventListener("click", () => answer(true)); no.addEventListener("click", () => answer(false));
    },
    decided() { at("approval").hidden = true; at("approval").replaceChildren(); },
    fault(m) {
      fault(m.text);
      const last = at("session").lastElementChild;
      if (!last || !last.dataset.open) return; // an instruction that never came to its end
      last.append(": not carried out"); delete last.dataset.open;
      at("outcome").textContent = `not carried out: ${m.text}`; at("outcome").className = "lost";
      at("thinking").hidden = true; at("tail").hidden = true;
    },
    state(m) { busy = m.busy; stopped = m.stopped; roles(); },
    roles(m) {
      drives = m.you_drive;
      at("roles").textContent = `${m.watching} watching; ${drives ? "you drive" : m.driven ? "somebody else drives" : "nobody drives"}.`;
      at("drive").hidden = drives || m.driven; roles();
      document.body.dataset.drives = String(drives);
    },
  };

  at("ask").addEventListener("submit", async (e) => {
    e.preventDefault();
    const words = at("instruction").value.trim();
    if (words && (await post("/instruct", { instruction: words, model: at("model").value }))) at("instruction").value = "";
  });
  const stop = () => post("/stop");
  at("stop").addEventListener("click", stop);
  at("release").addEventListener("click", () => post("/release"));
  at("drive").addEventListener("click", () => post("/drive"));
  at("hand").addEventListener("click", () => post("/hand_over"));
  document.addEventListener("keydown", (e) => {
    const writes = e.target instanceof HTMLInputElement && e.target.type !== "checkbox" && e.target.value !== "";
    if (e.code === "Space" && !writes && !e.repeat) { e.preventDefault(); stop(); }
  });
  for (const group of ["perceived", "truth"]) at(`show-${group}`).addEventListener("change", (e) => view.show(group, e.target.checked));

  (async () => {
    const setup = await (await fetch("/setup")).json();
    if (setup.failed) fault(setup.failed);
    view._table(setup.workspace);
    arm = setup.arm;
    if (arm) addArm(view, arm);
    for (const model of setup.models) { const option = document.createElement("option"); option.textContent = model; at("model").append(option); }
    busy = setup.busy; stopped = setup.stopped; roles(); history();
    const source = new EventSource(`/events?client=${client}`);
    source.onmessage = (e) => { const m = JSON.parse(e.data); if (on[m.kind]) on[m.kind](m); };
    source.onerror = () => { at("state").textContent = "the connection is lost; trying again"; };
  })();
})();
