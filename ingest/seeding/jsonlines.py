"""One JSON line handed in by a user: {"text" | "html" | "html_base64", "id"?, "url"?, ...} (docs/records.md)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ingest.documents.plain_text import clean
from shared.schema import Kind, Stated, StatedAuthor


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line that can be an article."""

    id: str | None
    url: str | None
    source: str | None
    timezone: str | None
    kind: Kind
    body: bytes
    stated: Stated


@dataclass(frozen=True, kw_only=True)
class LineError:
    """Why a line cannot be an article; ``input_id`` is its id where it can be read at all."""

    reason: str
    input_id: str | None = None


class _Author(BaseModel):
    model_config = ConfigDict(strict=True)
    name: str | None = None
    email: str | None = None
    url: str | None = None


class _Fields(BaseModel):
    # Strict, but unknown fields are let through: people hand in what their own tools wrote.
    model_config = ConfigDict(strict=True)
    text: str | None = None
    html: str | None = None
    html_base64: str | None = None
    id: str | int | None = None
    url: str | None = None
    source: str | None = None
    title: str | None = None
    authors: list[str | _Author] | str | None = None
    published_at: str | None = None
    language: str | None = None
    timezone: str | None = None

    @model_validator(mode="after")
    def _one_body(self) -> _Fields:
        bodies = [name for name in ("text", "html", "html_base64") if getattr(self, name) is not None]
        if len(bodies) > 1:
            raise ValueError(f"has both {bodies[0]} and {bodies[1]}; give one of them")
        if not bodies and not self.title:
            raise ValueError("has neither text, html, html_base64 nor a title")
        return self


def read_line(line: bytes) -> Line | LineError:
    """The line as an article, or one reason why not."""
    text = line.decode("utf-8-sig", "replace")
    try:
        fields = json.loads(text)
        if "\\ud" in text.lower():
            fields = json.loads(_without_lone_surrogates(json.dumps(fields, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        return LineError(reason=f"is not JSON ({_at(error)})")
    return line_of(fields)


def _without_lone_surrogates(text: str) -> str:
    # JSON's escapes can carry half a character; no database takes it, so it becomes U+FFFD at the door.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def line_of(fields: Any) -> Line | LineError:
    """The same for JSON that is already parsed."""
    if not isinstance(fields, dict):
        return LineError(reason="is not a JSON object")
    input_id = str(fields["id"]) if isinstance(fields.get("id"), str | int) else None
    try:
        given = _Fields.model_validate(fields)
        body, kind = _body(given)
    except ValidationError as error:
        return LineError(reason=_sentence(error), input_id=input_id)
    except (binascii.Error, ValueError) as error:
        return LineError(reason=f"html_base64 is not base64 ({error})", input_id=input_id)
    if given.timezone and not is_timezone(given.timezone):
        return LineError(reason=f"timezone {given.timezone!r} is not an IANA name like Asia/Seoul", input_id=input_id)
    return Line(
        id=clean(input_id or "") or None,
        url=clean(given.url or "") or None,
        source=clean(given.source or "") or None,
        timezone=given.timezone or None,
        kind=kind,
        body=body,
        stated=_stated(given),
    )


def is_timezone(name: str) -> bool:
    """Whether the IANA database knows the name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _body(given: _Fields) -> tuple[bytes, Kind]:
    if given.html_base64 is not None:
        return base64.b64decode(given.html_base64, validate=True), "page"
    if given.html is not None:
        return given.html.encode(), "page"
    return (given.text or "").encode(), "text"


def _stated(given: _Fields) -> Stated:
    authors = [given.authors] if isinstance(given.authors, str) else given.authors or []
    return Stated(
        title=given.title,
        authors=tuple(
            StatedAuthor(name=each) if isinstance(each, str) else StatedAuthor(**each.model_dump()) for each in authors
        ),
        published_at=given.published_at,
        language=given.language,
    )


def _at(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.removesuffix(' at')} at character {error.pos + 1}"
    return str(error)


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    name = str(first["loc"][0])
    found = "" if name == "authors" else f" holds {_JSON_TYPES.get(type(first['input']), 'something else')} and"
    return f"{name}{found} has to be {_WANTED[name]}"


_WANTED: Final[Mapping[str, str]] = {
    **dict.fromkeys(_Fields.model_fields, "a string"),
    "id": "a string or an integer",
    "authors": "a string, or a list of strings or of objects with name, email and url as strings",
}
_JSON_TYPES: Final[Mapping[type, str]] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
