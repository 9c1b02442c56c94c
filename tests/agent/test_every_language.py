"""Instructions, files and consoles in every script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codepolicy.file_names import slug
from codepolicy.models.options import ModelOptions
from codepolicy.models.scripted import make
from codepolicy.skills.retrieval import relevant
from codepolicy.skills.skill import Skill, parse_skill

GOAL = "def goal():\n    expect(bool(detect()), 'x')\n"
KNOWN = {
    "zh": ("把红色方块放进黄色碗里", "把所有的圆柱体按大小排成一行", "把蓝色方块放进绿色碗里"),
    "ja": ("赤いブロックを黄色いボウルに入れて", "円柱を大きさの順に並べて", "青いブロックを緑のボウルに入れて"),
    "ko": ("빨간 블록을 노란 그릇에 넣어", "원기둥을 크기 순서로 정렬해", "파란 블록을 초록 그릇에 넣어"),
    "ru": ("положи красный кубик в жёлтую миску", "выстрой цилиндры по размеру", "положи синие кубики в зелёную миску"),
    "th": ("วางบล็อกสีแดงลงในชามสีเหลือง", "เรียงทรงกระบอกตามขนาด", "วางบล็อกสีน้ำเงินลงในชามสีเขียว"),
    "ar": ("ضع المكعب الأحمر في الوعاء الأصفر", "رتب الأسطوانات حسب الحجم", "ضع المكعب الأزرق في الوعاء الأخضر"),
    "de": ("lege den roten Würfel in die Schüssel", "ordne die Zylinder nach Größe", "lege die Würfel in die Schüssel"),
    "el": ("βάλε τον κόκκινο κύβο στο κίτρινο μπολ", "ταξινόμησε τους κυλίνδρους", "βάλε τον μπλε κύβο στο μπολ"),
}  # fmt: skip
"""Two things that were done, and what is asked next."""


def skill(instruction: str) -> Skill:
    return Skill(instruction=instruction, surface="skill", program="home()\n", goal=GOAL)


@pytest.mark.parametrize("language", KNOWN)
def test_the_skill_for_a_similar_instruction_is_found(language: str) -> None:
    first, second, asked = KNOWN[language]
    known = [skill(text) for texts in KNOWN.values() for text in texts[:2]]
    assert [s.instruction for s in relevant(known, asked, surface="skill")] == [first]
    assert [s.instruction for s in relevant(known, second, surface="skill")] == [second]


def test_names_of_folders_keep_their_letters() -> None:
    assert slug("把红色方块放进黄色碗里!", 48) == "把红色方块放进黄色碗里"
    assert slug("Lege den Würfel / weg..", 48) == "lege-den-würfel-weg"
    assert slug("../../etc/\0passwd", 48) == "etc-passwd"
    assert slug("!?", 48) == ""
    assert len(os.fsencode(slug("红" * 300, 48))) < 200
    assert skill("把红色方块放进黄色碗里").id.startswith("把红色方块放进黄色碗里-")
    assert parse_skill(skill("把红色方块放进黄色碗里").text) == skill("把红色方块放进黄色碗里")


def test_a_reply_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "1.md").write_bytes("\ufeff```python\nhome()\n```\n".encode())
    reply = make(str(tmp_path), ModelOptions()).complete([])
    assert reply.text.startswith("```python")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "utf-8"])
def test_a_console_of_any_encoding(encoding: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "codepolicy", "exec", "把红色方块→.py"],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr and b".py" in ended.stderr
