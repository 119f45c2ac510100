"""Katip itself on the nodes: releases beside each other, each node with a link to the one that it runs."""

import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

from deploy.reference.files import folder
from deploy.reference.layout import CHECKOUT, Cluster, Node
from deploy.reference.tools import run, say

_PARTS = ("katip", "deploy", "verify")
_KEPT = 3


def release_make(cluster: Cluster) -> Path:
    """Copy the checkout's program beside the earlier ones, with the locked packages; returns where."""
    place = folder(cluster.home / "program")
    venv = _packages(place)
    _old_drop(cluster, place)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    fresh = place / f"{stamp}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    leave = shutil.ignore_patterns("__pycache__", "tests", "*.pyc")
    for part in _PARTS:
        shutil.copytree(CHECKOUT / part, fresh / part, ignore=leave)
    (fresh / "venv").symlink_to(venv)
    _words_compile(fresh, venv)
    run(venv / "bin" / "python", "-m", "compileall", "-q", "-j", "0", fresh / "katip")
    run("chmod", "-R", "u=rwX,go=rX", fresh)
    done = place / stamp
    fresh.rename(done)
    return done


def release_latest(cluster: Cluster) -> Path | None:
    """The newest release there is."""
    found = sorted(one for one in (cluster.home / "program").glob("2*") if not one.name.endswith(".new"))
    return found[-1] if found else None


def release_use(node: Node, release: Path) -> None:
    """Have the node run this release from its next start."""
    fresh = node.program.with_name("program.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(release)
    fresh.replace(node.program)


def _packages(place: Path) -> Path:
    """The environment with the locked packages, made once for each lock."""
    lock = CHECKOUT / "requirements.txt"
    known = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    venv = place / f"venv-{known}"
    if not (venv / "whole").exists():
        say("Installing what Katip needs (once) …")
        shutil.rmtree(venv, ignore_errors=True)
        run(sys.executable, "-m", "venv", venv)
        pip = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input", "--require-hashes")
        run(venv / "bin" / "python", *pip, "-r", lock)
        run("chmod", "-R", "go=rX", venv)
        (venv / "whole").touch()
    return venv


def _words_compile(release: Path, venv: Path) -> None:
    """The translations: git does not hold them compiled."""
    for catalogue in release.glob("katip/**/locale/*/LC_MESSAGES/*.po"):
        language = catalogue.parents[1].name
        run(
            *(venv / "bin" / "python", "-m", "babel.messages.frontend", "-q", "compile", "--locale", language),
            *("--input-file", catalogue, "--output-file", catalogue.with_suffix(".mo")),
        )


def _old_drop(cluster: Cluster, place: Path) -> None:
    """Drop what no node runs, except for the newest ones."""
    used = {os.path.realpath(node.program) for node in (*cluster.web, *cluster.work)}
    for one in sorted(place.glob("2*"))[:-_KEPT]:
        if str(one) not in used:
            shutil.rmtree(one)
