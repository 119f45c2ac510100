"""The rows of a block of workplaces: the places themselves, and the contracts that run there, as the product has them.

Contracts are written as `documents.services.carry` writes those of another register: carried over, with a completed
process, one version, one act, and no step or decision behind them.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

import polars as pl

from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.models import AssignmentType, Fitness, VersionBasis
from katip.demo.country import numbers, words
from katip.demo.country.draws import below, key_of
from katip.demo.country.people import Numbers
from katip.demo.country.staffing import PROFESSIONS, Service
from katip.demo.country.workplaces import HAZARDS, Skeleton
from katip.processes.models import PartyKind, ProcessState
from katip.registry.consents import AUTO_UPDATE_NOW
from katip.rules import ContractAction, ContractForm, ContractRole, ContractState

_KIND = {kind.profession: kind for kind in SERVICE_KINDS}
_FIRST_START = pl.datetime(2021, 1, 3, 21)
_START_DAYS = 2_040
_FIRST_MANDATE, _MANDATE_DAYS = pl.date(2014, 1, 1), 2_500
_DECLARED_DAYS = 900


@dataclass(frozen=True, slots=True)
class World:
    """Everything that rows are made of. `providers` and `professionals` have the texts for terms, by number."""

    country: Skeleton
    service: Service
    base: Numbers
    users: int
    """the number before the first e-Bildirge user among all people"""
    districts: pl.DataFrame
    providers: pl.DataFrame
    professionals: pl.DataFrame

    @property
    def at(self) -> datetime:
        """When everything was brought in: on the first morning of the feed's month."""
        return datetime.combine(self.country.plan.period, time(5), UTC)


def workplaces(world: World, first: int, count: int) -> pl.DataFrame:
    """Workplaces by number from `first`, with all that later rows say of them."""
    seed, n = world.country.plan.seed, pl.col("n")
    trades = world.country.trades
    block = world.country.workplaces.slice(first - 1, count)
    block = block.join(
        world.districts,
        left_on=["province", "district"],
        right_on=["province_id", "place"],
        how="left",
        maintain_order="left",
    ).with_columns(
        _of_trade([one.code for one in trades], "trade").alias("nace"),
        _of_trade([one.code for one in trades], "trade_after").alias("nace_after"),
        _trade_word(world, n),
    )
    return block.with_columns(
        (n + world.base.workplace).cast(pl.UInt32).alias("workplace_id"),
        (pl.col("person") + (world.users + world.base.person)).cast(pl.UInt32).alias("person_id"),
        numbers.sgk_number(n, pl.col("nace"), pl.col("province"), pl.col("district") + 1, seed).alias("sgk_number"),
        words.title(n, pl.col("word"), seed, "workplace").alias("title"),
        pl.col("hazard").replace_strict([0, 1, 2], [str(one) for one in HAZARDS]).alias("hazard_word"),
    )


def places_rows(world: World, block: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of the register's own tables for a block of workplaces, by table."""
    plan, n = world.country.plan, pl.col("n")
    yield (
        "registry_workplace",
        block.select(
            pl.col("workplace_id").alias("id"),
            "sgk_number",
            "title",
            numbers.vkn(n, plan.seed, "workplace").alias("vkn"),
            pl.col("province").alias("province_id"),
            "district_id",
            words.address(n, plan.seed).alias("address"),
            pl.col("nace").alias("activity_id"),
        ),
    )
    yield (
        "registry_headcount",
        block.select(
            "workplace_id",
            pl.lit(plan.before.isoformat()).alias("period"),
            "employees",
            pl.col("nace").alias("activity_id"),
        ),
    )
    since = _FIRST_MANDATE + pl.duration(days=below(n, key_of(plan.seed, "mandate"), _MANDATE_DAYS).cast(pl.Int64))
    yield (
        "registry_mandate",
        block.select(
            "person_id",
            pl.lit("e_bildirge").alias("capacity"),
            "workplace_id",
            since.cast(pl.String).alias("valid_from"),
        ),
    )
    yield "registry_contactdeclaration", _declarations(world, block)


def _declarations(world: World, block: pl.DataFrame) -> pl.DataFrame:
    plan, n = world.country.plan, pl.col("n")
    ago = below(n, key_of(plan.seed, "declared"), _DECLARED_DAYS * 1440)
    at = pl.lit(world.at.replace(tzinfo=None)) - pl.duration(minutes=ago.cast(pl.Int64) + 60 * 24)
    return block.filter(pl.col("consent").is_not_null()).select(
        "workplace_id",
        pl.lit(1).alias("no"),
        pl.col("person_id").alias("declared_by_id"),
        pl.concat_str([at.dt.strftime("%Y-%m-%d %H:%M:%S"), pl.lit("+00")]).alias("declared_at"),
        numbers.phone(n, plan.seed, "workplace").alias("phone"),
        pl.concat_str([pl.lit("isyeri"), n.cast(pl.String), pl.lit("@firma.example")]).alias("email"),
        pl.lit("").alias("postal_address"),
        pl.lit("").alias("kep"),
        pl.col("province").alias("province_id"),
        "district_id",
        pl.col("consent").alias("auto_update"),
        pl.lit(AUTO_UPDATE_NOW["tr"]).alias("consent_text"),
    )


def contracts(world: World, block: pl.DataFrame) -> pl.DataFrame:
    """The contracts of a block of workplaces, with everything that rows of theirs say; `no` counts over the country."""
    first, last = block["n"][0], block["n"][-1]
    numbered = world.service.contracts
    start = numbered["n"].search_sorted(first, side="left")
    rows = numbered.slice(start, numbered["n"].search_sorted(last, side="right") - start)
    of_workplace = block.select(
        "n", "workplace_id", "sgk_number", "nace", "hazard_word", "employees", "consent", pl.col("title").alias("firm")
    )
    number = pl.int_range(start + 1, start + 1 + rows.height, dtype=pl.UInt32, eager=True).alias("no")
    days = below(pl.col("no"), key_of(world.country.plan.seed, "start"), _START_DAYS).cast(pl.Int64)
    kinds = [_KIND[profession] for profession in PROFESSIONS]
    return (
        rows.with_columns(number)
        .join(of_workplace, on="n", how="left", maintain_order="left")
        .join(world.service.requirements, on="key", how="left", maintain_order="left", suffix="_owed")
        .join(world.providers, on="provider", how="left", maintain_order="left")
        .join(world.professionals, on="professional", how="left", maintain_order="left")
        .with_columns(
            (_FIRST_START + pl.duration(days=days)).dt.strftime("%Y-%m-%dT%H:%M:%S+00:00").alias("active_from"),
            (pl.col("no") + world.base.process).cast(pl.UInt32).alias("process_id"),
            (pl.col("no") + world.base.contract).cast(pl.UInt32).alias("contract_id"),
            (pl.col("professional") + world.base.professional).cast(pl.UInt32).alias("professional_id"),
            (pl.col("professional") + world.base.certificate).cast(pl.UInt32).alias("certificate_id"),
            (pl.col("provider").cast(pl.UInt32) + world.base.provider).alias("provider_id"),
            _of_profession([str(one) for one in PROFESSIONS], pl.String).alias("profession_word"),
            _of_profession([kind.code for kind in kinds], pl.UInt8).alias("code"),
            _of_profession([kind.title for kind in kinds], pl.String).alias("kind_title"),
            pl.when("full_time")
            .then(pl.lit(str(AssignmentType.FULL_TIME)))
            .otherwise(pl.lit(str(AssignmentType.PART_TIME)))
            .alias("assignment_type"),
        )
        .with_columns(_terms())
    )


def _terms() -> pl.Expr:
    """The terms that `contracts.terms.offer_terms` would give, and what a migration adds, as canonical JSON."""
    text = pl.concat_str
    parts = [
        pl.lit('{"assignment_type":"'),
        pl.col("assignment_type"),
        pl.lit('","carried_over":true,"certificate":'),
        pl.col("certificate_json"),
        pl.lit(',"code":'),
        pl.col("code"),
        pl.lit(',"end":"open","minutes":'),
        pl.col("minutes"),
        pl.lit(',"profession":"'),
        pl.col("profession_word"),
        pl.lit('","professional":'),
        pl.col("professional_json"),
        pl.lit(',"provider":'),
        pl.col("provider_json"),
        pl.lit(',"requirement":'),
        pl.col("before_nace"),
        pl.col("nace"),
        pl.col("after_nace"),
        pl.lit(',"start":"'),
        pl.col("active_from"),
        pl.lit('","title":"'),
        pl.col("kind_title"),
        pl.lit('","workplace":{"id":'),
        pl.col("workplace_id"),
        pl.lit(',"sgk_number":"'),
        pl.col("sgk_number"),
        pl.lit('","title":"'),
        pl.col("firm"),
        pl.lit('"}}'),
    ]
    return text(parts).alias("terms")


def contract_rows(world: World, rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of a block's contracts, by table."""
    at = pl.lit(world.at.isoformat())
    terms = rows["terms"]
    hashes = pl.Series("terms_hash", [hashlib.sha256(one.encode()).hexdigest() for one in terms])
    yield (
        "processes_process",
        rows.select(
            pl.col("process_id").alias("id"),
            "code",
            "workplace_id",
            "provider_id",
            pl.lit(str(ProcessState.COMPLETED)).alias("state"),
            pl.lit(1).alias("version"),
            pl.lit(1).alias("current_step"),
            pl.lit("").alias("waits_for"),
            at.alias("waiting_since"),
            "terms",
            hashes,
            pl.lit(str(PartyKind.PROVIDER)).alias("proposed_by"),
            at.alias("created_at"),
            at.alias("closed_at"),
        ),
    )
    fit = pl.when("above").then(pl.lit(str(Fitness.ABOVE))).otherwise(pl.lit(str(Fitness.FIT)))
    yield (
        "contracts_contract",
        rows.select(
            pl.col("contract_id").alias("id"),
            "code",
            pl.lit(str(ContractForm.SERVICE)).alias("form"),
            pl.col("profession_word").alias("profession"),
            "workplace_id",
            "provider_id",
            "professional_id",
            "certificate_id",
            "process_id",
            "minutes",
            "assignment_type",
            pl.lit(str(ContractState.ACTIVE)).alias("state"),
            fit.alias("fit"),
            "active_from",
            pl.lit("").alias("end_reason"),
            pl.lit("").alias("end_note"),
            pl.lit(value=True).alias("carried_over"),
            at.alias("created_at"),
        ),
    )
    yield (
        "contracts_contractversion",
        rows.select(
            "contract_id",
            pl.lit(1).alias("no"),
            pl.lit(str(VersionBasis.CARRIED)).alias("basis"),
            "process_id",
            pl.col("active_from").alias("valid_from"),
            "minutes",
            "assignment_type",
            "employees",
            pl.col("hazard_word").alias("hazard_class"),
            pl.col("required").alias("required_minutes"),
            at.alias("recorded_at"),
        ),
    )
    yield (
        "contracts_contractact",
        rows.select(
            "contract_id",
            pl.lit(str(ContractAction.CARRY_OVER)).alias("action"),
            pl.lit(str(ContractRole.OPERATOR)).alias("role"),
            at.alias("at"),
            pl.lit(str(ContractState.DRAFT)).alias("state_from"),
            pl.lit(str(ContractState.ACTIVE)).alias("state_to"),
            pl.lit("").alias("reason"),
            pl.lit("{}").alias("detail"),
        ),
    )


def _of_profession(values: list[object], dtype: type[pl.DataType]) -> pl.Expr:
    return pl.col("profession").replace_strict([0, 1, 2], values, return_dtype=dtype)


def _of_trade(values: list[str], column: str) -> pl.Expr:
    return pl.col(column).replace_strict(list(range(len(values))), values, return_dtype=pl.String)


def _trade_word(world: World, n: pl.Expr) -> pl.Expr:
    """A word for what the workplace does."""
    most = max(len(one.words) for one in world.country.trades)
    lists = [[one.words[place % len(one.words)] for one in world.country.trades] for place in range(most)]
    drawn = below(n, key_of(world.country.plan.seed, "word"), most)
    parts = [pl.when(drawn == place).then(_of_trade(words_, "trade")) for place, words_ in enumerate(lists)]
    return pl.coalesce(parts).alias("word")
