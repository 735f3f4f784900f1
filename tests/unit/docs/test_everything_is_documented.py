"""Whatever a person can name (command, setting, outcome, check, column, route, package) has its place in the docs."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from equipartum.command_line import application, in_full
from equipartum.commands import GROUPS
from fairness_audits import policy
from fairness_audits.checks import CHECKS, Check
from fairness_audits.disclosure import RULES
from models.early_warning import SHIPPED_CHARTS
from models.guideline_rule import GuidelineRule
from models.guidelines import GUIDELINES
from models.home import Settings
from models.reference_pages import PAGES as DECLARED_PAGES
from models.site_rules import read_site_rules
from records.predictions import PREDICTION_COLUMNS
from records.sources.cdc_natality.fields import FIELDS
from records.sources.registry import SOURCES
from records.sources.simulated import PLANT_KINDS, SCENARIO_NAMES
from serving.app import create_app
from training.fair_boost.constraints import CONSTRAINTS

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])


def _commands(group: TyperGroup, prefix: str = "") -> dict[str, list[str]]:
    """Each command by its name in full, groups before their sub-commands, with its options."""
    found: dict[str, list[str]] = {}
    for name, command in group.commands.items():
        options = [option for parameter in command.params for option in parameter.opts]
        found[prefix + name] = [option for option in options if option.startswith("--")]
        if isinstance(command, TyperGroup):
            found |= _commands(command, f"{prefix}{name} ")
    return found


APPLICATION = typer.main.get_command(application())
assert isinstance(APPLICATION, TyperGroup)
COMMANDS = _commands(APPLICATION)
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")


def _reference(page: str) -> str:
    return (DOCS / "reference" / f"{page}.md").read_text(encoding="utf-8")


def _section(text: str, title: str) -> str:
    """From one heading of the second level to the next."""
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no section '## {title}'"
    return found[1]


def _undocumented(names: Iterable[str], text: str) -> list[str]:
    """Names that do not stand in the text as code."""
    return [name for name in names if f"`{name}`" not in text]


def _unwrapped(text: str) -> str:
    """On one line, so that a sentence is found wherever it was broken."""
    return " ".join(text.split())


def _without_code(text: str) -> str:
    return re.sub(r"^\s*```.*?^\s*```", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _without_code(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _commands_shown(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Each `equipartum COMMAND ...` of a page's code, with the options it gives."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    shown = re.findall(r"(?:^\s*\$ |`)(?:equipartum|python3 start\.py run) ([a-z][^`\n]*)", text, re.MULTILINE)
    for line in shown:
        words = in_full(line.partition(" #")[0].split())
        command = " ".join(words[:2]) if words[0] in GROUPS else words[0]
        yield command, re.findall(r"--[a-z-]+", " ".join(words))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_in_the_reference(command: str) -> None:
    options = [option for option in COMMANDS[command] if option != "--help"]
    assert _undocumented(options, _section(_reference("commands"), command)) == []


def test_the_reference_has_no_command_that_is_not_there() -> None:
    assert sorted(re.findall(r"^## (.+)$", _reference("commands"), re.MULTILINE)) == sorted(COMMANDS)


def test_every_constraint_is_in_the_reference_and_two_sided_ones_with_their_warning() -> None:
    told = _reference("constraints").partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)`(?: \(default\))? \| (.+) \|$", told, re.MULTILINE))
    assert set(rows) == set(CONSTRAINTS)
    for name, constraint in CONSTRAINTS.items():
        assert ("may lower a group" in rows[name]) == constraint.two_sided


@pytest.mark.parametrize("command", COMMANDS)
def test_the_reference_has_no_option_that_is_not_there(command: str) -> None:
    shown = re.findall(r"^\| `(--[a-z-]+)`", _section(_reference("commands"), command), re.MULTILINE)
    assert set(shown) <= set(COMMANDS[command])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_shown_exist_with_their_options(page: Path) -> None:
    for command, options in _commands_shown(page):
        assert command in COMMANDS, f"{page.name} shows 'equipartum {command}'"
        assert set(options) <= set(COMMANDS[command]), f"{page.name} shows 'equipartum {command} {' '.join(options)}'"


def test_the_readme_shows_commands() -> None:
    shown = {command for command, _ in _commands_shown(ROOT / "README.md")}
    assert {"retrain", "promote", "serve", "audit run"} <= shown


def test_every_setting_with_its_default_and_environment_variable() -> None:
    reference = _reference("settings")
    for field in dataclasses.fields(Settings):
        row = next((line for line in reference.splitlines() if line.startswith(f"| `{field.name}` ")), "")
        assert f"`EQUIPARTUM_{field.name.upper()}`" in row, field.name
        assert (f"| `{field.default}` |" if field.default != "" else "| empty |") in row, field.name


@pytest.mark.parametrize("name", DECLARED_PAGES)
def test_what_the_code_declares_is_what_its_page_says(name: str) -> None:
    """`python -m models.reference_pages docs/reference` writes them."""
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == DECLARED_PAGES[name]()


@pytest.mark.parametrize("rule", GUIDELINES.values(), ids=lambda rule: rule.scored_by)
def test_every_rule_of_today_with_its_authority_date_action_and_inputs(rule: GuidelineRule) -> None:
    section = _unwrapped(_section(_reference("guidelines"), rule.scored_by))
    assert f"{rule.authority}. Dated {rule.date}. Leads to: {rule.action}." in section
    assert [str(condition) for condition in rule.conditions if str(condition) not in section] == []
    assert rule.reading in section


def test_the_rules_file_shown_is_one_that_can_be_read(tmp_path: Path) -> None:
    page = (DOCS / "how-to" / "use-your-sites-rules.md").read_text(encoding="utf-8")
    shown = tmp_path / "rules.toml"
    shown.write_text(page.partition("```toml")[2].partition("```")[0], encoding="utf-8")
    site = read_site_rules(shown)
    assert [one.rule.scored_by for one in site.rules] == ["guideline:trust_diabetes_list@2025-04-01"]
    assert site.ethnicities is not None


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_every_check_with_its_limit_and_what_it_answers(check: Check) -> None:
    reference = _reference("audit-checks")
    shipped = policy.DEFAULT_POLICY.tolerances[check.code]
    row = next((line for line in reference.splitlines() if line.startswith(f"| [{check.code}]")), "")
    _, _, _, limit, severity, _ = row.split("|")
    assert (float(limit), severity.strip()) == (shipped.limit, shipped.severity)
    section = _section(reference, check.code).lower()
    assert f"*{check.title.lower()}" in section
    assert [words for words in ("fires", "cannot tell", "what to do") if words not in section] == []


def test_every_key_of_a_policy() -> None:
    """Keys are those the reader asks a file for: one that it would refuse is one that it must document."""
    reference = _reference("audit-policy")
    source = "".join(path.read_text(encoding="utf-8") for path in Path(policy.__file__).parent.glob("policy*.py"))
    keys = set(re.findall(r"(?:table|row)\.\w+\(\"(\w+)\"", source))
    assert {"schema", "group_by", "limit", "expires", "threshold", "gate", "at_most"} <= keys
    missing = [key for key in keys if f"`{key}`" not in reference and f"## [[{key}]]" not in reference]
    assert missing == []


def test_every_value_of_a_policy() -> None:
    values = (
        *policy.SEVERITIES,
        *policy.OPERATING_KINDS,
        *policy.GATE_MEASURES,
        *policy.CELL_COLUMNS,
        *policy.DERIVED_COLUMNS,
        *RULES,
        "overall",
    )
    assert _undocumented(values, _reference("audit-policy")) == []


def test_every_column_of_the_predictions_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", _reference("predictions-table"), re.MULTILINE)
    assert rows == list(PREDICTION_COLUMNS)


def test_every_route() -> None:
    def never_opened() -> object:
        raise AssertionError("listing routes opens nothing")

    paths = [route.path for route in create_app(never_opened).routes]
    assert "/v1/risks" in paths
    assert _undocumented([*paths, "/metrics", "/healthz", "/livez", "/readyz"], _reference("http")) == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(n for extra in project["optional-dependencies"].values() for n in extra)]
    packages = [re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0] for requirement in named]
    reference = _reference("dependencies")
    assert _undocumented(packages, reference) == []
    documented = re.findall(r"^\| `([\w.-]+)` \|", reference, re.MULTILINE)
    assert [package for package in documented if package not in packages] == []


def test_every_source_field_scenario_and_plant() -> None:
    reference = _unwrapped(_reference("data-sources"))
    for name in SOURCES:
        assert f"--source {name}" in reference or f"## {name}" in reference
    for field in FIELDS.values():
        assert f"| `{field.name}` | {field.first_byte}-{field.last_byte} |" in reference
    assert _undocumented(SCENARIO_NAMES, reference) == []
    for kind, strength in PLANT_KINDS.items():
        assert f"| `{kind}` | {strength} |" in reference


def test_every_shipped_chart() -> None:
    charts = [path.stem for path in SHIPPED_CHARTS.glob("*.toml")]
    assert _undocumented(charts, (DOCS / "how-to" / "sign-a-chart.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(_without_code(page.read_text(encoding="utf-8"))):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), f"{page.name} links to {link}"
        assert target.is_relative_to(ROOT)
        if anchor:
            assert anchor in _anchors(target), f"{page.name} links to {link}"


def test_every_page_is_reachable_from_the_readme() -> None:
    linked = {
        (ROOT / link.partition("#")[0]).resolve() for link in LINK.findall((ROOT / "README.md").read_text("utf-8"))
    }
    assert [page.name for page in PAGES if page.name != "README.md" and page not in linked] == []
