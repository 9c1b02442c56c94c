"""Programs with places for names, and the grammar that binds replies to them."""

from __future__ import annotations

import re

from codepolicy.learned.shapes import FEWEST, grammar, shape, shapes

PUT = "put(find('{a}'), find('{b}'))\ndef goal():\n    expect(inside('{a}', '{b}'))"
AT = "put(find('red block'), region('top left corner'))\ndef goal():\n    expect(in_region('red block', 'left side'))"


def test_names_and_places_become_slots_by_their_kind() -> None:
    one, other = PUT.format(a="red block", b="lime bowl"), PUT.format(a="blue block 2", b="white bowl")
    assert shape(one) == shape(other) == PUT.format(a="<block>", b="<bowl>")
    assert shape(PUT.format(a="red block", b="red block")) != shape(one)
    assert shape(AT).count("<place>") == 2
    assert shape("decline('There is no red bowl')") == "decline('There is no <no bowl>')"


def test_a_shape_has_to_be_there_more_than_once() -> None:
    one = PUT.format(a="red block", b="lime bowl")
    assert shapes([one] * (FEWEST - 1)) == () and shapes([one, one, AT]) == (shape(one),)


def accepts(gbnf: str) -> re.Pattern[str]:
    """A regular expression of a grammar without recursion."""
    rules = dict(line.split(" ::= ", 1) for line in gbnf.splitlines())

    def expanded(body: str) -> str:
        parts = re.findall(r'"((?:[^"\\]|\\.)*)"|([a-z-]+)|(\|)', body)
        pieces = (
            "|" if bar else f"(?:{expanded(rules[name])})" if name else re.escape(text.replace("\\n", "\n"))
            for text, name, bar in parts
        )
        return "".join(pieces)

    return re.compile(expanded(rules["root"]))


def test_a_reply_has_names_that_are_in_sight_or_in_the_instruction() -> None:
    known = [shape(PUT.format(a="red block", b="lime bowl")), shape("decline('There is no red bowl')"), shape(AT)]
    sight = ["red block", "blue block", "lime bowl"]
    free = accepts(grammar(known, sight, "put the red block in the black bowl"))
    assert free.fullmatch(PUT.format(a="blue block", b="lime bowl")) and free.fullmatch(AT)
    assert free.fullmatch(PUT.format(a="red block", b="black bowl")), "what is asked for can be looked for"
    assert free.fullmatch("decline('There is no black bowl')")
    assert not free.fullmatch("decline('There is no lime bowl')"), "it is in sight"
    assert not free.fullmatch(PUT.format(a="red block", b="white bowl"))
    assert not free.fullmatch(PUT.format(a="lime bowl", b="red block"))
    assert not accepts(grammar(known, sight, "put the red block in the lime bowl")).fullmatch("decline('There is no ')")


def test_shapes_whose_things_are_not_there_are_left_out() -> None:
    known = [shape(PUT.format(a="red block", b="lime bowl")), shape(AT)]
    assert "bowl" not in grammar(known, ["red block"], "put it on the left side")


def test_quotes_and_line_ends_are_escaped() -> None:
    assert '"say(\\"a\\")\\nhome()"' in grammar(['say("a")\nhome()'], [], "x")


def test_it_does_not_decline_what_is_about_things_in_sight() -> None:
    known = [shape(PUT.format(a="red block", b="lime bowl")), "decline('I have not learned to do this')"]
    sight = ["red block", "lime bowl"]
    assert "decline" not in grammar(known, sight, "the red block goes in the lime bowl")
    assert "decline" in grammar(known, sight, "the red block goes in the white bowl")
    assert "decline" in grammar(known, sight, "undo that")
