"""Taking in a file that nobody may keep: in memory, bounded, never on the disk."""

from io import BytesIO
from typing import Any, Final

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

MOST_BYTES: Final = 5_000_000
"""of a file that is looked at; documents of this register have a few hundred kilobytes"""


class MemoryOnly(FileUploadHandler):
    """Holds the first file of a form in memory, and no more of it than is looked at; the rest is counted only.

    Django's own handlers write what is larger than 2.5 MB into a temporary file.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.parts: list[bytes] = []
        self.size = 0
        self.is_taken = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with a file; only one is looked at."""
        super().new_file(*args, **kwargs)
        if self.is_taken:
            raise SkipFile
        self.is_taken = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a part while the whole is small enough."""
        del start
        self.size += len(raw_data)
        if self.size <= MOST_BYTES:
            self.parts.append(raw_data)
        else:
            self.parts.clear()

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file; one that was too large has its size and nothing else."""
        return InMemoryUploadedFile(
            BytesIO(b"".join(self.parts)),
            self.field_name,
            self.file_name or "",
            self.content_type or "",
            file_size,
            self.charset,
            self.content_type_extra,
        )


def upload_in_memory(request: HttpRequest) -> None:
    """Have this request's files kept in memory alone. Nothing of the form may have been read before."""
    request.upload_handlers = [MemoryOnly(request)]
