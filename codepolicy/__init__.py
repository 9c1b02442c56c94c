"""Embodied code as policy: from a sentence to a program to a verified result.

What users import stands here; every name is loaded when it is first asked for, so that `codepolicy --help` is instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codepolicy.gymnasium_registration import announce
from primitives.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from codepolicy.agent import Agent as Agent
    from codepolicy.episode import Episode as Episode
    from codepolicy.episode import GoalCheck as GoalCheck
    from codepolicy.episode import Outcome as Outcome
    from codepolicy.episode import Turn as Turn
    from codepolicy.evaluation.run_store import read_run as read_run
    from codepolicy.evaluation.summary import summarized as summarized
    from codepolicy.events import Event as Event
    from codepolicy.events import Observer as Observer
    from codepolicy.loop.episode_run import Interrupted as Interrupted
    from codepolicy.models.options import ModelOptions as ModelOptions
    from codepolicy.models.protocol import Message as Message
    from codepolicy.models.protocol import Model as Model
    from codepolicy.models.protocol import ModelError as ModelError
    from codepolicy.models.protocol import Reply as Reply
    from codepolicy.models.protocol import Usage as Usage
    from codepolicy.models.scripted import ScriptedModel as ScriptedModel
    from codepolicy.sandbox.host import PolicySandbox as PolicySandbox
    from codepolicy.session import Session as Session
    from codepolicy.settings import Settings as Settings
    from codepolicy.training.execution_reward import ExecutionReward as ExecutionReward
    from primitives.errors import ConfigurationError as ConfigurationError

    __version__: str

_HOMES = {
    "Agent": "codepolicy.agent",
    "ConfigurationError": "primitives.errors",
    "Episode": "codepolicy.episode",
    "Event": "codepolicy.events",
    "ExecutionReward": "codepolicy.training.execution_reward",
    "GoalCheck": "codepolicy.episode",
    "Interrupted": "codepolicy.loop.episode_run",
    "Message": "codepolicy.models.protocol",
    "Model": "codepolicy.models.protocol",
    "ModelError": "codepolicy.models.protocol",
    "ModelOptions": "codepolicy.models.options",
    "Observer": "codepolicy.events",
    "Outcome": "codepolicy.episode",
    "PolicySandbox": "codepolicy.sandbox.host",
    "Reply": "codepolicy.models.protocol",
    "ScriptedModel": "codepolicy.models.scripted",
    "Session": "codepolicy.session",
    "Settings": "codepolicy.settings",
    "Turn": "codepolicy.episode",
    "Usage": "codepolicy.models.protocol",
    "read_run": "codepolicy.evaluation.run_store",
    "summarized": "codepolicy.evaluation.summary",
}


announce()
__getattr__, __dir__ = lazy_exports(__name__, _HOMES)
