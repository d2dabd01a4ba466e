"""Pages that stand where an article should: pay walls, consent walls, and pages that are no article at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import lxml.html

from worker.parsing import flags, jsonld
from worker.parsing.claims import Claims

WALL_WORDS_MAX: Final = 250
"""A wall shows a teaser; measured teasers end below 200 words."""
ERROR_WORDS_MAX: Final = 120

_PAYWALL: Final = re.compile(
    r"(?i)to read the full (?:story|article)|subscribe to (?:continue|read|unlock)|(?:this|the) (?:article|"
    r"content|story) is "
    r"(?:only |exclusively )?(?:for|available to) (?:\w+ )?(?:subscribers|members)|already a subscriber\?|"
    r"sign in to (?:continue|read)|register to continue|cet article est réservé aux abonnés|réservé à nos abonnés|"
    r"il vous reste \d+ ?% de cet article|jetzt weiterlesen|weiterlesen mit|mit .{2,30}\+? weiterlesen|"
    r"sie haben bereits ein .{0,20}abo|"
    r"exklusiv für abonnent|contenido exclusivo para suscriptores|contenuto riservato agli abbonati|para assinantes|"
    r"유료\s?회원|この記事は有料会員|残り\d+文字"
)
_CONSENT: Final = re.compile(
    r"(?i)(?:we (?:and our partners|value your privacy)|before you continue|accept (?:all|cookies)|"
    r"your (?:privacy|consent) (?:choices|matters)|"
    r"cookie (?:consent|settings|policy)|zustimm(?:en|ung)|mit werbung|datenschutzeinstellungen|einwilligung|"
    r"accepter (?:et|les cookies)|consentement|aceptar (?:y|cookies)|consenti|accetta)"
)
_ERROR: Final = re.compile(
    r"(?i)\b404\b|page not found|not found|seite (?:wurde )?nicht gefunden|page introuvable|página no encontrada|"
    r"pagina non trovata|access denied|forbidden|are you a (?:robot|human)|captcha|just a moment|attention required|"
    r"enable javascript|페이지를 찾을 수 없"
)
_LISTING: Final = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "ProfilePage"})


def flags_of(
    root: lxml.html.HtmlElement,
    structured: Sequence[Mapping[str, Any]],
    metas: Mapping[str, Sequence[str]],
    body: Claims,
    *,
    url: str | None,
    paid: bool,
) -> set[str]:
    """``paid``: the publisher states that the article is not free. A wall is flagged only where the text is short."""
    words = sum(len(paragraph.split()) for paragraph in body.paragraphs)
    text = " ".join(body.paragraphs)[:20_000]
    title = (root.findtext(".//title") or "")[:300]
    found = set()
    if words <= WALL_WORDS_MAX and (paid or _PAYWALL.search(text)):
        found.add(flags.PAYWALL)
    if words <= WALL_WORDS_MAX and len({match.group().lower() for match in _CONSENT.finditer(text)}) >= 2:
        found.add(flags.CONSENT)
    if words <= ERROR_WORDS_MAX and _ERROR.search(title):
        found.add(flags.NOT_AN_ARTICLE)
    if _is_front(structured, metas, url):
        found.add(flags.NOT_AN_ARTICLE)
    return found


def _is_front(structured: Sequence[Mapping[str, Any]], metas: Mapping[str, Sequence[str]], url: str | None) -> bool:
    """A home page by its address, or a listing by its own statement, that states no article."""
    kinds = {kind for node in structured[:40] for kind in jsonld.types(node)}
    if any(kind.endswith(("Article", "Posting")) for kind in kinds) or "article:published_time" in metas:
        return False
    if any(value.lower() == "article" for value in metas.get("og:type", ())):
        return False
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    root_address = bool(parts.hostname) and parts.path in ("", "/", "/index.html", "/index.php") and not parts.query
    return root_address or bool(kinds & _LISTING and metas.get("og:type", [""])[0].lower() == "website")
