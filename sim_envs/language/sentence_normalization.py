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
- *all* (every, each, both); a verb that is followed by "blocks" alone means all of them.
- *make* a tower, a square, a line (build, form, create), or *put* all the blocks in one (arrange).
- *matching* and *mismatched* bowls and zones (of the same colour, of another colour).
- What should be somewhere, or is wanted there, is *put* there.
"""

from __future__ import annotations

import re
from functools import lru_cache

from primitives.categories import NOUNS
from primitives.colors import COLORS, SYNONYMS
from primitives.scene import REGION_NAMES

_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|now|please|kindly|just|robot|then|so|go ahead and|"
    r"(?:can|could|would|will) you|i(?: would|'d)? (?:want|like|need) (?:you|it)? ?to|your task is to|"
    r"(?:your )?(?:task|goal|job|instruction|command) :|try to|help me(?: to)?|"
    r"(?:use|using) (?:the |your )?(?:robot )?(?:arm|gripper|hand) to|let us|let's) )+"
)
_THANKS = re.compile(r"(?: (?:please|now|thanks|thank you|for me|will you|would you|robot))+$")

_COLOR = "|".join((*COLORS, *SYNONYMS))

_BY_CONTEXT = frozenset({"can", "dish"})
"""Nouns of `primitives.categories` that only what is around them, or the world, tells apart from other words."""


def _nouns() -> list[tuple[str, str]]:
    """Every other noun for a category, in singular and plural, to the name of the category; slots stay as they are."""
    pairs = [(word, name) for word, name in NOUNS.items() if word != name and word not in _BY_CONTEXT]
    plural = {name: f"{name}es" if name.endswith("x") else f"{name}s" for _, name in pairs}
    return [
        *((rf"(?<!<){word}s(?!>)", plural[name]) for word, name in pairs),
        *((rf"(?<!<){word}(?!>)", name) for word, name in pairs),
    ]


_WORDS: tuple[tuple[str, str], ...] = (
    # nouns and colours
    (r"(same|matching|different|other|another|mismatched) colou?red (bowls?|zones?)", r"\2 of \1 color"),
    (rf"(block|bowl|zone|ball|mug|plate) (?:that|which) is ({_COLOR})(?= |$)", r"\2 \1"),
    (
        rf"({_COLOR}) block(?= .*{_COLOR} one$)(?!.* (?:block|bowl|ball|mug|zone)s? )(.*{_COLOR}) one$",
        r"\1 block\2 block",
    ),
    (r"colou?red|in colou?r|wooden|toy|plastic", ""),
    (r"colour", "color"),
    (r"colours", "colors"),
    *_nouns(),
    (r"(?<=[a-z] )can(?= (?:in|on|at|to|into|and|from)\b)", "cylinder"),
    (r"(?:centre|center)", "middle"),
    (r"(that|there|it)'s", r"\1 is"),
    (r"(?:biggest)", "largest"),
    (r"nearest", "closest"),
    (r"furthest", "farthest"),
    (r"(centi)?metres?", r"\1meters"),
    (r"(?:half way|midway)", "halfway"),
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
    (r"(second|third|fourth) (left|right|top|bottom)most block", r"\1 block from \2"),
    (r"all blocks (?:that are )?on table", "all blocks"),
    (r"(?:all )?blocks together(?= in | on | at | to )", "all blocks"),
    (r"to (left|right|top|bottom) by ([\w.]+ (?:cm|m|centimeters|meters))", r"\2 to \1"),
    (r"by(?= (?:<amount>|[\w.]+ (?:cm|m|centimeters|meters)(?: |$)))", ""),
    # verbs
    (r"(?:take|get|carry|deliver)(?= (?:[a-z<>]+ ){1,5}(?:into|onto)(?: |$))", "put"),
    (r"(?:take|get|pick) out(?= [a-z<>]+(?: block)? (?:from|of) )", "remove"),
    (r"take(?= (?:all blocks|[a-z]+ block|<block>) to )", "put"),
    (r"(?:pick|grab|take|grasp|lift|get|raise)(?: hold of)?(?: up)?(?=$| )", "pick"),
    (
        r"(?:place|move|drop|set|lay|bring|transfer|gather|collect|insert|load|drag|carry|deposit|relocate|shift|arrange|put)"
        r"(?: down| over)?(?=$| )",
        "put",
    ),
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
    (r"closest from|closest(?= (?:[a-z]+ bowl|<bowl>))", "closest to"),
    (r"(?:farthest|most distant)(?: away)? (?:to|from)", "farthest to"),
    (r"(closest|farthest|<distance>) block to(?= (?:[a-z]+ bowl|<bowl>))", r"block \1 to"),
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
_LINE = r"(?:horizontal|vertical|diagonal|<line>)"
_SENTENCES: tuple[tuple[str, str], ...] = (
    # what is wanted somewhere
    (r"^(?:make sure|ensure|see to it)(?: that)? (.+?) (?:is|are|ends up|end up|gets|get) (?=in |on |at )", r"put \1 "),
    (
        r"^i (?:want|need|would like|like) (.+?)(?: to (?:be|go|end up))? (?=in |on |at |beside |to (?:left|right) )",
        r"put \1 ",
    ),
    (
        r"^(.+?) (?:(?:should|must|has to|have to|needs to|need to) (?:be|go|end up)|goes|go|belongs?)(?: put)? "
        r"(?=in |on |at |beside |to (?:left|right) )",
        r"put \1 ",
    ),
    (r" from table (?=in |on |at )", " "),
    (r"^first (?=pick .* then put it )", ""),
    # in which order
    (r"(?: and)? (?:then|afterwards|after that)(?: and)? ", " then "),
    (r"^(if .*?) then put ", r"\1 put "),
    (r" ; (?=otherwise |else )", " "),
    (r"(?:to )?its (?:original|old|previous|initial|former) (?:position|place|location|spot)", "where it was"),
    (
        r"then (?:return it|put it back|put it|back) (?:to )?where it (?:was before|was|came from|had been)",
        "then put it back where it was",
    ),
    # towers, shapes and lines
    (r"^(?:build|form|create|construct)\b", "make"),
    (r"\b(?:out of|from|with|using) (?:all )?blocks\b", "from all blocks"),
    (r"^make (?:one |single )?(?:tower|stack)(?: (?:from|of) (?:all )?blocks)?(?= at |$)", "stack all blocks"),
    (r"^(put|stack|sort|unstack|line up|line) blocks\b", r"\1 all blocks"),
    (r"^put all blocks in (?:one |single )?(?:tower|stack)(?= at |$)", "stack all blocks"),
    (r"^(stack|line) all blocks up\b", r"\1 up all blocks"),
    (r"^stack up\b", "stack"),
    (rf"({_LINE}) row", r"\1 line"),
    (rf"({_LINE})ly\b", r"in \1 line"),
    (r"in diagonal$", "in diagonal line"),
    (
        r"(?:in shape of|to (?:form|make)|as) (?=(?:equilateral |evenly spaced )?(?:square|triangle|circle|pyramid)\b)",
        "in ",
    ),
    (
        r"with (?:equal|even|same) (?:gaps|spacing|spaces|distances?)(?: between (?:them|neighbou?rs|all blocks))?",
        "evenly spaced",
    ),
    (r"^line up all blocks(?: (evenly)(?: spaced)?)? from left to right", r"put all blocks in horizontal line \1"),
    (r"in (?:line|row) from left to right", "in horizontal line"),
    (rf"^line up all blocks (?=in {_LINE} line)", "put all blocks "),
    (rf"in evenly spaced ({_LINE}) line", r"in \1 line evenly spaced"),
    (rf"^put all blocks in ({_LINE}) line evenly(?: spaced)?", r"put all blocks in \1 line evenly spaced"),
    (r"(?:from )?(left|right) to (?:left|right) from smallest to largest$", r"by size with smallest at \1"),
    (r"from smallest to largest (?:from )?(left|right) to (?:left|right)$", r"by size with smallest at \1"),
    (
        r"(?<!^put )(?:with )?(smallest|largest)(?: one| block)? (?:at|on) "
        r"(left|right|bottom|top|<end>)(?: side| end)?$",
        r"with \1 at \2",
    ),
    # colours that match
    (
        r"\b(bowl|zone)s? (?:of|with|that (?:has|have|match|matches)|in) "
        r"(?:same|matching|its own|its|their own|their|corresponding) colors?\b",
        r"matching \1s",
    ),
    (r"\b(?:its |their |all )?matching (bowl|zone)s?\b", r"matching \1s"),
    (
        r"\b(bowl|zone)s? (?:of|with) (?:different|other|another|mismatched|mismatching|non matching) colors?\b",
        r"mismatched \1s",
    ),
    (r"\b(?:non matching|mismatching|mismatched) (bowl|zone)s?\b", r"mismatched \1s"),
    # two that change places
    (r"^(?:exchange|switch|interchange|trade)\b", "swap"),
    (r"^(?:make|let) (.+) (?:trade|switch|swap|exchange|change) (?:places|positions)$", r"swap \1"),
    (r"^swap (?:positions|places|locations) of ", "swap "),
    (rf"^swap ({_COLOR}) and ({_COLOR}) blocks?$", r"swap \1 block and \2 block"),
    (r"^swap (.+ block) with ", r"swap \1 and "),
    # between
    (
        r"(?:exactly )?(?:at |in )?(?:halfway|middle|midpoint) (?:between|of) (?=.+ and )|exactly between (?=.+ and )",
        "halfway between ",
    ),
)
_sentences = tuple((re.compile(pattern), replacement) for pattern, replacement in _SENTENCES)
_GERUNDS = re.compile(r"^mind (?:(stack|pick|lift|push)|(put)t|(grab)b|(drop)p|(swap)p|(mov|plac|tak|arrang))ing\b")
_compiled = tuple((re.compile(rf"\b(?:{pattern})(?!\w)"), replacement) for pattern, replacement in _WORDS)


@lru_cache(maxsize=8192)
def normalize(sentence: str) -> str:
    """`sentence` in the one wording that templates are matched in; lower case, single spaces, no final punctuation.

    Punctuation inside the sentence, other than commas and hyphens, stays as a token of its own, so that two sentences
    never read as one.
    """
    text = re.sub(r"[,\-\"“”„]", " ", sentence.lower().replace("’", "'"))
    text = re.sub(r"\s+", " ", text).strip().rstrip(".!? ")
    text = re.sub(r"(?<![0-9])\.|\.(?![0-9])|[;:!?]", lambda m: f" {m.group()} ", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = _THANKS.sub("", _POLITE.sub("", text))
    text = _GERUNDS.sub(lambda m: next(filter(None, m.groups()[:5]), None) or f"{m.group(6)}e", text)
    text = _ARTICLES.sub("", text)
    text = _squeeze(text)
    text = _COLORS.sub(lambda m: SYNONYMS[m.group()], text)
    for pattern, replacement in _compiled:
        text = _replaced(pattern, replacement, text)
    text = _AT_PLACE.sub("at ", text)
    text = _IN_HOLLOW.sub("in", text)
    text = _PICK_AND_PUT.sub(r"put \1 ", text)
    for pattern, replacement in _sentences:
        text = _replaced(pattern, replacement, text)
    return _PICK_AND_PUT.sub(r"put \1 ", text)


def _replaced(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    """Most patterns do not occur, and what did not change needs no squeezing."""
    changed = pattern.sub(replacement, text)
    return text if changed == text else _squeeze(changed)


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
