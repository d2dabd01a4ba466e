"""Runs under the peers' interpreter (.venv-peers), as a child of ``evaluate_stories``; imports nothing of Copydesk.

usage: python lsh_peer.py THRESHOLD… < inputs.jsonl > pairs.jsonl
Near-duplicates as datasketch finds them: MinHash of 128 permutations over 5-word shingles, an LSH index for each
threshold. Inputs are the JSON lines that ``copydesk seed`` takes; a line of output is {"threshold", "a", "b"}.
"""

from __future__ import annotations

import json
import re
import sys

PERMUTATIONS = 128
SHINGLE_WORDS = 5


def shingles(line: dict[str, str]) -> set[bytes]:
    text = line.get("text") or re.sub(r"<[^>]+>", " ", line.get("html") or "")
    words = re.findall(r"\w+", text.lower())
    ends = range(SHINGLE_WORDS, max(SHINGLE_WORDS, len(words)) + 1)
    return {" ".join(words[max(0, end - SHINGLE_WORDS) : end]).encode() for end in ends}


def main(thresholds: list[float]) -> None:
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - in the peers' interpreter only

    indexes = {threshold: MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS) for threshold in thresholds}
    for printed in sys.stdin:
        line = json.loads(printed)
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch(list(shingles(line)))
        for threshold, index in indexes.items():
            for other in index.query(sketch):
                sys.stdout.write(json.dumps({"threshold": threshold, "a": other, "b": line["id"]}) + "\n")
            index.insert(line["id"], sketch)


if __name__ == "__main__":
    main([float(each) for each in sys.argv[1:]])
