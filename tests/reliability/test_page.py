"""A page made of hostile records has no script, no link to a scheme and no character that cannot be seen."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import made
import pytest

from codepolicy.evaluation.html_report import page
from codepolicy.printable import printable

HOSTILE = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//episodes",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/episodes/x",
    "../../etc",
    "episodes/../../x",
    'episodes/"><script>alert(1)</script>',
    "episodes/x\x1b]0;t\x07",
    "\u202eepisodes/x",
    "http://evil/episodes/x",
)


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href")]
        assert not [name for name, _ in attrs if name.startswith("on")]


@pytest.mark.parametrize("text", HOSTILE)
def test_records_cannot_break_out_of_the_page(text: str) -> None:
    fields = dict.fromkeys(("instruction", "feedback", "told", "folder", "kind"), text)
    html = page(made.run([made.record(won=False, **fields), made.record(text, 1, won=False)], model=text))
    own = f"<script>{files('codepolicy.evaluation').joinpath('episode_filter.js').read_text()}</script>"
    assert html.count(own) == 1
    links = Links()
    links.feed(html.replace(own, ""))
    assert "script" not in links.tags
    for link in links.found:
        assert re.match(r"(\./|/)[^/]", link), link
        assert ":" not in link and ".." not in link.split("/")
    assert not {c for c in html if printable(c) != c}
