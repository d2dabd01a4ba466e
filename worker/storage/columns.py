"""Column types that mean the same on SQLite and PostgreSQL (each stands for a trap that was measured)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

Key: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers a primary key by itself only if its type is INTEGER to the letter."""

Json: TypeEngine[Any] = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""None is SQL's NULL. JSONB sorts keys, so nothing may hash or sign what comes back."""

Digest: TypeEngine[bytes] = LargeBinary(32)


class UtcDateTime(TypeDecorator[datetime]):
    """A system time: aware in Python, UTC in the database.

    Refuses naive times (ValueError). SQLite would drop the offset of an aware one and sort it wrongly.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a system time must be aware of its zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class UtcSeconds(TypeDecorator[datetime]):
    """A system time to the second, as seconds since the epoch: 4 to 8 bytes where SQLite's text takes 26.

    Refuses naive times (ValueError); what is below the second is dropped.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a system time must be aware of its zone")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)
