"""What `celery -A worker.app` loads: the one module that reads the environment when it is imported."""

from __future__ import annotations

from worker.bootstrap import make_app
from worker.settings import load_settings

app = make_app(load_settings())
