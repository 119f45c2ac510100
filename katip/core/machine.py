"""What of this machine is ours to use."""

import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def cores() -> int:
    """How many cores this process may use: of the machine, of those it was bound to, of what a container was given."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(bound, _quota(_QUOTA) or bound))


def _quota(file: Path) -> int | None:
    """Whole cores that a control group grants, rounded up; none where it does not say (Linux, cgroup v2)."""
    try:
        quota, period = file.read_text("ascii").split()
        return -(-int(quota) // int(period))
    except (OSError, ValueError):  # no such file, or `max`
        return None
