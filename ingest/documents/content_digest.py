"""Whether an entry still says the same: a digest that counters, clocks, advertisements and markup do not move. Pure.

A change that is not noise must move it: numbers are news ("12 dead" becomes "15 dead"). So only counters that say what
they count are taken out, and the last bytes of the digest tell whether anything but numbers changed: such changes are
believed 24 times an entry (PEERS.md 6), others more often.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from typing import Final

import lxml.html
import re2
from lxml.etree import ParserError
from lxml.html import HtmlElement

CONTENT_BYTES: Final = 5
WORDING_BYTES: Final = 3
"""The digest's last bytes: the same for two contents that differ in numbers, weekdays and months alone."""

_TAG: Final = re.compile(r"<[^<>]*>")
_NOISE_HINT: Final = re2.compile(
    r"(?i)(?:class|id)\s{0,3}=\s{0,3}[\"']?[^\"'<>]{0,100}(?:\bad|ads\b|advert|banner|sponsor|promo|share|social|flare|"
    r"related|comment|newsletter|outbrain|taboola)|advert|sponsor|anzeige|werbung|publicit|publicidad|광고|広告|广告|\bad:"
)
_NOISE_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:ads?|adv|advert\w*|adsense|banner|sponsor\w*|promo\w*|shar(?:e|ing)\w*|social|feedflare|"
    r"sharedaddy|jp-relatedposts|related(?:posts)?|comments?|newsletter|outbrain|taboola)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NOISE_LABEL: Final = re.compile(
    r"(?:ads?|advert(?:isement|ising|orial)?|sponsored(?: content| post| by)?|promoted|anzeige|werbung|publicité|"
    r"publicidad|pubblicità|advertentie|광고|広告|广告)\b\s{0,3}(?:[:\-–|]|$)",
    re.IGNORECASE,
)
NOISE_CHARACTERS_MAX: Final = 600
_BLOCKS: Final = frozenset({"p", "div", "aside", "section", "span", "ul", "ins", "table", "iframe", "figure"})

_COUNTED: Final = (  # not points, votes or shares: those are scores, elections and stock
    r"comments?|repl(?:y|ies)|views?|likes?|retweets?|reposts?|upvotes?|kommentare?|aufrufe?|commentaires?|vues|"
    r"comentarios?|commenti|reacties|komentarzy"
)
_COUNTED_ELSEWHERE: Final = "댓글|조회수?|评论|評論|阅读|閱讀|コメント|комментари[а-я]{1,3}|просмотр[а-я]{0,3}"
_UNITS: Final = (
    r"sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|hours?|days?|weeks?|sekunden?|minuten?|stunden?|tag(?:en?)?|secondes?|"
    r"heures?|jours?|segundos?|minutos?|horas?|d[ií]as?|minuti|ore|giorni|ur?en|dagen"
)
_NUMBER: Final = "[0-9][0-9.,\u00a0\u202f]{0,12}[km]?"
_NOISE_PATTERN: Final = (
    r"[(\[]?" + _NUMBER + r"\s{0,3}(?:" + _COUNTED + r")\b[)\]]?|"
    r"\b(?:" + _COUNTED + r")\s{0,3}[:(\[]\s{0,3}" + _NUMBER + r"[)\]]?|"
    r"\b" + _NUMBER + r"\s{0,3}(?:" + _UNITS + r")\s{1,3}ago\b|"
    r"\b(?:vor|il y a|hace)\s{1,3}" + _NUMBER + r"\s{0,3}(?:" + _UNITS + r")\b|"
    r"(?:"
    + _COUNTED_ELSEWHERE
    + r")\s{0,3}[:(\[]?\s{0,3}"
    + _NUMBER
    + r"[)\]]?|"
    + _NUMBER
    + r"\s{0,3}(?:"
    + _COUNTED_ELSEWHERE
    + r")|"
    r"\d{1,6}\s{0,3}(?:초|분|시간|일|秒|分鐘|分钟|分|小時|小时|時間|天|日)\s{0,3}(?:전|前)|\bjust now\b|"
    r"\b(?:last\s{1,3})?(?:updated|modified|refreshed|generated|aktualisiert|mis à jour|actualizado)"
    r"(?:\s{1,3}(?:at|on|am|um|le|el))?\s{0,3}:?\s{0,3}[0-9][0-9:./,\- tz]{0,30}(?:[ap]\.?m\.?)?"
)
# RE2 looks ten times as fast as re, but is slow at replacing.
_HAS_NOISE: Final = re2.compile(_NOISE_PATTERN)
_NOISE: Final = re.compile(_NOISE_PATTERN, re.ASCII)
_DIGITS: Final = b"0123456789"
_MARKS: Final = b".,:;()/-"
_DAY_NAMES: Final = (
    "mon monday tue tues tuesday wed wednesday thu thurs thursday fri friday sat saturday sun sunday jan january feb "
    "february mar march apr april may jun june jul july aug august sep sept september oct october nov november dec "
    "december am pm a.m p.m"
)
_DAYS: Final = frozenset(_DAY_NAMES.encode().split())
_QUOTES_AND_DASHES: Final = (
    dict.fromkeys("‘’‚‛′`´", "'") | dict.fromkeys("“”„‟″«»", '"') | dict.fromkeys("‐‑‒–—―−", "-")
)
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def content_digest(*, title: str | None, body: str, summary: str | None) -> bytes:
    """8 bytes: five over what a reader would call the entry's content, three over its wording without numbers.

    Links, markup, case, white space, typographic quotes and dashes do not count, nor does what is called noise above.
    """
    text = "\0".join((_said(title or ""), _said(_text_of(body)), _said(summary or ""))).encode("utf-8", "replace")
    # On bytes: taking digits out of them costs a tenth (measured), and no other character holds any in UTF-8.
    words = text.translate(None, _DIGITS).split()
    if days := {word for word in set(words) if word in _DAYS or _is_day_in_marks(word)}:
        words = [word for word in words if word not in days]
    return _digest(text, CONTENT_BYTES) + _digest(b" ".join(words), WORDING_BYTES)


def _is_day_in_marks(word: bytes) -> bool:
    return (word[0] in _MARKS or word[-1] in _MARKS) and word.strip(_MARKS) in _DAYS


def _digest(text: bytes, size: int) -> bytes:
    return hashlib.blake2b(text, digest_size=size).digest()


def _said(text: str) -> str:
    folded = text.lower().replace("`", "'") if text.isascii() else _folded(text)
    if _HAS_NOISE.search(folded):
        folded = _NOISE.sub(" ", folded)
    return " ".join(folded.split())


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    for character, plain in _QUOTES_AND_DASHES.items():  # a fifth of what str.translate takes (measured)
        folded = folded.replace(character, plain)
    return _INVISIBLE.sub("", folded)


def _text_of(body: str) -> str:
    if _NOISE_HINT.search(body):
        body = _without_noise(body)
    text = _TAG.sub(" ", body)
    return html.unescape(text) if "&" in text else text


def _is_noise(block: HtmlElement, half: int) -> bool:
    text = block.text_content().strip()
    if len(text) > max(half, NOISE_CHARACTERS_MAX):
        return False  # a wrapper with an unlucky name
    if _NOISE_NAME.search(f"{block.get('class', '')} {block.get('id', '')}"):
        return True
    return bool(_NOISE_LABEL.match(text[:80])) and next(block.iterchildren(*_BLOCKS), None) is None


def _without_noise(body: str) -> str:
    """The fragment without what its own markup, or its first word, calls an advertisement or a row of buttons."""
    try:
        root = lxml.html.fragment_fromstring(body, create_parent="div")
    except (ParserError, ValueError):
        return body
    half = len(root.text_content()) // 2
    for element in list(root.iter(*_BLOCKS)):
        if element is not root and element.getparent() is not None and _is_noise(element, half):
            element.drop_tree()
    return str(lxml.html.tostring(root, encoding="unicode"))
