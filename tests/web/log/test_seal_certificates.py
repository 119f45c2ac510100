"""The seal's certificates in public, as the separate program takes them."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from katip.documents.seal.statement import statement_sign
from katip_verify.main import main as verify_main

pytestmark = pytest.mark.django_db


def test_the_certificates_check_what_was_signed_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = reverse("log_seal")
    assert Client().get(url).status_code == 404  # nothing was sealed yet
    statement = tmp_path / "beyan.jws"
    statement.write_text(statement_sign({"code": "X"}), "ascii")
    answer = Client().get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert "PRIVATE" not in answer.text
    certificates = tmp_path / "muhur.pem"
    certificates.write_bytes(answer.content)
    assert verify_main(["statement", str(statement), "--seal", str(certificates)]) == 0, capsys.readouterr().out
    assert Client().post(url).status_code == 405
    assert f'href="{url}"' in Client().get(reverse("log")).text
