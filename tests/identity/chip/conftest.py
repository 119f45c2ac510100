"""Fixtures of the chip's tests."""

from pathlib import Path

import pytest

from katip.identity.chip.store import TrustStore
from tests.identity.chip.scene import Folder, country


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> TrustStore:
    """The one country and its fresh revocation list."""
    return Folder(tmp_path_factory.mktemp("trust")).trust(country()).load()
