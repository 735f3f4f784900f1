"""Whom the admission list flags: factors of RCOG Green-top Guideline 52 (2016) that care knows before labour."""

from __future__ import annotations

from models.guidelines import GUIDELINES
from records.clock import ADMISSION, BOOKING
from records.sources.registry import SOURCES

LIST = GUIDELINES["guideline:gtg_52_admission_list@2016"]

# Multiple pregnancy (odds ratio 3.3 to 4.7), previous haemorrhage (3.6), pre-eclampsia (2.2 to 5.0): each alone.
WOMEN = """
parity fetuses previous_postpartum_haemorrhage pre_eclampsia flagged
1      1       no                              no            no
1      2       no                              no            yes
1      3       no                              no            yes
1      1       yes                             no            yes
1      1       no                              yes           yes
0      1       none                            no            no
0      1       none                            none          unknown
1      none    no                              no            unknown
1      none    yes                             no            yes
"""


def test_each_woman(says):
    says(LIST, WOMEN)


def test_it_says_that_it_is_this_projects_reading():
    assert "based on" in LIST.title
    assert LIST.authority.startswith("based on RCOG Green-top Guideline 52")
    assert "this project's reading, not the guideline's rule" in LIST.reading


def test_it_is_a_list_for_admission_and_not_for_booking():
    held = SOURCES["simulated"].known_from
    assert LIST.why_not(held, ADMISSION, []) == ""
    assert LIST.why_not(held, BOOKING, []) == (
        "fetuses not known before 16 weeks; pre-eclampsia not known before 28 weeks"
    )


def test_the_birth_certificate_lacks_previous_haemorrhage_and_pre_eclampsia():
    assert LIST.why_not(SOURCES["cdc_natality"].known_from, ADMISSION, []) == (
        "postpartum haemorrhage after a previous birth not recorded; pre-eclampsia not recorded"
    )
