from pathlib import Path

import pytest

from katip.demo.folder import MARKER, FolderRefusedError, folder_open


def test_a_new_folder_is_made_and_marked(tmp_path: Path) -> None:
    folder_open(tmp_path / "var/demo", fresh=False)
    assert (tmp_path / "var/demo" / MARKER).is_file()


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    folder_open(tmp_path, fresh=True)
    assert (tmp_path / MARKER).is_file()


@pytest.mark.parametrize("fresh", [True, False])
def test_a_folder_with_anything_else_is_refused_and_left_alone(tmp_path: Path, fresh: bool) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FolderRefusedError, match="something else"):
        folder_open(tmp_path, fresh=fresh)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderRefusedError, match="not a folder"):
        folder_open(tmp_path / "file", fresh=True)


def test_a_second_start_keeps_what_is_there(tmp_path: Path) -> None:
    folder_open(tmp_path, fresh=False)
    (tmp_path / "cast.json").touch()
    folder_open(tmp_path, fresh=False)
    assert (tmp_path / "cast.json").exists()


def test_a_fresh_start_deletes_it_but_follows_no_link(tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "demo", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "thesis.txt").touch()
    folder_open(data, fresh=False)
    (data / "keys").mkdir()
    (data / "keys/secret_key").touch()
    (data / "link").symlink_to(elsewhere)
    folder_open(data, fresh=True)
    assert [path.name for path in data.iterdir()] == [MARKER]
    assert (elsewhere / "thesis.txt").exists()
