"""What PostgreSQL does for each rule that destroys: pieces of the one function of `katip.keeping.destroying`.

In every piece `cut` is the moment before which data must have come to an end, `most` the greatest number of rows,
`gone` an array of ids; it adds to `done` what it destroyed. A test holds each piece to the tables that its rule names.
"""

# ruff: noqa: S608 -- every name and condition is written here; nothing comes from outside

_COUNT = "GET DIAGNOSTICS found = ROW_COUNT; done := done + found;"


def _oldest(table: str, where: str, key: str = "id") -> str:
    """Delete the first rows of a table for which `where` holds; the row is called `it`."""
    return (
        f"DELETE FROM {table} WHERE {key} IN (SELECT it.{key} FROM {table} it WHERE {where} "
        f"ORDER BY it.{key} LIMIT most FOR UPDATE OF it SKIP LOCKED); {_COUNT}"
    )


def _application(where: str) -> str:
    return f"""
        gone := ARRAY(SELECT it.id FROM counter_application it WHERE {where}
            ORDER BY it.id LIMIT most FOR UPDATE OF it SKIP LOCKED);
        DELETE FROM counter_review WHERE application_id = ANY(gone);
        DELETE FROM counter_application WHERE id = ANY(gone); {_COUNT}"""


def _run(where: str) -> str:
    """One kept because a later one takes up its refused rows goes after that."""
    return f"""
        gone := ARRAY(SELECT it.id FROM runs_run it WHERE {where}
            AND NOT EXISTS (SELECT FROM runs_run later WHERE later.again_of_id = it.id)
            ORDER BY it.id LIMIT greatest(1, most / 10) FOR UPDATE OF it SKIP LOCKED);
        DELETE FROM runs_runoutcome outcome USING runs_runrow line
            WHERE line.id = outcome.row_id AND line.run_id = ANY(gone);
        DELETE FROM runs_runrow WHERE run_id = ANY(gone);
        DELETE FROM runs_runreceiptfile file USING runs_runreceipt receipt
            WHERE receipt.id = file.receipt_id AND receipt.run_id = ANY(gone);
        DELETE FROM runs_runreceipt WHERE run_id = ANY(gone);
        DELETE FROM runs_run WHERE id = ANY(gone); {_COUNT}"""


def _detail(tags: str) -> str:
    """Go on through the events in the order of their numbers, from where the rule stood, as far as they are old."""
    return f"""
        reached := coalesce((SELECT event FROM keeping_mark WHERE rule = wanted), 0);
        gone := ARRAY(SELECT it.id FROM audit_event it WHERE it.id > reached ORDER BY it.id LIMIT most * 10);
        upto := coalesce(
            (SELECT min(it.id) - 1 FROM audit_event it WHERE it.id = ANY(gone) AND it.at >= cut),
            gone[array_upper(gone, 1)], reached);
        DELETE FROM audit_eventdetail detail USING audit_event it
            WHERE it.id = detail.event_id AND it.id > reached AND it.id <= upto AND ({tags}); {_COUNT}
        more := upto > reached OR done >= most;
        IF upto > reached THEN
            INSERT INTO keeping_mark (rule, event) VALUES (wanted, upto)
                ON CONFLICT (rule) DO UPDATE SET event = excluded.event;
        END IF;"""


_PROCESSES = """
        DELETE FROM processes_decision WHERE step_id IN
            (SELECT id FROM processes_step WHERE process_id = ANY(processes));
        DELETE FROM processes_step WHERE process_id = ANY(processes);
        DELETE FROM processes_process WHERE id = ANY(processes);"""

STATEMENTS = {
    "session": _oldest("django_session", "it.expire_date < cut", "session_key")
    + _oldest(
        "usersessions_usersession",
        "NOT EXISTS (SELECT FROM django_session kept WHERE kept.session_key = it.session_key)",
    ),
    "cache": _oldest("cache_entry", "it.expires < cut", "cache_key"),
    "job": _oldest(
        "procrastinate_jobs",
        "it.status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND NOT EXISTS "
        "(SELECT FROM procrastinate_events event WHERE event.job_id = it.id AND event.at >= cut)",
    ),
    "message": _oldest("notices_delivery", "it.closed_at < cut"),
    "webhook_sent": _oldest("notices_hookdelivery", "it.state <> 'waiting' AND coalesce(it.tried_at, it.since) < cut"),
    "webhook": _oldest(
        "notices_hooksubscription",
        "it.state = 'ended' AND it.state_at < cut AND NOT EXISTS "
        "(SELECT FROM notices_hookdelivery sent WHERE sent.subscription_id = it.id)",
    ),
    "address_fault": _oldest("notices_addressfault", "it.last_at < cut"),
    "notice": _oldest("identity_securitynotice", "it.at < cut"),
    "told": _oldest("notices_notice", "it.at < cut"),
    "objection": _oldest("notices_objection", "it.closed_at < cut"),
    "sign_in_code": _oldest("identity_activationcode", "least(it.used_at, it.revoked_at, it.expires_at) < cut")
    + _oldest("identity_enrolment", "least(it.used_at, it.revoked_at, it.expires_at) < cut"),
    "chip_session": _oldest(
        "identity_chipsession",
        "it.expires_at < cut AND NOT EXISTS "
        "(SELECT FROM counter_application application WHERE application.chip_session_id = it.id)",
    ),
    "device": _oldest("identity_knowndevice", "it.last_seen < cut"),
    "application_unproved": _application(
        "it.state IN ('refused', 'cancelled', 'expired') AND coalesce(it.decided_at, it.expires_at) < cut"
    ),
    "application_proved": _application("it.state = 'confirmed' AND it.decided_at < cut"),
    "guide_link": _oldest("guide_guidelink", "it.expires_at < cut"),
    "offer_draft": _oldest("contracts_offerdraft", "it.updated_at < cut")
    + _oldest("contracts_offersheet", "coalesce(it.decided_at, it.created_at) < cut"),
    "program_request": _oldest("programs_idempotencykey", "it.at < cut"),
    "sent_form": _oldest("core_sentform", "it.at < cut", "key"),
    "feed_line": _oldest(
        "updates_feedfault", "EXISTS (SELECT FROM updates_feed feed WHERE feed.id = it.feed_id AND feed.begun_at < cut)"
    )
    + _oldest(
        "updates_feedpart",
        "EXISTS (SELECT FROM updates_feed feed WHERE feed.id = it.feed_id AND feed.begun_at < cut "
        "AND feed.state <> 'open')",
    ),
    "month_plan": f"""
        UPDATE updates_monthchunk SET plan = '' WHERE id IN (
            SELECT it.id FROM updates_monthchunk it JOIN updates_monthrun run ON run.id = it.run_id
            WHERE octet_length(it.plan) > 0 AND run.state IN ('done', 'dropped', 'planned')
                AND coalesce(run.finished_at, run.planned_at) < cut
            ORDER BY it.id LIMIT most FOR UPDATE OF it SKIP LOCKED); {_COUNT}""",
    "digest": _oldest("updates_digest", "it.made_at < cut"),
    "look": _oldest("audit_look", "it.at < cut") + _detail("it.tag = 'person:data:read'"),
    "sign_in_detail": _detail("it.tag LIKE 'identity:%' OR it.tag LIKE 'counter:%'"),
    "event_detail": _detail(
        "NOT (it.tag LIKE 'identity:%' OR it.tag LIKE 'counter:%' OR it.tag LIKE 'keeping:%' "
        "OR it.tag = 'person:data:read')"
    ),
    "contract_file": f"""
        gone := ARRAY(SELECT it.id FROM contracts_contract it
            JOIN processes_process process ON process.id = it.process_id
            WHERE it.state IN ('ended', 'rejected', 'withdrawn', 'lapsed', 'deleted')
                AND coalesce(it.ended_at, process.closed_at, it.created_at) < cut
                AND NOT EXISTS (SELECT FROM contracts_contract later WHERE later.predecessor_id = it.id)
            ORDER BY it.id LIMIT most FOR UPDATE OF it SKIP LOCKED);
        processes := ARRAY(SELECT process_id FROM contracts_contract WHERE id = ANY(gone)
            UNION SELECT process_id FROM contracts_durationupdate WHERE contract_id = ANY(gone));
        DELETE FROM seal_waitingseal WHERE file_id IN (SELECT file.id FROM documents_documentfile file
            JOIN documents_document document ON document.id = file.document_id WHERE document.contract_id = ANY(gone));
        DELETE FROM documents_documentfile WHERE document_id IN
            (SELECT id FROM documents_document WHERE contract_id = ANY(gone));
        DELETE FROM documents_document WHERE contract_id = ANY(gone);
        DELETE FROM contracts_offerdraft WHERE contract_id = ANY(gone);
        DELETE FROM contracts_carried WHERE contract_id = ANY(gone);
        DELETE FROM contracts_contractact WHERE contract_id = ANY(gone);
        DELETE FROM contracts_contractversion WHERE contract_id = ANY(gone);
        DELETE FROM contracts_durationupdate WHERE contract_id = ANY(gone);
        DELETE FROM contracts_contract WHERE id = ANY(gone); {_COUNT}
        {_PROCESSES}""",
    "other_process": f"""
        processes := ARRAY(SELECT it.id FROM processes_process it
            LEFT JOIN contracts_undertaking undertaking ON undertaking.process_id = it.id
            LEFT JOIN contracts_shortage shortage ON shortage.process_id = it.id
            WHERE it.state <> 'open' AND it.closed_at < cut
                AND NOT EXISTS (SELECT FROM contracts_contract kept WHERE kept.process_id = it.id)
                AND NOT EXISTS (SELECT FROM contracts_durationupdate kept WHERE kept.process_id = it.id)
                AND CASE WHEN undertaking.id IS NOT NULL
                    THEN undertaking.state NOT IN ('awaiting', 'active')
                        AND coalesce(undertaking.ended_at, it.closed_at) < cut
                    WHEN shortage.id IS NOT NULL THEN NOT shortage.is_open
                    ELSE it.state <> 'completed' END
            ORDER BY it.id LIMIT most FOR UPDATE OF it SKIP LOCKED);
        DELETE FROM contracts_undertaking WHERE process_id = ANY(processes);
        DELETE FROM contracts_shortage WHERE process_id = ANY(processes);
        {_PROCESSES}
        done := done + coalesce(array_length(processes, 1), 0);""",
    "run_draft": f"""
        gone := ARRAY(SELECT it.id FROM runs_run it WHERE it.state = 'draft' AND it.made_at < cut
            ORDER BY it.id LIMIT greatest(1, most / 10) FOR UPDATE OF it SKIP LOCKED);
        DELETE FROM runs_runrow WHERE run_id = ANY(gone);
        DELETE FROM runs_run WHERE id = ANY(gone); {_COUNT}""",
    "run": _run("it.state = 'done' AND it.done_at < cut"),
    "mandate": _oldest("registry_mandate", "it.valid_to < cut::date"),
    "declaration": _oldest(
        "registry_contactdeclaration",
        "EXISTS (SELECT FROM registry_contactdeclaration later WHERE later.workplace_id = it.workplace_id "
        "AND later.no > it.no AND later.declared_at < cut)",
    ),
    "payment": _oldest("registry_payment", "it.paid_on < cut::date"),
    "data_request": _oldest("keeping_datarequest", "it.closed_at < cut"),
}
"""the code of a rule → what is done; a person's is made of whatever names people (`destroying.person_statement`)"""


def person_statement(naming: list[tuple[str, str]]) -> str:
    """Delete people whom none of these columns (table, column) names any more, with what hangs on the person alone."""
    unnamed = " AND ".join(
        f"NOT EXISTS (SELECT FROM {table} named WHERE named.{column} = it.id)" for table, column in naming
    )
    return f"""
        gone := ARRAY(SELECT it.id FROM identity_person it
            WHERE it.created_at < cut AND (it.last_login IS NULL OR it.last_login < cut) AND {unnamed}
            ORDER BY it.id LIMIT most FOR UPDATE OF it SKIP LOCKED);
        DELETE FROM mfa_authenticator WHERE user_id = ANY(gone);
        DELETE FROM account_emailconfirmation WHERE email_address_id IN
            (SELECT id FROM account_emailaddress WHERE user_id = ANY(gone));
        DELETE FROM account_emailaddress WHERE user_id = ANY(gone);
        DELETE FROM notices_preference WHERE person_id = ANY(gone);
        DELETE FROM notices_habit WHERE person_id = ANY(gone);
        DELETE FROM identity_person WHERE id = ANY(gone); {_COUNT}"""


COMES_ALONG = {"mfa_authenticator", "account_emailaddress", "notices_preference", "notices_habit"}
"""tables whose rows go with their person: they keep nobody"""
