"""What `POST /v1/risks` accepts, read into one value. Every place that is not as it should be is named at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.encoding import Fact
from models.outcomes import OUTCOMES
from records.clock import PREDICTION_POINTS
from records.groups import ETHNIC_SCHEMES, NOT_KNOWN
from serving.facts import escaped, read_facts, undefined_facts
from serving.problems import Refusal, RefusedRequest

__all__ = ["LONGEST_PREGNANCY_ID", "RecordedGroup", "RiskRequest", "read_risk_request", "served_points"]

REQUIRED = ("prediction_point", "outcomes", "facts")
OPTIONAL = ("pregnancy_id", "groups")
LONGEST_PREGNANCY_ID = 128


@dataclass(frozen=True, kw_only=True)
class RecordedGroup:
    """Her ethnic category as recorded. It goes to the log and to a signed offer policy, never to a prediction."""

    scheme: str | None = None
    category: str | None = None

    @property
    def group(self) -> str:
        return ETHNIC_SCHEMES[self.scheme].group_of(self.category) if self.scheme is not None else NOT_KNOWN

    def group_in(self, scheme: str) -> str:
        """Her group by the labels of ``scheme``; schemes are never pooled, so by another scheme it is not known."""
        return self.group if self.scheme == scheme else NOT_KNOWN


@dataclass(frozen=True, kw_only=True)
class RiskRequest:
    """One pregnancy's facts in canonical units, and what is asked of them.

    ``undefined`` are concepts without meaning for her: the history of births, at a first birth; the days since a
    diagnosis that was not made.
    """

    prediction_point: str
    outcomes: tuple[str, ...]
    facts: Mapping[str, Fact]
    undefined: tuple[str, ...]
    recorded_group: RecordedGroup
    pregnancy_id: str | None


def served_points(outcome: str) -> tuple[str, ...]:
    """Prediction points of an outcome at which a risk has an action, and may be served."""
    declared = OUTCOMES[outcome]
    return tuple(point for point in declared.prediction_points if not declared.is_gap_only(point))


def read_risk_request(document: Any) -> RiskRequest:
    """Raises `RefusedRequest` with every refused place."""
    if not isinstance(document, dict):
        raise RefusedRequest(
            [Refusal(pointer="#", detail="a request is an object", accepted={"type": "object"}, value=document)]
        )
    refusals = [
        Refusal(pointer=f"#/{escaped(name)}", detail="the contract has no such member")
        for name in document
        if name not in (*REQUIRED, *OPTIONAL)
    ]
    refusals += [
        Refusal(pointer=f"#/{name}", detail=f"{name} is required") for name in REQUIRED if name not in document
    ]
    point = _point(document.get("prediction_point"), refusals) if "prediction_point" in document else None
    outcomes = _outcomes(document.get("outcomes"), point, refusals) if "outcomes" in document else ()
    facts, refused_facts = read_facts(document["facts"]) if "facts" in document else ({}, [])
    refusals += refused_facts
    recorded_group = _recorded_group(document.get("groups"), refusals)
    pregnancy_id = _pregnancy_id(document.get("pregnancy_id"), refusals)
    if refusals or point is None:
        raise RefusedRequest(refusals)
    undefined = undefined_facts(facts)
    return RiskRequest(
        prediction_point=point,
        outcomes=outcomes,
        facts={name: fact for name, fact in facts.items() if name not in undefined},
        undefined=undefined,
        recorded_group=recorded_group,
        pregnancy_id=pregnancy_id,
    )


def _point(given: Any, refusals: list[Refusal]) -> str | None:
    if isinstance(given, str) and given in PREDICTION_POINTS:
        return given
    refusals.append(
        Refusal(
            pointer="#/prediction_point",
            detail="not a prediction point",
            accepted={"one_of": list(PREDICTION_POINTS)},
            value=given,
        )
    )
    return None


def _outcomes(given: Any, point: str | None, refusals: list[Refusal]) -> tuple[str, ...]:
    if not isinstance(given, list) or not given:
        refusals.append(
            Refusal(
                pointer="#/outcomes",
                detail="outcomes is a list of at least one outcome",
                accepted={"list_of": list(OUTCOMES)},
                value=given,
            )
        )
        return ()
    for place, name in enumerate(given):
        refusal = _refused_outcome(name, point, f"#/outcomes/{place}", given[:place])
        if refusal is not None:
            refusals.append(refusal)
    return tuple(name for name in given if isinstance(name, str))


def _refused_outcome(name: Any, point: str | None, pointer: str, before: list[Any]) -> Refusal | None:
    if not isinstance(name, str) or name not in OUTCOMES:
        return Refusal(pointer=pointer, detail="not an outcome", accepted={"one_of": list(OUTCOMES)}, value=name)
    if name in before:
        return Refusal(pointer=pointer, detail=f"{name} is asked for twice")
    if point is None or point in served_points(name):
        return None
    if point in OUTCOMES[name].prediction_points:
        return Refusal(pointer=pointer, detail=f"{name} is audited and never served {_at(point)}: no action is named")
    return Refusal(
        pointer=pointer, detail=f"{name} is not predicted {_at(point)}", accepted={"one_of": list(served_points(name))}
    )


def _at(point: str) -> str:
    return PREDICTION_POINTS[point].title


def _recorded_group(given: Any, refusals: list[Refusal]) -> RecordedGroup:
    if given is None:
        return RecordedGroup()
    if not isinstance(given, dict):
        refusals.append(Refusal(pointer="#/groups", detail="groups is an object or null", value=given))
        return RecordedGroup()
    refusals += [
        Refusal(pointer=f"#/groups/{escaped(name)}", detail="the contract has no such member")
        for name in given
        if name not in ("group_scheme", "ethnic_category")
    ]
    scheme, category = given.get("group_scheme"), given.get("ethnic_category")
    if not isinstance(scheme, str) or scheme not in ETHNIC_SCHEMES:
        refusals.append(
            Refusal(
                pointer="#/groups/group_scheme",
                detail="groups need the coding scheme of ethnicity",
                accepted={"one_of": list(ETHNIC_SCHEMES)},
                value=scheme,
            )
        )
        return RecordedGroup()
    codes = [known.code for known in ETHNIC_SCHEMES[scheme].categories]
    if category is not None and category not in codes:
        refusals.append(
            Refusal(
                pointer="#/groups/ethnic_category",
                detail=f"not a code of {scheme}; null where it is not known",
                accepted={"one_of": [*codes, None]},
                value=category,
            )
        )
        return RecordedGroup()
    return RecordedGroup(scheme=scheme, category=category)


def _pregnancy_id(given: Any, refusals: list[Refusal]) -> str | None:
    if given is None:
        return None
    if isinstance(given, str) and 0 < len(given) <= LONGEST_PREGNANCY_ID and given.isprintable():
        return given
    refusals.append(
        Refusal(pointer="#/pregnancy_id", detail=f"printable text of 1 to {LONGEST_PREGNANCY_ID} characters")
    )
    return None
