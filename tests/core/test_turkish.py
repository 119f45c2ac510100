"""Turkish text in Python, and its twins in SQL."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from katip.core import turkish
from katip.core.postgres import server_start

FUNCTIONS = Path(turkish.__file__).parent / "sql" / "turkish.sql"

LETTERS = "abcçdefgğhıijklmnoöpqrsştuüvwxyzABCÇDEFGĞHIİJKLMNOÖPQRSŞTUÜVWXYZâîûÂÎÛéßæøł"
# Latin with its extensions, digits, punctuation, combining marks, typographic signs, ligatures
TEXTS = st.text(
    st.one_of(
        st.sampled_from(LETTERS),
        st.characters(min_codepoint=0x01, max_codepoint=0x24F),
        st.characters(min_codepoint=0x300, max_codepoint=0x36F),
        st.characters(min_codepoint=0x1E00, max_codepoint=0x1EFF),
        st.characters(min_codepoint=0x2010, max_codepoint=0x2026),
        st.sampled_from("ﬁﬂ№™Å\u00a0\ue001"),
    )
)


@pytest.fixture(scope="module")
def database(module_data: Path) -> Iterator[psycopg.Connection[tuple[str, ...]]]:
    with (
        server_start(module_data, durable=False) as server,
        psycopg.connect(**server.dsn("owner")) as connection,
    ):
        connection.execute(FUNCTIONS.read_text(encoding="utf-8").encode())
        yield connection


def sql_keys(database: psycopg.Connection[tuple[str, ...]], texts: list[str]) -> list[tuple[str, ...]]:
    return database.execute(
        "SELECT katip_search_key(value), katip_sort_key(value) FROM unnest(%s::text[]) WITH ORDINALITY AS t(value, n) "
        "ORDER BY n",
        [texts],
    ).fetchall()


@pytest.mark.parametrize(
    ("small", "capital"),
    [("diyarbakır", "DİYARBAKIR"), ("ısparta", "ISPARTA"), ("iğdır", "İĞDIR"), ("çöşüğ", "ÇÖŞÜĞ"), ("", "")],
)
def test_case_knows_both_i(small: str, capital: str) -> None:
    assert turkish.upper(small) == capital
    assert turkish.lower(capital) == small


def test_case_takes_a_decomposed_dotted_i_as_one_letter() -> None:
    assert turkish.lower("I\u0307ZMI\u0307R") == "izmir"


@pytest.mark.parametrize(
    "typed", ["sisli", "SISLI", "Şişli", "ŞİŞLİ", "şişli", "ŞIŞLI", " şişli ", "s\u0327is\u0327li"]
)
def test_search_finds_it_from_any_keyboard(typed: str) -> None:
    assert turkish.fold(typed) == "sisli"


def test_search_key_has_one_blank_for_every_gap() -> None:
    assert turkish.fold("  ABC  İnş.\u00a0San. – Tic.Ltd.Şti. ") == "abc ins san tic ltd sti"


def test_sort_follows_the_alphabet() -> None:
    alphabet = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
    capitals = "ABCÇDEFGĞHIİJKLMNOÖPQRSŞTUÜVWXYZ"
    assert sorted(alphabet, key=turkish.sort_key) == list(alphabet)
    assert [turkish.sort_key(letter) for letter in capitals] == [turkish.sort_key(letter) for letter in alphabet]


ORDERED = [
    "3A Yapı",
    "Ahmet",
    "Âkif Ersoy",
    "Cumhur",
    "Çağrı",
    "Demir",
    "Gülay",
    "Ğ",
    "Hâle",
    "Hale Ak",
    "Iğdır",
    "Isparta",
    "İbrahim",
    "İzmir",
    "Jale",
    "Oya",
    "Öznur",
    "Sibel",
    "Şahin",
    "Şule",
    "Umut",
    "Ümit",
    "Zühal",
    "Zülal",
]
MIXED = ORDERED[1::2] + ORDERED[::2]


def test_sort_orders_names() -> None:
    assert sorted(MIXED, key=turkish.sort_key) == ORDERED


def test_sql_orders_names(database: psycopg.Connection[tuple[str, ...]]) -> None:
    rows = database.execute(
        'SELECT name FROM unnest(%s::text[]) AS name ORDER BY katip_sort_key(name) COLLATE "C"', [MIXED]
    )
    assert [name for (name,) in rows] == ORDERED


def test_sql_keys_fit_a_stored_generated_column_with_an_index(database: psycopg.Connection[tuple[str, ...]]) -> None:
    database.execute(
        "CREATE TEMPORARY TABLE person (name text, "
        'by_name text COLLATE "C" GENERATED ALWAYS AS (katip_sort_key(name)) STORED, '
        'found_by text COLLATE "C" GENERATED ALWAYS AS (katip_search_key(name)) STORED)'
    )
    database.execute("CREATE INDEX ON person (by_name)")
    database.execute("INSERT INTO person VALUES ('Şişli')")
    assert database.execute("SELECT by_name, found_by FROM person").fetchone() == (turkish.sort_key("Şişli"), "sisli")


def test_sql_twins_are_equal_for_every_latin_letter(database: psycopg.Connection[tuple[str, ...]]) -> None:
    letters = [chr(n) for n in (*range(0x01, 0x250), *range(0x1E00, 0x1F00), *range(0x2000, 0x2070))]
    assert sql_keys(database, letters) == [(turkish.fold(letter), turkish.sort_key(letter)) for letter in letters]


# The database is shared by the examples on purpose: the functions read no table.
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
def test_sql_twins_are_equal(database: psycopg.Connection[tuple[str, ...]], texts: list[str]) -> None:
    assert sql_keys(database, texts) == [(turkish.fold(text), turkish.sort_key(text)) for text in texts]


@given(text=TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert turkish.fold(turkish.fold(text)) == turkish.fold(text)
