"""Words for colours, categories and "all" in the languages in which people most often give instructions.

Evidence of what an instruction names, never the only ground of a decision: a word that is missing here costs nothing,
and one that means something else as well counts only where a thing of that colour and category is in view. Each word is
a regular expression; those of alphabets stand for whole words.
"""

from __future__ import annotations

from typing import Final

COLORS: Final[dict[str, str]] = {
    "red": (
        r"rot\w{0,2} roj[oa]s? rouges? ross[oaie] vermelh[oa]s? rood rode красн\w{1,3} czerwon\w{1,3} 红 紅 赤"
        r" 빨간 빨강 붉은"
    ),
    "blue": (
        r"blau\w{0,2} azul(?:es)? bleue?s? blu azzurr[oaie] blauwe? син\w{1,3} голуб\w{1,3} niebiesk\w{1,3} 蓝"
        r" 藍 青 파란 파랑 푸른"
    ),
    "green": r"grün\w{0,2} verdes? verdi verte?s? groen\w? зел[её]н\w{1,3} zielon\w{1,3} 绿 綠 緑 초록 녹색",
    "yellow": (
        r"gelb\w{0,2} amarill[oa]s? jaunes? giall[oaie] amarel[oa]s? gele? ж[её]лт\w{1,3} żółt\w{1,3} 黄 黃 노란"
        r" 노랑"
    ),
    "orange": (
        r"orangen?\w{0,2} orang[eé]\w{0,2} naranjas? anaranjad[oa]s? arancion[ei] laranjas? oranje"
        r" оранжев\w{1,3} pomarańczow\w{1,3}"
        r" 橙 橘 オレンジ 주황"
    ),
    "purple": (
        r"lila violett\w{0,2} morad[oa]s? púrpuras? violettes? violets? viola rox[oa]s? paarse?"
        r" фиолетов\w{1,3} fioletow\w{1,3}"
        r" 紫 보라"
    ),
    "pink": r"rosa rosas roze розов\w{1,3} różow\w{1,3} rosad[oa]s? 粉 ピンク 桃色 분홍",
    "cyan": r"türkis\w{0,2} cian turquesa ciano голуб\w{1,3} 青色 シアン 水色 청록",
    "brown": r"braun\w{0,2} marrón marrones marrons? marroni? bruine? коричнев\w{1,3} brązow\w{1,3} 棕 褐 茶色 갈색",
    "gray": r"grau\w{0,2} gris(?:es|e)? grig[ioae] cinzas? cinzent[oa]s? grijze? сер\w{1,3} szar\w{1,3} 灰 グレー 회색",
    "black": (
        r"schwarz\w{0,2} negr[oa]s? noire?s? ner[oaie] pret[oa]s? zwarte? ч[её]рн\w{1,3}"
        r" czarn\w{1,3} 黑 黒 검은 검정"
    ),
    "white": (
        r"weiß\w{0,2} weiss\w{0,2} blanc[oa]s? blanche?s? bianc[oa] bianch[ie] branc[oa]s? witte? бел\w{1,3}"
        r" biał\w{1,3} 白 하얀 흰"
    ),
}
CATEGORIES: Final[dict[str, str]] = {
    "block": (
        r"blocks? blöcken? klotz klötzen? würfeln? bausteinen? quader bloques? cubos? blocs?"
        r" blocchi blocco cubi cubetti? cubetto"
        r" blocos? blok(?:ken|je|jes)? kubus кубик\w{0,3} куб\w{0,2} блок\w{0,3} kloc\w{1,3} klock\w{1,3} 方块"
        r" 方塊 积木 積木 木块 木塊"
        r" ブロック 積み木 キューブ 블록 블럭 큐브"
    ),
    "bowl": (
        r"schüsseln? schalen? cuencos? bol(?:es|s)? tazón tazones ciotol[ae] scodell[ae] tigelas?"
        r" kom(?:men|metje)? schaal миск\w{1,3}"
        r" миска чаш[ауеиыйе]\w{0,2} misk\w{1,3} misce 碗 ボウル お椀 그릇"
    ),
    "plate": (
        r"teller[ns]? platos? assiettes? piatt[oi] pratos? bord(?:en|je)? тарелк\w{1,3} talerz\w{0,3} 盘 盤 碟 皿"
        r" プレート 접시"
    ),
    "box": (
        r"kisten? schachteln? kasten kästen cajas? boîtes? caisses? scatol[ae] caixas? doos dozen"
        r" короб\w{1,5} ящик\w{0,3}"
        r" pudełk\w{1,3} 盒 箱 상자"
    ),
    "mug": (
        r"tassen? becher[ns]? tazas? tasses? tazz[ae] canecas? xícaras? mok(?:ken)? bekers?"
        r" кружк\w{1,3} чашк\w{1,3} kubk\w{1,3}"
        r" kubek 杯 マグ カップ コップ 컵 머그"
    ),
    "ball": (
        r"ball(?:s|es|e)? bälle[n]? kugeln? pelotas? bolas? balles? boules? pall[ae] bal(?:len)?"
        r" мяч\w{0,3} шар\w{0,4} piłk\w{1,3}"
        r" kul\w{1,2} 球 ボール 공을 공은 공이"
    ),
    "cylinder": (
        r"zylinder[ns]? cilindros? cylindres? cilindri cilinders? цилиндр\w{0,3} walec walc\w{1,3}"
        r" 圆柱 圓柱 円柱 円筒"
        r" シリンダー 원기둥 원통 실린더"
    ),
    "drawer": (
        r"schubladen? cajón cajones tiroirs? cassett[oi] gavetas? lade ящик\w{0,3} szuflad\w{1,3} 抽屉 抽屜 引き出し"
        r" 서랍"
    ),
}
EVERY: Final = (
    r"all every each both everything allen? alles jede[rmsn]? beiden? sämtliche\w? todos? todas? cada"
    r" ambos ambas tous toutes?"
    r" chaque tutt[ie] ogni entramb[ie] elke? beide вс[её] всех все кажд\w{1,3} оба обе wszystk\w{1,3} każd\w{1,2}"
    r" 所有 全部 每 都 すべて 全て 各 모든 모두 각각"
)
FEW: Final = (
    r"one two three four five six [1-9] ein\w{0,2} zwei drei vier fünf dos tres cuatro cinco deux trois"
    r" quatre cinq due tre quattro"
    r" cinque dois duas três quatro een twee drie vier vijf дв[ае] три четыре пять dwa dwie trzy cztery"
    r" 一 两 兩 二 三 四 五 一つ 二つ 三つ 하나 두 세 some any several other another"
)
"""Numbers and words after which a plural does not mean all."""
