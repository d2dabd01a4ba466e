"""The words of dates: months and zones, in the languages news is published in. Data only.

Months are matched case-folded and without a trailing full stop. Zone abbreviations with several meanings in the news
(IST: India, Ireland, Israel) are left out: such a time has no known zone.
"""

from __future__ import annotations

from typing import Final

_MONTH_NAMES: Final = (
    "jan january januar janvier janv enero ene gennaio gen janeiro januari jänner jaenner stycznia styczeń sty "
    "tammikuu tammikuuta января январь янв січня січень ocak oca ianuarie ian január janeiro leden ledna януари "
    "ιανουαρίου ιαν siječnja januára januára januárius",
    "feb february februar février fevrier févr fév fev fevr febrero febbraio fevereiro februari feber feb. lutego luty "
    "lut helmikuu helmikuuta февраля февраль фев лютого лютий şubat şub februarie február únor února февруари "
    "φεβρουαρίου φεβ veljače februára febr",
    "mar march märz maerz mrz mär mars marzo março marco maart mrt marca marzec maaliskuu maaliskuuta марта март мар "
    "березня березень mart martie március březen března μαρτίου μαρ ožujka márc",
    "apr april avril avr abril abr aprile kwietnia kwiecień kwi huhtikuu huhtikuuta апреля апрель апр квітня квітень "
    "nisan nis aprilie április duben dubna април απριλίου απρ travnja apríla ápr",
    "may mai mayo maggio mag maio mei maj maja toukokuu toukokuuta мая май травня травень mayıs mayis május květen "
    "května μαΐου μάιος svibnja mája máj kvě",
    "jun june juni juin junio giugno giu junho czerwca czerwiec cze kesäkuu kesäkuuta июня июнь июн червня червень "
    "haziran haz iunie iun június červen června юни ιουνίου ιουν lipnja júna jún",
    "jul july juli juillet juil julio luglio lug julho lipca lipiec lip heinäkuu heinäkuuta июля июль июл липня липень "
    "temmuz tem iulie iul július červenec července юли ιουλίου ιουλ srpnja júla júl",
    "aug august août aout agosto ago augusti augustus sierpnia sierpień sie elokuu elokuuta августа август авг серпня "
    "серпень ağustos ağu augusztus srpen srpna αυγούστου αυγ kolovoza augusta",
    "sep sept september septembre septiembre settembre set setembro września wrzesień wrz syyskuu syyskuuta сентября "
    "сентябрь сен сент вересня вересень eylül eyl septembrie szeptember září zář септември σεπτεμβρίου σεπ rujna "
    "septembra szept setiembre",
    "oct october okt oktober octobre octubre ottobre ott outubro out października październik paź lokakuu lokakuuta "
    "октября октябрь окт жовтня жовтень ekim eki octombrie október říjen října октомври οκτωβρίου οκτ listopada",
    "nov november novembre noviembre novembro listopad lis marraskuu marraskuuta ноября ноябрь ноя листопада листопад "
    "kasım kas noiembrie noi listopadu ноември νοεμβρίου νοε studenoga novembra",
    "dec december dez dezember décembre decembre déc diciembre dic dicembre dezembro desember des grudnia grudzień gru "
    "joulukuu joulukuuta декабря декабрь дек грудня грудень aralık ara decembrie prosinec prosince декември δεκεμβρίου "
    "δεκ prosinca decembra",
)

MONTHS: Final[dict[str, int]] = {}
for _number, _names in enumerate(_MONTH_NAMES, start=1):
    for _name in _names.split():
        MONTHS.setdefault(_name.rstrip("."), _number)
MONTHS["listopada"] = 11  # Polish November outnumbers Croatian October by readers

ZONE_MINUTES: Final[dict[str, int]] = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "met": 60, "mez": 60,
    "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "trt": 180, "kst": 540, "jst": 540, "hkt": 480, "sgt": 480,
    "pht": 480, "awst": 480, "acst": 570, "acdt": 630, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "sast": 120,
    "eat": 180, "wat": 60, "wib": 420, "nst": -210, "ndt": -150, "ast": -240, "adt": -180, "est": -300, "edt": -240,
    "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480,
    "hst": -600, "brt": -180, "art": -180, "clt": -240,
}  # fmt: skip

ZONE_NAMES: Final[dict[str, str]] = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "at": "America/Halifax",
    "uk": "Europe/London",
}
"""Abbreviations that leave summer time open, as US desks write them (``10:15 a.m. ET``)."""
