"""Ordinary ways of saying the same thing, brought to one wording.

`normalize` is applied to templates and to what a person types alike, so that a template needs to spell out neither
politeness, articles and case nor every verb. It never drops a word that asks for something: what it does not know stays
in the text, and a template then does not match. No verdict is better than a wrong one.

The wording that comes out uses these words:

- *pick* (pick up, grab, take, grasp, lift) and *put* (place, move, drop, set, lay, bring, transfer, gather). "Pick X
  and put it on Y" becomes "put X on Y", because the end state that is asked for is the same.
- *in* a bowl, a box or a mug (in, into, inside, to …; "on the bowl" as well, which is how the Code as Policies paper
  says it, but not "on the box"), *on* anything else (on, onto, on top of, atop), and *at* a
  named place of the table (in, on, at, to …).
- "left" is +y, "right" -y, "top" (upper, far) +x away from the robot, "bottom" (lower, near) -x.
- *all* (every, each, both).
"""

from __future__ import annotations

import re

from primitives.colors import SYNONYMS
from primitives.scene import REGION_NAMES

_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|now|please|kindly|just|robot|then|so|go ahead and|"
    r"(?:can|could|would|will) you|i(?: would|'d)? (?:want|like|need) (?:you|it)? ?to|your task is to|let us|let's) )+"
)
_THANKS = re.compile(r"(?: (?:please|now|thanks|thank you|for me|will you|would you|robot))+$")

_WORDS: tuple[tuple[str, str], ...] = (
    # nouns and colours
    (r"colou?red|in colou?r", ""),
    (r"colour", "color"),
    (r"colours", "colors"),
    (r"(?:cubes|bricks)", "blocks"),
    (r"(?:cube|brick)", "block"),
    (r"(?:centre|center)", "middle"),
    # places
    (r"(?:upper|far|back|rear)(?= (?:left|right|side|edge|corner))", "top"),
    (r"(?:lower|near|front)(?= (?:left|right|side|edge|corner))", "bottom"),
    (r"(left|right)(?:most)? (top|upper|far|bottom|lower|near) corner", r"\2 \1 corner"),
    (r"(?:upper|far)(?= (?:left|right) corner)", "top"),
    (r"(?:lower|near)(?= (?:left|right) corner)", "bottom"),
    (r"(left|right|top|bottom) (?:hand )?(?:side|edge)", r"\1 side"),
    (r"(top|bottom) (left|right) hand corner", r"\1 \2 corner"),
    (r"(top left|top right|bottom left|bottom right)(?! corner| side)", r"\1 corner"),
    (r"(corners?|sides?|middle) of (?:table|workspace|tabletop|board)", r"\1"),
    (r"table middle", "middle"),
    # quantities
    (r"all of(?! them)", "all"),
    (r"(?:every|each)(?: single)?(?: of)? (block|ball|object)s?", r"all \1s"),
    (r"(?:separate|distinct) corners", "different corners"),
    (r"one on top of (?:the )?other|on top of one another", "on top of each other"),
    (r"both(?: of)? (?:blocks)", "all blocks"),
    (r"(?<!second )(?<!third )(left|right|top|bottom)most block", r"first block from \1"),
    (r"(cm|m|centimeters|centimetres|meters) (left|right)(?! of| side)", r"\1 to \2"),
    (r"all blocks that are on table", "all blocks"),
    # verbs
    (r"(?:pick|grab|take|grasp|lift|get)(?: hold of)?(?: up)?(?=$| )", "pick"),
    (r"(?:place|move|drop|set|lay|bring|transfer|gather|collect|insert|load|drag|put)(?: down| over)?(?=$| )", "put"),
    (r"(?:push|shove)(?=$| )", "push"),
    (r"(?:pile|stack)(?: up)?(?=$| )", "stack"),
    # prepositions
    (r"(?:in to|into|inside of|inside|within)", "in"),
    (r"(?:on to|onto|on top of|atop|upon|over to)", "on"),
    # directions and distances
    (r"(?:in )?front of", "to bottom of"),
    (r"behind", "to top of"),
    (r"(?:on|at|in|from) (left|right|bottom) (?:side )?of", r"to \1 of"),
    (r"(?:on|at|in|to) (left|right|top|bottom) side of", r"to \1 of"),
    (r"(?<!to )(left|right|bottom) of", r"to \1 of"),
    (r"(?:next to|near to|near|close to|adjacent to|alongside|by side of)(?= [a-z<]+(?: block| bowl|>))", "beside"),
    (r"(?:closest|nearest) (?:to|from)", "closest to"),
    (r"(?:farthest|furthest|most distant)(?: away)? (?:to|from)", "farthest to"),
)
_COLORS = re.compile(r"\b(" + "|".join(SYNONYMS) + r")\b")
_ARTICLES = re.compile(r"\b(?:the|a|an)\b")
_PLACE = "|".join(sorted(REGION_NAMES, key=len, reverse=True)) + "|<corner/side>|<corner>|<side>|<region>"
_AT_PLACE = re.compile(rf"\b(?:in|on|at|to|towards?) (?=(?:{_PLACE})(?:$| ))")
_HOLLOW = r"(?:box|boxes|mug|mugs)"
_HOLLOW_SLOT = r"<(?:box|mug|fixture)>"
_BOWL = r"(?:bowl|bowls)"
_BOWL_SLOT = r"<(?:bowl2?|source|target)>"
_IN_HOLLOW = re.compile(
    r"(?<!closest )(?<!farthest )(?<!<distance> )"
    rf"(?:\b(?:in|on|to)(?= (?:{_BOWL_SLOT}|(?:[a-z]+ ){{0,2}}{_BOWL}(?:$| )))"
    rf"|\b(?:in|to)(?= (?:{_HOLLOW_SLOT}|(?:[a-z]+ ){{0,2}}{_HOLLOW}(?:$| ))))(?! (?:left|right|top|bottom)\b)"
)
_PICK_AND_PUT = re.compile(
    r"^pick (.+?)(?: up)?(?: [.;])? (?:and then|and|then) (?:put|stack) (?:it|them)(?: down)? (?=in |on |at |to |next )"
)
_MAKE_SURE = re.compile(
    r"^(?:make sure|ensure|see to it)(?: that)? (.+?) (?:is|are|ends up|end up|gets|get) (?=in |on |at )"
)
_compiled = tuple((re.compile(rf"\b(?:{pattern})(?!\w)"), replacement) for pattern, replacement in _WORDS)


def normalize(sentence: str) -> str:
    """`sentence` in the one wording that templates are matched in; lower case, single spaces, no final punctuation.

    Punctuation inside the sentence, other than commas and hyphens, stays as a token of its own, so that two sentences
    never read as one.
    """
    text = sentence.lower().replace("’", "'").replace(",", " ").replace("-", " ")
    text = re.sub(r"\s+", " ", text).strip().rstrip(".!? ")
    text = re.sub(r"(?<![0-9])\.|\.(?![0-9])|[;:!?]", lambda m: f" {m.group()} ", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = _THANKS.sub("", _POLITE.sub("", text))
    text = _ARTICLES.sub("", text)
    text = _squeeze(text)
    text = _COLORS.sub(lambda m: SYNONYMS[m.group()], text)
    for pattern, replacement in _compiled:
        text = _squeeze(pattern.sub(replacement, text))
    text = _AT_PLACE.sub("at ", text)
    text = _IN_HOLLOW.sub("in", text)
    return _squeeze(_MAKE_SURE.sub(r"put \1 ", _PICK_AND_PUT.sub(r"put \1 ", text)))


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
