from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from shared import routing
from worker.bootstrap import make_app, redis_client
from worker.settings import SettingsError, load_settings


def test_the_live_app_has_the_settings_that_lose_double_and_stop_nothing(tmp_path: Path) -> None:
    conf = make_app(load_settings(data=tmp_path, redis_url="unix:///nowhere.sock")).conf
    assert {
        "task_acks_late": conf.task_acks_late,
        "task_reject_on_worker_lost": conf.task_reject_on_worker_lost,
        "task_time_limit": conf.task_time_limit,
        "task_soft_time_limit": conf.task_soft_time_limit,
        "task_ignore_result": conf.task_ignore_result,
        "result_backend": conf.result_backend,
        "worker_lost_wait": conf.worker_lost_wait,
        "worker_prefetch_multiplier": conf.worker_prefetch_multiplier,
        "worker_max_tasks_per_child": conf.worker_max_tasks_per_child,
        "worker_enable_remote_control": conf.worker_enable_remote_control,
        "accept_content": list(conf.accept_content),
        "broker_connection_retry_on_startup": conf.broker_connection_retry_on_startup,
        "broker_url": conf.broker_url,
    } == {
        "task_acks_late": False,
        "task_reject_on_worker_lost": None,
        "task_time_limit": 30,
        "task_soft_time_limit": None,
        "task_ignore_result": True,
        "result_backend": None,
        "worker_lost_wait": 1,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 500,
        "worker_enable_remote_control": False,
        "accept_content": ["json"],
        "broker_connection_retry_on_startup": True,
        "broker_url": "redis+socket:///nowhere.sock?virtual_host=0",
    }
    options = conf.broker_transport_options
    assert options["global_keyprefix"] == routing.KEY_PREFIX
    assert (options["visibility_timeout"], options["socket_timeout"], options["health_check_interval"]) == (300, 5, 10)


def test_the_app_knows_one_task_and_one_queue(tmp_path: Path) -> None:
    app = make_app(load_settings(data=tmp_path, redis_url="redis://h"))
    assert [name for name in app.tasks if not name.startswith("celery.")] == [routing.DRAIN_TASK]
    assert app.conf.task_default_queue == routing.WORK_QUEUE


def test_a_worker_of_its_own_needs_a_redis(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="copydesk run"):
        make_app(load_settings(data=tmp_path))


@pytest.mark.parametrize("tells", [True, False])
def test_only_the_sweeps_client_tells_that_its_connection_was_lost(valkey_url: str, tells: bool) -> None:
    client = redis_client(valkey_url, tells_a_lost_connection=tells)
    client.ping()
    Redis.from_url(valkey_url).client_kill_filter(skipme=True)
    with pytest.raises(RedisConnectionError) if tells else nullcontext():
        client.ping()
    client.ping()


def test_what_a_parent_loads_before_it_forks_no_child_has_to_load_again() -> None:
    code = (
        "from worker.bootstrap import warm_up\n"
        "warm_up()\n"
        "import sys\n"
        "from py3langid import langid\n"
        "from trafilatura.external import JT_STOPLIST\n"
        "sys.exit(langid.IDENTIFIER is None or not JT_STOPLIST)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
