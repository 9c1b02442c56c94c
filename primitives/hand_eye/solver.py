"""Solves where a camera is from views of a board: in closed form, then by least squares on the pixels.

Two unknown poses are found at once: that of the camera and that of the board. A fixed camera sees a board in the hand;
a camera in the hand sees a board that lies still. Both are B_i = X^-1 A_i Y, with B_i the board in the camera, A_i the
tool in the base (camera fixed) or the base in the tool (camera in the hand), X the camera and Y the board (Shah 2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from primitives.errors import ConfigurationError
from primitives.hand_eye.charuco import Board, Sighting
from primitives.hand_eye.coverage import refuse_alike
from primitives.hand_eye.pose_vectors import inverse, joined, pose_matrix, pose_vector, rotation_vector

Mounted = Literal["fixed", "hand"]
ITERATIONS = 30
OUTLIER = 4.0
"""Times the median error of all views, from which on a view is left out."""
NOISE = 0.5
"""px; a view as good as this is never left out."""
LARGEST_ERROR = 2.0
"""px; with more, arm, camera and board contradict each other."""
LARGEST_UNCERTAINTY = 0.003
"""m at the board; with more, the result is of no use for grasping."""
SCALE_OFF = 0.005
"""Relative error of the board's size that is told."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The board as seen from one pose of the arm."""

    T_base_tool: NDArray[np.float64]
    """(4, 4) measured pose at exposure of the tool, or of the link that carries the camera."""
    sighting: Sighting


@dataclass(frozen=True, slots=True, eq=False)
class HandEye:
    """Where a camera is, and how well that is known. Uncertainties are standard deviations."""

    mounted: Mounted
    T_mount_camera: NDArray[np.float64]
    """(4, 4), takes camera-frame points to the base frame, or to the link that carries the camera."""
    T_board: NDArray[np.float64]
    """(4, 4), takes board-frame points to the tool frame, or to the base frame where the camera is in the hand."""
    views: int
    left_out: tuple[int, ...]
    """Numbers of views that contradict the others."""
    error: float
    """Root mean square distance of corners from where they should be seen, px."""
    position: float
    """Of the camera's position, m."""
    rotation: float
    """Of its orientation, rad."""
    at_board: float
    """Of a point where the board was seen, m: what a grasp has to reckon with."""
    scale: float
    """Size of the board as the arm's motion measures it, over the size that was told."""
    scale_deviation: float


def solve(
    views: Sequence[View],
    board: Board,
    K: NDArray[np.float64],
    distortion: NDArray[np.float64],
    mounted: Mounted,
) -> HandEye:
    """Where the camera is.

    Args:
        views: at least ten, turned about several axes.
        board: as printed.
        K: (3, 3) px.
        distortion: (5,) OpenCV's k1 k2 p1 p2 k3.
        mounted: "fixed" beside the arm, or "hand".

    Raises:
        ConfigurationError: too few views, poses too alike, or views that contradict each other.
    """
    refuse_alike([v.T_base_tool for v in views])
    problem = _Problem(views, board, K, distortion, mounted)
    kept = list(range(len(views)))
    x = problem.refined(problem.closed_form(kept), kept)
    errors = problem.errors(x, kept)
    allowed = max(NOISE, OUTLIER * float(np.median(errors)))
    left_out = [i for i, error in enumerate(errors) if error > allowed]
    if left_out:
        kept = [i for i in kept if i not in left_out]
        refuse_alike([views[i].T_base_tool for i in kept])
        x = problem.refined(problem.closed_form(kept), kept)
    error = float(np.sqrt(np.mean(np.square(problem.errors(x, kept)))))
    with_scale = problem.refined(np.append(x, 0.0), kept)
    scale, deviation = float(np.exp(with_scale[12])), float(np.sqrt(problem.covariance(with_scale, kept)[12, 12]))
    _refuse_size(board, scale, deviation)
    if error > LARGEST_ERROR:
        raise ConfigurationError(
            f"the views contradict each other by {error:.1f} px (at most {LARGEST_ERROR:g}): the camera or the board "
            "moved meanwhile, the intrinsics are of another resolution, or the joint zeros are off"
        )
    X, Y = pose_matrix(x[:6]), pose_matrix(x[6:12])
    C = problem.covariance(x, kept)
    result = HandEye(
        mounted=mounted,
        T_mount_camera=X,
        T_board=Y,
        views=len(kept),
        left_out=tuple(left_out),
        error=error,
        position=float(np.sqrt(np.trace(C[3:6, 3:6]))),
        rotation=float(np.sqrt(np.trace(C[:3, :3]))),
        at_board=problem.at_board(x, C, kept),
        scale=scale,
        scale_deviation=deviation,
    )
    if result.at_board > LARGEST_UNCERTAINTY:
        raise ConfigurationError(
            f"the camera is known to {result.at_board * 1000:.1f} mm only (at most {LARGEST_UNCERTAINTY * 1000:g}): "
            "take more views, nearer to the camera, turned further and about other axes"
        )
    return result


def _refuse_size(board: Board, scale: float, deviation: float) -> None:
    if abs(scale - 1.0) > max(SCALE_OFF, 4 * deviation):
        raise ConfigurationError(
            f"the board's squares measure {board.square * scale * 1000:.2f} mm by the arm's motion, not "
            f"{board.square * 1000:g} mm: measure one on the paper and give --square, or mend the camera's focal length"
        )


class _Problem:
    """Least squares over two poses: x = (rotation vector and position of X, of Y[, log of the board's scale])."""

    def __init__(
        self,
        views: Sequence[View],
        board: Board,
        K: NDArray[np.float64],
        distortion: NDArray[np.float64],
        mounted: Mounted,
    ) -> None:
        self._K, self._distortion = K, distortion
        self._points = [board.corners[v.sighting.ids] for v in views]
        self._pixels = [v.sighting.pixels for v in views]
        self._A: list[NDArray[np.float64]] = [
            v.T_base_tool if mounted == "fixed" else inverse(v.T_base_tool) for v in views
        ]

    def closed_form(self, kept: Sequence[int]) -> NDArray[np.float64]:
        """A first solution (12,) by OpenCV, from the board's pose in each image."""
        B = [self._pose(i) for i in kept]
        A = [self._A[i] for i in kept]
        R_yi, t_yi, R_xi, t_xi = cast(
            "tuple[Any, Any, Any, Any]",
            cv2.calibrateRobotWorldHandEye(
                [b[:3, :3] for b in B], [b[:3, 3] for b in B], [a[:3, :3] for a in A], [a[:3, 3] for a in A]
            ),
        )
        return np.concatenate([pose_vector(inverse(joined(R_xi, t_xi))), pose_vector(inverse(joined(R_yi, t_yi)))])

    def _pose(self, i: int) -> NDArray[np.float64]:
        """The board in the camera (4, 4), from one image."""
        _, r, t = cv2.solvePnP(self._points[i], self._pixels[i], self._K, self._distortion, flags=cv2.SOLVEPNP_IPPE)
        return pose_matrix(np.concatenate([np.ravel(r), np.ravel(t)], dtype=np.float64))

    def _residual(self, x: NDArray[np.float64], i: int) -> NDArray[np.float64]:
        """(2 N,) px of one view."""
        T = inverse(pose_matrix(x[:6])) @ self._A[i] @ pose_matrix(x[6:12])
        scale = float(np.exp(x[12])) if len(x) > 12 else 1.0
        expected, _ = cv2.projectPoints(
            self._points[i] * scale, rotation_vector(T[:3, :3]), T[:3, 3], self._K, self._distortion
        )
        return (np.asarray(expected, dtype=np.float64).reshape(-1, 2) - self._pixels[i]).ravel()

    def errors(self, x: NDArray[np.float64], kept: Sequence[int]) -> list[float]:
        """Root mean square error of each view, px."""
        return [float(np.sqrt(2 * np.mean(self._residual(x, i) ** 2))) for i in kept]

    def _linear(self, x: NDArray[np.float64], i: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Residual and Jacobian of one view at `x`; a step turns X and Y about their own axes."""
        step = 1e-6
        columns = [
            (self._residual(_moved(x, e), i) - self._residual(_moved(x, -e), i)) / (2 * step)
            for e in np.eye(len(x)) * step
        ]
        return self._residual(x, i), np.stack(columns, axis=1)

    def refined(self, x: NDArray[np.float64], kept: Sequence[int]) -> NDArray[np.float64]:
        """The nearest minimum of the squared pixels (Levenberg-Marquardt)."""
        damping, cost = 1e-3, self._cost(x, kept)
        for _ in range(ITERATIONS):
            normal, gradient = self._normal(x, kept)
            damped = normal + damping * np.diag(np.diag(normal))
            d = -np.asarray(np.linalg.solve(damped, gradient), dtype=np.float64)
            tried = _moved(x, d)
            lower = self._cost(tried, kept)
            if lower < cost:
                settled = cost - lower < 1e-9 * cost
                x, cost, damping = tried, lower, damping * 0.1
                if settled:
                    break
            else:
                damping *= 10.0
                if damping > 1e6:
                    break
        return x

    def _cost(self, x: NDArray[np.float64], kept: Sequence[int]) -> float:
        return sum(float(np.sum(self._residual(x, i) ** 2)) for i in kept)

    def _normal(self, x: NDArray[np.float64], kept: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        parts = [self._linear(x, i) for i in kept]
        normal = np.sum([J.T @ J for _, J in parts], axis=0)
        return normal, np.sum([J.T @ r for r, J in parts], axis=0)

    def covariance(self, x: NDArray[np.float64], kept: Sequence[int]) -> NDArray[np.float64]:
        """Of a step at `x`. Errors of one view hang together (the arm's pose is one), those of different views do not:
        the clustered sandwich estimate (Liang and Zeger 1986)."""
        parts = [self._linear(x, i) for i in kept]
        normal: NDArray[np.float64] = np.sum([J.T @ J for _, J in parts], axis=0)
        bread = np.asarray(np.linalg.pinv(normal), dtype=np.float64)
        scores = [J.T @ r for r, J in parts]
        spread: NDArray[np.float64] = np.sum([np.outer(s, s) for s in scores], axis=0)
        n = len(parts)
        return bread @ spread @ bread * (n / max(n - 2, 1))

    def at_board(self, x: NDArray[np.float64], C: NDArray[np.float64], kept: Sequence[int]) -> float:
        """Standard deviation in m of a point that the camera sees where the board was, given the camera's pose."""
        X, Y = pose_matrix(x[:6]), pose_matrix(x[6:12])
        X_inverse: NDArray[np.float64] = inverse(X)
        places = [(X_inverse @ self._A[i] @ Y)[:3, 3] for i in kept]
        px, py, pz = (float(v) for v in np.mean(places, axis=0))
        skew = np.array([[0.0, -pz, py], [pz, 0.0, -px], [-py, px, 0.0]])
        J = np.hstack([-skew, np.eye(3)])
        return float(np.sqrt(np.trace(J @ C[:6, :6] @ J.T)))


def _moved(x: NDArray[np.float64], d: NDArray[np.float64]) -> NDArray[np.float64]:
    """`x` after a small step `d`: each pose times the step's pose, in its own frame."""
    moved = x.copy()
    moved[:6] = pose_vector(pose_matrix(x[:6]) @ pose_matrix(d[:6]))
    moved[6:12] = pose_vector(pose_matrix(x[6:12]) @ pose_matrix(d[6:12]))
    moved[12:] += d[12:]
    return moved
