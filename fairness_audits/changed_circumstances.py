"""What two audits differ in before any figure is compared: model versions, policy, disclosure rule, data.

And which figures one could print and the other could not. Read from two `audit.json`; what an older one did not hold is
'not told'.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["changed_circumstances", "printed_in_one_only"]

NOT_TOLD = "not told"
NONE = "none"
# Of the policy as `audit.json` holds it, with the words for each.
OF_THE_POLICY = {
    "name": "policy",
    "reference": "groups compared with",
    "disclosure": "disclosure rule",
    "minimum_events": "fewest events for a verdict",
}
OF_THE_DATA = {
    "period": "months of prediction",
    "rows": "rows",
    "group_scheme": "coding of ethnicity",
    "is_simulated": "births simulated",
    "is_weighted": "rows weighted",
}

Difference = tuple[str, str, str]
Printed = tuple[str, str, str, str]


def changed_circumstances(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """(what, then, now) of all that differs, in words."""
    then_told, now_told = _circumstances(before), _circumstances(now)
    return tuple(
        (what, then_told.get(what, NOT_TOLD), now_told.get(what, NOT_TOLD))
        for what in dict.fromkeys([*now_told, *then_told])
        if then_told.get(what, NOT_TOLD) != now_told.get(what, NOT_TOLD)
    )


def printed_in_one_only(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Printed, ...]:
    """(question and group, figure, text in ``one``, text in ``other``) of what ``one`` prints and ``other`` does not.

    Of everyone and the ethnic groups, at the primary operating point; a level is looked at where both audits have it.
    """
    printed, beside = _figures(one), _figures(other)
    return tuple(
        (where, name, text, beside.get((where, name), (None, "not in the audit"))[1])
        for (where, name), (value, text) in printed.items()
        if value is not None and beside.get((where, name), (None, ""))[0] is None
    )


def _circumstances(report: Mapping[str, Any]) -> dict[str, str]:
    policy, data = report.get("policy", {}), report.get("data", {})
    return {
        **_versions(report),
        **{words: _said(policy.get(name)) for name, words in OF_THE_POLICY.items()},
        "levels": _list(row["level"] for row in report["figures"] if row["level"] != "everyone"),
        "operating points": _list(row["operating_point"] for row in report["figures"]),
        **{f"limit of {t['check']}": f"{t['limit']:g}, {t['severity']}" for t in policy.get("tolerances", ())},
        **{f"gate {gate['measure'].replace('_', ' ')}": _gate(gate) for gate in policy.get("gates", ())},
        **{words: _said(data.get(name)) for name, words in OF_THE_DATA.items()},
        "source": _list(model["source"] for model in report.get("models", ()) if model.get("source")),
    }


def _versions(report: Mapping[str, Any]) -> dict[str, str]:
    """Of each question and scorer."""
    versions: dict[str, set[str]] = {}
    for row in report["figures"]:
        asked = " · ".join((row["outcome"], row["prediction_point"], row["scored_by"]))
        versions.setdefault(f"model version · {asked}", set()).add(row["model_version"])
    return {asked: _list(found) for asked, found in versions.items()}


def _gate(gate: Mapping[str, Any]) -> str:
    limits = ((words, gate.get(name)) for name, words in (("at_least", "at least"), ("at_most", "at most")))
    return " and ".join(f"{words} {limit:g}" for words, limit in limits if limit is not None) or "as the outcome says"


def _said(value: object) -> str:
    if value is None:
        return NOT_TOLD
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " to ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(values))) or NONE


def _figures(report: Mapping[str, Any]) -> dict[tuple[str, str], tuple[float | None, str]]:
    return {
        (f"{row['outcome']} · {row['scored_by']} · {row['group']}", name): (shown["value"], str(shown["text"]))
        for row in report["figures"]
        if row["primary"] and row["level"] in ("everyone", "ethnic_group")
        for name, shown in row["figures"].items()
    }
