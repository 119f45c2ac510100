"""A hand: one process that takes jobs and does them, one at a time. Started and watched over by `katip.cli.hands`.

It starts no database, and outlives one: where the database goes away, the hand waits for it, ever more seldom.
"""

import asyncio
import logging
import os
import signal
import sys
import time

from katip.cli.hands import GIVES_WAY
from katip.core.environment import Environment
from katip.core.postgres import server_find

_LONGEST_PAUSE = 15.0
_STOP_SECONDS = 25.0
_HEALTHY_SECONDS = 20.0
"""a hand that worked so long begins with the shortest pause again"""

log = logging.getLogger("katip.hand")


def main() -> None:
    """Work until a signal to end comes; arguments name the queues (none: all of them)."""
    os.environ["PGAPPNAME"] = f"katip hand {os.getpid()}"  # pg_stat_activity tells whose session is whose
    os.nice(GIVES_WAY)
    environment = Environment()
    pause = 0.1
    while not environment.database_url and server_find(environment.data) is None:
        time.sleep(pause)  # the parent is bringing it up again
        pause = min(2 * pause, _LONGEST_PAUSE)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "katip.config.settings")
    import django

    from katip import __version__
    from katip.core.tracing import tracing_start

    django.setup()
    tracing_start(environment.otel_endpoint, "hand", version=__version__)
    for chatty in ("procrastinate", "psycopg.pool"):  # what matters of it is logged by us, in one line
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    asyncio.run(_work(sys.argv[1:]))


async def _work(queues: list[str]) -> None:
    from django.db import DatabaseError
    from procrastinate.exceptions import ConnectorException
    from psycopg import Error

    from katip.core.jobs import jobs_do

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    pause = 0.5
    while not stop.is_set():
        begun = time.monotonic()
        work, stopped = asyncio.create_task(jobs_do(queues)), asyncio.create_task(stop.wait())
        await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if stop.is_set():
            work.cancel()
            if not (await asyncio.wait((work,), timeout=_STOP_SECONDS))[0]:
                log.warning("What is being written takes too long to end; it is left, and rolled back.")
                os._exit(1)
            if not work.cancelled():
                work.exception()  # looked at: nobody is to be told of a database that went first
            return
        if time.monotonic() - begun > _HEALTHY_SECONDS:
            pause = 0.5
        try:
            work.result()
        except (ConnectorException, DatabaseError, Error, OSError) as error:
            log.warning("The database does not answer (%s). Again in %.1f s.", str(error).split("\n")[0], pause)
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            pause = min(2 * pause, _LONGEST_PAUSE)


if __name__ == "__main__":
    main()
