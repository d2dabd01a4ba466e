"""What comes in during a run: entries in feeds, and lines by `copydesk seed`, which is started again when it dies."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from tests.faults.deployment import Deployment
from tests.faults.feeds import Feeds
from tests.faults.journal import Journal, of_a_seed
from tests.faults.processes import NeverHappenedError
from tests.faults.texts import Article

SETTLED: Final = 0
QUARANTINED: Final = 1
"""Exit codes of a seed."""


class HandingIn:
    """``failures``: what a seed should have done and did not, a sentence each."""

    def __init__(self, deployment: Deployment, feeds: Feeds, journal: Journal) -> None:
        self._deployment, self._feeds, self._journal = deployment, feeds, journal
        self._pool = ThreadPoolExecutor(16)
        self._seeds: list[Future[None]] = []
        self.failures: list[str] = []

    def grow(self, feed: int, articles: Sequence[Article]) -> None:
        self._journal.hand_in(self._feeds.raw(feed, article) for article in articles)
        self._feeds.grow(feed, articles)

    def begin_to_seed(self, articles: Iterable[Article], *, code: int = SETTLED) -> None:
        """Hands lines in beside everything else, until the command says, by this exit code, that all is settled."""
        self._seeds.append(self._pool.submit(self._seed, list(articles), code))

    def wait_for_seeds(self) -> None:
        for each in self._seeds:
            try:
                each.result()
            except NeverHappenedError as error:
                self.failures.append(str(error))
        self._seeds.clear()

    def _seed(self, articles: Sequence[Article], code: int) -> None:
        self._journal.hand_in(of_a_seed(article) for article in articles)
        file = self._deployment.folder / f"{articles[0].key}.jsonl"
        file.write_text("\n".join(map(line, articles)))
        while (ended := self._deployment.command("seed", "seed", str(file))) == -signal.SIGKILL:
            pass
        self._journal.say("seeded", file=file.name, code=ended)
        if ended != code:
            self.failures.append(f"seed {file.name} ended with {ended}, not {code}")


def line(article: Article) -> str:
    """A line of a seed's file."""
    return json.dumps({"id": article.key, "title": article.title, "text": article.text})
