"""/audits: the audits of this home, newest first, narrowed by a plain form; and a page for each, with who signed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from fairness_audits.kept_audits import KeptAudit, kept_audits, read_kept
from fairness_audits.report_files import AUDIT_FILE, PUBLIC_FILES, REPORT_FILE
from fairness_audits.signed import Signed, signed
from models.home import Home
from models.outcomes import OUTCOMES
from models.release import audit_address
from records.clock import PREDICTION_POINTS
from serving.audit_files import kept_folder
from serving.data_audits import kept_data_audits
from serving.guard import PAGE_POLICY
from serving.pages import page
from serving.problems import Problem
from serving.state import serving_of

__all__ = ["Asked", "Shown", "get_audit", "get_audits", "shown_audits"]

SHOWN_AT_ONCE = 100
FILE_TITLES = {REPORT_FILE: "report", "report.pdf": "PDF", AUDIT_FILE: "figures (JSON)", "counts.parquet": "counts"}
YES_OR_NO = ("yes", "no")
# The form of this page is sent to this page.
FORM_POLICY = PAGE_POLICY.replace("form-action 'none'", "form-action 'self'")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the list was asked for; empty is everything. ``blocked`` and ``signed`` are 'yes' or 'no'."""

    outcome: str = ""
    at: str = ""
    blocked: str = ""
    signed: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """`Problem` 400 for what the form cannot send."""
        allowed = {"outcome": OUTCOMES, "at": PREDICTION_POINTS, "blocked": YES_OR_NO, "signed": YES_OR_NO}
        for name in query:
            if name not in (*allowed, "page"):
                raise _refused(f"the list is narrowed by {', '.join(allowed)} and page, and by nothing else")
        chosen = {name: query.get(name, "") for name in allowed}
        for name, values in allowed.items():
            if chosen[name] and chosen[name] not in values:
                raise _refused(f"{name} is one of: {', '.join(values)}")
        number = query.get("page", "1")
        if not number.isascii() or not number.isdigit() or len(number) > 6 or int(number) < 1:
            raise _refused("page is a whole number from 1")
        return cls(**chosen, page=int(number))

    @property
    def query(self) -> str:
        return urlencode({name: value for name, value in vars(self).items() if value and (name, value) != ("page", 1)})

    def turned(self, number: int) -> str:
        """The address of another page of the same list."""
        return f"/audits?{replace(self, page=number).query}".rstrip("?")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One audit and its signatures, with the addresses of its page and of its files."""

    audit: KeptAudit
    signed: Signed

    @property
    def address(self) -> str:
        return self._at("").rstrip("/")

    @property
    def files(self) -> Iterator[tuple[str, str]]:
        """Title and address of each that there is."""
        present = (name for name in PUBLIC_FILES if (self.audit.folder / name).is_file())
        return ((FILE_TITLES[name], self._at(name)) for name in present)

    def _at(self, name: str) -> str:
        report = audit_address(self.audit.outcome, self.audit.prediction_point, self.audit.audit_id)
        return report.removesuffix(REPORT_FILE) + name


def shown_audits(home: Home, asked: Asked) -> tuple[Sequence[Shown], int]:
    """One page of the list, and how many there are on all its pages."""
    kept = kept_audits(home.audits, outcome=asked.outcome or None, prediction_point=asked.at or None)
    if asked.blocked:
        kept = [audit for audit in kept if audit.is_blocked == (asked.blocked == "yes")]
    if asked.signed:
        kept = [audit for audit in kept if signed(audit.folder).is_signed == (asked.signed == "yes")]
    first = (asked.page - 1) * SHOWN_AT_ONCE
    return [_shown(audit) for audit in kept[first : first + SHOWN_AT_ONCE]], len(kept)


async def get_audits(http: Request) -> Response:
    asked = Asked.of(http.query_params)
    home = serving_of(http).home
    audits, number = await run_in_threadpool(shown_audits, home, asked)
    return page(
        "audits.html",
        headers={"Content-Security-Policy": FORM_POLICY},
        audits=audits,
        number=number,
        pages=max(1, -(-number // SHOWN_AT_ONCE)),
        asked=asked,
        data_audits=await run_in_threadpool(kept_data_audits, home),
        outcomes=OUTCOMES,
        points=PREDICTION_POINTS,
    )


async def get_audit(http: Request) -> Response:
    folder = kept_folder(serving_of(http).home, **http.path_params)
    if folder is None or not (folder / AUDIT_FILE).is_file():
        raise Problem(status=404, title="No such audit", detail="GET /audits lists the audits there are")
    return page("audit.html", shown=await run_in_threadpool(lambda: _shown(read_kept(folder))))


def _shown(audit: KeptAudit) -> Shown:
    return Shown(audit=audit, signed=signed(audit.folder))


def _refused(detail: str) -> Problem:
    return Problem(status=400, title="Not a list of audits", detail=detail)
