"""The public check: by code and by file, for anybody, without a cookie, a session or a trace of who asked."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from katip.audit.log.tiles import BrokenLogError
from katip.audit.models import Event
from katip.contracts.models import Contract
from katip.core.codes import code_shown
from katip.documents.models import CheckTally, Document
from katip.documents.seal.check import SealFinding, SealReason, SealState
from katip.web.verify.upload import MOST_BYTES
from tests.cast import World, entered
from tests.documents.checks import PDF, document_made

pytestmark = pytest.mark.django_db

NOBODYS = "2222-2222-2222-2222-2222"
OTHER = b"%PDF-1.7 that nobody issued"


@pytest.fixture
def contract(world: World) -> Contract:
    return world.active(at=datetime.now(UTC) - timedelta(days=2))


@pytest.fixture
def document(contract: Contract) -> Document:
    return document_made(contract, at=datetime.now(UTC) - timedelta(days=2))


@pytest.fixture
def finding(monkeypatch: pytest.MonkeyPatch, document: Document) -> Any:
    def set_to(state: SealState, **more: Any) -> None:
        found = SealFinding(state=state, **more)
        monkeypatch.setattr("katip.documents.checking.seal_check", lambda _, **__: found)

    return set_to


def page_of(document: Document, route: str = "verify_code") -> str:
    return reverse(route, args=[code_shown(document.code)])


def upload(client: Client, content: bytes = PDF, name: str = "belge.pdf") -> Any:
    return client.post(reverse("verify"), {"file": SimpleUploadedFile(name, content)})


def test_the_answer_by_code(client: Client, world: World, document: Document) -> None:
    answer = client.get(page_of(document))
    assert answer.status_code == 200
    for told in ("Bu belge kayıtta var ve bugün geçerli", code_shown(document.code), "240 dakika (4 saat)"):
        assert told in answer.text
    for told in (world.workplace.title, world.provider.title, "S*** Ö***", "O*** Ö***", "kod uygulaması"):
        assert told in answer.text
    assert "Bakanlığın İSG-KATİP kaydı değildir" in answer.text.replace('<span class="nobr">', "").replace(
        "</span>", ""
    )


def test_it_tells_no_name_number_or_id(client: Client, world: World, document: Document) -> None:
    page = client.get(page_of(document)).text
    for person in (world.owner, world.specialist, world.manager):
        assert person.name not in page
        assert person.given_name not in page
    assert world.workplace.sgk_number not in page.replace(" ", "")
    assert "72 000" in page  # the end of it, to compare


@pytest.mark.parametrize("typed", [str.lower, code_shown, lambda code: " ".join(code_shown(code).split("-"))])
def test_the_field_takes_a_code_as_people_write_it(client: Client, document: Document, typed: Any) -> None:
    for ask in (client.post, client.get):  # an address with the number may have been kept
        answer = ask(reverse("verify"), {"no": typed(document.code)})
        assert answer.headers["Location"] == page_of(document)


@pytest.mark.parametrize(("typed", "told"), [("", "Belge no yazın."), ("K7F3", "20 harf ve rakamdır")])
def test_what_can_be_no_code_is_told_beside_the_field(client: Client, typed: str, told: str) -> None:
    answer = client.post(reverse("verify"), {"no": typed})
    assert answer.status_code == 422
    assert told in answer.text.split('id="id_no_error"')[1].split("</p>")[0]


@pytest.mark.parametrize("code", [NOBODYS, "kimse", "a b", "İ" * 20])
def test_an_unknown_code(client: Client, code: str) -> None:
    answer = client.get(reverse("verify_code", args=[code]))
    assert answer.status_code == 404
    assert "Bu numarayla bir belge yok" in answer.text


def test_no_cookie_is_set_by_anything_but_a_choice_elsewhere(client: Client, document: Document, finding: Any) -> None:
    finding(SealState.INTACT)
    answers = [client.get(reverse("verify")), client.get(page_of(document)), upload(client)]
    answers += [client.get(page_of(document, name)) for name in ("verify_proof", "verify_tlog_proof")]
    assert [answer.cookies.output() for answer in answers] == [""] * len(answers)
    assert all("noindex" in answer.headers["X-Robots-Tag"] for answer in answers)
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers)
    assert all(answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"} for answer in answers)


def test_it_is_alike_for_whoever_is_signed_in(world: World, document: Document) -> None:
    client = entered(world, "owner")
    session = dict(client.session)
    before = Event.objects.count()
    page = client.get(page_of(document)).text
    assert world.owner.name not in page
    assert "csrfmiddlewaretoken" not in page
    assert dict(client.session) == session
    assert Event.objects.count() == before  # nobody looked at anybody


def test_the_language_stands_in_the_address(client: Client, document: Document) -> None:
    answer = client.get(page_of(document) + "?dil=en")
    assert answer.headers["Content-Language"] == "en"
    assert '<html lang="en">' in answer.text
    there = reverse("verify") + "?dil=en"
    assert f'action="{there}" method="post"' in client.get(there).text
    assert client.post(there, {"no": document.code}).headers["Location"].endswith("/?dil=en")
    assert client.get(page_of(document) + "?dil=xx").headers["Content-Language"] == "tr"


def test_a_form_costs_no_query(client: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse("verify")).status_code == 200
    assert captured.captured_queries == []


# ------------------------------------------------------------------------------------------------- limits


def test_a_network_that_asks_too_much_is_told_when_to_come_back(
    client: Client, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("katip.web.verify.views.CODES", "2/5m/ip")
    assert [client.get(reverse("verify_code", args=[NOBODYS])).status_code for _ in range(2)] == [404, 404]
    answer = client.get(page_of(document))
    assert answer.status_code == 429
    assert 240 < int(answer.headers["Retry-After"]) <= 300
    assert "5 dakika sonra yeniden deneyin" in answer.text
    assert client.get(page_of(document), REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.get(page_of(document, "verify_proof")).status_code == 429


def test_files_have_a_limit_of_their_own(client: Client, finding: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("katip.web.verify.views.FILES", "1/5m/ip")
    finding(SealState.INTACT)
    assert [upload(client).status_code for _ in range(2)] == [200, 429]


def test_what_was_asked_is_counted_and_nothing_of_who_asked(client: Client, document: Document) -> None:
    client.get(page_of(document))
    client.get(reverse("verify_code", args=[NOBODYS]))
    client.get(page_of(document, "verify_proof"))
    counted = {(row.way, row.outcome): row.count for row in CheckTally.objects.all()}
    assert counted == {("code", "valid"): 1, ("code", "unknown"): 1, ("proof", "valid"): 1}
    assert {field.name for field in CheckTally._meta.get_fields()} == {
        "id",
        "hour",
        "way",
        "outcome",
        "count",
        "recorded",
    }


# ------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("state", "content", "more", "told"),
    [
        (SealState.INTACT, PDF, {}, "Bu belge gerçek, değişmemiş ve bugün geçerli"),
        (SealState.INTACT, OTHER, {}, "Mühür bu kurulumun, ama bu belge kayıtta yok"),
        (SealState.CHANGED, OTHER, {"reason": SealReason.ADDED}, "bir şey eklenmiş"),
        (SealState.CHANGED, OTHER, {"reason": SealReason.CONTENT_CHANGED}, "içerik değiştirilmiş"),
        (SealState.FOREIGN, OTHER, {"signer": "Başka A.Ş."}, "Bu belgeyi bu kurulum mühürlemedi"),
        (SealState.UNSEALED, OTHER, {}, "Bu PDF’te mühür yok"),
        (SealState.DOUBTED, PDF, {"reason": SealReason.KEY_REVOKED}, "Bu mühre güvenilemez"),
    ],
)
def test_a_file_is_told_what_it_is_and_why(
    client: Client, finding: Any, *, state: SealState, content: bytes, more: dict[str, Any], told: str
) -> None:
    finding(state, **more)
    answer = upload(client, content)
    assert answer.status_code == 200
    assert told in answer.text


def test_a_kept_file_is_ours_though_its_seal_cannot_be_read_here(client: Client, finding: Any) -> None:
    finding(SealState.FOREIGN)
    page = upload(client).text
    assert "Bu belge gerçek, değişmemiş ve bugün geçerli" in page
    assert "Mührün kendisi burada denetlenemedi" in page
    assert "Mühür sağlam" not in page


@pytest.mark.parametrize("reason", list(SealReason))
def test_every_reason_has_words(client: Client, finding: Any, reason: SealReason) -> None:
    finding(SealState.CHANGED, reason=reason)
    assert upload(client, OTHER).status_code == 200


@pytest.mark.parametrize("occasion", ["active", "ended"])
def test_a_genuine_file_that_no_longer_holds_says_so(
    client: Client, document: Document, finding: Any, occasion: str
) -> None:
    Contract.objects.filter(pk=document.contract_id).update(state="ended", ends_on=datetime.now(UTC).date())
    Document.objects.filter(pk=document.pk).update(occasion=occasion, version_no=1 if occasion == "active" else 0)
    finding(SealState.INTACT)
    told = "ama sözleşme sona erdi" if occasion == "active" else "sözleşmenin sona erdiğini gösterir"
    assert told in upload(client).text


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "Bir dosya seçin."), (b"", "Seçtiğiniz dosya boş."), (b"%PDF" + b"x" * MOST_BYTES, "5 MB’tan büyük")],
)
def test_what_is_no_file_is_told_beside_the_field(client: Client, content: bytes | None, told: str) -> None:
    answer = client.post(reverse("verify")) if content is None else upload(client, content)
    assert answer.status_code == 422
    assert told in answer.text.split('id="id_file_error"')[1].split("</p>")[0]


def test_what_is_no_pdf_is_told_beside_the_field(client: Client, finding: Any) -> None:
    finding(SealState.NOT_PDF, reason=SealReason.NO_PDF)
    answer = upload(client, b"PK\x03\x04")
    assert answer.status_code == 422
    assert "Bu bir PDF değil" in answer.text.split('id="id_file_error"')[1].split("</p>")[0]


@pytest.mark.parametrize("role", ["anonymous", "owner"])
@pytest.mark.parametrize("size", [100, 3_000_000, 8_000_000])
def test_a_file_never_touches_the_disk(
    world: World, finding: Any, monkeypatch: pytest.MonkeyPatch, role: str, size: int
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a temporary file")

    finding(SealState.UNSEALED)
    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", refuse)
    client = entered(world, role)
    if role == "owner":  # whose session is long over: it is not even looked at
        session = client.session
        session["seen_at"] = 0
        session.save()
    assert upload(client, b"%PDF" + b"x" * size).status_code == (422 if size > MOST_BYTES else 200)


def test_one_file_is_looked_at_and_the_others_dropped(client: Client, finding: Any) -> None:
    finding(SealState.UNSEALED)
    files = [SimpleUploadedFile("a.pdf", b"%PDF"), SimpleUploadedFile("b.pdf", b"%PDF" + b"x" * MOST_BYTES)]
    assert client.post(reverse("verify"), {"file": files[0], "more": files[1]}).status_code == 200


# ------------------------------------------------------------------------------------------------- proofs


def test_the_proof_downloads_as_one_file(client: Client, document: Document) -> None:
    answer = client.get(page_of(document, "verify_proof"))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="kanit-{code_shown(document.code)}.json"'
    assert json.loads(answer.content)["document"]["code"] == code_shown(document.code)
    text = client.get(page_of(document, "verify_tlog_proof"))
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert text.text.startswith("c2sp.org/tlog-proof@v1\n")


def test_a_proof_that_is_not_there_yet_is_promised(client: Client, document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(event_id=None)
    assert "Kanıt hazırlanıyor" in client.get(page_of(document)).text
    answer = client.get(page_of(document, "verify_proof"))
    assert answer.status_code == 404
    assert "Kanıt henüz hazır değil" in answer.text


def test_a_log_that_does_not_hold_is_said_and_proves_nothing(
    client: Client, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise BrokenLogError("on purpose")

    monkeypatch.setattr("katip.documents.checking.proof_read", broken)
    page = client.get(page_of(document)).text
    assert "İşlem kaydı kendi denetiminden geçmedi" in page
    assert "Kanıtı indir" not in page
    assert client.get(page_of(document, "verify_proof")).status_code == 404


def test_the_full_proof_is_for_parties_who_are_signed_in(world: World, document: Document) -> None:
    page = page_of(document, "verify_full_proof")
    assert entered(world, "stranger").get(page).status_code == 404
    answer = entered(world, "owner").get(page)
    assert answer.status_code == 200
    assert json.loads(answer.content)["event"].startswith("katip event v1\n")
    assert reverse("account_login") in Client().get(page).headers["Location"]
