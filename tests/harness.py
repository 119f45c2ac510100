"""One embedded PostgreSQL for the whole test run, started before Django reads its settings.

A pytest plugin (`-p tests.harness`), because pytest-django loads the settings before any conftest. Workers of xdist
inherit the environment and find the running server through the data folder.
"""

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp

import pytest

from katip.core.postgres import Server, server_remove, server_start

ENVIRONMENT = {
    "KATIP_ENV": "development",
    "KATIP_APPROVAL_DEADLINE_DAYS": "5",
    "KATIP_OPERATOR_NAME": "Örnek İşletmeci A.Ş.",
    "KATIP_HELP_NAME": "Katip Destek",
    "KATIP_HELP_PHONE": "8500000000",
    "KATIP_HELP_HOURS": "Hafta içi 09:00–18:00",
    "KATIP_COUNTER_NAME": "PTT şubesi",
}


def _start() -> Server | None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        return None
    for name in [name for name in os.environ if name.startswith("KATIP_")]:
        del os.environ[name]
    data = Path(mkdtemp(prefix="katip-test-"))
    data.chmod(0o711)  # as root, the server's own account has to pass through
    os.environ.update(ENVIRONMENT, KATIP_DATA=str(data))
    return server_start(data, durable=False)


SERVER = _start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it, leaving nothing behind."""
    if SERVER is not None:
        data = Path(os.environ["KATIP_DATA"])
        SERVER.stop()
        server_remove(data)
        shutil.rmtree(data)
