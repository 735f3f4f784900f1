"""A part and a whole as they enter a rate's estimate and limits: as printed, or their effective size where weighted."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.disclosure import DisclosureRule, PublishedCounts
from fairness_audits.tallies import Tally

__all__ = ["EffectiveCounts", "effective_counts", "printed_size"]


@dataclass(frozen=True, kw_only=True)
class EffectiveCounts:
    """``part`` of ``whole``, None where hidden.

    Of weighted rows they are Kish's effective numbers in the weighted proportion, and ``scale`` is what the sum of
    weights was multiplied by to get them (1 unweighted). ``design`` is the design effect of women with several rows, by
    which both are divided for limits.
    """

    part: float | None
    whole: float | None
    scale: float = 1.0
    design: float = 1.0

    @property
    def pair(self) -> tuple[float | None, float | None]:
        return self.part, self.whole

    def without(self, own: EffectiveCounts) -> EffectiveCounts:
        """Those of everyone else, where these are of everyone and ``own`` of one group.

        Sums of weights and of their squares are subtracted, which unweighted is to subtract the counts. Everyone's
        design effect stands for that of the others.
        """
        if self.part is None or self.whole is None or own.part is None or own.whole is None:
            return EffectiveCounts(part=None, whole=None)
        part = max(self.part / self.scale - own.part / own.scale, 0.0)
        whole = max(self.whole / self.scale - own.whole / own.scale, 0.0)
        squares = self.whole / self.scale**2 - own.whole / own.scale**2
        scale = whole / squares if squares > 0 else 1.0
        return EffectiveCounts(part=part * scale, whole=whole * scale, scale=scale, design=self.design)


def effective_counts(
    names: tuple[str, str], tally: Tally, counts: PublishedCounts, rule: DisclosureRule, *, design: float = 1.0
) -> EffectiveCounts:
    """The two named counts as printed; of weighted rows, as effective numbers that pass the same rule."""
    part, whole = (counts[name] for name in names)
    weight = tally.weight[names[1]]
    if not tally.is_weighted or part is None or whole is None or not weight:
        return EffectiveCounts(part=part, whole=whole, design=design)
    share, size = tally.weight[names[0]] / weight, tally.effective[names[1]]
    return EffectiveCounts(
        part=printed_size(share * size, rule),
        whole=printed_size(size, rule),
        scale=size / weight,
        design=design,
    )


def printed_size(size: float, rule: DisclosureRule) -> float | None:
    """An effective count as the rule prints it; a rule that rounds nothing does not make it whole."""
    return size if rule.rounded_to == 1 else rule.count(size)
