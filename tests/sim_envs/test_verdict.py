"""When a verdict is given, and what of the time before it is known."""

from __future__ import annotations

from primitives.environment import TrialSpec
from sim_envs.environment import PyBulletEnvironment
from sim_envs.physics.bullet import p
from sim_envs.physics.world import STEP

SPEC = TrialSpec(
    task="put-block-in-bowl", instruction="put the red block in the green bowl", disturbances="none", seed=1
)


def lift(environment: PyBulletEnvironment, name: str, x: float, y: float, z: float) -> None:
    world = environment.simulation
    body = next(b.id for b in world.bodies if b.spec.name == name)
    p.resetBasePositionAndOrientation(body, (x, y, z), (0, 0, 0, 1), physicsClientId=world.client)
    p.changeDynamics(body, -1, activationState=p.ACTIVATION_STATE_WAKE_UP, physicsClientId=world.client)
    world.step()


def drop(environment: PyBulletEnvironment) -> None:
    """The block, above the bowl."""
    x, y, _ = environment.world()["green bowl"].position
    lift(environment, "red block", x, y, 0.12)


def test_it_waits_until_what_falls_has_landed(environment: PyBulletEnvironment) -> None:
    environment.reset(SPEC)
    drop(environment)
    falling = environment.assess()
    assert falling is not None and falling.status == "not_achieved", "half-way down"
    landed = environment.verdict()
    assert landed is not None and landed.status == "achieved", landed
    assert environment.simulation.speed() < 0.01


def test_where_nothing_moves_it_does_not_touch_the_world(environment: PyBulletEnvironment) -> None:
    environment.reset(SPEC)
    before = environment.simulation.steps
    environment.verdict()
    assert environment.simulation.steps == before


def test_robot_time_counts_from_the_instruction(environment: PyBulletEnvironment) -> None:
    environment.reset(SPEC)
    drop(environment)
    environment.simulation.steps += round(200 / STEP)
    late = environment.verdict()
    assert late is not None and late.status == "not_achieved"
    assert late.explanation.startswith("It took 200.")
    environment.instruct("put the red block in the green bowl")
    again = environment.verdict()
    assert again is not None and again.status == "achieved"


def test_a_snapshot_remembers_the_way(environment: PyBulletEnvironment) -> None:
    trial = environment.reset(TrialSpec(task="reason-put-back", disturbances="none", seed=1))
    words = trial.instruction.lower().split()
    block, bowl = " ".join(words[2:4]), " ".join(words[6:8]).rstrip(",")
    x, y, z = environment.world()[block].position
    fresh = environment.save()
    bx, by, _ = environment.world()[bowl].position
    lift(environment, block, bx, by, 0.03)
    trial.robot.arm.start_gripper(0.07, 0.1, 10.0).wait(2.0)
    lift(environment, block, x, y, z)
    back = environment.verdict()
    assert back is not None and back.status == "achieved", back
    environment.restore(fresh)
    lift(environment, block, x, y, z)
    never = environment.verdict()
    assert never is not None and "was never in" in never.explanation
