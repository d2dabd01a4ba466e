"""The publishers' table as the setting COPYDESK_PUBLISHERS_FILE names it."""

from __future__ import annotations

from worker.parsing.publishers import NO_PUBLISHERS, Publishers, PublishersError, read_publishers
from worker.settings import SettingsError, WorkerSettings


def load_publishers(settings: WorkerSettings) -> Publishers:
    """Empty without the setting. Raises SettingsError with one sentence that names the file."""
    path = settings.publishers_file
    if path is None:
        return NO_PUBLISHERS
    try:
        return read_publishers(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"COPYDESK_PUBLISHERS_FILE={path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, PublishersError) as error:
        raise SettingsError(f"COPYDESK_PUBLISHERS_FILE={path} cannot be used: {error}.") from error
