from __future__ import annotations

from worker.parsing.markup import tree_of
from worker.parsing.places import Places
from worker.parsing.recovery import recovered

LINES = [
    f"Sentence number {word} of an article about the night ferry, long enough to be told as running text."
    for word in ("one", "two", "three", "four", "five", "six", "seven")
]


def read(body: str, known: list[str]) -> list[str]:
    tree = tree_of(f"<html><body><h1>Night ferry</h1>{body}</body></html>")
    assert tree is not None
    return recovered(known, tree.root, Places(tree.root, "Night ferry"))


def column(lines: list[str], mark: str = "chunk") -> str:
    return f"<div class='{mark}'>{''.join(f'<p>{line}</p>' for line in lines)}</div>"


def test_the_second_column_of_the_same_kind_is_recovered_in_its_place() -> None:
    assert read(column(LINES[:3]) + "<hr>" + column(LINES[3:]), LINES[:3]) == LINES


def test_a_paragraph_missing_between_two_read_ones_is_recovered() -> None:
    assert read(column(LINES), [*LINES[:3], *LINES[4:]]) == LINES


def test_another_kind_is_left_out() -> None:
    assert read(column(LINES[:3]) + column(LINES[3:], "notes"), LINES[:3]) == LINES[:3]
    assert read(column(LINES[:3], "") + column(LINES[3:], ""), LINES[:3]) == LINES[:3], "no class is no kind"


def test_a_single_paragraph_elsewhere_or_behind_the_last_is_a_notice() -> None:
    assert read(column(LINES[:4]) + column(LINES[4:5]), LINES[:4]) == LINES[:4]
    assert read(column(LINES), LINES[:6]) == LINES[:6]


def test_links_pictures_and_readers_comments_are_not_recovered() -> None:
    linked = column([f"<a href='/b'>{line}</a>" for line in LINES[3:]])
    assert read(column(LINES[:3]) + linked, LINES[:3]) == LINES[:3]
    comments = f"<div class='comments'>{column(LINES[3:])}</div>"
    assert read(column(LINES[:3]) + comments, LINES[:3]) == LINES[:3]


def test_what_stands_between_two_read_paragraphs_of_one_container_is_text_as_they_are() -> None:
    between = "<h3>What the board decided</h3><ol><li>The ferry sails again</li></ol><p>It was so:</p>"
    body = (
        f"<div><p>{LINES[0]}</p>{between}<p>It was a short meeting:</p><p>{LINES[1]}</p><h3>More on ferries</h3></div>"
    )
    assert read(body, LINES[:2]) == [
        LINES[0],
        "What the board decided",
        "- The ferry sails again",
        "It was a short meeting:",
        LINES[1],
    ]


def test_lines_that_were_read_one_by_one_are_not_put_back_as_a_whole() -> None:
    verse = ("The ferry left at nine,", "the ferry came at ten")
    body = f"<div><p>{LINES[0]}</p><p>{verse[0]}<br>{verse[1]}</p><p>{LINES[1]}</p></div>"
    assert read(body, [LINES[0], *verse, LINES[1]]) == [LINES[0], *verse, LINES[1]]
