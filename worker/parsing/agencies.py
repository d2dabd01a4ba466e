"""News agencies and desks: who signs copy without being a person. Data, and the two questions asked of it."""

from __future__ import annotations

import re
from typing import Final

from worker.parsing.text import one_line

_AGENCY_NAMES: Final = (
    "AP|Associated Press|The Associated Press|AP Photo|Reuters|Thomson Reuters|AFP|Agence France-Presse|AFP-JIJI|"
    "JIJI|Jiji Press|dpa|DPA|dpa-AFX|dpa Images|ANSA|EFE|Europa Press|EP|TASS|ITAR-TASS|RIA Novosti|Interfax|"
    "Xinhua|Yonhap|Yonhap News|Yonhap News Agency|연합뉴스|뉴시스|Newsis|뉴스1|News1|"
    "Kyodo|Kyodo News|共同|時事|新华社|PTI|"
    "Press Trust of India|ANI|IANS|UNI|Bloomberg|UPI|United Press International|CNN Wire|SID|APA|Keystone-SDA|"
    "sda|SDA|KEYSTONE|Belga|ANP|NTB|TT|Ritzau|STT|PAP|MTI|CTK|ČTK|Agerpres|Tanjug|HINA|Ukrinform|УНИАН|ТАСС|"
    "РИА Новости|Интерфакс|Bernama|Anadolu|AA|Anadolu Agency|Canadian Press|The Canadian Press|PA|PA Media|"
    "Press Association|AAP|Lusa|epd|KNA|EPA|EPA-EFE|Getty|Getty Images|AFP via Getty Images|Shutterstock|imago|"
    "IMAGO|picture alliance|Alamy|iStock|Unsplash|Pixabay|"
    "Pexels|Adobe Stock|Depositphotos|The AP|AP Images|Zuma|ZUMA Press|Sipa|Sipa USA|Rex|LaPresse|Agencies|"
    "Agencias|Agenturen|agence|News Agencies|Wire|Wires|wire services|AP/연합뉴스|Keystone|Newscom|GDA|"
    "Courtesy|EPA/Yonhap|AP-Yonhap|EPA-Yonhap|AFP-Yonhap|Reuters-Yonhap|UPI-Yonhap|Xinhua-Yonhap"
)
_AGENCIES: Final = frozenset(name.casefold() for name in _AGENCY_NAMES.split("|"))
_LONG_NAMES: Final = "|".join(
    sorted((re.escape(name) for name in _AGENCY_NAMES.split("|") if len(name) > 5 and name[1].islower()), key=len)[::-1]
)
_GLUED: Final = re.compile(rf"(?<=[^\W\d_])(?=(?:{_LONG_NAMES})(?:\W|$))")
_DESK_WORDS: Final = re.compile(
    r"(?i)\b(?:redaktion\w*|redazione|redacci[oó]n|redac[cç][aã]o|r[eé]daction|redactie|redakcja|redaksi\w*|редакция|"
    r"newsroom|newsdesk|desk|staff|team|editorial|agency|agencies|agencias?|"
    r"agenturen|agentur|press|presse|prensa|pressestelle|pressemitteilung|news|nachrichten|noticias|notizie|"
    r"actualit[eé]s?|online|magazine?|zeitung|tageblatt|journal|newspaper|times|herald|tribune|gazette|"
    r"post|broadcasting|radio|television|network|wires?|gmbh|ag|inc|ltd|llc|e\.\s?v|"
    r"stiftung|foundation|institute?|universit\w+|verlag|media|medien|verband|bund|(?:bundes|landes)\w{0,20}(?:amt|anstalt|programm|zentrale|verband)|zesp[oó][lł]|ministerium|association|"
    r"company|corporation|community|blog|services?)\b"
    r"|편집부|뉴스팀|취재팀|온라인팀|新聞|编辑部|通讯社|通信"
)
_ROLE_WORDS: Final = re.compile(
    r"(?i)\b(?:editors?|writers?|correspondents?|contributors?|reporters?|columnists?|\w*admin(?:istrator)?|webmaster|guest|"
    r"gast\w*|anonymous|unknown|authors?|autor(?:in)?|support|redakteur\w*)\b"
)
_DOMAIN: Final = re.compile(r"^(?:https?://\S+|(?:[\w-]{1,60}\.){1,4}[a-z]{2,12})$")


def is_agency(name: str) -> bool:
    """A news agency by name, also as ``AP/Reuters`` or ``AFP-JIJI``."""
    name = one_line(name).strip(" .()[]").casefold()
    if name in _AGENCIES:
        return True
    parts = [part.strip() for part in re.split(r"[/,&+]| and | und | et | y | with ", name)]
    return len(parts) > 1 and all(part in _AGENCIES for part in parts)


def parted_agency(names: str) -> str:
    """``JANE DOEAssociated Press``, two elements of a page without a space between them, with a bar between."""
    return _GLUED.sub(" | ", names)


def is_role(name: str) -> bool:
    """Says what somebody does and names nobody: ``Contributor``, ``Gastautor``, ``No Author``."""
    return bool(_ROLE_WORDS.search(name[:200]))


def is_desk(name: str) -> bool:
    """An agency, a desk, an organisation or a site: signs copy, and is no person."""
    return is_agency(name) or bool(_DESK_WORDS.search(name[:200])) or bool(_DOMAIN.match(name[:200].strip()))
