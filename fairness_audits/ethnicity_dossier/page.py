"""The dossier as one self-contained page: no network, no scripts, every drawing beside its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from fairness_audits.charts import share_scale
from fairness_audits.ethnicity_dossier.dossier import Dossier
from fairness_audits.ethnicity_dossier.figures import CurvePoint, OptionFigures
from fairness_audits.ethnicity_dossier.words import more_places_in_words
from fairness_audits.levels import EVERYONE
from fairness_audits.templating import templates
from fairness_audits.wording import FIXED_SENTENCE
from models.ethnicity_decision import CUTS, ETHNICITY_OPTIONS, NOT_STATED_CHOICES

__all__ = ["dossier_page"]


@dataclass(frozen=True, kw_only=True)
class GroupCurve:
    """One group's curve in a square of 100 by 100, origin at the top left; ``everyone`` is the line of all women."""

    group: str
    path: str
    everyone: str
    bars: tuple[dict[str, float], ...]
    now: float
    then: float


def dossier_page(dossier: Dossier) -> str:
    blind = next((option for option in dossier.options if option.curve), None)
    return (
        templates()
        .get_template("ethnicity_dossier.html")
        .render(
            dossier=dossier,
            fixed_sentence=FIXED_SENTENCE,
            letters=ascii_uppercase,
            unread=[option.title for option in dossier.options if not option.is_evaluated],
            models=[option for option in dossier.options if option.rows],
            groups=_groups(dossier),
            scale=share_scale(way.sensitivity for o in dossier.options for row in o.rows for way in row.ways),
            curves=[] if blind is None else _curves(dossier, blind),
            highest=_percent(1.0 if blind is None else _top(blind)),
            widest=_percent(1.0 if blind is None else blind.curve[-1].alert_rate),
            more_places=() if blind is None else more_places_in_words(dossier, blind),
            choices=ETHNICITY_OPTIONS,
            cuts=CUTS,
            not_stated=NOT_STATED_CHOICES,
        )
    )


def _groups(dossier: Dossier) -> list[str]:
    """Those of which any option tells a share found."""
    told = [row.group for o in dossier.options for row in o.rows if row.ways[0].sensitivity.value is not None]
    return list(dict.fromkeys(told))


def _top(option: OptionFigures) -> float:
    """The edge that all curves share, so that they can be compared by eye."""
    seen = [told.high or told.value for point in option.curve for told in point.found.values() if told.value]
    return min(1.0, max(filter(None, seen), default=1.0))


def _curves(dossier: Dossier, option: OptionFigures) -> list[GroupCurve]:
    top, widest = _top(option), option.curve[-1].alert_rate
    everyone = _path(option.curve, EVERYONE, top, widest)
    drawn = []
    for group in option.curve[0].found:
        path = _path(option.curve, group, top, widest)
        if group == EVERYONE or path.count("L") < 1:
            continue
        drawn.append(
            GroupCurve(
                group=group,
                path=path,
                everyone=everyone,
                bars=tuple(
                    {"x": _across(p.alert_rate, widest), "low": _up(told.low, top), "high": _up(told.high, top)}
                    for p in option.curve
                    if (told := p.found[group]).low is not None and told.high is not None
                ),
                now=_across(dossier.capacity.alert_rate, widest),
                then=_across(dossier.capacity.raised_rate, widest),
            )
        )
    return drawn


def _path(points: tuple[CurvePoint, ...], group: str, top: float, widest: float) -> str:
    placed = [
        (_across(point.alert_rate, widest), _up(point.found[group].value, top))
        for point in points
        if point.found[group].value is not None
    ]
    return " ".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y) in enumerate(placed))


def _across(rate: float, widest: float) -> float:
    return round(100 * rate / widest, 2)


def _up(share: float | None, top: float) -> float:
    return round(100 - 100 * min((share or 0.0) / top, 1.0), 2)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
