"""The country into a database: drawn as a whole in small columns, written in blocks, its files beside it."""

import hashlib
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

import polars as pl

from katip.demo.country import rows
from katip.demo.country.files import Files
from katip.demo.country.people import Numbers, certificates, persons, providers, staff_contracts
from katip.demo.country.staffing import Service, service
from katip.demo.country.tables import (
    Connection,
    Text,
    indexes_drop,
    numbers_reserve,
    statement_run,
    text_copy,
    text_of,
    vacuum_leave,
)
from katip.demo.country.workplaces import PERIOD, Plan, Skeleton, skeleton

BLOCK = 10_000
"""workplaces whose rows are in memory at once"""

TABLES = (
    "identity_person",
    "registry_provider",
    "registry_professional",
    "registry_certificate",
    "registry_staffcontract",
    "registry_workplace",
    "registry_headcount",
    "registry_mandate",
    "registry_contactdeclaration",
    "processes_process",
    "contracts_contract",
    "contracts_contractversion",
    "contracts_contractact",
)

_LISTS = {
    "people": "identity_person",
    "workplaces": "registry_workplace",
    "headcounts": "registry_headcount",
    "providers": "registry_provider",
    "mandates": "registry_mandate",
    "professionals": "registry_professional",
    "staff": "registry_staffcontract",
    "contracts": "contracts_contract",
}
"""kind of list and the table that it fills"""

Progress = Callable[[str, int, int], None]
"""told what is being made, how much of it is done and how much there is"""


@dataclass(frozen=True, slots=True)
class Country:
    """What was made: rows by table, the files beside the database, seconds by step, and the month of the feed."""

    workplaces: int
    seed: int
    period: date
    rows: dict[str, int]
    files: tuple[Path, ...]
    seconds: dict[str, float]


def country_load(
    connection: Connection,
    *,
    workplaces: int,
    seed: int = 7,
    period: date = PERIOD,
    folder: Path | None = None,
    progress: Progress | None = None,
    whole: bool = False,
) -> Country:
    """Make a country of so many workplaces in the migrated, otherwise empty database behind `connection`.

    `folder` takes the feed of `period` and the mirror of terms; without one they are not written. Everything happens in
    the caller's transaction, with the rights of the application's login, unless `whole`: then indexes are made after
    the rows and everything is vacuumed, which needs the owner's login and `autocommit`.
    """
    work = _Load(connection, Plan(workplaces, seed, period), folder, progress or (lambda *_: None), whole=whole)
    later = indexes_drop(connection, TABLES) if whole else []
    if whole:
        vacuum_leave(connection, TABLES, itself=False)
    work.run()
    if whole:
        work.settle(later)
    return Country(workplaces, seed, period, work.rows, tuple(work.files), work.seconds)


class _Load:
    """One loading; `seconds` by step."""

    def __init__(
        self, connection: Connection, plan: Plan, folder: Path | None, progress: Progress, *, whole: bool
    ) -> None:
        self.connection, self.plan, self.folder, self.progress, self.whole = connection, plan, folder, progress, whole
        self.rows: dict[str, int] = dict.fromkeys((*TABLES, "registry_importrun"), 0)
        self.files: list[Path] = []
        self.seconds: dict[str, float] = {}
        self._step, self._since = "", 0.0

    def begin(self, step: str) -> None:
        """Count the time that passes as the step's."""
        self.end()
        self._step, self._since = step, time.monotonic()

    def end(self) -> None:
        if self._step:
            self.seconds[self._step] = round(time.monotonic() - self._since, 1)
        self._step = ""

    def run(self) -> None:
        """Make everything."""
        self.begin("drawing")
        self.progress("drawing", 0, 1)
        districts = _districts(self.connection)
        counts = dict(districts.group_by("province_id").len().iter_rows())
        country = skeleton(self.plan, counts)
        served = service(country)
        base = self._numbers(country, served)
        self.begin("people")
        world = self._people(country, served, base, districts)
        self.begin("rows")
        self._blocks(world)
        self._runs(world)
        self.end()

    def settle(self, statements: list[str]) -> None:
        """Make the indexes and keys again, and vacuum."""
        self.begin("indexes")
        for no, statement in enumerate(statements, 1):
            statement_run(self.connection, statement)
            self.progress("indexes", no, len(statements))
        self.begin("vacuum")
        for no, table in enumerate(TABLES, 1):
            statement_run(self.connection, f"VACUUM (ANALYZE) {table}")
            self.progress("vacuum", no, len(TABLES))
        vacuum_leave(self.connection, TABLES, itself=True)
        self.end()

    def _copy(self, table: str, frame: pl.DataFrame) -> None:
        self._copy_text(text_of(table, frame))

    def _copy_text(self, text: Text) -> None:
        text_copy(self.connection, text)
        self.rows[text.table] += text.rows

    def _numbers(self, country: Skeleton, served: Service) -> Numbers:
        professionals = served.professionals.height
        people = professionals + len(country.providers) + len(country.people)
        counts = {
            "identity_person": people,
            "registry_provider": len(country.providers),
            "registry_professional": professionals,
            "registry_certificate": professionals,
            "registry_workplace": self.plan.workplaces,
            "processes_process": served.contracts.height,
            "contracts_contract": served.contracts.height,
        }
        reserved = (numbers_reserve(self.connection, table, count, whole=self.whole) for table, count in counts.items())
        return Numbers(*reserved)

    def _people(self, country: Skeleton, served: Service, base: Numbers, districts: pl.DataFrame) -> rows.World:
        """Load people, providers and staff; keep what the terms of contracts say of them."""
        plan, professionals = self.plan, served.professionals
        staff, managers = professionals.height, len(country.providers)
        names = self._persons(1, staff + managers, base)
        self._persons(staff + managers + 1, len(country.people), base)
        made = providers(country, names.slice(staff), districts, base)
        self._copy("registry_provider", made.drop("province_name"))
        self._copy(
            "registry_professional",
            professionals.select(
                (pl.col("professional") + base.professional).alias("id"),
                (pl.col("professional") + base.person).alias("person_id"),
            ),
        )
        certified = certificates(professionals, plan, base)
        self._copy("registry_certificate", certified)
        self._copy("registry_staffcontract", staff_contracts(professionals, plan, base))
        self._copy(
            "registry_mandate",
            made.select(
                (pl.int_range(1, managers + 1, dtype=pl.UInt32) + (staff + base.person)).alias("person_id"),
                pl.lit("responsible_manager").alias("capacity"),
                pl.col("id").alias("provider_id"),
                pl.lit("2019-01-01").alias("valid_from"),
            ),
        )
        return rows.World(
            country=country,
            service=served,
            base=base,
            users=staff + managers,
            districts=districts,
            providers=_provider_terms(made, base),
            professionals=_professional_terms(names.head(staff), certified, base),
        )

    def _persons(self, first: int, count: int, base: Numbers) -> pl.DataFrame:
        """Load people; returns their names."""
        names = []
        at = self.plan.before.isoformat()
        for start in range(first, first + count, BLOCK):
            frame = persons(start, min(BLOCK, first + count - start), self.plan)
            self._copy(
                "identity_person",
                frame.drop("n").with_columns(
                    (frame["n"] + base.person).alias("id"), pl.lit(f"{at}T00:00:00+00:00").alias("created_at")
                ),
            )
            names.append(frame.select("given_name", "family_name"))
            self.progress("people", start - first + frame.height, count)
        return pl.concat(names)

    def _blocks(self, world: rows.World) -> None:
        """Load the workplaces and contracts: while the server takes a block in, the next one is made."""
        files = Files(self.folder, self.plan) if self.folder else None
        count = self.plan.workplaces

        def make(first: int) -> list[Text]:
            block = rows.workplaces(world, first, min(BLOCK, count - first + 1))
            contracts = rows.contracts(world, block)
            if files:
                files.add(block, contracts)
            of_block = chain(rows.places_rows(world, block), rows.contract_rows(world, contracts))
            return [text_of(table, frame) for table, frame in of_block]

        with ThreadPoolExecutor(1) as maker:
            ahead = maker.submit(make, 1)
            for first in range(1, count + 1, BLOCK):
                texts = ahead.result()
                if first + BLOCK <= count:
                    ahead = maker.submit(make, first + BLOCK)
                for text in texts:
                    self._copy_text(text)
                self.progress("workplaces", min(count, first + BLOCK - 1), count)
        if files:
            self.files = files.close()

    def _runs(self, world: rows.World) -> None:
        """Say of each list when it came in, as an import would have: pages tell how fresh a list is."""
        counts = [self.rows[table] for table in _LISTS.values()]
        made = pl.DataFrame({"kind": list(_LISTS), "rows": counts, "inserted": counts}).with_columns(
            pl.lit(world.at.isoformat()).alias("at"),
            pl.lit(hashlib.sha256(repr(self.plan).encode()).hexdigest()).alias("file_hash"),
            pl.lit(0).alias("updated"),
        )
        self._copy("registry_importrun", made)


def _districts(connection: Connection) -> pl.DataFrame:
    """The districts of each province in order, by their `place` from 0."""
    found = connection.execute(
        "SELECT district.province_id, row_number() OVER (PARTITION BY province_id ORDER BY district.name) - 1,"
        " district.id, district.name, province.name FROM registry_district AS district"
        " JOIN registry_province AS province ON province.code = district.province_id ORDER BY 1, 2"
    ).fetchall()
    names = {"district_name": pl.String, "province_name": pl.String}
    types = {"province_id": pl.UInt8, "place": pl.UInt8, "district_id": pl.UInt32} | names
    return pl.DataFrame(found, schema=types, orient="row")


def _provider_terms(made: pl.DataFrame, base: Numbers) -> pl.DataFrame:
    """The part of contracts' terms that names the provider, canonical, by the provider's number."""
    texts = [
        _json(
            {
                "id": id_,
                "title": title,
                "kind": kind,
                "authorisation_no": number,
                "province": province,
            }
        )
        for id_, title, kind, number, province in made.select(
            "id", "title", "kind", "authorisation_no", "province_name"
        ).iter_rows()
    ]
    return made.select(
        (pl.col("id") - base.provider).cast(pl.UInt16).alias("provider"), pl.Series("provider_json", texts)
    )


def _professional_terms(names: pl.DataFrame, certified: pl.DataFrame, base: Numbers) -> pl.DataFrame:
    """The parts of contracts' terms that name the professional and the certificate, by the professional's number."""
    id_ = pl.col("professional_id")
    return pl.concat([names, certified], how="horizontal").select(
        (id_ - base.professional).cast(pl.UInt32).alias("professional"),
        pl.concat_str(
            [pl.lit('{"id":'), id_, pl.lit(',"name":"'), "given_name", pl.lit(" "), "family_name", pl.lit('"}')]
        ).alias("professional_json"),
        pl.concat_str(
            [pl.lit('{"class":"'), "certificate_class", pl.lit('","number":"'), "number", pl.lit('"}')]
        ).alias("certificate_json"),
    )


def _json(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
