"""Hands as `katip worker` has them, but forked from a process that has read the program already: they start at once.

`python -m tests.updates.scratch_hands COUNT`. Opens no connection itself; what dies is replaced.
"""

import asyncio
import os
import signal
import sys
import traceback

import django

from katip.core.child import dies_with_parent


def _hand() -> None:
    from katip.cli.hand import _work
    from katip.cli.hands import work_care

    os.environ["PGAPPNAME"] = f"katip hand {os.getpid()}"
    status = 1
    try:
        work_care()
        asyncio.run(_work(["month"]))
        status = 0
    except BaseException:  # noqa: BLE001 -- told, and the process ends
        traceback.print_exc()
    finally:
        os._exit(status)


def main(count: int) -> None:
    """Keep so many hands at work until a signal ends this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "katip.config.settings")
    django.setup()
    import katip.updates.services.month_apply  # noqa: F401 -- read once, for all hands

    ask = dies_with_parent(signal.SIGTERM)
    living = 0
    while True:
        while living < count:
            if os.fork() == 0:
                if ask:
                    ask()
                _hand()
            living += 1
        os.wait()
        living -= 1


if __name__ == "__main__":
    main(int(sys.argv[1]))
