"""Lets a detector that needs names ask a vision model, on the budget and in the record of a run."""

from __future__ import annotations

from codepolicy.loop.llm_client import LLMClient
from codepolicy.models.protocol import Message, ModelError
from primitives.errors import ConfigurationError
from primitives.perception.naming_detector import Ask, NamesUnavailable


def asked_through(client: LLMClient) -> Ask:
    """Questions of a detector as requests of `client`.

    Raises:
        ConfigurationError: its model takes no pictures.
    """
    if not client.vision:
        raise ConfigurationError(
            f"detector 'vlm' shows a model what the cameras see, and model {client.model.id!r} takes no pictures; "
            "give one that does with --vision-model PROVIDER:NAME"
        )

    def ask(instructions: str, question: str, picture: bytes | None) -> str:
        images = () if picture is None else (picture,)
        messages = (
            Message(role="system", text=instructions),
            Message(role="user", text=question, images=images),
        )
        try:
            reply = client.ask(messages, turn=0, purpose="names" if images else "meaning")
        except (ModelError, ConfigurationError) as error:
            raise NamesUnavailable(str(error)) from error
        if reply.finish == "refusal":
            raise NamesUnavailable(f"model {client.model.id!r} refused")
        return reply.text

    return ask
