"""The web server as a child process: started, waited for and stopped by the command that owns it.

The parent also owns the embedded database, and stops it after the web server. Knows no Django.
"""

import http
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from katip.cli.stopping import StopRequested, pause
from katip.core.child import dies_with_parent
from katip.core.environment import Environment
from katip.core.machine import cores

_READY_SECONDS, _ANSWER_SECONDS = 60, 5
_STOP_MORE_SECONDS = 5
"""what the server itself needs beyond the requests that it ends"""


@contextmanager
def web_run(
    environment: Environment, *, workers: int | None = None, application: str = "katip.config.wsgi:application"
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the web server in a session of its own: Ctrl-C reaches us alone, and we stop it before the database.

    At its end it takes nothing new and answers what it has, for as long as `KATIP_STOP_SECONDS`.
    """
    workers = workers or environment.web_workers or cores()
    arguments = [sys.executable, "-P", "-m", "granian", application]
    arguments += ["--interface", "wsgi", "--host", environment.host, "--port", str(environment.port)]
    arguments += ["--workers", str(workers), "--blocking-threads", str(environment.web_threads)]
    arguments += ["--log-level", "warning", "--workers-kill-timeout", str(environment.stop_seconds)]
    process = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 -- only one C function runs after the fork
    )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(environment.stop_seconds + _STOP_MORE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # workers that outlived their master, or one that would not listen
        process.wait()


@contextmanager
def drained(drain: Path, seconds: int) -> Iterator[None]:
    """Run the block; where it is asked to stop, say by the file `drain` that nothing new is wanted, and wait so long.

    A proxy that asks `/saglik/hazir/` sends requests elsewhere meanwhile. What comes all the same is answered.
    """
    drain.unlink(missing_ok=True)  # of one that was killed
    try:
        yield
    except StopRequested:
        drain.touch()
        time.sleep(seconds)
        raise


def ready_await(web: subprocess.Popen[bytes], environment: Environment) -> None:
    """Return once the start page is answered. Raises ClickException when the web server ends or stays wordless."""
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if web.poll() is not None:
            raise click.ClickException(f"The web server did not start (status {web.returncode}).")
        connection = http.client.HTTPConnection(environment.host, environment.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("GET", "/saglik/")
            answer = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            pause(0.05)
            continue
        finally:
            connection.close()
        if answer == http.HTTPStatus.OK:
            return
        raise click.ClickException(f"The web server answers with status {answer}.")
    raise click.ClickException(f"The web server is not there after {_READY_SECONDS} seconds.")
