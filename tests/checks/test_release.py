"""A release is made of a tag that says the same as the version and the change log, and of nothing else."""

import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from checks import release
from checks.release import ReleaseError, faults, notes, source, versions, wheel_try

LOG = "# Changes\n\n## 1.2.0, 2026-11-23\n\n- New.\n\n## 1.1.0, 2026-10-01\n\n- Old.\n"


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Deniz Örnek", "-c", "user.email=deniz@ornek.com.tr")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)  # noqa: S607 -- whichever git there is


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    """A commit that is a release in every way."""
    (tmp_path / "katip").mkdir()
    (tmp_path / "verify").mkdir()
    (tmp_path / "katip" / "__init__.py").write_text('__version__ = "1.2.0"\n')
    for folder in (tmp_path, tmp_path / "verify"):
        (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(LOG)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "release")
    git(tmp_path, "tag", "v1.2.0")
    return tmp_path


def test_a_tag_that_says_the_same_everywhere_is_a_release(tagged: Path) -> None:
    assert list(faults(tagged)) == []
    assert notes("1.2.0", tagged) == ("2026-11-23", "- New.")
    assert notes("1.1.0", tagged) == ("2026-10-01", "- Old.")


def test_a_tag_of_another_version_is_none(tagged: Path) -> None:
    git(tagged, "tag", "-d", "v1.2.0")
    git(tagged, "tag", "v1.3.0")
    assert list(faults(tagged)) == ["the commit has no tag v1.2.0: git tag --sign v1.2.0"]


def test_a_commit_after_the_tag_is_none(tagged: Path) -> None:
    git(tagged, "commit", "-q", "--allow-empty", "-m", "later")
    assert list(faults(tagged)) == ["the commit has no tag v1.2.0: git tag --sign v1.2.0"]


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("verify/pyproject.toml", "1.2.0", "1.1.0", "verify/pyproject.toml says 1.1.0, katip/__init__.py 1.2.0"),
        ("CHANGELOG.md", "2026-11-23", "not released yet", "the day of the release: not released yet"),
        ("CHANGELOG.md", "- New.\n", "", "CHANGELOG.md says nothing of 1.2.0"),
        ("CHANGELOG.md", "## 1.2.0", "## 1.2.1", "CHANGELOG.md has no line '## 1.2.0, YYYY-MM-DD'"),
    ],
)
def test_what_says_otherwise_is_found(tagged: Path, path: str, old: str, new: str, said: str) -> None:
    file = tagged / path
    file.write_text(file.read_text().replace(old, new))
    git(tagged, "commit", "-qam", "otherwise")
    git(tagged, "tag", "-f", "v1.2.0")
    (fault,) = faults(tagged)
    assert said in fault


def test_what_is_not_committed_is_found(tagged: Path) -> None:
    (tagged / "CHANGELOG.md").write_text(LOG + "- More.\n")
    assert list(faults(tagged)) == ["something is changed and not committed"]


def test_this_repository_says_one_version_everywhere() -> None:
    assert len(set(versions().values())) == 1
    assert notes(versions()["katip/__init__.py"])[1]


def test_nothing_is_made_of_what_is_no_release(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(release, "faults", lambda: iter(["it has no tag"]))
    answer = CliRunner().invoke(release.main, ["--to", str(tmp_path / "dist")])
    assert (answer.exit_code, "No release: it has no tag." in answer.output) == (1, True)
    assert not (tmp_path / "dist").exists()


def test_what_was_made_is_never_made_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(release, "faults", lambda: iter([]))
    assert "is there already" in CliRunner().invoke(release.main, ["--to", str(tmp_path)]).output


def test_a_wheel_without_its_pages_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "katip-1.2.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("katip/__main__.py", "")
    with pytest.raises(ReleaseError, match="lacks katip/web/static/katip/"):
        wheel_try(tmp_path / "katip-1.2.0-py3-none-any.whl")


def test_what_is_built_has_all_that_the_program_needs(tmp_path: Path) -> None:
    source(tmp_path / "source")
    release.build(tmp_path / "source", tmp_path / "built", "1700000000")
    (wheel,) = (tmp_path / "built").glob("katip-*.whl")
    wheel_try(wheel)
    assert len(list((tmp_path / "built").iterdir())) == 4
