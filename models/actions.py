"""What a risk is for: the action it offers, who takes it, when it can still be taken, and its harm.

No action, no risk. A site adds its weekly capacity, from which the offer threshold is derived.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Action"]


@dataclass(frozen=True, kw_only=True)
class Action:
    """An offer that a risk may lead to. ``authority`` is the guideline that names it.

    ``latest_day`` is the gestational day after which the offer comes too late, None where birth ends its window.
    ``recorded_as`` names the flags that say whether it was offered, accepted and received, where records hold them.
    """

    offer: str
    by: str
    window: str
    harm: str
    authority: str
    latest_day: int | None = None
    recorded_as: tuple[str, str, str] | None = None


PRETERM_PREVENTION = Action(
    offer="preterm birth prevention clinic, with cervical length scans",
    by="community midwife refers, preterm birth prevention clinic sees",
    window="12 to 24 weeks",
    harm="extra appointments, worry, treatment of a short cervix that would not have mattered",
    authority="NHS England, Saving Babies' Lives Care Bundle version 3, element 5",
    latest_day=24 * 7,
    recorded_as=("preterm_clinic_offered", "preterm_clinic_accepted", "preterm_clinic_attended"),
)
PRETERM_PLACE_OF_BIRTH = Action(
    offer="plan of the place of birth and review of antenatal corticosteroids",
    by="obstetric team",
    window="28 weeks until birth",
    harm="steroids given too early or for nothing; transfer far from home",
    authority="NICE NG25, Preterm labour and birth",
)
HAEMORRHAGE_BIRTH_PLAN = Action(
    offer="antenatal check and treatment of anaemia, and advice on place of birth",
    by="community midwife and obstetric team",
    window="booking until admission",
    harm="less choice of place of birth",
    authority="RCOG Green-top Guideline 52, Prevention and management of postpartum haemorrhage",
)
HAEMORRHAGE_READINESS = Action(
    offer="venous access, blood group and save, and active management of the third stage",
    by="labour ward team",
    window="admission until birth",
    harm="interventions that were not needed",
    authority="RCOG Green-top Guideline 52, Prevention and management of postpartum haemorrhage",
)
DIABETES_TEST = Action(
    offer="75 g oral glucose tolerance test",
    by="community midwife",
    window="24 to 28 weeks",
    harm="a morning's test, and treatment of mild hyperglycaemia",
    authority="NICE NG3, Diabetes in pregnancy",
    latest_day=28 * 7,
    recorded_as=("diabetes_test_offered", "diabetes_test_accepted", "diabetes_test_done"),
)
DEPRESSION_SUPPORT = Action(
    offer="mental health review and support before and after birth",
    by="community midwife, health visitor or perinatal mental health team",
    window="booking until a year after birth",
    harm="labelling, and worry",
    authority="NICE CG192, Antenatal and postnatal mental health",
)
