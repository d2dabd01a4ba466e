"""Score Copydesk's parser, and trafilatura alone beside it, on public articles in one run (``make evaluate``).

The data and the scorer lie outside the repository, in the folder that COPYDESK_SHARED names. Inputs go the product's
way: a JSON line of the kind ``copydesk seed`` takes, a RawArticle, ``parse``, the record as JSON. Exit 2 without data.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.seeding.jsonlines import LineError, line_of
from shared.schema import RawArticle
from tests.bench.copy_truths import TRUTHS, shares

Fields = dict[str, Any]

CORPORA = (("html_articles", True), ("text_from_html", False))
"""Name, and whether trafilatura is run beside (it reads pages only)."""
MORE_CORPORA = (("text_reuters21578", False),)
COPY_CORPORA = tuple(TRUTHS)
"""Copy without annotations: scored by what it gives beside its text and what it prints (``copy_truths``)."""
SEEN_AT = datetime.now(UTC)


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    shared = Path(os.environ.get("COPYDESK_SHARED", Path(__file__).parents[3] / "shared"))
    chosen = [(name, peer) for name, peer in (*CORPORA, *MORE_CORPORA) if not options.only or name in options.only]
    copy = [name for name in COPY_CORPORA if not options.only or name in options.only]
    missing = [
        name
        for name in (*(name for name, _ in chosen), *copy)
        if not (shared / "corpora" / f"{name}.jsonl.gz").is_file()
    ]
    if missing or not (shared / "tools" / "score_articles.py").is_file():
        print(
            f"No evaluation data: {shared} does not hold corpora/{missing[0] if missing else '…'}.jsonl.gz and tools/; "
            "set COPYDESK_SHARED to the folder that does.",
            file=sys.stderr,
        )
        return 2
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool, tempfile.TemporaryDirectory() as folder:
        for name, with_peer in chosen:
            gold = shared / "corpora" / f"{name}.jsonl.gz"
            lines = list(inputs(shared, gold, options.limit))
            report(shared, Path(folder), gold, "copydesk", pool.imap(copydesk_record, lines, chunksize=8))
            if with_peer:
                report(shared, Path(folder), gold, "trafilatura", pool.imap(trafilatura_record, lines, chunksize=8))
        for name in copy:
            gold = shared / "corpora" / f"{name}.jsonl.gz"
            lines = list(inputs(shared, gold, options.limit))
            report_copy(gold, pool.imap(copydesk_record, lines, chunksize=32))
    return 0


def raw_article(given: Fields) -> RawArticle:
    """The raw article that ``copydesk parse -`` makes of a JSON line."""
    line = line_of(given)
    if isinstance(line, LineError):
        raise TypeError(f"{line.input_id}: {line.reason}")
    return RawArticle(
        source_key=f"seed:{line.source}",
        source=line.source or "seed",
        entry_key=line.id or "",
        kind=line.kind,
        body=line.body,
        url=line.url,
        stated=line.stated,
        seen_at=SEEN_AT,
    )


def copydesk_record(line: Fields) -> Fields:
    from worker.parsing.parser import parse  # noqa: PLC0415 - in the pool's processes only
    from worker.record import parsed_fields  # noqa: PLC0415

    raw = raw_article(line)
    return _timed(lambda: parsed_fields(parse(raw)), line)


def trafilatura_record(line: Fields) -> Fields:
    """The fields of trafilatura's own metadata and body, with its defaults."""
    import trafilatura  # noqa: PLC0415 - in the pool's processes only

    body = raw_article(line).body

    def extracted() -> Fields:
        document = trafilatura.bare_extraction(body, url=line.get("url"), with_metadata=True)
        fields: Fields = getattr(document, "as_dict", dict)()
        return {
            "title": fields.get("title"),
            "authors": [name.strip() for name in (fields.get("author") or "").split(";") if name.strip()],
            "published_at": fields.get("date"),
            "text": fields.get("text"),
        }

    return _timed(extracted, line)


def _timed(extract: Callable[[], Fields], line: Fields) -> Fields:
    before = time.process_time()
    fields = extract()
    return {"input_id": line["id"], **fields, "cpu_ms": (time.process_time() - before) * 1000}


def inputs(shared: Path, gold: Path, limit: int | None = None) -> Iterator[Fields]:
    """The JSON lines that a user would hand in for the articles of ``gold``, the truth left out."""
    command = [sys.executable, str(shared / "tools" / "corpus_inputs.py"), str(gold), *([str(limit)] if limit else [])]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return map(json.loads, printed.splitlines())


def report(shared: Path, folder: Path, gold: Path, system: str, records: Iterable[Fields]) -> None:
    """Score the records against ``gold`` and print the table under a heading that names corpus, system and cost."""
    name = gold.name.partition(".")[0]
    path = folder / f"{name}.{system}.jsonl"
    costs = []
    with path.open("w", encoding="utf-8") as out:
        for record in records:
            costs.append(record.pop("cpu_ms"))
            out.write(json.dumps(record) + "\n")
    command = [sys.executable, str(shared / "tools" / "score_articles.py")]
    command += [str(gold), str(path)]
    scored = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    print(f"## {name} · {system} · {len(costs)} records · {statistics.median(costs):.1f} ms CPU a record (median)")
    print(_table(scored), flush=True)


def report_copy(gold: Path, records: Iterable[Fields]) -> None:
    """Print the shares of what is known of un-annotated copy that the records hold, with the number behind each."""
    truth_of = TRUTHS[gold.name.partition(".")[0]]
    with gzip.open(gold, "rt", encoding="utf-8") as rows:
        pairs = [(truth_of(json.loads(row)), record) for row, record in zip(rows, records, strict=False)]
    costs = statistics.median(record["cpu_ms"] for _, record in pairs)
    print(f"## {gold.name.partition('.')[0]} · copydesk · {len(pairs)} records · {costs:.1f} ms CPU a record (median)")
    found = shares(pairs).items()
    columns = [(name, f"{share:.3f} ({count})") for name, (share, count) in found]
    widths = [max(map(len, column)) for column in columns]
    for line in zip(*columns, strict=True):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print(flush=True)


def _table(scored: str) -> str:
    """The scorer's ``name  key=value(count) …`` lines as one aligned table."""
    rows = []
    for line in scored.splitlines():
        corpus, _, figures = line.partition(" ")
        cells = dict(figure.partition("=")[::2] for figure in figures.replace("(P ", "(P").split("  ") if "=" in figure)
        rows.append({"corpus": corpus, **{key.strip(): value.split("(")[0] for key, value in cells.items()}})
    columns = list(dict.fromkeys(key for row in rows for key in row))
    widths = {key: max(len(key), *(len(row.get(key, "")) for row in rows)) for key in columns}
    printed = [columns, *([row.get(key, "–") for key in columns] for row in rows)]
    return (
        "\n".join(
            "  ".join(cell.ljust(widths[key]) for cell, key in zip(line, columns, strict=True)).rstrip()
            for line in printed
        )
        + "\n"
    )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.evaluate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--only",
        nargs="*",
        choices=[name for name, _ in (*CORPORA, *MORE_CORPORA)] + [*COPY_CORPORA],
        help="corpora to run",
    )
    parser.add_argument("--limit", type=int, help="records per corpus (the others then count as missing)")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
