"use strict";
// A small WebGL 2 renderer of a table scene: meshes in named groups, lines, labels, and a camera that a person moves.
// Frame: metres, z up, x away from the robot, y to its left. Quaternions xyzw. No library, no network.

const Mat = {
  multiply(a, b) {
    const out = new Float32Array(16);
    for (let c = 0; c < 4; c++) for (let r = 0; r < 4; r++)
      out[c * 4 + r] = a[r] * b[c * 4] + a[4 + r] * b[c * 4 + 1] + a[8 + r] * b[c * 4 + 2] + a[12 + r] * b[c * 4 + 3];
    return out;
  },
  perspective(fov, aspect, near, far) {
    const f = 1 / Math.tan(fov / 2), d = 1 / (near - far);
    return new Float32Array([f / aspect, 0, 0, 0, 0, f, 0, 0, 0, 0, (far + near) * d, -1, 0, 0, 2 * far * near * d, 0]);
  },
  lookAt(eye, target) {
    const sub = (a, b) => a.map((v, i) => v - b[i]), dot = (a, b) => a.reduce((s, v, i) => s + v * b[i], 0);
    const unit = (a) => { const n = Math.hypot(...a) || 1; return a.map((v) => v / n); };
    const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    const z = unit(sub(eye, target)), x = unit(cross([0, 0, 1], z)), y = cross(z, x);
    return new Float32Array([x[0], y[0], z[0], 0, x[1], y[1], z[1], 0, x[2], y[2], z[2], 0, -dot(x, eye), -dot(y, eye), -dot(z, eye), 1]);
  },
  pose(p, s) { // p: x y z qx qy qz qw; s: scale
    const [x, y, z, a, b, c, w] = p;
    return new Float32Array([
      (1 - 2 * (b * b + c * c)) * s[0], 2 * (a * b + c * w) * s[0], 2 * (a * c - b * w) * s[0], 0,
      2 * (a * b - c * w) * s[1], (1 - 2 * (a * a + c * c)) * s[1], 2 * (b * c + a * w) * s[1], 0,
      2 * (a * c + b * w) * s[2], 2 * (b * c - a * w) * s[2], (1 - 2 * (a * a + b * b)) * s[2], 0,
      x, y, z, 1]);
  },
};

const sharp = (p, i) => {
  const turn = Math.atan2(p[i + 1][1] - p[i][1], p[i + 1][0] - p[i][0]) - Math.atan2(p[i][1] - p[i - 1][1], p[i][0] - p[i - 1][0]);
  return Math.cos(turn) < 0.75;
};

// Unit shapes: each fits the box of edge 1 around the origin, and is scaled to an object's size.
const Shapes = {
  box() {
    const v = [], t = [];
    for (let axis = 0; axis < 3; axis++) for (const side of [-0.5, 0.5]) {
      const base = v.length / 3;
      for (const [i, j] of [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) {
        const p = [0, 0, 0]; p[axis] = side; p[(axis + 1) % 3] = i; p[(axis + 2) % 3] = j; v.push(...p);
      }
      const face = side > 0 ? [0, 1, 2, 0, 2, 3] : [0, 2, 1, 0, 3, 2];
      t.push(...face.map((k) => base + k));
    }
    return { v, t };
  },
  revolved(profile, n = 40) { // profile: (radius, z) from the outside foot round to the axis
    profile = profile.flatMap((p, i) => (i > 0 && i + 1 < profile.length && sharp(profile, i) ? [p, p] : [p])); // an edge
    const v = [], t = [], m = profile.length;
    for (let i = 0; i <= n; i++) for (const [r, z] of profile) {
      const a = (2 * Math.PI * i) / n; v.push(r * Math.cos(a), r * Math.sin(a), z);
    }
    for (let i = 0; i < n; i++) for (let j = 0; j + 1 < m; j++) {
      const a = i * m + j, b = a + m;
      t.push(a, b, b + 1, a, b + 1, a + 1);
    }
    return { v, t };
  },
  cylinder() { return Shapes.revolved([[0, -0.5], [0.5, -0.5], [0.5, 0.5], [0, 0.5]]); },
  sphere() {
    const profile = [];
    for (let i = 0; i <= 20; i++) { const a = -Math.PI / 2 + (Math.PI * i) / 20; profile.push([0.5 * Math.cos(a), 0.5 * Math.sin(a)]); }
    return Shapes.revolved(profile);
  },
  bowl() { return Shapes.revolved([[0, -0.5], [0.3, -0.5], [0.42, -0.1], [0.5, 0.5], [0.465, 0.5], [0.385, -0.1], [0.27, -0.36], [0, -0.36]]); },
  mug() { return Shapes.revolved([[0, -0.5], [0.5, -0.5], [0.5, 0.5], [0.45, 0.5], [0.45, -0.4], [0, -0.4]]); },
  boxes(parts) { // parts: centre and size of each, in the unit box
    const v = [], t = [], one = Shapes.box();
    for (const [c, s] of parts) {
      const base = v.length / 3;
      for (let i = 0; i < one.v.length; i++) v.push(c[i % 3] + one.v[i] * s[i % 3]);
      t.push(...one.t.map((k) => base + k));
    }
    return { v, t };
  },
  tray() {
    return Shapes.boxes([[[0, 0, -0.44], [1, 1, 0.12]], [[-0.47, 0, 0], [0.06, 1, 1]], [[0.47, 0, 0], [0.06, 1, 1]],
      [[0, -0.47, 0], [0.88, 0.06, 1]], [[0, 0.47, 0], [0.88, 0.06, 1]]]);
  },
  ring() {
    return Shapes.boxes([[[-0.395, 0, 0], [0.21, 1, 1]], [[0.395, 0, 0], [0.21, 1, 1]],
      [[0, -0.395, 0], [0.58, 0.21, 1]], [[0, 0.395, 0], [0.58, 0.21, 1]]]);
  },
};

const VERTEX = `#version 300 es
in vec3 at, out_; uniform mat4 view, model; uniform float flatten; out vec3 world, normal;
void main() {
  vec4 p = model * vec4(at, 1.0);
  normal = mat3(transpose(inverse(model))) * out_;
  if (flatten > 0.5) { p.xy += p.z * vec2(0.25, -0.35); p.z = 0.0008; }
  world = p.xyz; gl_Position = view * p;
}`;
const FRAGMENT = `#version 300 es
precision highp float; in vec3 world, normal; uniform vec4 color; uniform float lit; uniform vec3 eye; out vec4 shown;
void main() {
  float light = 1.0;
  if (lit > 0.5) {
    vec3 n = dot(normal, normal) > 1e-8 ? normal : cross(dFdx(world), dFdy(world)); // files of arms have faulty ones
    n = dot(n, n) > 0.0 ? normalize(n) : vec3(0.0, 0.0, 1.0);
    if (dot(n, eye - world) < 0.0) n = -n;
    light = 0.55 + 0.33 * max(0.0, dot(n, normalize(vec3(-0.35, 0.5, 1.0)))) + 0.14 * n.z;
  }
  shown = vec4(color.rgb * light, color.a);
}`;

function normals(v, t) { // of each vertex, from the triangles around it
  const n = new Float32Array(v.length);
  for (let k = 0; k < t.length; k += 3) {
    const [a, b, c] = [t[k] * 3, t[k + 1] * 3, t[k + 2] * 3];
    const ux = v[b] - v[a], uy = v[b + 1] - v[a + 1], uz = v[b + 2] - v[a + 2];
    const wx = v[c] - v[a], wy = v[c + 1] - v[a + 1], wz = v[c + 2] - v[a + 2];
    const x = uy * wz - uz * wy, y = uz * wx - ux * wz, z = ux * wy - uy * wx;
    for (const i of [a, b, c]) { n[i] += x; n[i + 1] += y; n[i + 2] += z; }
  }
  for (let i = 0; i < n.length; i += 3) {
    const l = Math.hypot(n[i], n[i + 1], n[i + 2]) || 1;
    n[i] /= l; n[i + 1] /= l; n[i + 2] /= l;
  }
  return n;
}

class SceneView {
  constructor(canvas, labels) {
    this.canvas = canvas;
    this.labels = labels; // an element over the canvas
    const gl = (this.gl = canvas.getContext("webgl2", { alpha: false, antialias: true, stencil: true, preserveDrawingBuffer: true }));
    if (!gl) throw new Error("this browser shows no 3-D here (WebGL 2 is missing)");
    const program = (this.program = gl.createProgram());
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text); gl.compileShader(shader); gl.attachShader(program, shader);
    }
    gl.bindAttribLocation(program, 0, "at");
    gl.bindAttribLocation(program, 1, "out_");
    gl.linkProgram(program);
    this.uniform = {};
    for (const name of ["view", "model", "flatten", "color", "lit", "eye"]) this.uniform[name] = gl.getUniformLocation(program, name);
    this.meshes = {};
    for (const name of ["box", "cylinder", "sphere", "bowl", "mug", "tray", "ring"]) {
      const shape = Shapes[name]();
      this.meshes[name] = this._buffer(shape.v, shape.t, normals(shape.v, shape.t));
    }
    this.edges = this._buffer([-1, 1].flatMap((a) => [-1, 1].flatMap((b) => [-1, 1].map((c) => [a / 2, b / 2, c / 2]))).flat(),
      [0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 1, 3, 4, 6, 5, 7, 0, 4, 1, 5, 2, 6, 3, 7]);
    this.items = new Map(); // key: { group, mesh, size, color, pose, style, label, shown }
    this.lines = new Map(); // key: { buffer, count, color }
    this.hidden = new Set();
    this.background = [0.93, 0.945, 0.96];
    this.camera = { target: [0.4, 0, 0.16], distance: 1.75, azimuth: -2.25, height: 0.6 };
    this._gestures();
    this._table();
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  addMesh(name, shape) { this.meshes[name] = this._buffer(shape.v, shape.t); }

  _buffer(vertices, indices, outward) {
    const gl = this.gl, array = gl.createVertexArray();
    gl.bindVertexArray(array);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(vertices), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
    if (outward) {
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, outward, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(1);
      gl.vertexAttribPointer(1, 3, gl.FLOAT, false, 0, 0);
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, new Uint32Array(indices), gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    return { array, count: indices.length };
  }

  _table(workspace) {
    this.set("table", { group: "table", mesh: "box", size: [1.4, 1.6, 0.04], color: [0.78, 0.74, 0.68], pose: [0.4, 0, -0.021, 0, 0, 0, 1], style: "solid" });
    if (!workspace) return;
    const [x0, y0] = workspace.low, [x1, y1] = workspace.high, grid = [];
    for (let x = Math.ceil(x0 * 10) / 10; x <= x1 + 1e-6; x += 0.1) grid.push([x, y0, 0.001], [x, y1, 0.001]);
    for (let y = Math.ceil(y0 * 10) / 10; y <= y1 + 1e-6; y += 0.1) grid.push([x0, y, 0.001], [x1, y, 0.001]);
    this.setLines("grid", grid, [0.62, 0.58, 0.52], true);
    this.setLines("workspace", [[x0, y0, 0.001], [x1, y0, 0.001], [x1, y1, 0.001], [x0, y1, 0.001], [x0, y0, 0.001]], [0.45, 0.42, 0.38]);
  }

  set(key, item) { this.items.set(key, { ...this.items.get(key), ...item }); this.draw(); }
  pose(key, pose) { const item = this.items.get(key); if (item) { item.pose = pose; this.draw(); } }
  remove(key) { this.items.delete(key); this.draw(); }
  clear(group) { for (const [key, item] of this.items) if (item.group === group) this.items.delete(key); this.draw(); }
  show(group, shown) { if (shown) this.hidden.delete(group); else this.hidden.add(group); this.draw(); }

  setLines(key, points, color, pairs = false) {
    const gl = this.gl, array = gl.createVertexArray();
    gl.bindVertexArray(array);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(points.flat()), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
    this.lines.set(key, { array, count: points.length, color, pairs });
    this.draw();
  }

  draw() { // at most once a frame
    if (this._asked) return;
    this._asked = true;
    requestAnimationFrame(() => { this._asked = false; this._draw(); });
  }

  _eye() {
    const c = this.camera, flat = c.distance * Math.cos(c.height);
    return [c.target[0] + flat * Math.cos(c.azimuth), c.target[1] + flat * Math.sin(c.azimuth), c.target[2] + c.distance * Math.sin(c.height)];
  }

  _draw() {
    const gl = this.gl, scale = Math.min(window.devicePixelRatio || 1, 2);
    const width = Math.max(1, Math.round(this.canvas.clientWidth * scale)), height = Math.max(1, Math.round(this.canvas.clientHeight * scale));
    if (this.canvas.width !== width || this.canvas.height !== height) { this.canvas.width = width; this.canvas.height = height; }
    const eye = this._eye(), aspect = width / height;
    const fov = aspect < 1 ? 2 * Math.atan(Math.tan(0.35) / aspect) : 0.7; // as much of the table on a narrow screen
    const view = Mat.multiply(Mat.perspective(Math.min(fov, 1.5), aspect, 0.05, 20), Mat.lookAt(eye, this.camera.target));
    gl.viewport(0, 0, width, height);
    gl.clearColor(...this.background, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT | gl.STENCIL_BUFFER_BIT);
    gl.useProgram(this.program);
    gl.uniformMatrix4fv(this.uniform.view, false, view);
    gl.uniform3fv(this.uniform.eye, eye);
    gl.enable(gl.DEPTH_TEST);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    const shown = [...this.items.values()].filter((i) => i.pose && !this.hidden.has(i.group));
    for (const item of shown) if (item.style === "solid") this._mesh(item, [...item.color, 1], 1, 0);
    // shadows on the table, each pixel once
    gl.enable(gl.BLEND); gl.enable(gl.STENCIL_TEST); gl.depthMask(false);
    gl.stencilFunc(gl.EQUAL, 0, 255); gl.stencilOp(gl.KEEP, gl.KEEP, gl.INCR);
    for (const item of shown) if (item.style === "solid" && item.group !== "table") this._mesh(item, [0, 0, 0, 0.22], 0, 1);
    gl.disable(gl.STENCIL_TEST); gl.depthMask(true);
    gl.uniform1f(this.uniform.lit, 0);
    gl.uniform1f(this.uniform.flatten, 0);
    gl.uniformMatrix4fv(this.uniform.model, false, Mat.pose([0, 0, 0, 0, 0, 0, 1], [1, 1, 1]));
    for (const [key, line] of this.lines) {
      if (this.hidden.has(key)) continue;
      gl.uniform4f(this.uniform.color, ...line.color, 1);
      gl.bindVertexArray(line.array);
      gl.drawArrays(line.pairs ? gl.LINES : gl.LINE_STRIP, 0, line.count);
    }
    for (const item of shown) if (item.style === "ghost") this._mesh(item, [...item.color, 0.45], 1, 0);
    gl.disable(gl.BLEND);
    for (const item of shown) {
      if (item.style !== "outline" && item.style !== "ghost") continue;
      gl.uniform1f(this.uniform.lit, 0);
      gl.uniform1f(this.uniform.flatten, 0);
      gl.uniform4f(this.uniform.color, ...(item.edge || item.color), 1);
      gl.uniformMatrix4fv(this.uniform.model, false, Mat.pose(item.pose, item.size.map((s) => s * 1.02)));
      gl.bindVertexArray(this.edges.array);
      gl.drawElements(gl.LINES, this.edges.count, gl.UNSIGNED_INT, 0);
    }
    gl.bindVertexArray(null);
    this._label(shown, view);
    this.canvas.dataset.drawn = String(Number(this.canvas.dataset.drawn || 0) + 1);
  }

  _mesh(item, color, lit, flatten) {
    const gl = this.gl, mesh = this.meshes[item.mesh];
    if (!mesh) return;
    if (item.group === "table") { gl.enable(gl.POLYGON_OFFSET_FILL); gl.polygonOffset(2, 8); } // lines lie on it
    gl.uniform1f(this.uniform.lit, lit);
    gl.uniform1f(this.uniform.flatten, flatten);
    gl.uniform4f(this.uniform.color, ...color);
    gl.uniformMatrix4fv(this.uniform.model, false, Mat.pose(item.pose, item.size));
    gl.bindVertexArray(mesh.array);
    gl.drawElements(gl.TRIANGLES, mesh.count, gl.UNSIGNED_INT, 0);
    gl.disable(gl.POLYGON_OFFSET_FILL);
  }

  _label(shown, view) {
    if (!this.labels) return;
    const wanted = shown.filter((i) => i.label);
    while (this.labels.childElementCount > wanted.length) this.labels.lastChild.remove();
    while (this.labels.childElementCount < wanted.length) this.labels.append(document.createElement("span"));
    const { clientWidth: wide, clientHeight: tall } = this.canvas, places = [];
    wanted.forEach((item, n) => {
      const [x, y, z] = item.pose, top = z + item.size[2] / 2 + 0.015, span = this.labels.children[n];
      const w = view[3] * x + view[7] * y + view[11] * top + view[15];
      const u = (view[0] * x + view[4] * y + view[8] * top + view[12]) / w, v = (view[1] * x + view[5] * y + view[9] * top + view[13]) / w;
      span.textContent = item.label;
      span.className = item.group;
      const seen = w > 0 && Math.abs(u) < 1 && Math.abs(v) < 1;
      span.style.display = seen ? "" : "none";
      if (seen) places.push({ span, text: item.label, x: 0.5 * (u + 1) * wide, y: 0.5 * (1 - v) * tall });
    });
    spreadLabels(places, wide);
  }

  _gestures() {
    const held = new Map(), c = this.camera;
    const zoom = (by) => { c.distance = Math.min(5, Math.max(0.25, c.distance * by)); this.draw(); };
    const turn = (dx, dy) => {
      c.azimuth -= dx * 0.006; c.height = Math.min(1.55, Math.max(-0.1, c.height + dy * 0.006)); this.draw();
    };
    const move = (dx, dy) => {
      const by = (c.distance * 0.75) / this.canvas.clientHeight, s = Math.sin(c.azimuth), o = Math.cos(c.azimuth);
      c.target[0] += (s * dx - o * dy) * by; c.target[1] += (-o * dx - s * dy) * by; this.draw();
    };
    this.canvas.style.touchAction = "none";
    this.canvas.addEventListener("pointerdown", (e) => { held.set(e.pointerId, [e.clientX, e.clientY]); this.canvas.setPointerCapture(e.pointerId); });
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, (e) => held.delete(e.pointerId));
    this.canvas.addEventListener("pointermove", (e) => {
      const before = held.get(e.pointerId);
      if (!before) return;
      const dx = e.clientX - before[0], dy = e.clientY - before[1];
      if (held.size === 2) {
        const other = [...held].find(([id]) => id !== e.pointerId)[1];
        const was = Math.hypot(before[0] - other[0], before[1] - other[1]), is = Math.hypot(e.clientX - other[0], e.clientY - other[1]);
        if (is > 0) zoom(was / is);
        move(dx / 2, dy / 2);
      } else if (e.shiftKey || e.buttons === 2) move(dx, dy);
      else turn(dx, dy);
      held.set(e.pointerId, [e.clientX, e.clientY]);
    });
    this.canvas.addEventListener("contextmenu", (e) => e.preventDefault());
    this.canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(Math.exp(e.deltaY * 0.001)); }, { passive: false });
  }
}

// Labels that would cover each other are moved up; the nearest ones (lowest in the picture) stay where they are.
function spreadLabels(places, wide, letter = 6.4, row = 16) { // px; places: { span, text, x, y }, y at the foot
  const taken = [];
  for (const p of [...places].sort((a, b) => b.y - a.y)) {
    const half = Math.min(0.5 * letter * p.text.length + 4, wide / 2), x = Math.min(wide - half, Math.max(half, p.x));
    let y = p.y;
    for (let n = 0; n < taken.length; n++)
      for (const t of taken) if (Math.abs(t.x - x) < t.half + half && Math.abs(t.y - y) < row) y = t.y - row;
    taken.push({ x, y, half });
    p.span.style.left = `${x.toFixed(1)}px`; p.span.style.top = `${Math.max(row, y).toFixed(1)}px`;
  }
}

function bytesOf(text) {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes.buffer;
}

// The arm as arm_shapes.py describes it: meshes and the parts that are made of them.
function addArm(view, arm) {
  arm.meshes.forEach((mesh, n) => {
    const v = new Float32Array(new Int16Array(bytesOf(mesh.v))).map((x) => x * mesh.scale);
    view.addMesh(`arm${n}`, { v, t: mesh.wide ? new Uint32Array(bytesOf(mesh.t)) : new Uint16Array(bytesOf(mesh.t)) });
  });
  arm.parts.forEach((part, n) =>
    view.set(`arm${n}`, { group: "arm", mesh: typeof part.mesh === "string" ? part.mesh : `arm${part.mesh}`, size: part.size, color: part.color, style: "solid", pose: null }));
}

function placeArm(view, arm, poses) { arm.parts.forEach((part, n) => view.pose(`arm${n}`, poses[part.body])); }
