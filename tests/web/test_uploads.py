"""What a browser may send: bodies that no page takes are refused by their size, before anybody reads them."""

import io
from typing import NoReturn

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from katip.web.middleware import MOST_BYTES
from tests.cast import World, entered

FORM = "multipart/form-data; boundary=x"


class Unread(io.RawIOBase):
    """A body that must not be touched."""

    def read(self, size: int | None = -1, /) -> NoReturn:
        raise AssertionError(size)

    def readline(self, size: int | None = -1, /) -> NoReturn:
        raise AssertionError(size)


@pytest.mark.parametrize("size", [str(MOST_BYTES + 1), str(2 << 30), "9" * 5_000, "²"])
def test_what_is_too_large_is_refused_unread(client: Client, size: str) -> None:
    asked = {"CONTENT_LENGTH": size, "wsgi.input": Unread()}
    client.cookies["csrftoken"] = "a" * 32  # with it, the form would be looked into for its twin
    answer = client.generic("POST", reverse("account_login"), b"", FORM, **asked)  # type: ignore[arg-type] # a server's environment
    assert answer.status_code == 413
    assert "Dosya 10 MB’tan büyük." in answer.text


@pytest.mark.parametrize("route", ["contracts_reconcile", "offer_sheet_new"])
def test_a_file_a_little_too_large_is_told_beside_its_field(world: World, route: str) -> None:
    upload = SimpleUploadedFile("buyuk.csv", b"1;2;3\r\n" * (11 * 150_000))
    assert upload.size is not None
    assert upload.size < MOST_BYTES
    answer = entered(world, "manager").post(reverse(route), {"file": upload})
    assert answer.status_code == 422
    assert "MB’tan büyük." in answer.text
