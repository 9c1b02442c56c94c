"""What the rule-based writer says when it cannot help, and how it answers when it is not asked for a program."""

from __future__ import annotations

import itertools

from codepolicy.offline.lexicon.disambiguation import VERBS
from codepolicy.offline.lexicon.tokenizer import tokenize
from codepolicy.offline.parser.clauses import NotUnderstood
from codepolicy.prompting.prompt_reader import ReadPrompt

SHOWN = 4
"""So many examples come with a refusal."""
_INTRODUCTION = (
    "I am the rule-based offline writer, not a language model. Tell me in a sentence what to do on the table, or ask "
    "about what is there. I understand, for example:"
)
EXAMPLES: dict[str, str] = {
    "PUT": "put the red block in the green bowl",
    "PICK": "pick up the second block from the left and place it on the right side",
    "STACK": "stack all the blocks in the top left corner",
    "SHAPE": "put the blocks in a horizontal line, 8 cm apart",
    "MATCHING": "put every block in the bowl of the same colour",
    "DIRECTION": "move the blue block 10 cm to the left of the yellow bowl",
    "SWAP": "swap the red block and the blue block",
    "OPEN": "open the red drawer",
    "IF": "if the red block is left of the green bowl, put it in the bowl, otherwise on the right side",
    "HOWMANY": "how many blocks are left of the green bowl?",
}
"""One sentence for each kind of thing it understands."""

CONNECT = (
    "For anything else connect a language model: --model openai:NAME (with OPENAI_API_KEY set), or a local one, "
    "for example --model openai:qwen3 --base-url http://localhost:11434/v1 for Ollama; vLLM, llama.cpp and LM Studio "
    "work the same way."
)

_KINDS = {
    "PUT": "PUT", "MOVE": "DIRECTION", "PUSH": "PUT", "TAKE": "PUT", "PICK": "PICK", "STACK": "STACK", "BUILD": "STACK",
    "TOWER": "STACK", "SHAPE": "SHAPE", "ARRANGE": "SHAPE", "LINEUP": "SHAPE", "SORT": "MATCHING", "MATCH": "MATCHING",
    "MATCHING": "MATCHING", "SWAP": "SWAP", "IF": "IF", "HOWMANY": "HOWMANY", "WHERE": "HOWMANY", "WHICH": "HOWMANY",
    "OPEN": "OPEN", "CLOSE": "OPEN", "PRESS": "OPEN", "DIROF": "DIRECTION", "GATHER": "STACK",
}  # fmt: skip


def not_understood(prompt: ReadPrompt, outside: NotUnderstood) -> str:
    """The refusal for an instruction outside the language."""
    kinds = [w.kind for w in outside.words]
    if not kinds or kinds == ["HELP"]:
        return "\n".join([_INTRODUCTION, *(f'- "{e}"' for e in EXAMPLES.values()), CONNECT])
    avoiding = "I do not know how to avoid an outcome; say what to do, or what to leave alone."
    forbids = any(pair[0] == "NOT" and pair[1] in VERBS for pair in itertools.pairwise(kinds))
    closest = None if forbids else closest_example(prompt.instruction)
    others = [e for e in EXAMPLES.values() if e != closest][:SHOWN]
    return "\n".join(
        [
            "I am the rule-based offline writer, not a language model, and this is outside what I understand. "
            + (avoiding if forbids else _reason(outside)),
            *([f'The closest I know how to do: "{closest}".'] if closest else []),
            f"I {'also ' * (closest is not None)}understand, for example:",
            *(f'- "{e}"' for e in others),
            "Ask me for help to see more. " + CONNECT,
        ]
    )


def _reason(outside: NotUnderstood) -> str:
    unknown = [w.text for w in outside.words if w.kind == "WORD"]
    if unknown:
        return f"I do not know the word{'s' * (len(unknown) > 1)} {', '.join(map(repr, unknown[:4]))}."
    return f"I cannot parse {str(outside)[:120]!r}."


def closest_example(instruction: str) -> str | None:
    """The example that shares most with the instruction, or None when nothing is alike."""
    words, _ = tokenize(instruction)
    for word in reversed(words):
        if word.kind in ("SWAP", "IF", "MATCHING", "SHAPE", "HOWMANY", "TOWER"):
            return EXAMPLES[_KINDS[word.kind]]
    for word in words:
        if word.kind in _KINDS:
            return EXAMPLES[_KINDS[word.kind]]
    return None
