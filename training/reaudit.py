"""Auditing a registered version again, under another policy, and telling the registry what was found."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from fairness_audits.audit import audit_counts, counts_under
from fairness_audits.changes import UnreadableAudit, read_previous
from fairness_audits.context import AuditContext
from fairness_audits.kept_audits import newest_content
from fairness_audits.label_bias import with_label_bias
from fairness_audits.policy import DEFAULT_POLICY, AuditPolicy
from fairness_audits.report_files import AUDIT_FILE, write_report
from fairness_audits.restricted_counts import write_restricted_counts
from fairness_audits.under_recording import UnderRecording
from models.home import Home
from records.errors import EquipartumError
from records.predictions import read_predictions
from training.filed_audit import FiledAudit, file_audit
from training.kept_predictions import KeptPredictions
from training.registry import Registry
from training.version import Version

__all__ = ["HoldoutGone", "OtherPolicyStands", "audit_run"]


class OtherPolicyStands(EquipartumError):
    """An audit without a named policy, of a version that was audited under another than the shipped one."""


class HoldoutGone(EquipartumError):
    """The holdout's predictions of a run are not in this home."""


def audit_run(
    registry: Registry,
    home: Home,
    run_id: str,
    *,
    policy: AuditPolicy | None = None,
    previous: Mapping[str, object] | None = None,
    with_previous: bool = True,
    with_review_list: bool = True,
    slide: UnderRecording | None = None,
    out: Path | None = None,
    restricted_counts: Path | None = None,
    as_of: datetime.date | None = None,
    pdf: bool = False,
) -> FiledAudit:
    """The audit of a run's holdout under ``policy``; its blocking findings replace those the version is tagged with.

    Without ``policy`` it is the shipped one; `OtherPolicyStands` where the version was last audited under another:
    what a stricter policy blocks is not to be released by leaving the policy out.

    It is kept in the home and with the run, as every audit is, and its report is written to ``out`` as well if that is
    given. Changes are told against ``previous``, the content of an `audit.json`, or else the newest audit in the home
    of the same outcome and prediction point; with neither where ``with_previous`` is false. Exact counts, for
    merging with those of other sites, are written only where ``restricted_counts`` says. ``slide`` adds the bench of
    under-recording.
    """
    version = registry.by_run(run_id)
    kept = KeptPredictions.of(home, version.run_id)
    if not kept.predictions.is_file():
        raise HoldoutGone(
            f"the holdout's predictions of run {version.run_id[:8]} are not in this home's cache; they are never an "
            "artefact. Retrain with the same data and seed to make them again."
        )
    if policy is None:
        _refuse_where_another_stands(home, version)
    context = AuditContext.from_json(kept.context.read_text(encoding="utf-8"))
    if previous is None and with_previous:
        previous = newest_content(home.audits, version.outcome, version.prediction_point)
    chosen = policy or DEFAULT_POLICY
    counts = counts_under(chosen, read_predictions(kept.predictions), as_of=as_of)
    report = with_label_bias(audit_counts(counts, chosen, context, previous, as_of=counts.as_of), slide)
    if restricted_counts is not None:
        write_restricted_counts(counts, restricted_counts)
    filed = file_audit(registry, home, version, report, kept, with_review_list=with_review_list, pdf=pdf)
    if out is not None:
        write_report(filed.report, out, pdf=pdf)
    return filed


def _refuse_where_another_stands(home: Home, version: Version) -> None:
    folder = home.audit_folder(version.outcome, version.prediction_point, version.tags.audit_id)
    try:
        standing = read_previous(folder / AUDIT_FILE) if version.tags.audit_id else {}
    except UnreadableAudit:
        standing = {}
    policy = standing.get("policy")
    if policy is None or (policy == DEFAULT_POLICY.as_written() and not standing.get("acceptances")):
        return
    raise OtherPolicyStands(
        f"{version} was last audited under the policy '{policy['name']}', and what that blocks stands: name the policy "
        "with --policy FILE; the one that ships is named by --policy shipped"
    )
