"""One embedded PostgreSQL for the whole test run, started before Django reads its settings.

A pytest plugin (`-p tests.harness`), because pytest-django loads the settings before any conftest. Workers of xdist
inherit the environment and find the running server through the data folder.
"""

import gc
import os
import shutil
from collections import Counter
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

LONG = (
    "tests/e2e/test_axe.py",
    "tests/updates/test_kill.py",
    "tests/upgrade/test_rolling.py",
    "tests/e2e/test_demo_process.py",
    "tests/e2e/test_promises.py",
    "tests/web/test_permissions.py",
    "tests/api/v1/test_conformance.py",
    "tests/contracts/test_machine.py",
    "tests/updates/test_equality.py",
    "tests/web/test_looks_everywhere.py",
)
"""Files that take long for how few tests they have: begun last, one would go on when the other workers are done."""
LAST = "tests/e2e/test_opening.py"
"""It leaves what nobody can delete, a newcomer who had a second step: the chip opens nothing to them any more."""


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

# What is imported and collected is never garbage: the collector would look through it again and again.
gc.disable()


def pytest_configure(config: pytest.Config) -> None:
    """Workers of xdist are given files in the order in which they were collected."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Several workers begin with what takes long; then come the files with most tests, and what spoils others last."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    files = [item.nodeid.partition("::")[0] for item in items]
    counted = Counter(files)
    place = {file: LONG.index(file) if file in LONG else len(LONG) + len(items) - counted[file] for file in counted}
    place[LAST] = len(LONG) + len(items)
    items[:] = [items[at] for at in sorted(range(len(items)), key=lambda at: (place[files[at]], files[at], at))]


def pytest_collection_finish() -> None:
    """From here on garbage is looked for among what the tests leave, and less often."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it, leaving nothing behind."""
    if SERVER is not None:
        data = Path(os.environ["KATIP_DATA"])
        SERVER.stop()
        server_remove(data)
        shutil.rmtree(data)
