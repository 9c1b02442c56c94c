"""Rendering with OpenGL through moderngl, several times faster than software."""

from __future__ import annotations

import os
from collections.abc import Sequence

import moderngl
import numpy as np
from numpy.typing import NDArray

from primitives.failures import InfrastructureError
from primitives.robot import CameraInfo
from sim_envs.assets.meshes import Mesh
from sim_envs.physics.body_loading import TABLE_CENTER, TABLE_SIZE
from sim_envs.physics.world import World
from sim_envs.rendering.light import Light
from sim_envs.rendering.render_items import Item, items
from sim_envs.rendering.render_items import poses as poses_of
from sim_envs.rendering.renderer import BACKDROP, BACKGROUND, gl_projection, gl_view
from sim_envs.rendering.table_tops import TableTop

_VERTEX = """
#version 330
uniform mat4 view, projection, pose, to_light;
in vec3 position, normal, tint;
out vec3 n, t;
out vec4 in_light;
out float depth;
void main() {
    vec4 world = pose * vec4(position, 1.0);
    vec4 seen = view * world;
    n = mat3(pose) * normal;
    t = tint;
    in_light = to_light * world;
    depth = -seen.z;
    gl_Position = projection * seen;
}
"""

_FRAGMENT = """
#version 330
uniform vec3 color, light, light_color;
uniform float ambient, diffuse;
in vec3 n, t;
in vec4 in_light;
in float depth;
layout(location = 0) out vec4 rgb;
layout(location = 1) out float metres;
LIT
void main() {
    float facing = max(dot(normalize(n), light), 0.0);
    float direct = facing * lit(facing);
    rgb = vec4(min(color * t * light_color * (ambient + diffuse * direct), 1.0), 1.0);
    metres = depth;
}
"""

_LIFELIKE_VERTEX = _VERTEX.replace("out float depth;", "out float depth;\nout vec3 at;").replace(
    "vec4 seen =", "at = world.xyz;\n    vec4 seen ="
)

_LIFELIKE_FRAGMENT = """
#version 330
PARTS
uniform vec3 color, light, light_color, eye, lamp;
uniform float ambient, diffuse, gloss, falloff, spread;
uniform vec4 table;
uniform sampler2D table_top, shadow_map;
in vec3 n, t, at;
in vec4 in_light;
in float depth;
layout(location = 0) out vec4 rgb;
layout(location = 1) out float metres;
void main() {
    vec3 own = color * t;
#ifdef COVERED
    if (n.z > 0.9) own = texture(table_top, (at.yx - table.yx) / table.wz).rgb;
#endif
    float facing = max(dot(n, light), 0.0), direct = 1.0;
#ifdef SHADOWS
    vec3 p = in_light.xyz * 0.5 + 0.5;
    p.z -= 0.0012 + 0.004 * (1.0 - facing);
    const vec2 taps[5] = vec2[](vec2(0, 0), vec2(0.9, 0.4), vec2(-0.4, 0.9), vec2(-0.9, -0.4), vec2(0.4, -0.9));
    float sum = 0.0;
    for (int i = 0; i < 5; i++) sum += step(p.z, texture(shadow_map, p.xy + spread * taps[i]).r);
    direct = sum / 5.0;
#endif
    float strength = diffuse * facing * direct;
#ifdef LAMP
    strength *= falloff / dot(lamp - at, lamp - at);
#endif
    vec3 shown = own * (ambient + strength);
#ifdef GLOSS
    float mirrored = max(dot(n, normalize(light + normalize(eye - at))), 0.0);
    mirrored *= mirrored; mirrored *= mirrored; mirrored *= mirrored; mirrored *= mirrored; mirrored *= mirrored;
    shown += gloss * direct * mirrored * mirrored;
#endif
    rgb = vec4(min(shown * light_color, 1.0), 1.0);
    metres = depth;
}
"""
"""Parts COVERED, SHADOWS, LAMP and GLOSS each cost time where they are not needed; PARTS defines those that are."""

_WITHOUT_SHADOWS = "float lit(float facing) { return 1.0; }"

_WITH_SHADOWS = """
uniform sampler2D shadow_map;
float lit(float facing) {
    vec3 at = in_light.xyz * 0.5 + 0.5;
    float bias = 0.0012 + 0.004 * (1.0 - facing), sum = 0.0;
    for (int i = -1; i <= 1; i++) for (int j = -1; j <= 1; j++)
        sum += texture(shadow_map, at.xy + vec2(i, j) / textureSize(shadow_map, 0)).r + bias < at.z ? 0.0 : 1.0;
    return sum / 9.0;
}
"""

_SHADOW_VERTEX = """
#version 330
uniform mat4 to_light, pose;
in vec3 position;
void main() { gl_Position = to_light * pose * vec4(position, 1.0); }
"""

SHADOW_SIZE = 1024
LIT = 0.95
"""m to each side of the middle of the table that the light reaches."""
_TABLE_TOPS = 4
"""How many pictures of tables are kept on the device."""
SAMPLES = 4
"""Per pixel, in pictures for people."""


_opened_by: set[int] = set()
"""Processes, this one or those it was forked from, that have opened a context."""


def inherited() -> bool:
    """Whether this process was forked from one that draws: the driver's threads stayed there, and its locks here."""
    return bool(_opened_by - {os.getpid()})


class GLRenderer:
    """An off-screen OpenGL context, for the process that opened it.

    Raises:
        InfrastructureError: this process was forked from one that draws, where a driver would wait for ever.
    """

    detailed = True

    def __init__(self) -> None:
        self._process = os.getpid()
        self._closed = False
        if inherited():
            raise _forked()
        _opened_by.add(self._process)
        self._context = moderngl.create_context(standalone=True, require=330, backend="egl")
        self._context.enable(moderngl.DEPTH_TEST)
        self._plain, self._shadowed = (
            self._context.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT.replace("LIT", lit))
            for lit in (_WITHOUT_SHADOWS, _WITH_SHADOWS)
        )
        self._lifelike: dict[frozenset[str], moderngl.Program] = {}
        self._shadow_program = self._context.program(
            vertex_shader=_SHADOW_VERTEX, fragment_shader="#version 330\nvoid main() {}"
        )
        self._table_tops: dict[int, tuple[TableTop, moderngl.Texture]] = {}
        self._measuring: dict[tuple[int, int], tuple[moderngl.Framebuffer, moderngl.Texture]] = {}
        self._painting: dict[tuple[int, int, int], moderngl.Framebuffer] = {}
        self._buffers: dict[int, tuple[Mesh, moderngl.Buffer, moderngl.Buffer]] = {}
        self._bound: dict[tuple[int, int], moderngl.VertexArray] = {}
        self._shadow_map = self._context.depth_texture((SHADOW_SIZE, SHADOW_SIZE))
        self._shadow_map.compare_func = ""
        self._shadow_target = self._context.framebuffer(depth_attachment=self._shadow_map)

    @property
    def name(self) -> str:
        """With the device, e.g. "gl: llvmpipe (LLVM 15.0.6, 256 bits)"."""
        return f"gl: {self._context.info['GL_RENDERER']}"

    @property
    def video_size(self) -> tuple[int, int]:
        """Smaller where the driver draws on the processor."""
        in_software = any(driver in self.name.lower() for driver in ("llvmpipe", "softpipe", "swiftshader"))
        return (480, 360) if in_software else (800, 600)

    def measure(
        self,
        world: World,
        camera: CameraInfo,
        light: Light,
        table: TableTop | None = None,
        poses: NDArray[np.float64] | None = None,
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """See `Renderer.measure`. Raises InfrastructureError in a forked process."""
        self._own()
        to_draw, where = items(world, low_poly=True), poses_of(world) if poses is None else poses
        parts = {"COVERED": table is not None, "SHADOWS": light.shadow_blur is not None}
        parts |= {"LAMP": light.lamp is not None, "GLOSS": light.gloss > 0}
        if light.shadow_blur is not None:
            self._context.disable(moderngl.CULL_FACE)
            self._cast_shadows(to_draw, where, _light_matrix(light))
        size = (camera.width, camera.height)
        if size not in self._measuring:
            context, metres = self._context, self._context.texture(size, 1, dtype="f4")
            target = context.framebuffer(
                color_attachments=[context.texture(size, 4), metres],
                depth_attachment=context.depth_renderbuffer(size),
            )
            self._measuring[size] = (target, metres)
        target, metres = self._measuring[size]
        target.use()
        self._context.enable(moderngl.CULL_FACE)  # the underside of the table alone is a third of an image's time
        self._clear(BACKGROUND)
        metres.write(np.zeros(size, np.float32).tobytes())
        wanted = frozenset(part for part, needed in parts.items() if needed)
        if not wanted:
            self._draw(self._plain, to_draw, where, camera, light)
        else:
            self._draw(self._set_up(wanted, camera, light, table), to_draw[:1], where[:1], camera, light)
            others = self._set_up(wanted - {"COVERED"}, camera, light, None)
            self._draw(others, to_draw[1:], where[1:], camera, light)
        depth = np.frombuffer(target.read(components=1, attachment=1, dtype="f4", alignment=1), np.float32)
        return _rgb(target, size), np.ascontiguousarray(depth.reshape(camera.height, camera.width)[::-1])

    def paint(
        self, to_draw: Sequence[Item], poses: NDArray[np.float64], camera: CameraInfo, light: Light, *, smooth: bool
    ) -> NDArray[np.uint8]:
        """See `Renderer.paint`. Raises InfrastructureError in a forked process."""
        self._own()
        size = (camera.width, camera.height)
        target = self._painting_target(size, SAMPLES if smooth else 0)
        to_light = _light_matrix(light)
        self._context.disable(moderngl.CULL_FACE)
        self._cast_shadows(to_draw, poses, to_light)
        target.use()
        self._clear(BACKDROP)
        self._shadow_map.use(0)
        self._shadowed["to_light"].write(_column_major(to_light))
        self._shadowed["shadow_map"].value = 0
        self._draw(self._shadowed, to_draw, poses, camera, light)
        if not smooth:
            return _rgb(target, size)
        flat = self._painting_target(size, 0)
        self._context.copy_framebuffer(flat, target)
        return _rgb(flat, size)

    def _set_up(
        self, parts: frozenset[str], camera: CameraInfo, light: Light, table: TableTop | None
    ) -> moderngl.Program:
        """The lifelike program of these parts, told about a light and a table top."""
        if parts not in self._lifelike:
            chosen = "".join(f"#define {part}\n" for part in sorted(parts))
            self._lifelike[parts] = self._context.program(
                vertex_shader=_LIFELIKE_VERTEX, fragment_shader=_LIFELIKE_FRAGMENT.replace("PARTS", chosen)
            )
        program = self._lifelike[parts]
        if light.shadow_blur is not None:
            program["to_light"].write(_column_major(_light_matrix(light)))
            program["spread"].value = light.shadow_blur / 2 / (2 * LIT)
            program["shadow_map"].value = 0
            self._shadow_map.use(0)
        if light.gloss:
            program["gloss"].value = light.gloss
            program["eye"].value = tuple(camera.T_base_camera[:3, 3].tolist())
        if light.lamp is not None:
            middle = np.array([TABLE_CENTER[0], TABLE_CENTER[1], 0.0])
            program["lamp"].value = tuple((middle + _unit(light.direction) * light.lamp).tolist())
            program["falloff"].value = light.lamp**2
        if table is not None:
            (x, y, _), (wide, deep, _) = TABLE_CENTER, TABLE_SIZE
            program["table"].value = (x - wide / 2, y - deep / 2, wide, deep)
            program["table_top"].value = 1
            self._texture(table).use(1)
        return program

    def _texture(self, table: TableTop) -> moderngl.Texture:
        """The picture of a table top on the device."""
        if id(table) not in self._table_tops:
            if len(self._table_tops) >= _TABLE_TOPS:
                self._table_tops.pop(next(iter(self._table_tops)))[1].release()
            rows, columns = table.rgb.shape[:2]
            rgba = np.dstack([table.rgb, np.full((rows, columns), 255, np.uint8)])
            texture = self._context.texture((columns, rows), 4, rgba.tobytes())
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
            self._table_tops[id(table)] = (table, texture)
        return self._table_tops[id(table)][1]

    def _painting_target(self, size: tuple[int, int], samples: int) -> moderngl.Framebuffer:
        key = (*size, samples)
        if key not in self._painting:
            context = self._context
            self._painting[key] = context.framebuffer(
                color_attachments=[context.renderbuffer(size, 4, samples=samples)],
                depth_attachment=context.depth_renderbuffer(size, samples=samples),
            )
        return self._painting[key]

    def _clear(self, color: tuple[int, int, int]) -> None:
        self._context.clear(color[0] / 255, color[1] / 255, color[2] / 255)

    def _draw(
        self,
        program: moderngl.Program,
        to_draw: Sequence[Item],
        poses: NDArray[np.float64],
        camera: CameraInfo,
        light: Light,
    ) -> None:
        towards = _unit(light.direction)
        program["view"].write(_column_major(gl_view(camera.T_base_camera)))
        program["projection"].write(_column_major(gl_projection(camera)))
        program["light"].value = (float(towards[0]), float(towards[1]), float(towards[2]))
        program["light_color"].value = light.color
        program["ambient"].value = light.ambient
        program["diffuse"].value = light.diffuse
        for item, pose in zip(to_draw, poses, strict=True):
            program["pose"].write(_column_major(pose))
            program["color"].value = item.color
            self._arrays(item.mesh, program).render()

    def close(self) -> None:
        """Free the context, where it is this process's. Idempotent."""
        if self._process == os.getpid() and not self._closed:
            self._closed = True
            self._context.__enter__()
            self._context.release()

    def _own(self) -> None:
        """Make this context the current one: another renderer of the process may have opened or closed its own."""
        if self._process != os.getpid():
            raise _forked()
        self._context.__enter__()

    def _cast_shadows(self, to_draw: Sequence[Item], poses: NDArray[np.float64], to_light: NDArray[np.float64]) -> None:
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        self._shadow_program["to_light"].write(_column_major(to_light))
        for item, pose in zip(to_draw, poses, strict=True):
            self._shadow_program["pose"].write(_column_major(pose))
            self._arrays(item.mesh, self._shadow_program).render()

    def _arrays(self, mesh: Mesh, program: moderngl.Program) -> moderngl.VertexArray:
        """The mesh on the device, bound to `program`."""
        if id(mesh) not in self._buffers:
            tint = mesh.tint if mesh.tint is not None else np.ones_like(mesh.vertices)
            data = np.concatenate([mesh.vertices, mesh.normals, tint], axis=1).astype(np.float32)
            faces = self._context.buffer(mesh.faces.astype(np.int32).tobytes())
            self._buffers[id(mesh)] = (mesh, self._context.buffer(data.tobytes()), faces)
        key = (id(mesh), program.glo)
        if key not in self._bound:
            _, vertices, faces = self._buffers[id(mesh)]
            layout = ("3f 24x", "position") if program is self._shadow_program else _LAYOUT
            self._bound[key] = self._context.vertex_array(program, [(vertices, *layout)], faces)
        return self._bound[key]


_LAYOUT = ("3f 3f 3f", "position", "normal", "tint")


def _rgb(target: moderngl.Framebuffer, size: tuple[int, int]) -> NDArray[np.uint8]:
    pixels = np.frombuffer(target.read(components=3, alignment=1), np.uint8)
    return np.ascontiguousarray(pixels.reshape(size[1], size[0], 3)[::-1])


def _column_major(matrix: NDArray[np.float64]) -> bytes:
    return matrix.T.astype(np.float32).tobytes()


def _light_matrix(light: Light) -> NDArray[np.float64]:
    """Orthographic view of the table from the light, (4, 4)."""
    towards = _unit(light.direction)
    right = _unit(np.cross(towards, (0.0, 1.0, 0.0)))
    turn = np.stack([right, np.cross(towards, right), towards])
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    matrix[:3, 3] = -turn @ np.array([0.35, 0.0, 0.2])
    return np.diag([1 / LIT, 1 / LIT, -1 / 1.5, 1.0]) @ matrix


def _unit(vector: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    values = np.asarray(vector, dtype=np.float64)
    return values / np.linalg.norm(values)


def _forked() -> InfrastructureError:
    return InfrastructureError(
        "this process was forked from one that draws with OpenGL, whose driver does not survive a fork",
        hint='Start processes with multiprocessing.get_context("spawn"), e.g. AsyncVectorEnv(…, context="spawn"), '
        "or make the environment after the fork.",
    )
