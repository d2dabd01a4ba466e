"""The Celery process of `copydesk work` and of the embedded stack: python -m worker."""

from __future__ import annotations

from worker.lifeline import die_with_supervisor


def main() -> None:
    die_with_supervisor()
    from shared import routing  # noqa: PLC0415
    from worker.app import app  # noqa: PLC0415 - the environment is read only after the lifeline is tied
    from worker.inbox import own_queue  # noqa: PLC0415
    from worker.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    app.worker_main(
        [
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
