"""Words told apart by their neighbours, and particles that add nothing."""

from __future__ import annotations

from collections.abc import Sequence

from codepolicy.offline.lexicon.chunks import chunk
from codepolicy.offline.lexicon.tokenizer import Word, tokenize

VERBS = frozenset(
    [
        "SCATTER",
        "PUT",
        "MOVE",
        "PUSH",
        "TAKE",
        "PICK",
        "GATHER",
        "STACK",
        "UNSTACK",
        "BUILD",
        "ARRANGE",
        "LINEUP",
        "SORT",
        "DISTRIBUTE",
        "MATCH",
        "SWAP",
        "CLEAR",
        "EMPTY",
        "FILL",
        "HOME",
        "UNDO",
        "SAME",
        "WANT",
        "GIVE",
        "KEEP",
        "REVERSE",
        "OPEN",
        "CLOSE",
        "PRESS",
        "POUR",
    ]
)
QUESTIONS = frozenset(["DOES", "HOWMANY", "WHERE", "WHICH", "WHATCOLOR", "HOWFAR", "DESCRIBE", "IS"])
_PREPOSITIONS = frozenset(["IN", "ON", "TO", "BESIDE", "NEAR", "DIROF", "BETWEEN", "UNDER", "AROUND", "AWAY", "OUTOF"])
_TAKING_A_THING = VERBS | _PREPOSITIONS
BREAKS = frozenset(["COMMA", "AND", "THEN", "STOP"])
_LIFTING = frozenset(["lift", "lifting", "raise", "raising", "hoist", "hold"])
_NAMING = frozenset(["NOUN", "ONE", "PRONOUN", "OTHER", "COLOR"])


def _begun(words: Sequence[Word]) -> list[Word]:
    """With the first words of a sentence as what they are there: "have the block placed on", "can you see a mug"."""
    kept: list[Word] = []
    for i, word in enumerate(words):
        before = kept[-1].kind if kept else "STOP"
        after = words[i + 1].kind if i + 1 < len(words) else "STOP"
        text = word.text.split()
        if before in BREAKS and word.text == "have":
            word = Word("WANT", "want", "have")
        elif before in BREAKS and word.text == "separate":
            word = Word("SCATTER", "scatter", "separate")
        elif before in BREAKS and word.kind == "SEEN" and after not in BREAKS:
            kept.append(Word("IS", "is", "is"))
            word = Word("THERE", "there", "there")
        elif word.kind == "SEPARATELY" and before in VERBS and len(text) > 2:  # "put one block in each corner"
            kept += [w for part in text for w in tokenize(part)[0]]
            continue
        elif word.kind == "APART" and text[0] == "between" and before not in ("UNIT", "APART", "WITH", "ORIENTATION"):
            kept.append(Word("BETWEEN", "between", "between"))
            kept += [w for part in text[1:] for w in tokenize(part)[0]]
            continue
        elif word.kind == "ALL" and word.value == "none" and before in ("IS", "THERE"):  # "there is no purple block"
            word = Word("NOT", "not", word.text)
        elif word.kind == "WHICH" and word.text == "what" and before in _TAKING_A_THING and after == "IS":
            word = Word("EVERYTHING", "everything", "whatever")
        elif word.kind == "IS" and any(w.text in ("whatever", "whichever") for w in kept[-2:]):
            word = Word("THATIS", "is", word.text)
        elif word.text == "me" and before in VERBS:
            continue
        elif word.kind == "ONE" and after == "UNIT":
            word = Word("NUMBER", "1", word.text)
        kept.append(word)
    return kept


def _rounded_off(words: Sequence[Word]) -> list[Word]:
    """With what a sentence leaves out at its end: "put the other one in (it)", "put it there"."""
    mirrored = any(w.kind == "MIRRORED" for w in words)
    kept: list[Word] = []
    for i, word in enumerate(words):
        after = words[i + 1].kind if i + 1 < len(words) else "STOP"
        kept.append(word)
        before = kept[-2].kind if len(kept) > 1 else "STOP"
        pushed = _pushed_in(kept[:-1]) if word.text == "in" and after in BREAKS | {"BESIDE", "NUMBER"} else None
        if pushed is not None:
            kept[-1] = pushed
        elif after in BREAKS and before in _NAMING and not mirrored and any(w.kind in VERBS for w in kept):
            if word.kind in ("IN", "ON") and word.text in ("in", "inside", "into", "on", "on top"):
                kept.append(Word("PRONOUN", "it", "it"))
            elif (
                word.kind == "THERE" and len(kept) > 2 and kept[-3].text == "hold"
            ):  # "lift it 10 cm and hold it there"
                kept.pop()
            elif word.kind == "THERE" and word.text == "there":
                kept[-1:] = [Word("TO", "to", "to"), Word("PRONOUN", "it", "it")]
    return kept


def _pushed_in(words: Sequence[Word]) -> Word | None:
    """What "in" means at the end of "push the drawer in": no place; None where one is left out."""
    if not any(w.kind == "PUSH" for w in words):
        return None
    nouns = {w.value.rstrip("*") for w in words if w.kind == "NOUN"}
    if nouns == {"button"}:
        return Word("PRESS", "pressed", "in")
    return Word("CLOSE", "closed", "in") if nouns <= {"drawer", "door", "handle"} else None


def cleaned(words: Sequence[Word]) -> list[Word]:
    """Without particles that add nothing ("put it down"), and with words told apart by their neighbours."""
    words = _rounded_off(_begun(words))
    kept: list[Word] = []
    for i, word in enumerate(words):
        after = words[i + 1].kind if i + 1 < len(words) else "STOP"
        before = kept[-1].kind if kept else "STOP"
        if (
            word.kind == "DIR"
            and word.text in ("down", "up", "forward", "upside")
            and before not in ("THE", "UNIT", "TO", "MAGNITUDE", "OF")
        ):
            laid = any(w.kind in ("PUT", "PICK") for w in kept) and word.text == "down"
            raised = any(w.text.split()[0] in _LIFTING for w in kept if w.kind == "PICK") and word.text == "up"
            if (
                laid
                or raised
                or (
                    after not in ("SIDE", "OF", "CORNER", "DIR", "NUMBER", "MAGNITUDE", "BESIDE")
                    and word.text != "forward"
                )
            ):
                continue
        if word.kind == "THEN" and any(w.text == ":" for w in kept) and any(w.kind in ("BUILD", "STACK") for w in kept):
            word = Word("COMMA", "comma", ",")
            if kept[-1].kind == "COMMA":
                continue
        if word.kind == "ORDINAL" and after in VERBS and before in BREAKS:  # "first do A, second do B"
            word = Word("THEN", "then", word.text)
        if word.text == "find" and any(w.kind == "PRONOUN" for w in words[i:]):
            word = Word("PICK", "pick", "find")
        if word.text == "that" and before in _TAKING_A_THING and after in BREAKS | _PREPOSITIONS:
            word = Word("PRONOUN", "it", "that")
        if word.text == "by" and after in VERBS:
            word = Word("BYDOING", "by", "by")
        if word.text == "but" and after in VERBS:
            word = Word("AND", "and", "but")
        if word.text == "no block lies on a smaller one" and kept and kept[-1].kind == "THEN":
            kept.pop()
        if word.kind == "STACK" and before in ("A", "THE", "SIZE", "ONE", "ORIENTATION"):
            word = Word("TOWER", "tower", word.text)
        if word.kind == "HALF" and before == "DIR":  # "the left half of the table"
            kept.append(Word("SIDE", "side", "half"))
            if word.text.endswith("of"):
                kept.append(Word("OF", "of", "of"))
            continue
        if word.kind == "COMPARE" and after not in ("NUMBER", "ONE"):
            continue
        if word.kind == "SHAPE" and before in ("COLOR", "SIZE") and word.text in ("square", "circle", "triangle"):
            word = Word("NOUN", "zone", word.text)
        if word.kind == "THATIS" and word.text.startswith("which") and before in ("STOP", "TELL"):
            kept.append(Word("WHICH", "which", "which"))
            if word.text != "which":
                kept.append(Word("IS", "is", "is"))
            continue
        if word.kind == "THERE" and before not in ("STOP", "IS", "IF", "COMMA", "AND", "TELL", "OR") and after != "IS":
            continue
        kept.append(word)
    return chunk(kept)
