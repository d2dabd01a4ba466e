"""The process that polls, under its supervisor: python -m copydesk.poller [FEEDS]."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from worker.lifeline import die_with_supervisor


def main() -> None:
    die_with_supervisor()
    from ingest.poll_command import poll_forever  # noqa: PLC0415 - only after the lifeline is tied
    from ingest.polling.pulse import poller_name  # noqa: PLC0415
    from ingest.settings import load_settings, secrets_of  # noqa: PLC0415
    from shared.logs import configure_logging  # noqa: PLC0415
    from worker.said import log_what_is_said  # noqa: PLC0415

    configure_logging("ingest", stream=sys.__stderr__)
    log_what_is_said()
    settings = load_settings()
    configure_logging("ingest", stream=sys.__stderr__, secrets=secrets_of(settings))
    if not settings.redis_url:
        sys.exit("copydesk.poller is started by `copydesk poll` and `copydesk run`.")
    feeds = Path(sys.argv[1]) if sys.argv[1:] else settings.feeds_file
    # By its supervisor, which watches it and outlives it.
    poll_forever(feeds, redis_url=settings.redis_url, data=settings.data, name=poller_name(os.getppid()))


if __name__ == "__main__":
    main()
