"""Lines of a feed: the short cuts read what the readers of the columns read, whatever stands in the cells."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from katip.core.imports.faults import FileFaultError
from katip.rules import FormatError
from katip.updates.feed import cells as cells_module
from katip.updates.feed.cells import SCHEMA, Known, block_read
from katip.updates.feed.columns import COLUMNS, key_split, key_text, month_day, month_no
from katip.updates.feed.faults import Faults
from katip.updates.feed.sources import HeaderError, file_blocks, text_blocks

SGK = "22212010112247420160872000"
CODES = {"22.22.43": 0, "01.11.07": 1}
KNOWN = Known(month_no(date(2026, 11, 1)), CODES)
HEADER = "sgk_number,period,employees,nace"
Read = list[tuple[Any, ...]]


def read(text: str | bytes, *, pieces: int = 0) -> tuple[Read, list[tuple[int, str, str, str]], int]:
    """The good lines (line, SGK number, month, employees, activity), what was set aside, how many lines."""
    data = text.encode() if isinstance(text, str) else text
    chunks = [data] if not pieces else [data[at : at + pieces] for at in range(0, len(data), pieces)]
    return _read(text_blocks(iter(chunks)))


def _read(blocks: Iterator[Any]) -> tuple[Read, list[tuple[int, str, str, str]], int]:
    rows, frames = 0, [pl.DataFrame(schema=SCHEMA)]
    with Faults() as faults:
        for block in blocks:
            good, count = block_read(block, KNOWN, faults)
            frames.append(good)
            rows += count
        aside = [(one.line, one.column, one.value, one.code) for one in faults.all()]
        assert all(one.reason != one.code for one in faults.all()), "a reason without its sentence"
    lines = pl.concat(frames).sort("line")
    found = [
        (line, key_text(key, check), month_day(period), employees, activity)
        for _, line, key, check, period, employees, activity in lines.iter_rows()
    ]
    return found, aside, rows


def slowly(values: tuple[str, ...]) -> tuple[Any, ...] | None:
    """What the columns' own readers say of the cells of one line, or None."""
    said: list[Any] = []
    for column, cell in zip(COLUMNS, (value.strip() for value in values), strict=True):
        try:
            if not cell and column.required:
                return None
            said.append(column.parse(cell) if cell else None)
        except FormatError:
            return None
    number, month, employees, nace = said
    if month > month_day(KNOWN.newest) or (nace is not None and nace not in CODES):
        return None
    return number, month, employees, None if nace is None else CODES[nace]


SEPARATORS = st.sampled_from(["", "", "", " ", "-", ".", "/", "\u00a0", "\u2013"])
NUMBERS = st.builds(
    lambda first, rest, separator: f"{first}{separator}{rest}",
    st.sampled_from(["2", "0", "٢", "x", "+"]),
    st.sampled_from([SGK[1:], SGK[1:25], SGK, SGK[1:] + " ", "1" * 25, ""]),
    SEPARATORS,
) | st.text("0123456789 -E+,.", max_size=28)
MONTHS = st.sampled_from(
    ["2026-10", "10.2026", "1.2026", "2026-1", "2026-11", "2026-12", "2027-01", "13.2026", "2026-00", "1899-12", ""]
) | st.text("0123456789-. ", max_size=8)
COUNTS = st.sampled_from(
    [
        "0",
        "12",
        "007",
        "1.234",
        "1.23",
        "12.345.678",
        "10000000",
        "10000001",
        "99999999",
        "000000012",
        "-1",
        "-0",
        "1e3",
    ]
) | st.text("0123456789.- ", max_size=12)
NACES = st.sampled_from(["", "22.22.43", "222243", "22 22 43", "01.11.07", "011107", "22.22", "99.99.99", "x"])
GOOD = [st.just(cell) for cell in (SGK, "2026-10", "12", "222243")]
ODD = [NUMBERS, MONTHS, COUNTS, NACES]
ONE_ODD = st.integers(0, 3).flatmap(
    lambda odd: st.tuples(*(ODD[at] if at == odd else GOOD[at] for at in range(len(ODD))))
)
QUOTED = st.sampled_from(["{}", "{}", "{}", " {}", "{} ", '"{}"', '" {} "'])


@settings(max_examples=400, deadline=None)
@given(ONE_ODD | st.tuples(*ODD), st.tuples(QUOTED, QUOTED, QUOTED, QUOTED))
@example((SGK, "2026-10", "12", "222243"), ("{}", "{}", "{}", "{}"))
@example((SGK, "2026-10", "1.234", ""), ('"{}"', "{}", " {}", "{}"))
def test_a_short_cut_reads_what_the_readers_read(values: tuple[str, ...], quotes: tuple[str, ...]) -> None:
    line = ";".join(quote.format(value) for quote, value in zip(quotes, values, strict=True))
    good, aside, rows = read(f"{HEADER.replace(',', ';')}\n{line}\n")
    expected = slowly(values)
    assert [row[1:] for row in good] == ([expected] if expected else [])
    assert rows == (1 if any(value.strip() for value in values) else rows)
    assert bool(aside) == (expected is None and rows == 1)


@pytest.mark.parametrize(
    "line", [f'"{SGK};2026-10;12;', f'{SGK};"2026-10;12;', f'{SGK};2026-10;1"2";', f'"{SGK}"x;2026-10;12;']
)
def test_quotation_marks_that_do_not_pair_are_a_fault(line: str) -> None:
    good, aside, _ = read(f"{HEADER.replace(',', ';')}\n{line}\n{SGK};2026-10;7;\n")
    assert [row[3] for row in good] == [7]
    assert {number for number, _, _, _ in aside} == {2}


def test_the_usual_lines_never_take_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise AssertionError("one by one")

    monkeypatch.setattr(cells_module, "_slowly", refuse)
    lines = [
        f"{SGK},2026-10,12,22.22.43",
        f'"{SGK}","10.2026","1.234","222243"',
        "2 2212 01 01 1224742 016 08 72 000,2026-10,7,",
    ]
    good, _, rows = read("\n".join([HEADER, *lines]))
    assert [(row[3], row[4]) for row in good] == [(12, 0), (1234, 0), (7, None)]
    assert rows == 3


@pytest.mark.parametrize("pieces", [0, 7, 50])
def test_lines_keep_their_numbers_through_blank_ones_and_blocks(pieces: int) -> None:
    text = f"\n;;\nSGK No;Dönem;Çalışan Sayısı;;\r\n{SGK};2026-10;1\r\n\r\n;;\n{SGK};2026-13;2\n{SGK};2026-09;3"
    good, aside, rows = read(text, pieces=pieces)
    assert [(row[0], row[3]) for row in good] == [(4, 1), (8, 3)]
    assert aside == [(7, "Dönem", "2026-13", "not_a_month")]
    assert rows == 3


def test_a_line_that_is_cut_off_is_none() -> None:
    good, aside, _ = read(f"{HEADER}\n{SGK},2026-10,12,\n{SGK},2026-10,1")
    assert [row[0] for row in good] == [2]
    assert [(line, code) for line, _, _, code in aside] == [(3, "cell_count")]


def test_every_fault_of_a_line_is_told_and_counts_once() -> None:
    _, aside, rows = read(f"{HEADER}\n1,2026-12,-1,99.99.99\n{SGK},2026-10,12,22.22.43,x\n{SGK},2,2E+5,22\n")
    assert [(line, code) for line, _, _, code in aside] == [
        (2, "wrong_length"),
        (2, "in_future"),
        (2, "negative"),
        (2, "unknown_activity"),
        (3, "cell_count"),
        (4, "not_a_month"),
        (4, "scientific"),
        (4, "wrong_length"),
    ]
    assert rows == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "no_header"), ("\n\n;\n", "no_header"), (HEADER, "no_lines"), (f"{HEADER}\n\n", "no_lines")],
)
def test_a_file_without_lines_is_refused(text: str, code: str) -> None:
    with pytest.raises(FileFaultError) as caught:
        read(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "header", ["sgk_number,period", "sgk_number,period,employees,cats", "sgk_no,sgk_number,period,employees"]
)
def test_a_header_that_does_not_fit_is_refused(header: str) -> None:
    with pytest.raises(HeaderError):
        read(f"{header}\n{SGK},2026-10,1")


def test_a_list_without_activities_still_works() -> None:
    good, aside, _ = read(f"sgk_number,period,employees\n{SGK},2026-10,12\n")
    assert (good, aside) == ([(2, SGK, date(2026, 10, 1), 12, None)], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1254"])
def test_files_come_in_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes(f"SGK Sicil No\tDönem\tÇalışan Sayısı\n{SGK}\t2026-10\t12\n{SGK}\tşubat\t1\n".encode(encoding))
    good, aside, _ = _read(file_blocks(path))
    assert [row[3] for row in good] == [12]
    assert aside == [(3, "Dönem", "şubat", "not_a_month")]


@pytest.mark.parametrize(
    "period", [pl.Series(["2026-10", "2026-11", None]), pl.Series([date(2026, 10, 1), date(2026, 11, 30), None])]
)
@pytest.mark.parametrize("kind", [pl.Int64, pl.Float64, pl.String])
def test_parquet_says_the_same(tmp_path: Path, period: pl.Series, kind: Any) -> None:
    path = tmp_path / "feed.parquet"
    counts = pl.Series([12, 13, 14]).cast(kind)
    pl.DataFrame({"SGK No": [SGK] * 3, "Dönem": period, "employees": counts}).write_parquet(path)
    good, aside, rows = _read(file_blocks(path))
    assert [(row[0], row[2], row[3]) for row in good] == [
        (1, date(2026, 10, 1), 12),
        (2, date(2026, 11, 1), 13),
    ]
    assert [(line, name, code) for line, name, _, code in aside] == [(3, "Dönem", "empty")]
    assert rows == 3


@given(st.integers(0, 10**26 - 1))
def test_a_number_in_two_is_the_number(number: int) -> None:
    assert key_text(*key_split(number)) == f"{number:026}"
