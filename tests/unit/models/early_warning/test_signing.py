"""A site's chart runs live once two people have signed exactly its bytes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from models.early_warning import (
    SHIPPED_CHARTS,
    AlteredChart,
    MalformedChart,
    NaiveTime,
    UnfilledChart,
    UnsignableChart,
    UnsignedChart,
    evaluate,
    load_chart,
    parse_chart,
    sign_chart,
)

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)
SIGNATURE = {"clinical_safety_officer": "Dr A. Example", "lead_clinician": "Prof. Beyoğlu", "signed_at": NINE}


@pytest.fixture
def path(tmp_path, text):
    path = tmp_path / "ward.toml"
    path.write_text(text())
    return path


def test_an_unsigned_site_chart_is_refused_live_by_name(path):
    with pytest.raises(UnsignedChart, match="'ward_score'"):
        evaluate(load_chart(path), [], at=NINE, mode="live")


def test_a_signed_chart_runs_live_without_a_label(path):
    chart = sign_chart(path, **SIGNATURE)
    result = evaluate(chart, [], at=NINE, mode="live")
    assert (result.sign_off, result.label, result.mode) == ("signed", None, "live")
    assert load_chart(path) == chart


def test_the_hash_is_of_the_bytes_before_the_last_table(path, text):
    chart = sign_chart(path, **SIGNATURE)
    assert path.read_bytes().startswith(text().encode())
    assert path.read_text().count("[signoff]") == 1
    assert chart.signoff.sha256 == hashlib.sha256(text().encode()).hexdigest() == chart.content_sha256
    assert (chart.signoff.lead_clinician, chart.signoff.signed_at) == ("Prof. Beyoğlu", NINE)


def test_a_signed_chart_that_changed_is_refused_live_and_says_so_in_demo(path):
    sign_chart(path, **SIGNATURE)
    path.write_text(
        path.read_text().replace("high = 100, score = 0", "high = 110, score = 0").replace("low = 100", "low = 110")
    )
    chart = load_chart(path)
    with pytest.raises(AlteredChart, match="'ward_score' is not what was signed"):
        evaluate(chart, [], at=NINE, mode="live")
    assert evaluate(chart, [], at=NINE, mode="demo").sign_off == "altered"


def test_signing_anew_replaces_the_signature(path):
    sign_chart(path, **SIGNATURE)
    path.write_text(path.read_text().replace('version = "1"', 'version = "2"'))
    chart = sign_chart(path, **(SIGNATURE | {"lead_clinician": "Dr C. Other"}))
    assert (chart.sign_off_status, chart.version, chart.signoff.lead_clinician) == ("signed", "2", "Dr C. Other")
    assert path.read_text().count("[signoff]") == 1


def test_a_file_without_a_last_newline_can_be_signed(path, text):
    path.write_text(text().rstrip("\n"))
    assert sign_chart(path, **SIGNATURE).sign_off_status == "signed"


def test_words_that_look_like_a_sign_off_are_refused(path):
    words = 'text = """Review.\n[signoff]\nis the midwife\'s."""'
    path.write_text(path.read_text().replace('text = "Review at the bedside."', words))
    with pytest.raises(MalformedChart, match="no such line stands elsewhere"):
        sign_chart(path, **SIGNATURE)


def test_an_example_cannot_be_signed(tmp_path):
    path = tmp_path / "mewt.toml"
    path.write_bytes((SHIPPED_CHARTS / "mewt.toml").read_bytes())
    with pytest.raises(UnsignableChart, match="copy it, make it the site's own"):
        sign_chart(path, **SIGNATURE)
    assert load_chart(path).sign_off_status == "unsigned"


def test_open_cells_cannot_be_signed(path):
    path.write_text(path.read_text().replace("repeat_minutes = 60", 'repeat_minutes = "site decides"'))
    with pytest.raises(UnfilledChart, match="fill these cells before signing: repeat_minutes"):
        sign_chart(path, **SIGNATURE)


@pytest.mark.parametrize("name", ["", "  ", "Dr\nlead_clinician = 'x'", "Dr \x7f"])
def test_a_name_that_cannot_be_read_does_not_sign(path, name):
    before = path.read_bytes()
    with pytest.raises(UnsignableChart, match="lead clinician"):
        sign_chart(path, **(SIGNATURE | {"lead_clinician": name}))
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ['Dr "Q" \\ Quote', "Dr 田中", "Dr 👩🏾‍⚕️".replace("\u200d", "")])
def test_any_printable_name_is_kept_as_written(path, name):
    assert sign_chart(path, **(SIGNATURE | {"lead_clinician": name})).signoff.lead_clinician == name


def test_a_signature_says_when_with_its_offset(path):
    with pytest.raises(NaiveTime, match="signed_at"):
        sign_chart(path, **(SIGNATURE | {"signed_at": NINE.replace(tzinfo=None)}))


SIGNED = """
[signoff]
sha256 = "0"
clinical_safety_officer = "A"
lead_clinician = "B"
signed_at = 2026-03-01T09:00:00Z
"""


@pytest.mark.parametrize(
    ("signoff", "message"),
    [
        (SIGNED + "[later]\nx = 1\n", "must be the last table"),
        (SIGNED.replace("[signoff]", "[signoff] # by"), "must be the last table"),
        (SIGNED.replace('lead_clinician = "B"\n', ""), "lead_clinician is missing"),
        (SIGNED.replace("09:00:00Z", "09:00:00"), "offset from UTC"),
        (SIGNED + "colour = 1\n", "signoff: colour is not a cell"),
    ],
)
def test_a_sign_off_table_is_last_and_whole(text, signoff, message):
    with pytest.raises(MalformedChart, match=message):
        parse_chart((text() + signoff).encode(), file="ward.toml")


def test_a_signature_over_other_bytes_is_altered(text):
    assert parse_chart((text() + SIGNED).encode(), file="ward.toml").sign_off_status == "altered"
