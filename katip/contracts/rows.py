"""What the second lock (`katip.core.rows`) asks of processes and contracts: who comes to see whom by them."""

from katip.core.rows import Way, function_sees

# Who asks for a workplace has few contracts, while whoever is asked about may have signed thousands, as a provider's
# manager has; a provider has thousands itself, of which the one asked about signed a part. So each way begins where
# there are few, whatever the planner takes the tables for: OFFSET 0 keeps a join in its order, IS NOT DISTINCT FROM
# reads no index.
_ACT = """LATERAL (SELECT FROM contracts_contractact a
    WHERE a.contract_id = x.id AND a.person_id IS NOT DISTINCT FROM asked OFFSET 0) act"""
_DECISION = """LATERAL (SELECT FROM processes_step s, LATERAL (SELECT FROM processes_decision d
        WHERE d.step_id = s.id AND d.person_id IS NOT DISTINCT FROM asked OFFSET 0) decision
    WHERE s.process_id = {process} OFFSET 0) decided"""
_PROCESS = "LATERAL (SELECT FROM processes_process WHERE id = s.process_id AND {mine} OFFSET 0) mine"


def functions() -> None:
    """Register the functions by which policies ask whether a party sees a process, a contract, a person."""
    own = "professional_id = professional"
    # A professional sees what made their contracts and changed them, also where others alone were asked.
    asked = (
        Way("SELECT FROM processes_step WHERE process_id = asked AND person_id = me"),
        Way(f"SELECT FROM contracts_contract WHERE process_id = asked AND {own}", "professional"),
        Way(
            f"""SELECT FROM contracts_durationupdate u JOIN contracts_contract x ON x.id = u.contract_id
            WHERE u.process_id = asked AND {own}""",
            "professional",
        ),
    )
    function_sees("katip_is_asked", *asked)
    function_sees(
        "katip_knows_professional",
        Way("SELECT FROM registry_staffcontract WHERE professional_id = asked AND provider_id = ANY (providers)",
            "providers"),
        *_serves("asked"),
        *_is_asked("p.person_id", "registry_professional p, ", "p.id = asked"),
    )  # fmt: skip
    function_sees("katip_knows_person", *_by_role(), *_by_signature())


def _serves(professional: str, tables: str = "", where: str = "true") -> tuple[Way, ...]:
    """Those with a contract of mine; `tables` and `where` find the professional of the person asked about."""
    query = f"SELECT FROM {tables}LATERAL (SELECT FROM contracts_contract WHERE {{}} OFFSET 0) served WHERE {where}"  # noqa: S608 -- texts of ours
    by_them, by_us = f"professional_id = {professional}", f"professional_id IS NOT DISTINCT FROM {professional}"
    return (
        Way(query.format(f"workplace_id = ANY (workplaces) AND {by_us}"), "few workplaces"),
        Way(query.format(f"{by_them} AND workplace_id = ANY (workplaces)"), "many workplaces"),
        Way(query.format(f"{by_them} AND provider_id = ANY (providers)"), "providers"),
    )


def _is_asked(person: str, tables: str = "", where: str = "true") -> tuple[Way, ...]:
    """Those whose answer a process of mine wants, or wanted; `tables` and `where` find the person."""
    query = f"SELECT FROM {tables}LATERAL ({{}} OFFSET 0) asked_for WHERE {where}"
    by_them = f"SELECT FROM processes_step s, {_PROCESS} WHERE s.person_id = {person}"
    by_us = f"""SELECT FROM processes_process x, LATERAL (SELECT FROM processes_step s
        WHERE s.process_id = x.id AND s.person_id IS NOT DISTINCT FROM {person} OFFSET 0) step
    WHERE x.workplace_id = ANY (workplaces)"""  # noqa: S608 -- as above
    return (
        Way(query.format(by_us), "few workplaces"),
        Way(query.format(by_them.format(mine="workplace_id = ANY (workplaces)")), "many workplaces"),
        Way(query.format(by_them.format(mine="provider_id = ANY (providers)")), "providers"),
    )


def _by_role() -> tuple[Way, ...]:
    """Professionals, whoever acts for the same, who gave the workplace's addresses, who is asked, who asks oneself."""
    return (
        Way(
            """SELECT FROM registry_professional p JOIN registry_staffcontract c ON c.professional_id = p.id
            WHERE p.person_id = asked AND c.provider_id = ANY (providers)""",
            "providers",
        ),
        *_serves("p.id", "registry_professional p, ", "p.person_id = asked"),
        Way("SELECT FROM registry_mandate WHERE person_id = asked AND workplace_id = ANY (workplaces)", "workplaces"),
        Way("SELECT FROM registry_mandate WHERE person_id = asked AND provider_id = ANY (providers)", "providers"),
        Way(
            """SELECT FROM registry_mandate m JOIN registry_provider own ON own.id = m.provider_id
            WHERE m.person_id = asked AND own.workplace_id = ANY (workplaces)""",
            "workplaces",
        ),
        Way(
            "SELECT FROM registry_contactdeclaration WHERE declared_by_id = asked AND workplace_id = ANY (workplaces)",
            "workplaces",
        ),
        *_is_asked("asked"),
        Way(
            """SELECT FROM processes_step s JOIN processes_process x ON x.id = s.process_id
            WHERE s.person_id = me AND x.created_by_id = asked"""
        ),
    )


def _by_signature() -> tuple[Way, ...]:
    """Whoever acted on a contract that one sees, or decided in a process that one sees."""
    by_provider = {"mine": "provider_id = ANY (providers)"}
    return (
        Way(f"SELECT FROM contracts_contract x, {_ACT} WHERE x.workplace_id = ANY (workplaces)", "workplaces"),
        Way(
            """SELECT FROM contracts_contractact a, LATERAL (
                SELECT FROM contracts_contract WHERE id = a.contract_id AND provider_id = ANY (providers) OFFSET 0
            ) mine WHERE a.person_id = asked""",
            "providers",
        ),
        Way(f"SELECT FROM contracts_contract x, {_ACT} WHERE x.professional_id = professional", "professional"),
        Way(
            f"""SELECT FROM processes_process x, {_DECISION.format(process="x.id")}
            WHERE x.workplace_id = ANY (workplaces)""",
            "workplaces",
        ),
        Way(
            f"""SELECT FROM processes_decision d JOIN processes_step s ON s.id = d.step_id,
            {_PROCESS.format(**by_provider)} WHERE d.person_id = asked""",
            "providers",
        ),
        Way(f"SELECT FROM processes_step x, {_DECISION.format(process='x.process_id')} WHERE x.person_id = me"),
        Way(  # what waits for nobody is closed
            f"""SELECT FROM processes_process x, {_DECISION.format(process="x.id")}
            WHERE x.waits_for_person_id = me AND x.state = 'open'"""
        ),
        Way(
            f"""SELECT FROM contracts_contract x, {_DECISION.format(process="x.process_id")}
            WHERE x.professional_id = professional""",
            "professional",
        ),
        Way(
            f"""SELECT FROM contracts_contract x JOIN contracts_durationupdate u ON u.contract_id = x.id,
            {_DECISION.format(process="u.process_id")} WHERE x.professional_id = professional""",
            "professional",
        ),
    )
