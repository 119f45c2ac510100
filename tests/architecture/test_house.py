"""The house as it was drawn: floors, migrations, and pages that load nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from importlinter.cli import lint_imports

import katip

PACKAGE = Path(katip.__file__).parent
PAGES = sorted(file for kind in ("html", "css", "js", "svg") for file in (PACKAGE / "web").rglob(f"*.{kind}"))
WRITERS = sorted((PACKAGE / "web").rglob("*.py"))
"""Python that writes markup: what a template must not, it must not either."""

FOREIGN = re.compile(r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+(?:\.[a-z0-9-]+)+""", re.IGNORECASE)
LINK = re.compile(r"""<a [^>]*href="https://[^"]*\"""")
ROOT = PACKAGE.parent
PROGRAMS = sorted(
    file for room in ("katip", "verify/katip_verify", "deploy", "checks") for file in (ROOT / room).rglob("*.py")
)
TESTS = sorted(file for room in ("tests", "verify/tests") for file in (ROOT / room).rglob("*.py"))
OVERLOOK = re.compile(r"# ?(?:(?:ruff: )?noqa|type: ?ignore|pragma: no cover|mypy: \w)(.*)")
REASON = re.compile(r"(?:--|–|-|#) \S")

INLINE = {
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "a style in the page": re.compile(r"<style|\bstyle=[\"']", re.IGNORECASE),
    "an event attribute": re.compile(r"<[a-z][^>{}]*\son[a-z]+=[\"']", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
}


def unreasoned(name: str, text: str) -> list[str]:
    """Where a tool is told to overlook something, and neither that line nor a comment above it says why."""
    lines = ["", *text.splitlines()]
    return [
        f"{name}:{no}"
        for no, line in enumerate(lines)
        if (told := OVERLOOK.search(line))
        and not REASON.search(told[1])
        and (not (above := lines[no - 1].strip()).startswith("#") or OVERLOOK.search(above))
    ]


def test_a_room_imports_only_rooms_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PACKAGE.parent)
    assert lint_imports(no_cache=True) == 0


def test_every_room_stands_on_a_floor() -> None:
    drawn = (PACKAGE.parent / "pyproject.toml").read_text("utf-8")
    layers = re.search(r"layers = \[(.*?)\]", drawn, re.DOTALL)
    assert layers is not None
    rooms = {file.parent.name for file in PACKAGE.glob("*/__init__.py")}
    assert set(re.findall(r"\w+", layers[1])) == rooms


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_are_numbered_in_one_line_and_import_none_of_our_code() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    assert loader.detect_conflicts() == {}
    for config in apps.get_app_configs():
        if not config.name.startswith("katip."):
            continue
        files = sorted(Path(config.path).glob("migrations/[0-9]*.py"))
        assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
        for file in files:
            imported = re.findall(r"^\s*(?:from|import) (katip\S*)", file.read_text("utf-8"), re.MULTILINE)
            assert imported == [], file


@pytest.mark.parametrize("what", INLINE)
def test_pages_keep_the_content_security_policy(what: str) -> None:
    assert PAGES
    offending = [file.name for file in [*PAGES, *WRITERS] if INLINE[what].search(file.read_text("utf-8"))]
    assert offending == []


def test_pages_load_nothing_from_elsewhere() -> None:
    found = {
        file.name: FOREIGN.findall(LINK.sub("", file.read_text("utf-8")))
        for file in [*PAGES, *WRITERS]
        if FOREIGN.search(LINK.sub("", file.read_text("utf-8")))
    }
    assert found == {}


def test_no_file_outgrows_a_reader() -> None:
    long = {
        file.name
        for file in PROGRAMS
        if "migrations" not in file.parts and len(file.read_text("utf-8").splitlines()) > 400
    }
    assert not long


def test_what_a_tool_is_told_to_overlook_has_its_reason() -> None:
    assert [where for file in (*PROGRAMS, *TESTS) for where in unreasoned(file.name, file.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a = b  @noqa: S608", True),
        ("a = b  @noqa", True),
        ("a = b  @type: ignore[misc]", True),
        ("a = b  @pragma: no cover", True),
        ("@mypy: disable-error-code=misc", True),
        ("a = b  @noqa: S608 -- no input", False),
        ("a = b  @type: ignore[misc] @bound at once", False),
        ("@ruff: noqa: S608 -- written here", False),
    ],
)
def test_a_missing_reason_is_seen(line: str, found: bool) -> None:
    line = line.replace("@", "# ")
    assert bool(unreasoned("x.py", f"x = 1\n{line}\n")) == found
    assert not unreasoned("x.py", f"# This is why.\n{line}\n")
