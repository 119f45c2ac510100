"""Where the processes of one command on one machine gather their figures, for the one that gives them out.

Knows nothing of Prometheus: its library looks for the folder when it is loaded, so this comes before.
"""

import os
from pathlib import Path

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def metrics_folder_set(data: Path, port: int) -> None:
    """Have this process and its children write their figures into a folder of this port; 0: keep them to themselves."""
    if port:
        folder = data / f"metrics-{port}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ[_VARIABLE] = str(folder)


def metrics_folder() -> Path | None:
    """Where figures are gathered; None where none are."""
    named = os.environ.get(_VARIABLE)
    return Path(named) if named else None


def earlier_remove(folder: Path) -> None:
    """Forget what processes counted that are no more. For the beginning: counts that shrink are no counts."""
    _dead_remove(folder, "*.db")


def dead_remove(folder: Path) -> None:
    """Forget how processes were that are no more; what they counted stays."""
    _dead_remove(folder, "gauge_live*.db")


def _dead_remove(folder: Path, pattern: str) -> None:
    for file in folder.glob(pattern):
        if not _lives(file.stem.rpartition("_")[2]):
            file.unlink(missing_ok=True)


def _lives(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:  # somebody else's by now
        return True
    return True
