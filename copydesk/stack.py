"""What a command needs to be running: reached if it is there, brought up for as long as it is needed if not.

Embedded (no COPYDESK_REDIS_URL) a private broker and a worker on the data folder; else a deployment that others run.
The two differ by two URLs and by nothing else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from copydesk.datafolder import DataFolder, DataFolderError, Role
from copydesk.embedded import PrivateBroker, ping
from copydesk.supervisor import Program, Supervisor
from copydesk.watch import PulseWatch, poller_pulse, worker_pulse
from ingest.polling.pulse import poller_name
from shared.logs import redact
from worker.pulse import runs_under
from worker.settings import SettingsError, WorkerSettings, load_settings

REACH_SECONDS = 10.0
"""Within 15 s a command says that a service cannot be reached; this leaves time to start and to say it."""

SQLITE = "sqlite:///"
GUESTS = "Another command still uses this stack; waiting for it."

Say = Callable[[str], None]


class UnreachableError(Exception):
    """A service that was named cannot be reached; the message says which and what to do."""


class NameTakenError(Exception):
    """Two workers would have one name; the message says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Where the services of this command are. ``folder`` is None in a deployment."""

    redis_url: str
    database_url: str
    folder: DataFolder | None
    owned: bool
    """Whether this process keeps the stack running (so that nobody else will)."""

    data: Path | None = None
    """The data folder of this service, also in a deployment."""

    @property
    def watched(self) -> dict[str, Path]:
        """The folders on whose disks this service writes: ``data`` and, where it is a file, ``database``'s."""
        data = self.folder.path if self.folder else self.data
        folders = {"data": data} if data else {}
        if self.database_url.startswith(SQLITE):
            database = Path(self.database_url.removeprefix(SQLITE)).parent
            folders |= {"database": database} if database != data else {}
        return folders


def redis_client(url: str) -> Redis:
    """For looking: it fails within seconds instead of hanging."""
    return Redis.from_url(url, socket_connect_timeout=REACH_SECONDS, socket_timeout=5, retry=Retry(NoBackoff(), 0))


def silent(_sentence: str) -> None:
    """For commands that have nothing to say while they wait."""


@contextmanager
def broker(data: Path | None, *, say: Say = silent) -> Iterator[Reached]:
    """A Redis for a quick look: the deployment's, the running stack's, or the data folder's own, started for it."""
    with _reached(data, role="broker", say=say) as reached:
        yield reached


@contextmanager
def stack(data: Path | None, *, say: Say = silent) -> Iterator[Reached]:
    """Redis and, embedded, a worker on it: joined when it runs, else brought up and stopped again at the end."""
    with _reached(data, role="stack", say=say) as reached, ExitStack() as cleanup:
        if reached.folder and reached.owned:
            cleanup.enter_context(_worker(reached, say=say))
            cleanup.callback(reached.folder.close_to_guests, lambda: say(GUESTS))
        yield reached


@contextmanager
def exclusive_stack(data: Path | None, *, say: Say = silent) -> Iterator[Reached]:
    """The same for `run`, which never joins: two on one data folder are refused. A deployment gets one more worker.

    Raises DataFolderError when another process holds the folder.
    """
    settings = load_settings(data=data)
    with ExitStack() as cleanup:
        if settings.redis_url:
            reached = _deployed(settings)
        else:
            folder = DataFolder(settings.data)
            if not cleanup.enter_context(folder.hold("stack")):
                raise DataFolderError(_held(folder))
            reached = cleanup.enter_context(_own_broker(settings, folder, say=say))
        cleanup.enter_context(_worker(reached, say=say))
        yield reached


@contextmanager
def _reached(data: Path | None, *, role: Role, say: Say) -> Iterator[Reached]:
    settings = load_settings(data=data)
    if settings.redis_url:
        yield _deployed(settings)
        return
    folder = DataFolder(settings.data)
    ends = time.monotonic() + REACH_SECONDS
    while True:
        with folder.hold(role) as held:
            if held:
                with _own_broker(settings, folder, say=say) as reached:
                    yield reached
                return
        # Somebody else holds it. A stack is joined; a quick look by another command is waited for.
        if _joinable(folder, role):
            with folder.guest():
                if ping(folder) == "ready":
                    yield _embedded(settings, folder, owned=False)
                    return
        if time.monotonic() > ends:
            raise DataFolderError(f"{_held(folder)} It does not answer; stop it and try again.")
        time.sleep(0.1)


def _joinable(folder: DataFolder, role: Role) -> bool:
    holder = folder.holder()
    return bool(holder and (holder[1] == "stack" or role == "broker")) and ping(folder) == "ready"


def _held(folder: DataFolder) -> str:
    holder = folder.holder()
    who = f"process {holder[0]}" if holder else "another process"
    return f"Another Copydesk ({who}) runs on {folder.path}; stop it, or name another folder with --data."


def deployed(data: Path | None, *, command: str) -> Reached:
    """The deployment that a service is part of. Raises UnreachableError, or SettingsError without a Redis."""
    settings = load_settings(data=data)
    if not settings.redis_url:
        raise SettingsError(
            f"`copydesk {command}` is a service of a deployment: set COPYDESK_REDIS_URL "
            "(on one machine `copydesk run` starts everything)."
        )
    return _deployed(settings)


def _deployed(settings: WorkerSettings) -> Reached:
    assert settings.redis_url
    try:
        redis_client(settings.redis_url).ping()
    except (RedisError, OSError) as error:
        raise UnreachableError(
            f"Redis cannot be reached at {redact(settings.redis_url)} ({redact(str(error))}); "
            "start it, or correct COPYDESK_REDIS_URL."
        ) from error
    return Reached(
        redis_url=settings.redis_url,
        database_url=settings.effective_database_url,
        folder=None,
        owned=False,
        data=settings.data.expanduser(),
    )


def _embedded(settings: WorkerSettings, folder: DataFolder, *, owned: bool) -> Reached:
    database_url = settings.effective_database_url
    return Reached(redis_url=folder.redis_url, database_url=database_url, folder=folder, owned=owned)


@contextmanager
def _own_broker(settings: WorkerSettings, folder: DataFolder, *, say: Say) -> Iterator[Reached]:
    server = PrivateBroker(folder, say=say)
    server.start()
    try:
        yield _embedded(settings, folder, owned=True)
    finally:
        server.stop()


@contextmanager
def _worker(reached: Reached, *, say: Say) -> Iterator[Supervisor]:
    supervisor = worker_supervisor(reached, say=say)
    if reached.folder is None:
        prepare_database(reached)
        refuse_taken_name(reached)
    # Embedded, the worker's start (2 s of imports) and the migration run side by side: a worker that meets a database
    # without tables gives back what it claimed and waits a second, as after any outage.
    supervisor.start()
    try:
        if reached.folder:
            prepare_database(reached)
        with beside_the_worker(reached):
            yield supervisor
            supervisor.stop()  # before the relay's last round: what its last batch committed is told too
    finally:
        supervisor.stop()


@contextmanager
def beside_the_worker(reached: Reached) -> Iterator[None]:
    """While this is open, events of this stack go to its stream, and what is too old is purged."""
    from copydesk.purging import purging  # noqa: PLC0415 - SQLAlchemy, which joining does not need
    from copydesk.relaying import relaying  # noqa: PLC0415
    from worker.purge_command import retention_of  # noqa: PLC0415

    retention = retention_of(load_settings())
    with purging(reached.database_url, retention), relaying(redis_client(reached.redis_url), reached.database_url):
        yield


def prepare_database(reached: Reached) -> None:
    """Embedded, brings the database to this release's schema; a deployment's has to have it (SchemaMismatchError)."""
    from worker.storage.engine import make_engine  # noqa: PLC0415 - a second of imports that joining does not need
    from worker.storage.migrations import check_schema, migrate  # noqa: PLC0415

    engine = make_engine(reached.database_url)
    try:
        (migrate if reached.folder else check_schema)(engine)
    finally:
        engine.dispose()


def refuse_taken_name(reached: Reached) -> None:
    """Raises NameTakenError when another worker of this deployment has the name of the one that is to start."""
    name = load_settings().worker_name
    if runs_under(redis_client(reached.redis_url), name):
        raise NameTakenError(
            f"Another worker runs under the name {name} on this Redis; give each its own COPYDESK_WORKER_NAME."
        )


def worker_program(reached: Reached) -> Program:
    """The Celery process of this stack; embedded it logs to a file, so that the terminal is the user's."""
    return Program(
        name="worker",
        arguments=("-m", "worker"),
        environment=service_environment(reached),
        log_file=reached.folder.worker_log if reached.folder else None,
    )


def worker_supervisor(reached: Reached, *, say: Say = silent) -> Supervisor:
    """Keeps the worker running and working."""
    watch = PulseWatch(worker_pulse(redis_client(reached.redis_url), worker_name(reached)))
    return Supervisor(worker_program(reached), watch=watch, say=say)


def worker_name(reached: Reached) -> str:
    """Of this stack's worker."""
    return service_environment(reached).get("COPYDESK_WORKER_NAME") or load_settings().worker_name


def poller_supervisor(feeds: Path | None, reached: Reached, *, say: Say = silent) -> Supervisor:
    """Keeps a poller running and working."""
    program = Program(
        name="poller",
        arguments=("-m", "copydesk.poller", *((str(feeds),) if feeds else ())),
        environment=service_environment(reached),
        log_file=reached.folder.poller_log if reached.folder else None,
    )
    watch = PulseWatch(poller_pulse(redis_client(reached.redis_url), poller_name(os.getpid())))
    return Supervisor(program, watch=watch, say=say)


def service_environment(reached: Reached) -> dict[str, str]:
    """What a child process needs to know to be part of this stack."""
    environment = {"COPYDESK_REDIS_URL": reached.redis_url, "COPYDESK_DATABASE_URL": reached.database_url}
    if reached.folder:
        environment["COPYDESK_DATA"] = str(reached.folder.path)
        environment["COPYDESK_WORKER_NAME"] = os.environ.get("COPYDESK_WORKER_NAME", "embedded")
    return environment
