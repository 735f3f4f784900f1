"""The label-bias bench in sentences: at which share of lost events a verdict turns, and into what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fairness_audits.figures import Section, per_hundred
from fairness_audits.findings import CANNOT_TELL, PASSED
from fairness_audits.wording import these_women, went_on_to

__all__ = ["in_one_sentence", "in_words", "turn_in_words", "what_would_be_level"]

# What a finding of each check says, after 'the finding that'.
FOUND: Mapping[str, str] = MappingProxyType(
    {
        "FA003": "they are missed more often than everyone",
        "FA005": "they are told a low risk before having the outcome more often than others",
        "FA006": "a flag is right less often for them",
        "FA007": "the model finds fewer of them than {beside}",
        "risk understated": "the risk they are told is understated",
        "risk overstated": "the risk they are told is overstated",
    }
)
ASKED: Mapping[str, str] = MappingProxyType(
    {
        "FA002": "whether the risk they are told is right",
        "FA003": "whether they are missed more often",
        "FA005": "whether a low risk misleads them more often",
        "FA006": "whether a flag is right as often for them",
        "FA007": "whether the model finds fewer of them than {beside}",
    }
)


def turn_in_words(code: str, beside: str, section: Section, group: str, share: float, before: str, after: str) -> str:
    """'If 18 of 100 Black women who went on to ... had been recorded as not, the finding that ... would not stand.'"""
    lost = f"If {_lost(section, group, share)} had been recorded as not having done so"
    return f"{lost}, {_turned(code, beside, before, after)}"


def in_one_sentence(code: str, turns: Sequence[tuple[float, str]], beside: str, first: str) -> str:
    """The first turn in full, then from which share on each further answer would be given."""
    further = [f"from {per_hundred(share)} on {_answer(code, beside, state)}" for share, state in turns[1:]]
    return f"{'; '.join([first, *further])} ({code})."


def _turned(code: str, beside: str, before: str, after: str) -> str:
    was, would_be = _found(code, beside, before), _found(code, beside, after)
    if was and would_be:
        return f"the finding that {was} would turn into: {would_be}"
    if was:
        passes = "it would pass" if after == PASSED else "it could not be told"
        return f"the finding that {was} would no longer stand: {passes}"
    if would_be:
        return f"it would be found that {would_be}"
    asked = ASKED[code].format(beside=beside)
    return f"it could no longer be told {asked}" if after == CANNOT_TELL else f"the check of {asked} would pass"


def _answer(code: str, beside: str, state: str) -> str:
    found = _found(code, beside, state)
    if found:
        return f"it would be found that {found}"
    return "it would pass" if state == PASSED else "it could not be told"


def in_words(code: str, beside: str, section: Section, group: str, state: str, highest: float) -> str:
    """Where no share turns the answer."""
    up_to = f"up to {per_hundred(highest)} of 100 events lost"
    found = _found(code, beside, state)
    if found:
        return f"The finding that {found} would stand, {up_to} ({code})."
    asked = ASKED[code].format(beside=beside)
    if state == CANNOT_TELL:
        return f"It could not be told {asked}, {up_to} ({code})."
    return f"The check of {asked} would pass, {up_to} ({code})."


def what_would_be_level(section: Section, group: str, expected: float | None, level_at: float | None) -> str:
    """At which share as many would have had the outcome as the risks told them."""
    women = these_women(group)
    if expected is None:
        return f"How many of {women} had the outcome beside how many the risks said cannot be printed."
    if level_at is None:
        return (
            f"As many {women} as the risks said, or more, are recorded as having had the outcome. Any "
            "under-recording would mean that their risk is told still lower than it is."
        )
    return (
        f"The risks told to {women} would be right if {_lost(section, group, level_at)} had been recorded as not "
        "having done so."
    )


def _lost(section: Section, group: str, share: float) -> str:
    return f"{per_hundred(share)} of 100 {these_women(group)} who {went_on_to(section)}"


def _found(code: str, beside: str, state: str) -> str:
    """What the finding says; empty where the state is no finding."""
    words = FOUND.get(state) or (FOUND.get(code, "") if state == "finding" else "")
    return words.format(beside=beside)
