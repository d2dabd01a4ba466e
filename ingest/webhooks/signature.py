"""The signature of a webhook by Standard Webhooks 1.0 (standardwebhooks.com): HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = range(24, 65)
"""How long a secret may be (Standard Webhooks, "Signature scheme")."""


def secret_of(text: str) -> bytes:
    """The bytes of ``whsec_`` + base64. Raises ValueError with what is allowed."""
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        secret = b""
    if not text.startswith(PREFIX) or len(secret) not in SECRET_BYTES:
        raise ValueError("whsec_ and then 24 to 64 random bytes in base64")
    return secret


def signed_headers(event_id: str, body: bytes, *, secret: bytes, at: datetime) -> dict[str, str]:
    """The three headers by which a receiver knows who speaks, that nobody changed it, and when it was sent."""
    timestamp = str(int(at.timestamp()))
    digest = hmac.digest(secret, b".".join((event_id.encode(), timestamp.encode(), body)), hashlib.sha256)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
