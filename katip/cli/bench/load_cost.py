"""What an installation's processes take of the machine's cores, read from /proc."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a core's time since they began: of the web server and what runs beside it, and of the database."""

    web: float
    beside: float
    database: float

    def __sub__(self, before: "Spent") -> "Spent":
        return Spent(self.web - before.web, self.beside - before.beside, self.database - before.database)

    def each(self, number: float) -> dict[str, float]:
        """Milliseconds of a core's time for each of so many."""
        return {name: round(1000 * seconds / number, 2) for name, seconds in asdict(self).items()}


class Meter:
    """Of one installation: `leader` owns its processes, `cluster` is where its database works."""

    def __init__(self, leader: int, cluster: Path) -> None:
        self._leader, self._cluster = leader, cluster

    def read(self) -> Spent:
        """Until now. What a process spent that has ended stays counted with its parent."""
        seconds: dict[int, float] = {}
        parents: dict[int, int] = {}
        names: dict[int, str] = {}
        works = set()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                line = (entry / "stat").read_text()
                at = (entry / "cwd").readlink()
                names[int(entry.name)] = (entry / "cmdline").read_text()
            except OSError:  # gone meanwhile
                continue
            parts = line.rpartition(")")[2].split()
            number = int(entry.name)
            parents[number] = int(parts[1])
            seconds[number] = sum(map(int, parts[11:15])) / _TICKS
            if at == self._cluster:
                works.add(number)
        mine = {number for number in seconds if _descends(number, self._leader, parents)}
        web = {number for number in mine if "granian" in names[number]}
        return Spent(
            *(sum(seconds[number] for number in group) for group in (web, mine - web, works)),
        )


def _descends(number: int, leader: int, parents: dict[int, int]) -> bool:
    while number > 1:
        if number == leader:
            return True
        number = parents.get(number, 0)
    return False
