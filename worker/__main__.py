"""The Celery process of `copydesk work` and of the embedded stack: python -m worker."""

from __future__ import annotations

import sys

from worker.lifeline import die_with_supervisor


def main() -> None:
    die_with_supervisor()
    from shared import routing  # noqa: PLC0415 - the environment is read only after the lifeline is tied
    from shared.logs import configure_logging  # noqa: PLC0415
    from worker.inbox import own_queue  # noqa: PLC0415
    from worker.said import log_what_is_said  # noqa: PLC0415
    from worker.settings import load_settings, secrets_of  # noqa: PLC0415

    configure_logging("worker", stream=sys.__stderr__)
    log_what_is_said()
    settings = load_settings()
    configure_logging("worker", stream=sys.__stderr__, secrets=secrets_of(settings))
    # Celery says "Warm shutdown" there, past every stream and log; what ends is told by worker.stopped.
    sys.__stdout__ = None  # type: ignore[misc]
    from worker.app import app  # noqa: PLC0415

    app.worker_main(
        [
            "--quiet",
            "worker",
            f"--hostname={settings.worker_name}",
            f"--concurrency={settings.worker_processes}",
            f"--queues={routing.WORK_QUEUE},{own_queue(settings.worker_name)}",
            "--pool=prefork",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


if __name__ == "__main__":
    main()
