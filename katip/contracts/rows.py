"""What the second lock (`katip.core.rows`) asks of processes and contracts: who comes to see whom by them."""

from katip.core.rows import function_sees

_MINE = "(x.workplace_id = ANY (workplaces) OR x.provider_id = ANY (providers))"
_STEP = f"""EXISTS (SELECT FROM processes_step s JOIN processes_process x ON x.id = s.process_id
    WHERE s.person_id = {{person}} AND {_MINE})"""


def functions() -> None:
    """Register the functions by which policies ask whether a party sees a process, a contract, a person."""
    function_sees(
        "katip_sees_process",
        f"""EXISTS (SELECT FROM processes_process x WHERE x.id = asked AND ({_MINE} OR x.waits_for_person_id = me))
    OR katip_is_asked(asked)""",
    )
    # A professional sees what made their contracts and changed them, also where others alone were asked.
    function_sees(
        "katip_is_asked",
        """EXISTS (SELECT FROM processes_step WHERE process_id = asked AND person_id = me)
    OR EXISTS (SELECT FROM contracts_contract x WHERE x.process_id = asked AND x.professional_id = professional)
    OR EXISTS (SELECT FROM contracts_durationupdate u JOIN contracts_contract x ON x.id = u.contract_id
        WHERE u.process_id = asked AND x.professional_id = professional)""",
    )
    function_sees(
        "katip_sees_contract",
        f"""EXISTS (SELECT FROM contracts_contract x
    WHERE x.id = asked AND ({_MINE} OR x.professional_id = professional))""",
    )
    person = "(SELECT person_id FROM registry_professional WHERE id = asked)"
    function_sees(
        "katip_knows_professional",
        f"""EXISTS (SELECT FROM registry_staffcontract WHERE professional_id = asked AND provider_id = ANY (providers))
    OR EXISTS (SELECT FROM contracts_contract x WHERE x.professional_id = asked AND {_MINE})
    OR {_STEP.format(person=person)}""",  # noqa: S608 -- texts of ours
    )
    function_sees(
        "katip_knows_person",
        f"""EXISTS (SELECT FROM registry_professional WHERE person_id = asked AND katip_knows_professional(id))
    OR EXISTS (SELECT FROM registry_mandate x WHERE x.person_id = asked AND {_MINE})
    OR EXISTS (SELECT FROM registry_mandate m JOIN registry_provider own ON own.id = m.provider_id
        WHERE m.person_id = asked AND own.workplace_id = ANY (workplaces))
    OR {_STEP.format(person="asked")}
    OR EXISTS (SELECT FROM registry_contactdeclaration
        WHERE declared_by_id = asked AND workplace_id = ANY (workplaces))
    OR EXISTS (SELECT FROM contracts_contractact WHERE person_id = asked AND katip_sees_contract(contract_id))
    OR EXISTS (SELECT FROM processes_decision d JOIN processes_step s ON s.id = d.step_id
        WHERE d.person_id = asked AND katip_sees_process(s.process_id))
    OR EXISTS (SELECT FROM processes_step s JOIN processes_process x ON x.id = s.process_id
        WHERE s.person_id = me AND x.created_by_id = asked)""",  # noqa: S608 -- as above
    )
