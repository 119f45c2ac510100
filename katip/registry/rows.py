"""What the second lock (`katip.core.rows`) asks of the registry: for whom a person may act."""

from katip.core.rows import DEFINER, function_register

_REACH = f"""katip_reach(
    asked bigint, day date, OUT workplaces text, OUT providers text, OUT professional text
) LANGUAGE sql {DEFINER} AS $function$
SELECT coalesce(array_agg(workplace_id) FILTER (WHERE workplace_id IS NOT NULL), '{{}}')::text,
       coalesce(array_agg(provider_id) FILTER (WHERE provider_id IS NOT NULL), '{{}}')::text,
       coalesce((SELECT id FROM registry_professional WHERE person_id = asked)::text, '')
FROM registry_mandate, coalesce(day, (clock_timestamp() AT TIME ZONE 'Europe/Istanbul')::date) AS today
WHERE person_id = asked AND valid_from <= today AND (valid_to IS NULL OR valid_to >= today)
$function$"""  # noqa: S608 -- texts of ours

_OFFICE = f"""katip_holds_office(asked bigint, office bigint) RETURNS boolean LANGUAGE sql {DEFINER} AS $function$
SELECT EXISTS (SELECT FROM registry_official WHERE id = office AND person_id = asked AND ended_on IS NULL)
$function$"""  # noqa: S608 -- as above


def functions() -> None:
    """Register what says for which workplaces and providers a person may act on a day, and which office they hold."""
    function_register("katip_reach(bigint, date)", _REACH)
    function_register("katip_holds_office(bigint, bigint)", _OFFICE)
