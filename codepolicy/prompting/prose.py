"""Replies in words alone: a question to the person, an answer, a refusal, or a promise that moves nothing.

The words below are of the languages in which people most often give instructions. In any other a reply without a
question mark to an instruction without one counts as a refusal, which costs no turn.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

ProseKind = Literal["question", "answer", "refusal", "promise"]

_QUESTIONS = re.compile(
    r"^(?:please |bitte |por favor |s'il (?:te|vous) pla[iî]t,? )?(?:"
    r"how|what|which|where|who|why|when|is|are|was|were|does|did|can|could|has|have"
    r"|tell|say|describe|count|list|name|report|explain"
    r"|wie ?viele?|wieviel|wie|was|wo|wer|warum|wann|welche[rsnm]?|gibt es|zähle?|sag|nenne?|beschreibe?"
    r"|cu[aá]nt[oa]s?|qu[eé] hay|qué|cu[aá]l(?:es)?|d[oó]nde|qui[eé]n|cómo|hay|dime|cuenta|describe|nombra"
    r"|combien|où|quel(?:le)?s?|qui|est-ce|y a-t-il|qu'est-ce|dis(?:-moi)?|compte|décris|nomme"
    r"|quant[ie]|dove|qual[ei]?|cosa|chi|c'è|ci sono|dimmi|conta|descrivi"
    r"|quant[oa]s|onde|quais|quem|há|diga|conte|descreva"
    r"|hoeveel|waar|welke?|wat|tel|noem|beschrijf|zijn er"
    r"|ile|gdzie|któr[yae]|jak[iae]?|czy|kolik|kde|hur många|vilken|vilka|var är|kaç|nerede|hangi"
    r"|сколько|где|как(?:ой|ая|ое|ие|ого)|что|кто|есть ли|посчитай|назови|опиши|скажи"
    r"|скільки|де|які?|πόσ[αεοι]\w*|πού|ποιο\w*|كم|أين|هل|כמה|איפה|bao nhiêu|berapa|di ?mana|apa(?:kah)?"
    r")\b"
    r"|几个|幾個|多少|哪|什么颜色|什麼顏色|有没有|有沒有|是否|吗$|嗎$|数一数|數一數"
    r"|いくつ|どこ|どれ|どの|何[個色が]|ですか$|ますか$|数えて|教えて"
    r"|몇|어디|어느|무엇|무슨|까$|나요$|알려|कितने|कितनी|कहाँ|कौन|क्या",
    re.IGNORECASE,
)
"""Questions that people type without a question mark."""
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


def prose_kind(text: str, instruction: str) -> ProseKind:
    """What a reply without code is.

    Args:
        text: the reply.
        instruction: what the person said.
    """
    if asks(text) and not (is_question(instruction) and not _ends_in_question(text)):
        return "question"
    if is_question(instruction):
        return "answer"
    plain = text.replace("\u2019", "'")
    return "promise" if _PROMISE.search(plain) and not _DENIAL.search(plain) else "refusal"


def asks(text: str) -> bool:
    """Whether there is a question mark of any script in `text`."""
    return any(_is_question_mark(c) for c in text)


def is_question(instruction: str) -> bool:
    """Whether `instruction` asks for an answer rather than for something to be done."""
    return _ends_in_question(instruction) or bool(_QUESTIONS.search(instruction.strip().rstrip(".。!！")))


def _ends_in_question(text: str) -> bool:
    return any(_is_question_mark(c) for c in text.rstrip()[-3:])


def _is_question_mark(character: str) -> bool:
    return "QUESTION MARK" in unicodedata.name(character, "") or character in "\u037e"
