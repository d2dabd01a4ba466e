"""Pages as people copy them: menus, an article, what stands below it. Written for these tests."""

from __future__ import annotations

PROSE = (
    "The harbour board of Ostholm voted on Tuesday to bring the night ferry back after eleven years without one.",
    "“We have been waiting for this since the bridge closed,” said Marit Olsen, who runs the bakery at the pier.",
    "The ferry is to leave the pier at ten in the evening and to come back before the fishing boats go out.",
    "The board will decide in autumn whether the night ferry also runs in winter, its chairwoman told reporters.",
)
HEADLINE = "Night ferry returns to Ostholm"
URL = "https://islander.example/harbour/2021/03/night-ferry-returns-to-ostholm-4711.html"
MENU = (
    *(f"Menu entry {letter}" for letter in "ABCDEFGHIJKLM"),
    "Islands",
    "Weather",
    "Fishing",
    "Letters",
    "Log in",
    "Search",
    "Subscribe",
    "Contact us",
    "About us",
)
BELOW = (
    "Related stories",
    "Bakery at the pier opens on Sundays again",
    "By Odd Berger",
    "February 2, 2021",
    "The bakery at the pier has found a second baker and will open on Sundays from the first of March, it said.",
    "Comments",
    "Sunniva",
    "3 hours ago",
    "I have waited for this ferry for eleven years and will be the first one on it when it leaves the pier again.",
    *(f"Footer entry {letter}" for letter in "ABCDEFGH"),
)


def copied_page(*head: str, body: tuple[str, ...] = PROSE, below: tuple[str, ...] = BELOW) -> list[str]:
    """``head`` stands between menu and body: the headline with what surrounds it."""
    return [*MENU, *head, *body, *below]
