"""The archive: a folder of parts, a manifest that describes them, and the hash of every file.

    katip-20261123-051200/
        README.txt        what this is and how it is restored
        SHA256SUMS        every other file's hash; `sha256sum -c SHA256SUMS` checks them without this program
        manifest.json     version, migrations, tables with their rows and columns, sequences, facts
        manifest.mac      HMAC-SHA-256 of the manifest under the installation's keys
        tables/NAME.copy.gz   a table's rows in PostgreSQL's COPY text format, gzip

An archive is written under another name, brought to disk and renamed: what has its name is complete.
"""

import hashlib
import json
import os
import shutil
import stat
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from katip.core.backup.errors import BackupError

FORMAT = "katip backup"
FORMAT_VERSION = 1
MANIFEST, MAC, SUMS, README = "manifest.json", "manifest.mac", "SHA256SUMS", "README.txt"
_UNFINISHED = ".partial"
_CHUNK = 1 << 20
_LARGEST_MANIFEST = 64 << 20

Watch = Callable[[str, int], None]
"""is told now and then which table is at work and how many of its bytes were moved"""


def unwatched(table: str, moved: int) -> None:
    """Nobody looks."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the archive: the columns in the part's order, how many rows."""

    name: str
    columns: list[str]
    rows: int

    @property
    def part(self) -> str:
        """The part's path inside the archive."""
        return f"tables/{self.name}.copy.gz"


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence's last value, and whether it was given out already."""

    name: str
    last: int
    called: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What a file of the archive must be: length in bytes and SHA-256 in hex."""

    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What an archive says of itself. `facts` are plain JSON values of the caller's; `keys` are fingerprints."""

    made_at: str
    katip: str
    server: str
    migrations: list[tuple[str, str]]
    tables: list[Table]
    sequences: list[Sequence]
    left_out: list[str]
    keys: dict[str, str]
    facts: dict[str, Any]
    parts: dict[str, Part] = field(default_factory=dict)

    def text(self) -> bytes:
        """The manifest's file."""
        body = {"format": FORMAT, "format_version": FORMAT_VERSION} | asdict(self)
        return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"

    @classmethod
    def read(cls, text: bytes) -> Self:
        """The manifest of a file. Raises `BackupError` for anything else, and for a later format."""
        try:
            body = json.loads(text)
            if body.pop("format") != FORMAT:
                raise BackupError(f"This is no {FORMAT}: {MANIFEST} says something else.")
            if (version := body.pop("format_version")) != FORMAT_VERSION:
                raise BackupError(f"The backup has format {version}; this program reads {FORMAT_VERSION}.")
            body["tables"] = [Table(**table) for table in body["tables"]]
            body["sequences"] = [Sequence(**sequence) for sequence in body["sequences"]]
            body["parts"] = {_inside(name): Part(**part) for name, part in body["parts"].items()}
            body["migrations"] = [(str(app), str(name)) for app, name in body["migrations"]]
            manifest = cls(**body)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BackupError(f"{MANIFEST} cannot be read ({type(error).__name__}: {error}).") from error
        if missing := {table.part for table in manifest.tables} - manifest.parts.keys():
            raise BackupError(f"{MANIFEST} names tables without a part: {', '.join(sorted(missing))}")
        return manifest


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose manifest was read. Its parts are believed only after `archive_check`."""

    folder: Path
    manifest: Manifest
    manifest_text: bytes
    mac: str

    @property
    def manifest_sha256(self) -> str:
        """Names this archive and no other: the SHA-256 of its manifest in hex."""
        return hashlib.sha256(self.manifest_text).hexdigest()


# ---------------------------------------------------------------------------------------------------------- writing


class Writer:
    """An archive being written, under its unfinished name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts: dict[str, Part] = {}

    def part_write(self, name: str, chunks: Iterator[bytes]) -> int:
        """Write a compressed part; returns how many bytes went into it."""
        packer = zlib.compressobj(level=1, wbits=31)  # gzip; higher levels cost three times as much for a tenth
        digest, size, taken = hashlib.sha256(), 0, 0
        path = self.folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with _private(path) as file:

            def out(packed: bytes) -> None:
                nonlocal size
                file.write(packed)
                digest.update(packed)
                size += len(packed)

            for chunk in chunks:
                taken += len(chunk)
                out(packer.compress(chunk))
            out(packer.flush())
        self.parts[name] = Part(size, digest.hexdigest())
        return taken

    def close(self, manifest: Manifest, mac: str, readme: str) -> None:
        """Write what describes the parts."""
        files = {README: readme.encode(), MANIFEST: manifest.text(), MAC: mac.encode("ascii") + b"\n"}
        for name, text in files.items():
            with _private(self.folder / name) as file:
                file.write(text)
        sums = {name: part.sha256 for name, part in self.parts.items()}
        sums |= {name: hashlib.sha256(text).hexdigest() for name, text in files.items()}
        with _private(self.folder / SUMS) as file:
            file.write("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode())


@contextmanager
def archive_new(outer: Path, at: datetime) -> Iterator[Writer]:
    """Write an archive into the folder `outer`, named by the moment; with the block it has its name, or is gone.

    Raises `BackupError` where one of that name is, or where others could read what is written.
    """
    outer.mkdir(parents=True, exist_ok=True, mode=0o700)
    final = outer / archive_name(at)
    if final.exists():
        raise BackupError(f"{final} is there already. Nothing is overwritten.")
    fresh = outer / f".{final.name}{_UNFINISHED}"
    try:
        fresh.mkdir(mode=0o700)
    except FileExistsError as error:
        raise BackupError(f"{fresh}: a backup is being made, or was cut off. Look, then remove it.") from error
    try:
        private_require(fresh)
        yield Writer(fresh)
        for folder in (fresh / "tables", fresh):
            if folder.exists():
                _folder_sync(folder)
        fresh.rename(final)
        _folder_sync(outer)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def archive_name(at: datetime) -> str:
    """An archive's name: the moment, in UTC, to the second."""
    return f"katip-{at:%Y%m%d-%H%M%S}"


def private_require(path: Path) -> None:
    """Raise `BackupError` where `path` can be read by others, as on a file system without permissions."""
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid != os.geteuid():
        raise BackupError(f"Others could read {path}: choose a folder on a file system that keeps permissions.")


@contextmanager
def _private(path: Path) -> Iterator[Any]:
    """A new file that only its owner reads, brought to disk when it is closed."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _folder_sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ---------------------------------------------------------------------------------------------------------- reading


def archive_open(folder: Path) -> Archive:
    """Read an archive's manifest and hold it against SHA256SUMS. Raises `BackupError`."""
    if folder.name.endswith(_UNFINISHED):
        raise BackupError(f"{folder} was never finished: whatever made it was cut off.")
    if not (folder / MANIFEST).is_file():
        inside = sorted(path.parent.name for path in folder.glob(f"katip-*/{MANIFEST}"))
        hint = f" It holds {', '.join(inside[-5:])}: name one of them." if inside else ""
        raise BackupError(f"{folder} is no backup: it has no {MANIFEST}.{hint}")
    if (folder / MANIFEST).stat().st_size > _LARGEST_MANIFEST:
        raise BackupError(f"{MANIFEST} is larger than any that this program writes.")
    text = (folder / MANIFEST).read_bytes()
    if _sums(folder).get(MANIFEST) != hashlib.sha256(text).hexdigest():
        raise BackupError(f"{MANIFEST} is not what {SUMS} says: it was changed after the backup was made.")
    manifest = Manifest.read(text)
    mac = (folder / MAC).read_text("ascii", "replace").strip() if (folder / MAC).is_file() else ""
    return Archive(folder, manifest, text, mac)


def archive_check(archive: Archive, watch: Watch = unwatched) -> None:
    """Read every part and hold it against the manifest. Raises `BackupError` that names all that do not fit."""
    there = {str(path.relative_to(archive.folder)) for path in archive.folder.rglob("*") if not path.is_dir()}
    strangers = sorted(there - archive.manifest.parts.keys() - {MANIFEST, MAC, SUMS, README})
    wrong = [f"{name} does not belong to it" for name in strangers]
    for name, part in archive.manifest.parts.items():
        if problem := _problem(archive.folder / name, part, lambda moved, name=name: watch(name, moved)):  # type: ignore[misc] # a bound name
            wrong.append(f"{name} {problem}")
    if wrong:
        raise BackupError(f"{archive.folder} is not whole: {'; '.join(wrong[:10])}")


def part_read(archive: Archive, name: str) -> Iterator[bytes]:
    """A part's content in chunks, as it was given to `Writer.part_write`.

    Raises `BackupError` at its end where the file has become another since it was checked.
    """
    part, digest, unpacker = archive.manifest.parts[name], hashlib.sha256(), zlib.decompressobj(wbits=31)
    try:
        for packed in _chunks(archive.folder / name):
            digest.update(packed)
            while packed:
                yield unpacker.decompress(packed, _CHUNK)
                packed = unpacker.unconsumed_tail  # noqa: PLW2901 -- bounded memory, whatever the rows compress to
        yield unpacker.flush()
    except (OSError, zlib.error) as error:
        raise BackupError(f"{name} cannot be read ({error}).") from error
    if digest.hexdigest() != part.sha256 or not unpacker.eof:
        raise BackupError(f"{name} is not what the manifest says.")


def _problem(path: Path, part: Part, moved: Callable[[int], None]) -> str:
    if path.is_symlink() or not path.is_file():
        return "is missing"
    if path.stat().st_size != part.bytes:
        return f"has {path.stat().st_size:,} bytes in place of {part.bytes:,}"
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
        moved(len(chunk))
    return "" if digest.hexdigest() == part.sha256 else "was changed"


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _sums(folder: Path) -> Mapping[str, str]:
    if not (folder / SUMS).is_file():
        raise BackupError(f"{SUMS} is missing.")
    lines = (folder / SUMS).read_text("utf-8", "replace").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _inside(name: str) -> str:
    """A part's path, which must stay inside the archive."""
    if not name or name.startswith("/") or ".." in Path(name).parts:
        raise BackupError(f"{MANIFEST} names a part outside of the archive: {name}")
    return name
