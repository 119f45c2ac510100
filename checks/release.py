"""Make a release of the tagged commit: `script/release`. Builds everything twice, and compares; sends nothing anywhere.

What is built comes out of the history, not out of the folder, and carries the commit's time: whoever builds the same
tag with the same lock gets the same bytes.
"""

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from checks.dependencies import ROOT, sbom

VERSION = re.compile(r"^\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?$")
_SECTION = re.compile(r"^## (\S+), (.*)$", re.MULTILINE)
_NEEDED = ("katip/__main__.py", "katip/web/static/katip/", "katip/web/templates/", ".mo", "katip/core/sql/turkish.sql")
"""ends or beginnings of names of which the wheel must have one each"""


class ReleaseError(Exception):
    """There is no release to be made of this; the message says why."""


def git(*arguments: str, root: Path = ROOT) -> str:
    """What git says; raises `ReleaseError` with its words where it refuses."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S607 -- whichever git there is
    if done.returncode:
        raise ReleaseError(done.stderr.strip())
    return done.stdout.strip()


def versions(root: Path = ROOT) -> dict[str, str]:
    """File → the version that stands in it."""
    module = re.search(r'^__version__ = "(.*)"$', (root / "katip" / "__init__.py").read_text(), re.MULTILINE)
    found = {"katip/__init__.py": module[1] if module else ""}
    for name in ("pyproject.toml", "verify/pyproject.toml"):
        found[name] = tomllib.loads((root / name).read_text())["project"]["version"]
    return found


def notes(version: str, root: Path = ROOT) -> tuple[str, str]:
    """When the change log says that the version was released, and what it says of it; empty: nothing."""
    text = (root / "CHANGELOG.md").read_text()
    sections = list(_SECTION.finditer(text))
    for no, section in enumerate(sections):
        if section[1] == version:
            end = sections[no + 1].start() if no + 1 < len(sections) else len(text)
            return section[2], text[section.end() : end].strip()
    return "", ""


def faults(root: Path = ROOT) -> Iterator[str]:
    """Why the commit that is checked out is no release."""
    known = versions(root)
    version = known["katip/__init__.py"]
    if not VERSION.match(version):
        yield f"{version!r} is no version"
    for name, other in known.items():
        if other != version:
            yield f"{name} says {other}, katip/__init__.py {version}"
    told, words = notes(version, root)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", told):
        yield f"CHANGELOG.md has no line '## {version}, YYYY-MM-DD', the day of the release" + (
            f": {told}" if told else ""
        )
    elif not words:
        yield f"CHANGELOG.md says nothing of {version}"
    if git("status", "--porcelain", "--untracked-files=no", root=root):
        yield "something is changed and not committed"
    if f"v{version}" not in git("tag", "--points-at", "HEAD", root=root).split():
        yield f"the commit has no tag v{version}: git tag --sign v{version}"


def source(folder: Path, root: Path = ROOT) -> None:
    """The commit's files, with the translations compiled."""
    packed = subprocess.run(["git", "archive", "HEAD"], cwd=root, capture_output=True, check=True)  # noqa: S607 -- as above
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12's Python has none yet
        archive.extractall(folder)  # noqa: S202 -- git has just made it
    for catalogue in folder.glob("katip/**/LC_MESSAGES/*.po"):
        arguments = ["--locale", catalogue.parts[-3], "--input-file", str(catalogue)]
        arguments += ["--output-file", str(catalogue.with_suffix(".mo"))]
        _run("babel.messages.frontend", "-q", "compile", *arguments, at=folder)


def build(folder: Path, target: Path, moment: str) -> None:
    """Wheel and source package of the program and of the verifier, dated `moment` (seconds since 1970)."""
    for project in (folder, folder / "verify"):
        _run("hatchling", "build", "-d", str(target), "-t", "sdist", "-t", "wheel", at=project, moment=moment)


def _run(module: str, *arguments: str, at: Path, moment: str = "0") -> None:
    # A mask and a locale of our own: neither may be seen in what is made.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": moment, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        cwd=at,
        env=environment,
        umask=0o022,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"{module} failed:\n{done.stdout}{done.stderr}")


def digests(folder: Path) -> dict[str, str]:
    """File → SHA-256."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def wheel_try(wheel: Path) -> None:
    """Raise `ReleaseError` unless the wheel has what the program needs, and says its own version."""
    with TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        for needed in _NEEDED:
            if not any(name.startswith(needed) or name.endswith(needed) for name in names):
                raise ReleaseError(f"{wheel.name} lacks {needed}")
        packed.extractall(folder)  # noqa: S202 -- we have just made it
        said = subprocess.run(
            [sys.executable, "-P", "-m", "katip", "--version"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if said.strip() != f"katip, version {wheel.name.split('-')[1]}":
            raise ReleaseError(f"{wheel.name} says of itself: {said.strip()}")


def make(target: Path, root: Path = ROOT) -> None:
    """Fill the new folder `target` with everything that belongs to the release. Raises `ReleaseError`."""
    version = versions(root)["katip/__init__.py"]
    moment = git("log", "-1", "--format=%ct", root=root)
    with TemporaryDirectory() as outer:
        made = [Path(outer) / name for name in ("first", "second")]
        for folder in made:
            source(folder / "source", root)
            build(folder / "source", folder / "built", moment)
        first, second = (digests(folder / "built") for folder in made)
        if first != second:
            differ = ", ".join(name for name in first if first[name] != second.get(name))
            raise ReleaseError(f"Built twice, these are not the same: {differ}")
        built = made[0] / "built"
        wheel_try(next(built.glob("katip-*.whl")))
        if sbom(built / f"katip-{version}.cdx.json"):
            raise ReleaseError("There is no bill of materials.")
        shutil.copy(made[0] / "source" / "requirements.txt", built / f"katip-{version}-requirements.txt")
        (built / "NOTES.md").write_text(notes(version, root)[1] + "\n")
        sums = "".join(f"{digest}  {name}\n" for name, digest in digests(built).items())
        (built / "SHA256SUMS").write_text(sums)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(built, target)


@click.command()
@click.option("--to", "target", type=click.Path(path_type=Path), help="The new folder.  [default: dist/VERSION]")
@click.option("--rehearse", is_flag=True, help="Build although the commit is no release yet; says why it is none.")
def main(*, target: Path | None, rehearse: bool) -> None:
    """Make wheel, source package, bill of materials, notes and checksums of the tag that is checked out."""
    found = list(faults())
    for fault in found:
        click.echo(f"No release: {fault}.", err=True)
    if found and not rehearse:
        raise click.ClickException("Mend that, or see how it would be built: script/release --rehearse")
    target = target or ROOT / "dist" / versions()["katip/__init__.py"]
    if target.exists():
        raise click.ClickException(f"{target} is there already. A version is made once.")
    try:
        make(target)
    except ReleaseError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{target}:")
    for name in sorted(path.name for path in target.iterdir()):
        click.echo(f"  {name}")
    click.echo("Next: docs/releasing.md, from step 5.")


if __name__ == "__main__":
    main()
