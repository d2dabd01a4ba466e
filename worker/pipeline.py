"""One batch from the inbox to the database.

    claim -> settled already? -> unpack, parse -> store (one transaction: decide and write) -> settle (after commit)
               |                    |                 |
               +-- receipt          +-- retry alone   +-- database away: give back uncounted, hold, return

Every step may run twice: what dies between commit and settle is met again by "settled already?".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

import structlog

from shared.schema import Outcome, RawArticle, SchemaError, UnknownVersionError, unpack
from worker.budget import OutOfTimeError, time_budget
from worker.inbox import Claim, ClaimedArticle, Inbox
from worker.parse_times import ParseTimes
from worker.parsing.article import ParsedArticle
from worker.settled_log import tell_settled
from worker.storage.errors import StorageError
from worker.storage.store import Arrival, Condemned, Reason, SettledRow, Store, StoreFailed

log = structlog.get_logger()

BATCH_SECONDS = 10.0
"""A batch that has parsed for so long is stored as far as it got: the rest is given back, before the hard limit of a
task (30 s) would end the process and blame all fifty."""

TRIES_MAX = 3
"""The third failure alone puts an article into quarantine."""


class Parse(Protocol):
    def __call__(self, raw: RawArticle) -> ParsedArticle: ...


@dataclass(frozen=True, kw_only=True)
class ParseFailed:
    """An article that could not be parsed this time; it is tried again alone, and quarantined the third time."""

    claimed: ClaimedArticle
    raw: RawArticle
    reason: Reason
    detail: str


Prepared = Arrival | Condemned | ParseFailed


class ArticlePipeline:
    """Drains the inbox. Parsing runs in parallel over processes; deciding and storing is serialised by the store."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        store: Store,
        parse: Parse,
        parse_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._inbox = inbox
        self._store = store
        self._parse = parse
        self._parse_seconds = parse_seconds
        self._now = now
        self._clock = clock
        self._parse_times = ParseTimes()

    def drain(self, *, seconds: float) -> bool:
        """Works batch after batch for about ``seconds``. Answers whether more may wait."""
        ends = self._clock() + seconds
        while self._clock() < ends:
            claim = self._inbox.claim()
            if not claim.articles:
                return False
            if not self.work_off(claim):
                return False
        return True

    def work_off(self, claim: Claim) -> bool:
        """One claim, all the way. False when the database is away: then everything was given back, uncounted."""
        try:
            outcomes, fresh = self._without_settled(claim.articles)
            prepared, left = self._prepare_in_time(fresh, alone=claim.alone)
            storable = [each for each in prepared if not isinstance(each, ParseFailed)]
            outcomes |= self._stored(storable, claim)
        except StorageError as error:
            self._inbox.give_back_uncounted([article.raw_id for article in claim.articles])
            log.warning("database.away", reason=str(error), next_try_in_seconds=self._inbox.hold())
            return False
        self._inbox.settle(outcomes, self._parse_times.counts)
        if outcomes:
            self._parse_times.forget()
        tell_settled(outcomes, claim.articles, self._store.places)
        self._inbox.give_back_uncounted(left)
        self._retry([article for article in claim.articles if article.raw_id not in {*outcomes, *left}])
        return True

    def _without_settled(self, articles: Sequence[ClaimedArticle]) -> tuple[dict[str, Outcome], list[ClaimedArticle]]:
        settled = self._store.settled([article.raw_id for article in articles])
        outcomes, fresh = {}, []
        for article in articles:
            row = settled.get(article.raw_id)
            if row is None or (row.settled == "quarantined" and _is_replay(article)):
                fresh.append(article)
            else:
                outcomes[article.raw_id] = _known(row, article)
        return outcomes, fresh

    def _prepare_in_time(self, articles: Sequence[ClaimedArticle], *, alone: bool) -> tuple[list[Prepared], list[str]]:
        ends, prepared = self._clock() + BATCH_SECONDS, list[Prepared]()
        for position, article in enumerate(articles):
            if self._clock() > ends:
                return prepared, [each.raw_id for each in articles[position:]]
            prepared.append(self._prepare(article, alone=alone))
        return prepared, []

    def _prepare(self, article: ClaimedArticle, *, alone: bool) -> Prepared:
        try:
            raw = unpack(article.meta, article.body)
        except UnknownVersionError as error:
            return _condemned(article, None, Reason.UNKNOWN_VERSION, str(error))
        except SchemaError as error:
            return _condemned(article, None, Reason.MALFORMED, str(error))
        if article.tries > TRIES_MAX:
            return _condemned(article, raw, Reason.KILLED_WORKER, f"its process died {article.tries - 1} times")
        parsed = self._parsed(article, raw)
        if isinstance(parsed, ParseFailed):
            final = alone and article.tries >= TRIES_MAX
            return _condemned(article, raw, parsed.reason, parsed.detail) if final else parsed
        if not parsed.text and not parsed.title:
            return _condemned(article, raw, Reason.NO_CONTENT, "neither a title nor any text could be found in it")
        return Arrival(raw_id=article.raw_id, raw=raw, meta=article.meta, body=article.body, parsed=parsed)

    def _parsed(self, article: ClaimedArticle, raw: RawArticle) -> ParsedArticle | ParseFailed:
        began = self._clock()
        try:
            with time_budget(self._parse_seconds):
                return self._parse(raw)
        except OutOfTimeError as error:
            reason, detail = Reason.PARSE_TIMEOUT, str(error)
        except MemoryError:
            reason, detail = Reason.OUT_OF_MEMORY, "parsing needed more memory than a worker process may have"
        except Exception as error:  # noqa: BLE001 - the article is to blame until it has failed three times alone
            reason, detail = Reason.PARSE_FAILED, f"{type(error).__name__}: {error}"
        finally:
            self._parse_times.add(self._clock() - began)
        log.warning("article.parse_failed", raw_id=article.raw_id, reason=reason, detail=detail, tries=article.tries)
        return ParseFailed(claimed=article, raw=raw, reason=reason, detail=detail)

    def _stored(self, batch: Sequence[Arrival | Condemned], claim: Claim) -> dict[str, Outcome]:
        if not batch:
            return {}
        results = self._store.store(batch, now=self._now())
        failed = {raw_id: result for raw_id, result in results.items() if isinstance(result, StoreFailed)}
        if failed and claim.alone and claim.articles[0].tries >= TRIES_MAX:
            detail = next(iter(failed.values())).detail
            unstorable = _condemned(claim.articles[0], batch[0].raw, Reason.STORE_FAILED, detail)
            results |= self._store.store([unstorable], now=self._now())
        return {raw_id: Outcome(settled=each) for raw_id, each in results.items() if not isinstance(each, StoreFailed)}

    def _retry(self, failed: Iterable[ClaimedArticle]) -> None:
        for article in failed:
            self._inbox.retry_alone([article.raw_id], after_seconds=article.tries)


def _known(row: SettledRow, article: ClaimedArticle) -> Outcome:
    # Settled before it was accepted this time: known. Settled since: its process died between commit and settling.
    return Outcome(settled=row.settled, again=row.at < article.accepted_at)


def _is_replay(article: ClaimedArticle) -> bool:
    try:
        return unpack(article.meta, article.body).replay
    except SchemaError:
        return False


def _condemned(article: ClaimedArticle, raw: RawArticle | None, reason: Reason, detail: str) -> Condemned:
    return Condemned(
        raw_id=article.raw_id,
        raw=raw,
        meta=article.meta,
        body=article.body,
        reason=reason,
        detail=detail,
        tries=article.tries,
    )
