"""The page: self-contained, in order, honest about what was not collected, and safe with any label."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import (
    CertificateRow,
    FrontierPoint,
    GroupReach,
    GroupSensitivity,
    PredictorMissingness,
)
from fairness_audits.figures import p_text
from fairness_audits.page import report_page
from fairness_audits.wording import FIXED_SENTENCE

WOMEN = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}
GROUPS = {
    "White": WOMEN,
    "Black": {**WOMEN, "found": 20, "missed": 180},
    "Mixed": {"found": 2, "missed": 5, "cleared": 90},
}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.headings: list[tuple[int, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "line", "circle", "rect", "path", "br"):
            self.open.append(tag)
        if re.fullmatch(r"h\d", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_data(self, data):
        if self.open and re.fullmatch(r"h\d", self.open[-1]):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)

    def handle_endtag(self, tag):
        if tag in self.open:
            assert self.open.pop() == tag, f"{tag} is closed out of order"


@pytest.fixture
def page(audited):
    return report_page(audited(GROUPS))


@pytest.fixture
def read(page):
    reader = _Reader()
    reader.feed(page)
    return reader


def test_nothing_is_fetched_and_nothing_runs(page, read):
    assert not re.search(r"https?://|url\(|@import", page)
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in read.tags}
    assert len(page) < 3_000_000


def test_headings_come_in_the_order_of_an_equity_leads_questions(read):
    order = [
        "Who is missed, and whose risk is understated",
        "1. In plain words",
        "Findings, and what to do next",
        "2. Reach: who was scored in time to act",
        "3. Who was missed",
        "4. What came of the offer",
        "5. The gap in the outcome itself",
        "6. What women say",
        "7. What was tried",
        "8. Data passport",
        "9. The model: is the risk told right?",
        "What acting on it is worth, within each group",
        "10. Nobody made worse: each group against the unconstrained fit",
        "Ways to treat ethnicity, against row 0",
        "11. Stand-ins, thin records, and what people did with it",
        "12. What changed since the previous audit",
        "The words used",
        "Sign-off",
    ]
    texts = [text.strip() for _, text in read.headings]
    places = [texts.index(heading) for heading in order]
    assert places == sorted(places)


def test_no_heading_level_is_skipped(read):
    levels = [level for level, _ in read.headings]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_the_first_page_is_in_natural_frequencies(page):
    assert "Of 100 Black women who went on to give birth preterm, 10 (7 to 15) had been flagged." in page  # 20 of 200
    assert FIXED_SENTENCE in page
    assert "cannot tell" in page
    assert "SIMULATED" not in page


def test_what_was_not_collected_is_said_not_left_out(page):
    assert page.count("Not collected.") >= 6


def test_simulated_births_are_bannered(audited):
    report = audited({"White": {**WOMEN, "is_simulated": True}})
    assert '<div class="banner" role="note">SIMULATED: NOT FOR CARE</div>' in report_page(report)


def test_a_proxy_is_called_a_proxy(audited):
    report = audited({"White": {**WOMEN, "outcome_definition": "proxy: maternal transfusion"}})
    page = report_page(report)
    assert "proxy: maternal transfusion" in page
    assert "a proxy, not the outcome itself" in page
    assert "women who went on to have maternal transfusion (a proxy for preterm birth), 30 (24 to 37)" in page
    assert "give birth preterm" not in page


def test_unrecorded_ethnicity_is_said_first_and_plainly(audited):
    page = report_page(audited({"Not known": WOMEN}))
    assert "Ethnicity is not recorded in this file, so no disparity can be shown from it." in page


def test_a_hostile_label_stays_text(audited):
    page = report_page(audited({"White": WOMEN, "<script>alert(1)</script>": WOMEN}))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_missing_ethnicity_is_a_row(audited):
    page = report_page(audited({"White": WOMEN, "Not stated": WOMEN}))
    assert re.search(r'<tr role="row" class="missing">\s*<th scope="row" role="rowheader">Not stated', page)


def test_every_drawing_is_hidden_from_readers_or_described(read):
    for tag, attributes in read.tags:
        if tag == "svg" and "x" not in attributes:
            assert attributes.get("aria-hidden") == "true" or (
                attributes.get("role") == "img" and attributes.get("aria-label")
            )


def test_every_table_names_its_columns_and_rows(page):
    for table in re.findall(r"<table.*?</table>", page, flags=re.S):
        assert 'scope="col"' in table
        if "<td" in table:
            assert 'scope="row"' in table


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_colours_have_the_contrast_that_wcag_asks_for(page):
    """WCAG 2.2, 1.4.3: at least 4.5 to 1, on white and on the tint."""
    colours = dict(re.findall(r"--(\w+): (#\w{6})", page))
    for ink in ("ink", "soft", "stop", "warn", "good", "model", "rule"):
        for ground in ("paper", "tint"):
            light, dark = sorted((_luminance(colours[ground]), _luminance(colours[ink])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


def test_what_the_context_adds_is_on_the_page(audited):
    context = AuditContext(
        outcome="preterm_birth",
        prediction_point="booking",
        notes=("years 2020 and 2021",),
        certificate=(
            CertificateRow(
                group="Black",
                events=40,
                found=12,
                probability_below_floor=0.3,
                probability_below_row_zero=0.1,
                status="undetermined",
                events_needed=700,
            ),
        ),
        frontier=(
            FrontierPoint(
                label="row 0, unconstrained",
                tolerance=None,
                sensitivity=(GroupSensitivity(group="Black", events=40, found=12),),
                auroc=0.64,
                brier=0.0812,
                chosen=True,
            ),
        ),
        missingness=(PredictorMissingness(group="Black", predictor="body_mass_index", pregnancies=200, missing=20),),
        reach=(GroupReach(group="Black", gave_birth=200, scored_in_time=150, not_known=20),),
    )
    page = report_page(audited(GROUPS, context=context))
    for text in ("years 2020 and 2021", "undetermined", "row 0, unconstrained", "body mass index", "75.0 %"):
        assert text in page
    assert "booked on a day not recorded</th>" in page


def test_a_gap_is_split_over_sites_and_comparisons_are_counted(table, exact):
    """Two hospitals with the same women in each: all of the difference lies within them."""
    halves = pl.concat([table(GROUPS), table(GROUPS)]).with_row_index("row")
    both = halves.with_columns(
        site=pl.when(pl.col("row") < halves.height // 2).then(pl.lit("A")).otherwise(pl.lit("B")),
        pregnancy_id=pl.col("row").cast(pl.String),
    ).drop("row")
    report = audit(both, exact)
    page = report_page(report)
    assert "Do sites differ? (Cochran’s Q, p)" in page
    assert "How many comparisons were made" in page
    black = next(g for g in report.site_gaps if (g.group, g.estimand) == ("Black", "sensitivity"))
    assert black.within.value == black.crude.value
    assert black.between.value == 0


def test_without_sites_it_says_so(page):
    assert "Sites, or fewer than two of them." in page


def test_a_p_value_is_never_nought():
    assert [p_text(value) for value in (None, 0.0, 0.0004, 0.0123, 0.456)] == [
        "–",
        "< 0.001",
        "< 0.001",
        "0.012",
        "0.46",
    ]
