"""EPDS item 10 is answered first, by a rule; the scale: Cox, Holden and Sagovsky, Br J Psychiatry 1987;150:782."""

from __future__ import annotations

import subprocess
import sys

import pytest

from models.epds import ImplausibleEpds, epds_item_10

ANSWERS = """
item_10  total  status               acknowledge
1        none   positive             yes
2        none   positive             yes
3        none   positive             yes
1        0      positive             yes
3        30     positive             yes
0        none   recorded_as_0        no
0        27     recorded_as_0        no
0        28     positive             yes
none     none   not_recorded         no
none     0      cannot_be_evaluated  no
none     27     cannot_be_evaluated  no
none     28     positive             yes
none     30     positive             yes
"""


def number(cell):
    return None if cell == "none" else int(cell)


@pytest.mark.parametrize(
    ("item_10", "total", "status", "acknowledge"), [line.split() for line in ANSWERS.strip().splitlines()[1:]]
)
def test_each_answer(item_10, total, status, acknowledge):
    answer = epds_item_10(number(item_10), total=number(total))
    assert answer.status == status.replace("_", " ")
    assert answer.acknowledgement_required == (acknowledge == "yes")


def test_a_positive_item_says_act_now_in_the_first_line():
    assert epds_item_10(1).headline.startswith("EPDS item 10 positive: act now")


def test_no_record_asks_and_never_says_there_is_no_flag():
    assert epds_item_10(None).headline == "EPDS item 10 not recorded: ask."


def test_a_total_alone_asks_for_the_item():
    assert "cannot be evaluated" in epds_item_10(None, total=12).headline


def test_zero_is_an_answer_and_not_a_reassurance():
    assert "not a reassurance" in epds_item_10(0, total=9).headline


def test_a_positive_item_is_answered_whatever_the_total_says():
    assert epds_item_10(2, total=99).status == "positive"


@pytest.mark.parametrize("item_10", [-1, 4, 1.5, float("nan"), True, "1"])
def test_an_item_the_scale_does_not_have_is_refused(item_10):
    with pytest.raises(ImplausibleEpds, match="item 10 is a whole number from 0 to 3"):
        epds_item_10(item_10)


@pytest.mark.parametrize("total", [-1, 31, 9.5])
def test_a_total_the_scale_does_not_have_is_refused(total):
    with pytest.raises(ImplausibleEpds, match="total is a whole number from 0 to 30"):
        epds_item_10(None, total=total)


def test_a_whole_number_read_as_a_float_is_the_same_answer():
    assert epds_item_10(2.0) == epds_item_10(2)


def test_it_needs_no_model_registry_or_database():
    heavy = "{'lightgbm', 'mlflow', 'bentoml', 'sqlalchemy', 'sklearn', 'numpy', 'polars'}"
    program = f"import sys; from models.epds import epds_item_10; epds_item_10(1); print({heavy} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"
