"""Where in a text the article lies: all of it is copy, or a part of a page that was copied with menus and comments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from worker.parsing.headlines import PageLines, headline_index, page_lines
from worker.parsing.shape import Shape, shape_of
from worker.parsing.slugs import slug_words
from worker.parsing.text import comparable

BODY_LINES_BELOW_HEADLINE: Final = 80
"""Prose that begins further below the headline belongs to another article."""
SIGNED_LINES: Final = 12
REPEATED_LINES: Final = 40
REPEATED_MASS_MAX: Final = 4.0
"""Pages print a headline in breadcrumbs and above the byline, with a standfirst between them at most."""
ENDING_CHARS_MIN: Final = 12
GAP_MAX: Final = 20.0
"""The body is over when so many short lines stand there that no prose below makes up for."""
AFTER_MASS_MIN: Final = 3.0
"""A heading like "Comments" ends the body only below so much prose: menus above the text hold these words too."""
_AFTER: Final = re.compile(
    r"(?i)^(?:\d{1,6}\s)?(?:comments?|kommentare?|commentaires?|comentarios?|coment[áa]rios|commenti|reacties|kommentarer|"
    r"komentarze|komentarzy|комментари\w+|댓글|コメント|评论|responses?|replies|leave a (?:reply|comment)|"
    r"(?:hinterlasse|schreibe) (?:eine antwort|einen kommentar).{0,20}|deja (?:un comentario|una respuesta)|"
    r"related(?: \w+){0,2}|more (?:from|on|in|news|stories|about)\b.{0,40}|most (?:read|popular|viewed)|read next|"
    r"recommended(?: for you)?|recent (?:posts|articles|comments)|latest (?:posts|articles)|"
    r"neueste (?:beitr[äa]ge|artikel)|"
    r"you (?:may|might) (?:also )?like|mehr (?:zum thema|von|aus)\b.{0,40}|"
    r"(?:das )?k[öo]nnte (?:sie|dich) auch interessieren|auch interessant|meistgelesen.{0,30}|"
    r"weitere (?:artikel|themen|meldungen|nachrichten)|(?:sur|à lire) (?:le même sujet|aussi)|les plus lus|"
    r"noticias relacionadas|m[áa]s noticias|lo m[áa]s (?:le[íi]do|visto)|articoli correlati|leia também|mais lidas|"
    r"meest gelezen|관련\s?기사|관련\s?뉴스|"
    r"많이 본 뉴스|関連記事|相关(?:阅读|新闻)|читайте также)\s?[:(]?\s?\(?\d{0,6}\)?$"
)


@dataclass(frozen=True, kw_only=True)
class Region:
    """``shape`` is the article's prose; ``headline`` the line above it, known in a whole page only."""

    shape: Shape
    headline: int | None = None
    first_headline: int | None = None
    """Where the page prints the headline before, say in a breadcrumb; the date may stand between the two."""


def region_of(lines: Sequence[str], *, url: str | None = None, stated_title: str | None = None) -> Region:
    """In a whole page: the headline, stated or found, and the prose that follows it."""
    shape = shape_of(lines)
    if not shape.whole_page:
        return Region(shape=shape)
    page = page_lines(lines)
    key = comparable(stated_title or "")
    same = [index for index, line in enumerate(page.lines) if key and comparable(line) == key]
    headline = headline_index(page, slug_words(url), among=same or None)
    if headline is None:
        return Region(shape=shape)
    headline = _signed_again(page, headline)
    last = _printed_again(page, headline)
    return Region(shape=_prose_below(page, last) or shape, headline=last, first_headline=headline)


def is_after_heading(line: str) -> bool:
    """``Comments``, ``Related stories``: the heading of what follows an article on its page."""
    return len(line) <= 80 and bool(_AFTER.match(line))


def _signed_again(page: PageLines, headline: int) -> int:
    """Where the page prints the same headline with a date or a byline below it, when the best place has neither."""
    key = comparable(page.lines[headline])
    same = [index for index, line in enumerate(page.lines) if comparable(line) == key]
    return next((index for index in (headline, *same) if _is_signed(page, index)), headline)


def _is_signed(page: PageLines, index: int) -> bool:
    below = slice(index + 1, index + 1 + SIGNED_LINES)
    return any(page.times[below]) or any(page.bylines[below])


def _printed_again(page: PageLines, headline: int) -> int:
    """The last line above the body that repeats the headline, or is the end of it (behind a breadcrumb or a kicker)."""
    key, mass, last = comparable(page.lines[headline]), 0.0, headline
    for index in range(headline + 1, min(len(page.lines), headline + REPEATED_LINES)):
        mass += page.mass[index]
        if mass > REPEATED_MASS_MAX:
            break
        other = comparable(page.lines[index])
        if other == key or (len(other) >= ENDING_CHARS_MIN and key.endswith(other)):
            last, key = index, other
    return last


def _prose_below(page: PageLines, headline: int) -> Shape | None:
    """From the first prose below the headline to where short lines outweigh what still follows."""
    end_of_search = min(len(page.lines), headline + BODY_LINES_BELOW_HEADLINE)
    start = next((index for index in range(headline + 1, end_of_search) if page.prose[index]), None)
    if start is None:
        return None
    best, running, read, end = 0.0, 0.0, 0.0, start + 1
    for index in range(start, len(page.lines)):
        if page.prose[index]:
            running += page.mass[index]
            read += page.mass[index]
        elif read >= AFTER_MASS_MIN and is_after_heading(page.lines[index]):
            break
        else:
            running -= 1
        if running > best and page.prose[index]:
            best, end = running, index + 1
        elif running < best - GAP_MAX:
            break
    return Shape(start=start, end=end, whole_page=True)
