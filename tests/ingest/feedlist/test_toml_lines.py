from __future__ import annotations

import pytest

from ingest.feedlist.toml_lines import line_of

TEXT = """# feeds
[defaults]
language = "en"

[[feed]]
url = "a"
"name" = "b"

[[feed]]
url = "c"
[feed.headers]
X = "y"
[other.deep]
z = 1
"""


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("defaults", "language"), 3),
        (("feed", 0, "name"), 7),
        (("feed", 1, "url"), 10),
        (("feed", 1, "headers"), 11),
        (("feed", 1, "missing"), 9),
        (("other",), 13),
        (("nowhere", "x"), None),
    ],
)
def test_a_key_is_found_or_its_table_is(where: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TEXT, where) == line
