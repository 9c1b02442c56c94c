"""Training rows said in other words, so that the learned model does not depend on those of a few templates.

A word or phrase is exchanged for another that means the same. A variant is kept if the rule-based writer, which reads
the sentence alone, writes the same program for it in the same scene, and if its wording is not held out.
"""

from __future__ import annotations

import random
import re
from typing import Final

import msgspec

from codepolicy.learned.compact_prompt import compact, recolored
from codepolicy.learned.plain_answer import plain
from codepolicy.models.protocol import Message
from codepolicy.offline.model import OfflineModel
from codepolicy.prompting.prompt_reader import ReadPrompt, read_prompt
from codepolicy.prompting.reply import parse_reply
from codepolicy.training.episode_rows import Answer, declined
from codepolicy.training.split import Split, wording

PHRASES: Final[tuple[tuple[str, ...], ...]] = (
    ("put", "place", "set", "lay", "drop", "move", "bring"),
    ("take", "grab", "get", "pick up", "grasp"),
    ("put", "return"),
    ("stack", "pile up", "pile"),
    ("lift", "raise"),
    ("swap", "exchange", "switch", "trade"),
    ("take", "remove"),
    ("all the blocks", "every block", "each block", "all of the blocks", "all blocks", "the blocks"),
    ("into", "in", "inside"),
    ("on", "onto", "on top of"),
    ("next to", "beside", "near", "close to", "by"),
    ("in the", "at the", "on the", "to the"),
    ("its own", "its"),
    ("should go", "goes", "has to go", "belongs"),
    ("then", "and then", "afterwards", "and afterwards", "after that"),
    ("otherwise", "else", "if not"),
    ("a different", "another", "its own"),
    ("matching", "same"),
    ("biggest", "largest"),
    ("nearest", "closest"),
    ("build", "make", "form"),
    ("form", "make", "arrange"),
    ("pack", "put"),
    ("give", "get"),
    ("color", "colour"),
    ("a single", "one", "one single"),
    ("counted from the", "from the"),
    ("unstack", "dismantle"),
    ("take the tower apart", "unstack the tower", "dismantle the tower"),
    ("go", "come"),
    ("where it was", "where it was before"),
    ("sort", "put", "distribute"),
    ("that does not have", "that has not", "without"),
    ("hold it", "keep it"),
    ("trade places", "switch places"),
)
"""What means the same in some sentences; the writer decides in which."""
_TRIES: Final = 7
_OPENINGS: Final = ("please ", "could you ", "can you ", "now ", "")


def reworded(sentence: str, chance: random.Random) -> str:
    """`sentence` with one or two phrases exchanged, and perhaps another opening."""
    text = sentence
    for _ in range(chance.choice((1, 1, 2))):
        options = [
            (phrase, other)
            for group in PHRASES
            for phrase in group
            if re.search(rf"\b{phrase}\b", text, re.IGNORECASE)
            for other in group
            if other != phrase
        ]
        if options:
            phrase, other = chance.choice(options)
            text = re.sub(rf"\b{phrase}\b", other, text, count=1, flags=re.IGNORECASE)
    bare = re.sub(r"^(?:please|could you|can you|now) ", "", text, flags=re.IGNORECASE)
    if chance.random() < 0.3 and re.match(r"(?:the|if|when|on|counting)\b", bare, re.IGNORECASE) is None:
        text = chance.choice(_OPENINGS) + bare
    return text[:1].upper() + text[1:]


def variants(answer: Answer, split: Split, count: int) -> list[tuple[str, str]]:
    """Up to `count` other sentences for which the writer gives the very same answer, each with its compact prompt.

    Args:
        answer: one of the rule-based writer's own, to a first prompt.
        split: no wording that it holds out is made.
        count: how many.
    """
    read = answer.compact()
    if read is None or answer.turn != 1 or not answer.messages:
        return []
    chance = random.Random(f"{answer.task} {answer.seed} {answer.instruction}")
    found: list[tuple[str, str]] = []
    seen = {wording(answer.instruction)}
    for _ in range(_TRIES * count):
        sentence = reworded(answer.instruction, chance)
        words = wording(sentence)
        if words in seen or split.holds_out(words):
            continue
        seen.add(words)
        last = answer.messages[-1]
        asked = msgspec.structs.replace(last, text=last.text.replace(answer.instruction, sentence))
        prompt = read_prompt((*answer.messages[:-1], asked))
        if _written(prompt, (*answer.messages[:-1], asked)) == read[1]:
            found.append((compact(prompt).text, sentence))
        if len(found) == count:
            break
    return found


def _written(prompt: ReadPrompt, messages: tuple[Message, ...]) -> str | None:
    """What the rule-based writer answers, in the words of the learned model."""
    reply = OfflineModel().complete(messages)
    answer = parse_reply(reply)
    if answer.program is None:
        return recolored(declined(reply.text), compact(prompt).colors)
    return plain(answer.program, answer.goal or "", prompt)
