"""One run: a cluster, load on it, the faults one after the other, and the check at the end."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from deploy.faults.approving import employers_read
from deploy.faults.checkpoints import Checkpoints
from deploy.faults.faults import Fault
from deploy.faults.inside import inside, say
from deploy.faults.ledger import Ledger
from deploy.faults.probes import Probes
from deploy.faults.seen import READ, WALK, WRITE, Request, Seen, gap
from deploy.faults.walkers import Walkers
from deploy.reference import database, nodes
from deploy.reference.layout import CHECKOUT, Cluster, cluster_of_environment
from deploy.reference.status import status_find
from deploy.reference.tools import ClusterError, wait_for

_QUIET = (3.0, 8.0)
"""seconds of load before each fault"""
_AFTER = 3.0
_WHOLE_SECONDS = 240
_PROBERS = 12
"""of sixteen employers: probes ask faster than people walk"""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked for."""

    seed: int
    faults: Sequence[Fault]
    rounds: int
    seconds: float
    """after so many no further fault begins"""
    approvals: int
    walkers: int
    read_seconds: float
    write_seconds: float
    wait_seconds: float
    keep: bool


@dataclass(slots=True)
class Outcome:
    """What one fault did, in seconds and requests."""

    fault: str
    node: str
    held_s: float
    reads_away_s: float
    writes_away_s: float
    whole_after_s: float
    """from the fault until every node was there and followed"""
    reads: int
    reads_failed: int
    writes: int
    writes_failed: int
    walk_failed: int
    words: list[str] = field(default_factory=list)
    """the commonest answers that were none"""


def run(options: Options) -> dict[str, Any]:
    """Do it all; returns what the last line prints. Whatever happens, the cluster is taken down, unless kept."""
    cluster = cluster_of_environment()
    with _cluster_up(cluster, keep=options.keep):
        told = _told(inside("deploy.faults.world", str(options.approvals), "16", seconds=600))
        say(f"{sum(len(one['waiting']) for one in told):,} contracts wait for {len(told)} employers.")
        ledger, seen, kept = Ledger(), Seen(), Checkpoints(cluster.url)
        employers = employers_read(told)
        drawn = random.Random(options.seed)  # noqa: S311 -- timings, no secrets
        paces = (options.read_seconds, options.write_seconds)
        probes = Probes(cluster.url, employers[:_PROBERS], ledger, seen, drawn, *paces)
        walkers = Walkers(cluster.url, employers[_PROBERS:], ledger, seen, options.seed, options.walkers)
        outcomes, broken = [], list[str]()
        with walkers.at_work(), kept.at_work():
            try:
                for no, fault in _in_turn(options):
                    say(f"[{no}] {fault.name}: {fault.words} …")
                    outcomes.append(_hurt(cluster, fault, probes, seen, drawn))
                    say("    " + _line(outcomes[-1]))
            except (ClusterError, RuntimeError, OSError, subprocess.SubprocessError) as error:
                broken.append(f"the run ended early: {error}")
                say(f"    {broken[0]}")
                with suppress(ClusterError):  # what was acknowledged until here is counted all the same
                    _whole_await(cluster)
        say("Counting …")
        offered = [one.process for employer in employers for one in employer.waiting]
        return _counted(options, outcomes, ledger.told(offered), ledger.counts(), [*broken, *seen.anomalies()], kept)


def _in_turn(options: Options) -> Iterator[tuple[int, Fault]]:
    """Each fault with the round's number, until the time is over."""
    until = time.monotonic() + options.seconds
    for no in range(1, options.rounds + 1):
        for fault in options.faults:
            if time.monotonic() < until and (no == 1 or not fault.is_once):
                yield no, fault


def _hurt(cluster: Cluster, fault: Fault, probes: Probes, seen: Seen, drawn: random.Random) -> Outcome:
    """One fault under load, until everything is whole again."""
    quiet, hold = drawn.uniform(*_QUIET), drawn.uniform(*fault.hold)
    _whole_await(cluster)
    probes.enter()
    primary = database.primary_find(cluster)
    with probes.at_work():
        time.sleep(quiet)
        begun = time.time()
        undo = fault.begin(cluster, drawn)
        try:
            time.sleep(hold)
        finally:
            undo()
        held = time.time() - begun
        _whole_await(cluster)
        whole = time.time()
        time.sleep(_AFTER)
        ended = time.time()
    probes.ask_again()
    asked = seen.between(begun, ended)
    failed = [one for one in asked if not one.ok]
    words = sorted({one.words.split(" /")[0] for one in failed})
    return Outcome(
        fault.name,
        primary.name if primary else "",
        round(held, 1),
        round(gap(seen.between(begun - quiet, ended), READ, begun, ended), 1),
        round(gap(seen.between(begun - quiet, ended), WRITE, begun, ended), 1),
        round(whole - begun, 1),
        _count(asked, READ),
        _count(failed, READ),
        _count(asked, WRITE),
        _count(failed, WRITE),
        _count(failed, WALK),
        words[:8],
    )


def _count(requests: Sequence[Request], kind: str) -> int:
    return sum(one.kind == kind for one in requests)


def _whole_await(cluster: Cluster) -> None:
    """Wait until all database nodes follow, both web nodes serve and both workers run."""

    def whole() -> bool:
        with suppress(OSError, ValueError):
            found = status_find(cluster)
            ready = all(one["serves"] for one in found["nodes"] if one["kind"] == "web")
            return bool(found["serves"] and ready) and _follow(cluster)
        return False

    wait_for("the cluster to be whole again", whole, seconds=_WHOLE_SECONDS)


def _follow(cluster: Cluster) -> bool:
    members = database.members(cluster)
    states = {one.get("state") for one in members if one.get("role") not in {"leader", "master"}}
    roles = {one.get("role") for one in members}
    return len(members) == len(cluster.db) and states <= {"running", "streaming"} and "sync_standby" in roles


def _counted(  # noqa: PLR0917 -- all that is known
    options: Options,
    outcomes: Sequence[Outcome],
    ledger: Sequence[dict[str, Any]],
    counts: dict[str, int],
    anomalies: Sequence[str],
    kept: Checkpoints,
) -> dict[str, Any]:
    """Lay the client's ledger beside the register, and hold the log against what it said of itself."""
    found = _told(
        inside(
            "deploy.faults.check",
            str(options.wait_seconds),
            text=json.dumps(ledger),
            seconds=options.wait_seconds + 600,
        )
    )
    notes = kept.some()
    verify = ["audit", "verify"] + [word for note in notes for word in ("--from", note)]
    said = inside("katip", *verify, seconds=900, check=False)
    whole = "Everything is as it was left" in said
    if not whole:
        say(said)
    planned = {one.name for one in options.faults if one.is_planned}
    unplanned = [
        f"{one.fault}: {one.reads_failed + one.writes_failed + one.walk_failed} requests without an answer"
        for one in outcomes
        if one.fault in planned and one.reads_failed + one.writes_failed + one.walk_failed
    ]
    lost, doubled = found["lost_count"], found["doubled_count"]
    fine = not (lost or doubled or found["wrong_count"] or anomalies or unplanned) and whole
    fine = fine and found["found"] == found["acknowledged"] == counts["acknowledged"]
    return {
        "bench": "faults",
        "seed": options.seed,
        "faults": [asdict(one) for one in outcomes],
        **counts,
        "found": found["found"],
        "unknown_there": found["unknown_there"],
        "lost": lost,
        "doubled": doubled,
        "wrong": [*found["lost"], *found["doubled"], *found["wrong"], *anomalies, *unplanned][:20],
        "documents": found["documents"],
        "documents_after_s": found["waited_seconds"],
        "month_changes": found["month_changes"],
        "events": found["events"],
        "log_whole": whole,
        "checkpoints_kept": len(kept.notes),
        "checkpoints_held_against": len(notes),
        "ok": fine,
    }


def _line(one: Outcome) -> str:
    return (
        f"reads away {one.reads_away_s} s, writes away {one.writes_away_s} s, whole after {one.whole_after_s} s; "
        f"{one.reads_failed} of {one.reads} reads, {one.writes_failed} of {one.writes} writes, {one.walk_failed} "
        f"requests of walkers failed {one.words or ''}"
    )


@contextmanager
def _cluster_up(cluster: Cluster, *, keep: bool) -> Iterator[None]:
    say(f"Bringing up the cluster {cluster.name} in {cluster.home} …")
    try:
        _call("up")
        yield
    finally:
        if not keep:
            say("Taking the cluster down …")
            with suppress(ClusterError, OSError, ValueError):
                for node in cluster.nodes:
                    (node.disk / "filler").unlink(missing_ok=True)
                    nodes.node_continue(node)
            _call("down", "--delete")


def _call(*words: str) -> None:
    done = subprocess.run([CHECKOUT / "deploy" / "cluster", *words], stdout=sys.stderr, check=False)
    if done.returncode:
        raise ClusterError(f"deploy/cluster {' '.join(words)} ended with status {done.returncode}")


def _told(said: str) -> Any:
    """The last line's JSON."""
    return json.loads(said.strip().rpartition("\n")[2])
