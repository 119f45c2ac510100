"""Data folders for embedded servers of one's own, removed with everything that a server puts elsewhere."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from katip.core.postgres import server_remove, server_start


def _data_folder() -> Iterator[Path]:
    outer = Path(mkdtemp(prefix="katip-test-"))
    outer.chmod(0o711)  # as root, the server's account has to pass through
    data = outer / "data"
    yield data
    server_remove(data)
    shutil.rmtree(outer)


@pytest.fixture
def fresh() -> Iterator[Path]:
    """A data folder that does not exist yet."""
    yield from _data_folder()


@pytest.fixture(scope="module")
def module_data() -> Iterator[Path]:
    """As `fresh`, for all tests of a module."""
    yield from _data_folder()


@pytest.fixture(scope="session")
def _made() -> Iterator[Path]:
    for data in _data_folder():
        server_start(data, durable=False).stop()
        yield data


@pytest.fixture
def data(fresh: Path, _made: Path) -> Path:
    """A data folder with a cluster that was started and stopped once; a copy, since making one takes a second."""
    subprocess.run(["/bin/cp", "-a", "--reflink=auto", _made, fresh], check=True)
    return fresh
