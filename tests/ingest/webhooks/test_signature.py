from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from ingest.webhooks.signature import secret_of, signed_headers

SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()


def test_the_signature_is_over_id_time_and_body_as_standard_webhooks_has_it() -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    headers = signed_headers("ev_1", b'{"a": 1}', secret=secret_of(SECRET), at=moment)
    # As openssl dgst -sha256 -mac HMAC has it over ev_1.1772366400.{"a": 1}
    assert headers == {
        "webhook-id": "ev_1",
        "webhook-timestamp": "1772366400",
        "webhook-signature": "v1,6KuHIBrjGMFHz9maB5xTcIQtPpXkS4yoHT6FIccjWPw=",
    }


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!", "whsec_" + "AAAA", base64.b64encode(bytes(24)).decode()])
def test_a_secret_that_is_none_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="24 to 64"):
        secret_of(text)
