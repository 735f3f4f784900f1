"""Whatever is done to a resource, it is read, set aside or refused by name, and no message tells whose it is."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from records.errors import EquipartumError
from records.sources.fhir import read_resources
from records.sources.fhir.systems import LOINC
from tests.integration.fhir.resources import condition, observation, ordinary, quantity

SECRET = "secret-woman"
SOUND = [
    {**one, "meta": {"lastUpdated": "2023-01-01T00:00:00Z"}}
    for one in ordinary(
        observation("bp", (LOINC, "8480-6"), 100, valueQuantity=quantity(120, "mm[Hg]")),
        condition("c", "11687002", 200, clinicalStatus={"coding": [{"code": "active"}]}),
        {
            "resourceType": "Encounter", "id": "v", "class": {"code": "AMB"}, "subject": {"reference": "Patient/w1"},
            "episodeOfCare": [{"reference": "EpisodeOfCare/p1"}], "period": {"start": "2022-03-02"},
            "type": [{"coding": [{"code": "x"}]}],
        },
        {
            "resourceType": "Procedure", "id": "t", "status": "completed", "subject": {"reference": "Patient/w1"},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "116859006"}]},
            "performedPeriod": {"start": "2022-10-08"},
        },
    )
]  # fmt: skip
JUNK = st.sampled_from(
    [None, SECRET, 7, -1.5, True, [], {}, [SECRET], {"x": SECRET}, [[]], [None], "2022-13-45", {"coding": 3}]
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of every element, ids and kinds aside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path and path[-1] != "resourceType" else []
    return found + [place for key, one in inner for place in _places(one, (*path, key))]


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_damage_is_never_a_crash_nor_an_identifier_in_a_message(data: st.DataObject) -> None:
    resources = copy.deepcopy(SOUND)
    for number in data.draw(st.sets(st.integers(0, len(resources) - 1), min_size=1, max_size=3)):
        path = data.draw(st.sampled_from(_places(resources[number])))
        _damage(resources[number], path, data.draw(JUNK), remove=data.draw(st.booleans()))
    assert not [message for message in _messages(resources) if SECRET in message]


def _messages(resources: list[dict[str, Any]]) -> list[str]:
    """All that reading them tells."""
    try:
        found = read_resources(resources)
    except EquipartumError as refusal:
        return [str(refusal)]
    return [*(one.reason for one in found.set_aside), *found.doubts]


def _damage(resource: Any, path: tuple[Any, ...], junk: object, *, remove: bool) -> None:
    for key in path[:-1]:
        resource = resource[key]
    if remove:
        del resource[path[-1]]
    else:
        resource[path[-1]] = junk
