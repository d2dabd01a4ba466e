"""Writes WARC files for tests, with warcio: a library of others, so that our reader does not only understand itself."""

from __future__ import annotations

import io
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGE = (
    "<html><head><title>Night ferry</title></head><body><p>The harbour board of Ostholm voted to bring the night "
    "ferry back.</p></body></html>"
)


class _Writer(WARCWriter):  # type: ignore[misc]
    @classmethod
    def _create_temp_file(cls) -> io.BytesIO:
        return io.BytesIO()  # the original leaves a file open


class Archive:
    """``data`` is the file so far."""

    def __init__(self, *, gzip: bool = True) -> None:
        self._file = io.BytesIO()
        self._writer = _Writer(self._file, gzip=gzip)

    @property
    def data(self) -> bytes:
        return self._file.getvalue()

    def add(self, kind: str, url: str | None, block: bytes = b"", **headers: str) -> Archive:
        """A record with this block; ``headers`` of WARC with underscores for dashes (``WARC_Date``)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("Content-Type", "application/warc-fields")
        record = self._writer.create_warc_record(
            url, kind, payload=io.BytesIO(block), warc_content_type=content_type, warc_headers_dict=named
        )
        self._writer.write_record(record)
        return self

    def respond(
        self,
        url: str,
        body: bytes = PAGE.encode(),
        *,
        status: str = "200 OK",
        http: dict[str, str] | None = None,
        **headers: str,
    ) -> Archive:
        """A response record; ``http`` are the server's headers."""
        sent: dict[str, Any] = {"Content-Type": "text/html; charset=utf-8", **(http or {})}
        lines = StatusAndHeaders(status, list(sent.items()), protocol="HTTP/1.1")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        record = self._writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=lines, warc_headers_dict=named
        )
        self._writer.write_record(record)
        return self
