"""A fresh installation for each test: its own keys, and an authority where a test asks for one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typst

from katip.documents.seal import tsa as tsa_module
from tests.documents.seal.tsa_server import Authority, authority

_SOURCE = """
#set document(title: "Deneme", author: "Katip")
#set text(lang: "tr")
= Sözleşme
Bu bir deneme belgesidir. #link("https://example.org")[bağlantı]
#pagebreak()
İkinci sayfa.
"""


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A PDF/A-2 and PDF/UA-1 of two pages."""
    file = tmp_path_factory.mktemp("paper") / "paper.typ"
    file.write_text(_SOURCE, "utf-8")
    made: bytes = typst.compile(str(file), format="pdf", pdf_standards=["a-2a", "ua-1"])
    return made


@pytest.fixture(autouse=True)
def _now(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """`AT` of a test is the moment when it begins: certificates and timestamps are made by the clock."""
    if hasattr(request.module, "AT"):
        monkeypatch.setattr(request.module, "AT", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """The data folder of an installation without keys yet."""
    settings.KATIP = settings.KATIP.model_copy(
        update={
            "data": tmp_path,
            "operator_name": "Örnek İşletmeci A.Ş.",
            "seal_key": None,
            "seal_chain": None,
            "seal_passphrase": "",
            "seal_tsa_url": "",
            "seal_tsa_ca": None,
        }
    )
    return tmp_path


@pytest.fixture
def tsa(home: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """A timestamp authority that the installation asks."""
    monkeypatch.setattr(tsa_module, "_breaker", tsa_module._Breaker())
    with authority(home) as held:
        settings.KATIP = settings.KATIP.model_copy(update={"seal_tsa_url": held.url, "seal_tsa_ca": held.ca_file})
        yield held
