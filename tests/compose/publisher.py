"""The publisher whose feed the stack polls: a folder that a web server in the stack serves."""

from __future__ import annotations

from pathlib import Path

FEED_NAME = "Harbor Notices"
TITLES = [f"Notice {number} to mariners" for number in (1, 2, 3)]


def write_publisher(folder: Path) -> None:
    """A feed of three entries and the list that names it, readable by the image's user."""
    entries = "".join(
        f"<item><title>Notice {n} to mariners</title><guid isPermaLink='false'>notice-{n}</guid>"
        f"<description>Buoy number {n} off Skarn Island has been moved {n}00 meters to the north, the harbor "
        f"master of Port Elvar said. Ships are asked to keep a lookout for it until the charts are reprinted in "
        f"week {10 + n}.</description></item>"
        for n in (1, 2, 3)
    )
    feed = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Notices</title>{entries}</channel></rss>"
    (folder / "notices.xml").write_text(feed)
    listing = f'[[feed]]\nurl = "http://papers.test/notices.xml"\nname = "{FEED_NAME}"\nfull_text = "never"\n'
    (folder / "feeds.toml").write_text(listing)
    folder.chmod(0o777)
