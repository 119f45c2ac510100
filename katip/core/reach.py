"""How the database is reached, and when a connection is given up: nobody is to wait for minutes for one that is gone.

Three things can become of a server. It refuses: said at once. The network no longer reaches it: TCP finds out by
itself, if it is told to look. It is reached and says nothing, as one that was paused or whose disk hangs: only a limit
of our own ends that. The limit closes our side and cancels nothing in the server: a commit that is cancelled while it
waits for its copy on another machine is answered as if it had got there.
"""

from collections.abc import Generator
from typing import Any, ClassVar, TypeVar

import psycopg
from psycopg.errors import _WaitTimeout

from katip.core.environment import Environment

_RECONNECT_SECONDS = 2.0
"""after so long a failing attempt of the pool is forgotten, so that the next who asks begins a new one at once"""
_PREPARE_AFTER = 5
_PROBES = 3
_SHORTEST_INTERVAL = 0.1

Answer = TypeVar("Answer")


class PatientConnection(psycopg.Connection[Any]):
    """A connection that waits for an answer as long as its process was told to."""

    patience: ClassVar[float | None] = None
    """seconds; none: for ever"""

    def wait(
        self,
        gen: Generator[Any, Any, Answer],
        interval: float = _SHORTEST_INTERVAL,
        timeout: float | None = None,
    ) -> Answer:
        """Wait for what `gen` waits for. Raises `OperationalError` where patience ends, the connection being closed."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except _WaitTimeout:
            if timeout is not None:
                raise
            self.pgconn.finish()
            message = f"the server gave no answer for {self.patience:g} seconds; the connection was given up"
            raise psycopg.OperationalError(message) from None


def patience_set(environment: Environment) -> None:
    """Give up servers that do not answer, from now on in this process: for those with people waiting in front."""
    PatientConnection.patience = environment.database_patience_seconds or None


def parameters_given(environment: Environment) -> dict[str, Any]:
    """What libpq is told besides the address; what the address itself says of it comes first."""
    silence = environment.database_silence_seconds
    return {
        "connect_timeout": environment.database_connect_seconds,
        "keepalives_idle": max(1, silence // 2),
        "keepalives_interval": max(1, silence // (2 * _PROBES)),
        "keepalives_count": _PROBES,
        "tcp_user_timeout": silence * 1000,
    }


def connection_set(database: dict[str, Any], environment: Environment) -> None:
    """Complete one of Django's `DATABASES` that the product works with."""
    options: dict[str, Any] = database["OPTIONS"]
    for name, value in parameters_given(environment).items():
        options.setdefault(name, value)
    database["CONN_HEALTH_CHECKS"] = True  # a server that was away and came back is met by new connections
    options["pool"] = {
        "min_size": 0,
        "max_size": environment.database_pool,
        "timeout": environment.database_connect_seconds,
        "reconnect_timeout": _RECONNECT_SECONDS,
        "connection_class": PatientConnection,
    }
    # Sent for the sixth time over one connection, a statement inside `katip.core.prepared` is prepared. Where that
    # cannot be, each transaction may have another session: a cursor of the server would be left behind in one.
    options["prepare_threshold"] = _PREPARE_AFTER if environment.database_prepare else None
    database["DISABLE_SERVER_SIDE_CURSORS"] = not environment.database_prepare
