"""The words and shapes of bylines, in the languages news is published in. Data only."""

from __future__ import annotations

import re
from typing import Final

EMAIL: Final = re.compile(r"[A-Za-z0-9_+][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")

LEAD: Final = re.compile(
    r"(?i)^[-–—•*|/\s]{0,6}(?:(?:an?\s|eine?\s|un[ae]?\s)?(?:interview|analy[sz]e|analysis|kommentar|comment(?:ary)?|"
    r"kolumne|column|gastbeitrag|opinion|report|reportage|essay|glosse|rezension|review|artikel|story|words|text|"
    r"texte|testo|texto|tekst)\s?[:\s]\s?)?"
    r"(?:(?:written|posted|reported|published|reviewed|geschrieben|erstellt|verfasst|ver[öo]ffentlicht|publiziert|"
    r"gepostet|eingestellt|publi[ée]|publicado|pubblicato|escrito|scritto|skrevet|by-?line)\s{1,3})?"
    r"(?:(?:by|von|par|por|di|door|av|af|przez|(?:autor|kolumnist|redakteur)(?:[:*_/]?in|en)?(?:/autor)?|autore|autrice|auteure?|author|authors|columnist|"
    r"de la redacci[oó]n|著者|作者|記者|기자)(?:\s?[:：]\s?|\s)|"
    r"(?:(?:texts?|texte|testo|texto|tekst|words|story|worte)(?:\s?(?:&|und|and|et|e|y|\+|/)\s?"
    r"(?:fotos?|photos?|bilder|pictures|images?|foto))?|vom|글|текст|автор)\s?[:：]\s?|글\s|[(（【]?\s?(?:责任编辑|责编)\s?[:：]\s?)"
    r"(?P<names>\S.*)$"
)
ISSUED: Final = re.compile(
    r"(?i)^(?:herausgeber(?:in)?|press release (?:by|from)|issued by|pressemitteilung (?:von|der|des)|ein beitrag der)"
    r"\s?:?\s(?P<name>[^\W\d_][^.:]{2,60})$"
)
"""Who sent the press release."""
LEAD_GLUED: Final = re.compile(
    r"^(?:(?:Geschrieben|Gepostet|Erstellt|Verfasst|Written|Posted|Published|Publié|Publicado|Escrito)\s)?(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or)(?P<names>[A-ZÀ-Þ][a-zà-ÿ'’-]{1,20}\s[A-ZÀ-Þ].{1,60})$"
)
"""``Geschrieben vonElisa Berg``: two elements of a page without a space between them."""
LEAD_NOUN: Final = re.compile(r"(?i)^\W{0,6}(?:autor|autrice|auteur|author)\w{0,2}\s")
"""A noun that also begins sentences: ``Author Ida Krog, from Ostholm, said …``."""
LEAD_NOUN_COLON: Final = re.compile(
    r"(?i)^\W{0,6}(?:autor|autrice|auteur|author|kolumnist|text)(?:[*/:_]?in|en|s|e)?(?:\s?:|/autor\s)"
)
NOUN_LINE_CHARS_MAX: Final = 60
LEAD_ALONE: Final = re.compile(
    r"(?i)^(?:by|von|par|por|di|door|av|autor(?:/?in(?:/autor)?)?|autore|auteur|author|(?:written|posted|published) by|"
    r"text|words|interview|(?:geschrieben|verfasst|erstellt|gepostet|ver[öo]ffentlicht) von|publié par|publicado por|"
    r"escribe|escrito por|scritto da|thread starter|started by|themenstarter(?:in)?|"
    r"著者|作者|投稿者|责任编辑|责编)\s?[:：]?$"
)
KOREAN: Final = re.compile(
    r"^[\[(]?(?:[가-힣A-Za-z0-9·]{2,12}=)?\s?(?P<names>[가-힣]{2,4}(?:[·,]\s?[가-힣]{2,4}){0,5})\s?"
    r"(?:(?:선임|수습|인턴|전문|객원|특파|논설|문화|사진)?\s?(?:기자|특파원|통신원|논설위원|위원|에디터|PD|앵커|리포터))?\s?"
    r"[\])]?\s?[=/|(<\[]?\s?(?P<email>[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{3,100})?[)>\]]?$"
)
KOREAN_TITLE: Final = re.compile(r"기자|특파원|통신원|논설위원|리포터|에디터")
JOINED: Final = re.compile(
    r"(?i)\s*(?:,\s(?:and|und|et|y|e|och|og)\s|[;|/•·&]|,|、|\s-\s|\s–\s|\s(?:and|und|et|y|e|och|og|ja|i|и|та|en|ve|with|mit|avec|con|"
    r"im gespräch mit|in conversation with)\s)\s*"
)
ROLE: Final = re.compile(
    r"(?i)^(?:(?:senior|chief|deputy|assistant|associate|managing|executive|contributing|special|political|national|"
    r"foreign|sports?|science|health|business|tech|technology|news|staff|games?|gear)\s){0,3}"
    r"(?:staff|writers?|reporters?|editors?|correspondents?|columnists?|contributors?|producers?|photographers?|"
    r"redakteur\w*|autor\w*|journalist\w*|korrespondent\w*|reporter\w*|m\.?d\.?|ph\.?d\.?|esq|jr\.?|sr\.?|published|"
    r"director|fellow|professor|analyst|staff writer)\b.*$"
)
ROLE_GLUED: Final = re.compile(
    r"\s?(?:Senior |Chief |Deputy |Assistant |Associate |Managing |Contributing )?(?:Staff )?"
    r"(?:Writer|Reporter|Editor|Correspondent|Columnist|Contributor|Follow|Autor|Autorin|CEO)s?$"
)

CUT: Final = re.compile(
    r"\s?(?:\||•|·|,?\s(?:for|in|at|on|aus|für|pour|para|an der|à|am|em)\s(?=\S)|@\w|\b\d+\s(?:Comments?|minute|"
    r"min)\b|"
    r"\s[-–—]\s|Published|Veröffentlicht|Updated|Publié|Publicado|\s(?:on|am|le|el)$).*$"
)
PICTURED: Final = re.compile(
    r"(?i)[^(),;&]{3,60}\((?:photos?|photography|photographs|pictures|illustrations?|fotos?|bilder|fotografie)\)"
)
"""Who took the pictures: ``Ida Krog (reporting) and Bo Lind (photography)``."""
NAME_CHARS: Final = re.compile(r"[^\d@#<>{}\[\]=+*/\\\"“”„!?:;%€$…_]+")
CJK_NAME: Final = re.compile(
    r"^(?!.*(?:网|網|新闻|新聞|正文|投稿|編集|编辑|記者|记者|責任|来源|著者|作者|ニュース|ブログ|連絡先|ログイン|登録|会員|記事|一覧|部$))"
    r"(?:[가-힣]{2,4}|[一-龥々ぁ-んァ-ヶー・]{2,10}(?:\s?[一-龥々ぁ-んァ-ヶ]{1,6})?)$"
)

_PARTICLES: Final = (
    "de da do dos das del della di du des la le les van von der den ter ten zu zur vom af av bin ibn al el bint "
    "abu y e dal dalla st st. mc mac of ben ou 't op in dem dir"
)
_NO_NAMES: Final = (
    "the a an this that these those our your my his her their us we you it is are was were has have more read all "
    "new how why what when who where about with from after before best top live latest share follow sign log "
    "subscribe home menu search contact privacy terms cookie cookies copyright video photo photos image gallery "
    "podcast sport sports politics business world culture opinion technology science health travel weather der "
    "die das ein eine einen und oder mit für auf aus bei nach über mehr alle les une des notre votre plus pour "
    "dans sur los las una para con sobre más il lo gli nel per non che i it's monday tuesday wednesday thursday "
    "friday saturday sunday january february march april june july august september october november december "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag email e-mail mail facebook twitter whatsapp "
    "instagram linkedin reddit print getty images caption comments comment reply street road city university "
    "county north south east west united states kingdom minutes min ago newsletter login anmelden abo startseite "
    "impressum datenschutz zur neueste beiträge aktuelle meldungen gesponserte inhalte edited revised edition "
    "archive archives tags topics standards practices zurück weiter übersicht artikel ähnliche letzte recent posts "
    "thema themen keine kommentare ort datum private nachricht profil international global voices dependency"
)
NAME_BEGINNINGS: Final = frozenset(
    ["de", "da", "do", "dos", "di", "del", "della", "van", "von", "ter", "ten", "al", "el", "bin", "ibn", "mc", "mac"]
)
"""Particles that a name may begin with."""
PARTICLES: Final = frozenset(_PARTICLES.split())
"""Words of a name that are written small."""
NO_NAMES: Final = frozenset(_NO_NAMES.split())
"""Words that no person is called, and that stand on pages where names are looked for."""
