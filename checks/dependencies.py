"""What Katip is made of: reasons, locks, licences, known weaknesses, and the bill of materials.

python -m checks.dependencies              reasons, locks and licences; needs no network
python -m checks.dependencies audit        known weaknesses; says so aloud where no source answers
python -m checks.dependencies sbom FILE    CycloneDX 1.6, JSON, the same bytes for the same lock
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "dependencies.md"
ACCEPTED = Path(__file__).with_name("advisories_accepted.txt")
RUNNING = ("requirements.txt", "requirements-otel.txt", "requirements-reader.txt")
"""the locks of what runs: the program, and its two extras"""
LOCKS = (*RUNNING, "requirements-dev.txt")
FREE = re.compile(r"\b(MIT|MIT-0|BSD|Apache|PSF|Python Software Foundation|MPL|Mozilla Public|ISC|Unlicense|0BSD)\b")
WEAK = re.compile(r"\b(LGPL|Lesser General Public)")
STRONG = re.compile(r"\b(A?GPL|SSPL|(Affero )?General Public License)")
LENT = {"psycopg", "psycopg-binary", "psycopg-pool", "pyscard"}
"""under the LGPL: libraries that are used unchanged and can be replaced, which it allows to any program"""
SAID_OTHERWISE = {"qrcode": "BSD", "fido2": "BSD"}
"""whose own files are plainer than their classifiers"""
_PROBE = "django=="
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==(\S+)(.*)$")
_ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (\S.*\S) \| (\S.*\S) \|$")


def normal(name: str) -> str:
    """A package's name as registries write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct() -> dict[str, str]:
    """What `pyproject.toml` asks for by itself: name → where it is used (`run`, or an extra's name)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = {"run": project["dependencies"], **project["optional-dependencies"]}
    found: dict[str, str] = {}
    for group, lines in groups.items():
        for line in lines:
            name = normal(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0])
            if name != "katip":
                found.setdefault(name, group)
    return found


def locked(name: str) -> dict[str, tuple[str, str, int]]:
    """Package → version, marker, number of hashes, as a lock has them."""
    found: dict[str, tuple[str, str, int]] = {}
    current = ""
    for line in (ROOT / name).read_text().splitlines():
        if pin := _PIN.match(line):
            current = normal(pin[1])
            found[current] = (pin[2].rstrip(";"), pin[3].strip(" ;\\"), 0)
        elif "--hash=sha256:" in line and current:
            version, marker, hashes = found[current]
            found[current] = (version, marker, hashes + 1)
        elif line and not line.startswith((" ", "#")):
            found[line.split()[0]] = ("", "", 0)  # neither pinned nor an option we know
    return found


def explained() -> dict[str, str]:
    """Package → reason, as docs/dependencies.md gives them."""
    rows = (_ROW.match(line) for line in DOCUMENT.read_text().splitlines())
    return {row[1]: row[2] for row in rows if row}


def licence_of(package: Distribution) -> str:
    """What its metadata say of its licence."""
    told: Any = package.metadata
    stated = [entry for entry in told.get_all("Classifier") or [] if entry.startswith("License ::")]
    return told.get("License-Expression") or "; ".join(stated) or str(told.get("License") or "")


def licence_wrong(name: str, licence: str) -> str:
    """Why the licence does not do for something that runs; empty: it does."""
    licence = SAID_OTHERWISE.get(name, licence)
    if WEAK.search(licence):
        return "" if name in LENT else f"{licence}: say in checks/dependencies.py why it may be lent"
    if STRONG.search(licence) and not re.search(r"\bOR\b", licence):
        return f"{licence}: Katip is under the Apache licence, which does not go with it"
    return "" if FREE.search(licence) else f"unknown licence: {licence or 'none stated'}"


def faults() -> Iterator[str]:
    """What is wrong with reasons, locks and licences."""
    asked, reasons = direct(), explained()
    for name in sorted(asked.keys() - reasons.keys()):
        yield f"{name}: docs/dependencies.md gives no reason for it"
    for name in sorted(reasons.keys() - asked.keys()):
        yield f"{name}: docs/dependencies.md gives a reason, but nothing asks for it"
    for lock in LOCKS:
        for name, (version, _, hashes) in locked(lock).items():
            if not (version and hashes):
                yield f"{lock}: {name} is not pinned by version and hash"
    everything = locked("requirements-dev.txt").keys() | locked("requirements-reader.txt").keys()
    for name in sorted(asked.keys() - everything):
        yield f"{name}: in no lock"
    for name, (_, marker, _) in sorted({key: one for lock in RUNNING for key, one in locked(lock).items()}.items()):
        try:
            wrong = licence_wrong(name, licence_of(distribution(name)))
        except PackageNotFoundError:
            # Not for this system; or the extra with the readers, which the check does without.
            wrong = "" if marker or name == "pyscard" else "not installed, so its licence is not known"
        if wrong:
            yield f"{name}: {wrong}"


# ----------------------------------------------------------------------------------------- weaknesses, and the bill


def accepted(today: date) -> dict[str, str]:
    """Advisory → reason, of those that do not concern us, until the day that stands with them."""
    found: dict[str, str] = {}
    for line in ACCEPTED.read_text().splitlines():
        if line and not line.startswith("#"):
            name, until, reason = line.split(maxsplit=2)
            if date.fromisoformat(until) >= today:
                found[name] = reason
    return found


def _asked(lock: Path, *more: str) -> list[dict[str, object]]:
    """What the source says of each package of a lock; nothing, where it does not answer."""
    tool = Path(sys.executable).with_name("pip-audit")
    arguments = [str(tool), "--disable-pip", "--require-hashes", "--requirement", str(lock), "--format=json"]
    arguments += ["--progress-spinner=off", "--timeout=5", *more]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    try:
        answer: list[dict[str, object]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return []
    return answer


def _known(answer: list[dict[str, object]]) -> list[dict[str, object]]:
    """Those of which the source knows; it gives a reason for each that it skips."""
    return [one for one in answer if "skip_reason" not in one]


def audit(today: date) -> int:
    """Print known weaknesses of what is locked; 1: there are some. Where nobody answers: said aloud, and 0."""
    lock = ROOT / "requirements-dev.txt"  # contains all that runs
    with TemporaryDirectory() as folder:  # one package first, that everybody knows: is there anybody who answers?
        alone = Path(folder) / "one.txt"
        alone.write_text(next(one for one in re.split(r"\n(?=\S)", lock.read_text()) if one.startswith(_PROBE)) + "\n")
        answers = _known(_asked(alone)) and _asked(lock, *(f"--ignore-vuln={name}" for name in accepted(today)))
    audited = _known(answers)
    if not audited:
        print(
            "!!! NOT AUDITED: no source of advisories answers here. Nothing is known of weaknesses in what is locked."
        )
        print("!!! Run this where one does, before every release: script/check audit")
        return 0
    for package in answers:
        if "skip_reason" in package:
            print(f"!!! NOT AUDITED: {package['name']}: {package['skip_reason']}")
    weak = [one for one in audited if one.get("vulns")]
    for package in weak:
        print(f"{package['name']} {package.get('version')}: {json.dumps(package['vulns'])}")
    if not weak:
        skipped = f"; {len(answers) - len(audited)} not audited" if len(audited) < len(answers) else ""
        print(f"{len(audited)} packages, no known weakness{skipped}.")
    return min(len(weak), 1)


def sbom(target: Path) -> int:
    """Write the bill of materials of what runs: each package with its version, address and hashes."""
    tool = Path(sys.executable).with_name("cyclonedx-py")
    arguments = [str(tool), "requirements", str(ROOT / "requirements.txt"), "--pyproject", str(ROOT / "pyproject.toml")]
    arguments += ["--output-reproducible", "--sv", "1.6", "--of", "JSON", "--no-validate", "-o", str(target)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr.strip())
        return 1
    listed = {normal(one["name"]) for one in json.loads(target.read_text())["components"]}
    if missing := sorted(locked("requirements.txt").keys() - listed):
        print(f"Not in the bill of materials: {', '.join(missing)}")
        return 1
    return 0


def main(arguments: list[str]) -> int:
    """One of the three, by its name."""
    if arguments[:1] == ["audit"]:
        return audit(date.today())  # noqa: DTZ011 -- a day, wherever this runs
    if arguments[:1] == ["sbom"]:
        return sbom(Path(arguments[1]))
    found = list(faults())
    print("\n".join(found), end="\n" if found else "")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
