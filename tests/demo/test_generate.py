from pathlib import Path

import pytest

from katip.demo.generate import files_write
from tests.demo.files import WORLD

FILES = tuple(sorted(path.name for path in WORLD.glob("accountant_*.csv")))


@pytest.mark.parametrize("name", FILES)
def test_the_committed_file_is_what_the_seed_gives(tmp_path: Path, name: str) -> None:
    files_write(tmp_path)
    assert len(list(tmp_path.iterdir())) == len(FILES)
    assert (tmp_path / name).read_bytes() == (WORLD / name).read_bytes()


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    files_write(tmp_path, seed=1)
    assert (tmp_path / "accountant_workplaces.csv").read_bytes() != (WORLD / "accountant_workplaces.csv").read_bytes()
