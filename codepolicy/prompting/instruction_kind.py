"""What an instruction asks for, as far as its words tell: an answer, a courtesy, that nothing moves, a condition.

The words are of the languages in which people most often give instructions; a word that is missing here costs a turn at
most.
"""

from __future__ import annotations

import re
import unicodedata

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
_VERB = (
    r"(?:put|place|move|bring|take|pick|stack|push|slide|sort|lift|drop|lay|stand|insert|clear|tidy"
    r"|collect|gather|line up|arrange"
    r"|swap|exchange|remove|pull|turn|rotate|open|close|wipe|pour|hand|give|set|carry|build|shift"
    r"|leg\w*|stell\w*|setz\w*|nimm|nehm\w*|bring\w*|schieb\w*|stapel\w*|stapl\w*|sortier\w*|heb\w*"
    r"|räum\w*|beweg\w*|dreh\w*|öffne|schließ\w*"
    r"|pon(?:er|ga|lo|la|los|las)?|coloca\w*|mueve|mover|lleva\w*|apila\w*|empuja\w*|toma|coge|ordena"
    r"|clasifica\w*|mete\w*|deja"
    r"|met(?:s|tre|tez)|place[rz]?|déplace[rz]?|pose[rz]?|prends?|prendre|empile[rz]?|pousse[rz]?"
    r"|range[rz]?|trie[rz]?"
    r"|metti\w*|mettere|sposta\w*|prendi|impila\w*|spingi|ordina|poni"
    r"|coloque|colocar|mova|mover|ponha|pegue|empilhe|empurre|leve"
    r"|zet|leg|plaats|verplaats|stapel|duw|pak|sorteer|schuif"
    r"|положи\w*|поставь\w*|поставить|перемести\w*|переложи\w*|возьми\w*|сложи\w*|подвинь\w*|убери\w*"
    r"|толкни\w*|połóż|postaw|przenieś|weź|ułóż)"
)
"""Verbs for what an arm does, as people order it."""
_COMMAND = re.compile(
    rf"\b{_VERB}\b|放|移|拿|堆|叠|疊|推|摆|擺|整理|入れ|置[いけく]|移動し|動かし|積[みん]|押し|取[りっ]|넣|놓|옮|쌓|밀어",
    re.IGNORECASE,
)
_ALSO = re.compile(
    rf"(?:^|[,.;:!]|\b(?:and|then|but|und|dann|y|luego|et|puis|e|poi|depois|en|dan|и|затем|потом|i|oraz)\b)\W*"
    rf"(?:(?:please|then|also|bitte|dann|por favor|après|ensuite|poi|depois|затем|потом|пожалуйста)\W+)*{_VERB}\b"
    r"|\b(?:(?:can|could|would|will) you|(?:kannst|könntest|würdest) du|(?:können|könnten|würden) sie"
    r"|puedes|podrías|puede usted"
    r"|(?:peux|pourrais)[- ]tu|(?:pouvez|pourriez)[- ]vous|puoi|potresti|você pode|poderia|(?:kun|kan|wil) je"
    rf"|можешь|можете|мог(?:ли)? бы|możesz)\b[^.!?]*\b{_VERB}\w{{0,3}}\b"
    r"|把.*[放移拿堆叠疊推摆擺]|[并並]\W?[放移拿堆叠疊推摆擺把将將]|[请請].*[放移拿堆叠疊推摆擺]|(?:入れ|置い|動かし|積ん|押し)て(?:くれ|もらえ|くださ)",
    re.IGNORECASE,
)
"""An order beside a question, or in its form."""
_STILL = re.compile(
    r"\b(?:(?:do not|don't|dont|never) (?:move|touch|change|do|pick|put)(?: up)? (?:anything|any thing"
    r"|any of|a thing|it)"
    r"|(?:do not|don't) (?:move|touch anything|do anything)\b(?! the)|(?:do|move|touch|change) nothing"
    r"|stay (?:still|where you are)"
    r"|leave (?:everything|it all|all of it|them all|it) (?:as|where|alone)|nichts (?:bewegen|anfassen"
    r"|tun|verändern|machen)"
    r"|(?:beweg|tu|mach|fass|veränder|berühr)\w* (?:bitte )?nichts|lass alles"
    r"|no (?:muevas|toques|hagas) nada|deja todo como|ne (?:bouge|touche|fais|déplace)\w* (?:à )?rien|laisse tout"
    r"|non (?:muovere|toccare|spostare|fare) (?:niente|nulla)|lascia tutto|não (?:mova|mexa|toque"
    r"|faça) (?:em )?nada|deixe tudo"
    r"|beweeg niets|raak niets aan|doe niets|laat alles|ничего не (?:двигай|трогай|делай)\w*|не (?:двигай"
    r"|трогай)\w* ничего|nic nie ruszaj)\b"
    r"|什么(?:都|也)(?:不要|别|不)[动動碰]|不要[移动動]+任何|别动|別動|何も(?:動かさない|しない|触らない)"
    r"|아무것도 (?:움직이지|하지|만지지)",
    re.IGNORECASE,
)
"""That everything is to stay as it is."""
_COURTESY = re.compile(
    r"^\W*(?:thanks?|thank you|thx|cheers|great|good (?:job|morning|evening|night)|well done|nice|perfect"
    r"|hello|hi|hey|bye|goodbye|ok(?:ay)?"
    r"|that(?:'s| is) all|vielen dank|danke\w*|hallo|guten (?:tag|morgen|abend)|tschüss|prima|super"
    r"|gut gemacht|das (?:war|ist) alles"
    r"|(?:muchas )?gracias|hola|adiós|buenos días|genial|perfecto|eso es todo|merci|bonjour|salut"
    r"|au revoir|bravo|parfait|c'est tout"
    r"|grazie|ciao|perfetto|è tutto|obrigad[oa]|olá|tchau|dank je|bedankt|dankjewel|hoi|спасибо|привет"
    r"|здравствуй\w*|пока|отлично"
    r"|dzięki|dziękuję|cześć|teşekkür\w*|merhaba)\b"
    r"|^\W*(?:谢谢|謝謝|多谢|你好|您好|再见|很好|ありがとう|こんにちは|さようなら|お疲れ|감사|고마|안녕)",
    re.IGNORECASE,
)
"""What people say to be polite, and which asks for nothing."""
_IF = re.compile(
    r"\b(?:if|unless|in case|should there|when there|wherever|whenever|only when|as long as|any .* there (?:is|are)"
    r"|wenn|falls|sofern|sollte|si|en caso|se|caso|als er|indien|mocht|если|в случае|jeśli|jeżeli|pokud|eğer)\b"
    r"|如果|要是|假如|若|的话|もし|あれば|なら|場合|만약|있으면|면 ",
    re.IGNORECASE,
)
"""Words before a condition."""


def is_question(instruction: str) -> bool:
    """Whether `instruction` asks for an answer rather than for something to be done."""
    return ends_in_question(instruction) or bool(_QUESTIONS.search(instruction.strip().rstrip(".。!！")))


def ends_in_question(text: str) -> bool:
    """Whether a question mark of any script stands at the end of `text`."""
    return any(is_question_mark(c) for c in text.rstrip()[-3:])


def is_question_mark(character: str) -> bool:
    """Whether `character` is a question mark of any script."""
    return "QUESTION MARK" in unicodedata.name(character, "") or character in "\u037e"


def asks_only(instruction: str) -> bool:
    """Whether `instruction` asks for an answer, and for nothing to be done beside."""
    return is_question(instruction) and _ALSO.search(instruction) is None


def commands(instruction: str) -> bool:
    """Whether a word in `instruction` is an order to an arm."""
    return _COMMAND.search(instruction) is not None


def is_courtesy(instruction: str) -> bool:
    """Whether `instruction` thanks or greets, and orders nothing."""
    return _COURTESY.search(instruction) is not None and not commands(instruction)


def leaves_all(instruction: str) -> bool:
    """Whether `instruction` asks that everything stays as it is."""
    plain = instruction.replace("\u2019", "'")
    return _STILL.search(plain) is not None and not commands(_STILL.sub(" ", plain))


def is_conditional(instruction: str) -> bool:
    """Whether `instruction` names a condition on which something is to be done."""
    return _IF.search(instruction) is not None


def is_no_order(instruction: str) -> bool:
    """Whether `instruction` asks, thanks or greets, and orders nothing."""
    return asks_only(instruction) or is_courtesy(instruction)
