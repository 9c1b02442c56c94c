"""Replies in words alone: a question to the person, an answer, a refusal, or a promise that moves nothing.

The words below are of the languages in which people most often give instructions. In any other a reply without a
question mark to an instruction without one counts as a refusal, which costs no turn.
"""

from __future__ import annotations

import re
from typing import Literal

from codepolicy.prompting.instruction_kind import asks_only, ends_in_question, is_courtesy, is_question_mark, leaves_all

ProseKind = Literal["question", "answer", "refusal", "promise"]

_PROMISE = re.compile(
    r"\b(?:i'll|i will|i am going to|i'm going to|let me|let's|sure|certainly|of course|absolutely|okay|ok"
    r"|here's|here is"
    r"|now i|first,? i|will now|done|completed?|finished|i've|i have|i (?:moved|placed|put|picked|stacked|pushed)"
    r"|(?:has|have) been (?:moved|placed|put|stacked)|moving|placing|picking|executing"
    r"|ich werde|ich (?:lege|stelle|bewege|nehme|setze|schiebe|greife|staple)|gerne?|natürlich|klar|erledigt|fertig"
    r"|voy a|claro|por supuesto|listo|hecho|he (?:puesto|movido|colocado|apilado)|moveré|pondré|colocaré"
    r"|je vais|bien sûr|d'accord|voilà|c'est fait|j'ai (?:mis|placé|déplacé|posé)"
    r"|sto per|certo|fatto|ho (?:messo|spostato)|metterò|sposterò|vou|pronto|feito|coloquei|movi"
    r"|ik (?:zal|ga|heb)|natuurlijk|gedaan|zaraz|oczywiście|już|zrobione|gotowe|tamam|tabii"
    r"|сейчас|я (?:перемещу|положу|поставлю|возьму|положил|поставил|переместил)|конечно|хорошо|готово|сделано|буду"
    r")\b"
    r"|我将|我將|我会|我會|我来|我來|好的|已经|已經|已将|已將|完成|马上|馬上|让我|讓我|当然|當然"
    r"|します|しました|了解|承知|わかりました|完了|하겠습니다|했습니다|알겠습니다|물론",
    re.IGNORECASE,
)
"""Something that will be done or is said to be done."""
_DENIAL = re.compile(
    r"n't\b|\b(?:no|not|none|nothing|never|cannot|cant|unable|without|missing|impossible|unfortunately|sorry|afraid"
    r"|decline|refuse|unsafe|only|instead"
    r"|nicht|kein\w*|nichts|leider|unmöglich|imposible|ning[uú]n\w*|nada|lo siento|tampoco"
    r"|ne|n'|pas|aucune?|rien|désolée?|non|nessun\w*|niente|impossibile|dispiace|não|nao|nenhum\w*|desculp\w*"
    r"|niet|geen|helaas|nie|brak|niestety|yok|değil|не|нет|ничего|невозможно|жаль|сожалению)\b"
    r"|[不没沒]|無法|无法|抱歉|ない|ません|できず|없|못|않|아니|죄송",
    re.IGNORECASE,
)
"""What makes words a refusal, whatever else stands in them."""
_CANNOT = re.compile(
    r"\b(?:can't|cannot|can not|couldn't|won't|unable|impossible|not possible|unfortunately|sorry"
    r"|kann (?:\w+ ){0,4}nicht|nicht möglich|unmöglich|leider|no puedo|no se puede|imposible|lo siento"
    r"|(?:peux|peut) pas|désolée?|non (?:posso|si può)|impossibile|não (?:posso|consigo|é possível)"
    r"|kan (?:\w+ ){0,4}niet|helaas"
    r"|не могу|нельзя|невозможно|nie (?:mogę|można)|niestety)\b"
    r"|不能|无法|無法|抱歉|できません|できない|수 없",
    re.IGNORECASE,
)
"""What makes them one although they say that something is so already."""
_ALREADY = re.compile(
    r"\b(?:already|nothing (?:\w+ ){0,3}to (?:do|be done|move|change|put|pick)|nothing (?:has|needs) to be"
    r"|no (?:\w+ )?(?:actions?|motions?|movements?|moves?|changes?) (?:is |are |was |were )?(?:needed"
    r"|required|necessary)|no need to"
    r"|bereits|schon|nichts (?:mehr )?zu tun|ist nichts zu|ya (?:est[áa]n?|se|lo|la|hay)|nada que hacer|no hace falta"
    r"|déjà|rien à faire|già|niente da fare|já|nada a fazer|nada para fazer|al (?:in|op|op zijn)|niets te doen"
    r"|уже|ничего (?:\w+ )?(?:делать|не нужно)|już|nic do (?:zrobienia|roboty)|zaten)\b"
    r"|已经|已經|已在|无需|無需|不需要|不用|すでに|既に|もう|必要はありません|必要がありません|이미|할 일이 없",
    re.IGNORECASE,
)
"""Something that is so from the start, or that there is nothing to do."""
_ACTED = re.compile(
    r"\b(?:i|we)(?:'ve| have)? (?:just |already )*(?:moved|placed|put|picked|stacked|pushed|done|completed|sorted)"
    r"|(?:has|have) (?:already )?been (?:moved|picked|pushed)|ich habe|habe ich|he (?:puesto|movido"
    r"|colocado|apilado)|j'ai|ho (?:messo|spostato)"
    r"|(?:coloquei|movi|pus)\b|ik heb|я (?:уже )?(?:положил|поставил|переместил)"
    r"|已[经經]?(?:把|将|將|放|移|拿|完成)|(?:入れ|置き|動かし|移動し)ました|했습니다",
    re.IGNORECASE,
)
"""Something that the model says it did, which nobody saw."""


def prose_kind(text: str, instruction: str) -> ProseKind:
    """What a reply without code is.

    Args:
        text: the reply.
        instruction: what the person said.
    """
    if asks(text) and not (asks_only(instruction) and not ends_in_question(text)):
        return "question"
    if asks_only(instruction) or is_courtesy(instruction) or leaves_all(instruction) or says_it_is_done(text):
        return "answer"
    plain = text.replace("\u2019", "'")
    if _DENIAL.search(plain):
        return "refusal"
    return "promise" if _PROMISE.search(plain) else "refusal"


def asks(text: str) -> bool:
    """Whether there is a question mark of any script in `text`."""
    return any(is_question_mark(c) for c in text)


def says_it_is_done(text: str) -> bool:
    """Whether `text` says that everything is as asked already, or that there is nothing to do."""
    plain = text.replace("\u2019", "'")
    return _ALREADY.search(plain) is not None and not (_CANNOT.search(plain) or _ACTED.search(plain))
