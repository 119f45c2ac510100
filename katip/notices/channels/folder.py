"""In the demo nothing leaves the machine: one file for each message, for the eyes of whoever tries it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from katip.notices.channels.base import Outcome, Parcel, Send, Verdict
from katip.notices.channels.sms import sms_text
from katip.notices.channels.smtp import mail_write


@contextmanager
def folder_open(folder: Path, suffix: str, content: Callable[[Parcel], bytes]) -> Iterator[Send]:
    """A way out into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)

    def send(parcel: Parcel) -> Outcome:
        try:
            (folder / f"{parcel.number:06}{suffix}").write_bytes(content(parcel))
        except ValueError:
            return Outcome(Verdict.REFUSED, "address", is_address=True)
        return Outcome(Verdict.SENT)

    yield send


def mail_content(parcel: Parcel) -> bytes:
    """The e-mail as it would leave."""
    return mail_write(parcel).as_bytes()


def sms_content(parcel: Parcel) -> bytes:
    """The phone and the text."""
    return f"{parcel.address}\n{sms_text(parcel.text, parcel.link)}\n".encode()


def kep_content(parcel: Parcel) -> bytes:
    """Address, subject and text."""
    return f"{parcel.address}\n{parcel.subject}\n\n{parcel.text}\n".encode()
