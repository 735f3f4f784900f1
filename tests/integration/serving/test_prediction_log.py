"""Every answered risk is in the log; what cannot be logged is not answered."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from models.home import Settings
from records.prediction_validation import validate
from serving.database.export import UnjoinableOutcomes, logged_predictions
from serving.pseudonyms import LostKey, Pseudonyms


def rows(home: Any) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(home.root / "service.db")) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM prediction_log")]


def test_the_answered_risk_is_logged_to_the_last_bit(served: Any, champion: Any, asked: Any, home: Any) -> None:
    with served(champion) as client:
        answer = client.post("/v1/risks", json=asked()).json()
    (row,) = rows(home)
    judged = answer["outcomes"]["preterm_birth"]
    assert row["risk"] == judged["risk"]
    assert (row["request_id"], row["band"], bool(row["alert"])) == (
        answer["request_id"],
        judged["band"],
        judged["alert"],
    )
    assert (row["group_scheme"], row["ethnic_category"], row["ethnic_group"]) == ("england_2001", "M", "Black")
    assert (row["age_band"], row["deprivation_quintile"], row["is_simulated"]) == ("30-34", 1, 1)
    assert "deprivation_quintile" in row["reasons_not_shown"]


def test_no_identifier_is_in_the_home_or_the_journal(
    served: Any, champion: Any, asked: Any, home: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "9434765919"
    with served(champion) as client:
        client.post("/v1/risks", json=asked(pregnancy_id=secret), headers={"Idempotency-Key": secret})
        client.post("/v1/risks", json=asked(pregnancy_id=secret, facts={secret: {"value": secret}}))
        client.get(f"/v1/models/{secret}/card")
        client.get(f"/{secret}")
    kept = b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())
    journal = capfd.readouterr()
    assert secret.encode() not in kept
    assert secret not in journal.out + journal.err
    assert Pseudonyms.at(home).of(secret).encode() in kept


def test_many_requests_at_once_are_all_logged(served: Any, champion: Any, asked: Any, home: Any) -> None:
    with served(champion) as client:
        requests = [{"json": asked(pregnancy_id=f"P-{number}")} for number in range(60)]
        answers = client.at_once("/v1/risks", requests)
    assert {answer.status_code for answer in answers} == {200}
    assert {row["request_id"] for row in rows(home)} == {answer.json()["request_id"] for answer in answers}


def test_a_locked_database_refuses_the_risk(served: Any, champion: Any, asked: Any, home: Any) -> None:
    with served(champion) as client:
        assert client.post("/v1/risks", json=asked()).status_code == 200
        with closing(sqlite3.connect(home.root / "service.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = client.post("/v1/risks", json=asked())
            other.execute("ROLLBACK")
        after = client.post("/v1/risks", json=asked())
    assert refused.status_code == 503
    assert "another process holds its lock" in refused.json()["detail"]
    assert "risk" not in refused.json()["outcomes"]["preterm_birth"]
    assert after.status_code == 200
    assert len(rows(home)) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be opened"), (b"this is not a database, whatever it is" * 50, "not a database")],
)
def test_a_database_that_is_none_refuses_the_risk_until_it_is_there(
    served: Any, champion: Any, asked: Any, home: Any, content: bytes | None, says: str
) -> None:
    file: Path = home.root / "service.db"
    _ = file.mkdir() if content is None else file.write_bytes(content)
    with served(champion) as client:
        refused = client.post("/v1/risks", json=asked())
        _ = file.rmdir() if content is None else file.unlink()
        after = client.post("/v1/risks", json=asked())
    assert refused.status_code == 503
    assert says in refused.json()["detail"]
    assert after.status_code == 200


def test_a_full_disk_refuses_the_risk(served: Any, champion: Any, asked: Any, home: Any) -> None:
    """SQLite's own limit of pages stands in for the disk: it raises the same error."""
    with served(champion) as client:
        assert client.post("/v1/risks", json=asked()).status_code == 200
        log = client.app.state.serving.log
        with log._commits.open().connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        from sqlalchemy import event

        @event.listens_for(log._commits.open(), "checkout")
        def limit(connection: Any, *_: Any) -> None:
            connection.execute(f"PRAGMA max_page_count={pages}")

        statuses = {client.post("/v1/risks", json=asked()).status_code for _ in range(60)}
        refused = client.post("/v1/risks", json=asked())
    assert statuses == {200, 503}
    assert "the disk is full" in refused.json()["detail"]


def test_a_repeated_key_is_logged_once_and_answered_alike(served: Any, champion: Any, asked: Any, home: Any) -> None:
    with served(champion) as client:
        first, again = (
            client.post("/v1/risks", json=asked(), headers={"Idempotency-Key": "k-1"}).json() for _ in range(2)
        )
        other = client.post("/v1/risks", json=asked(pregnancy_id="P-2"), headers={"Idempotency-Key": "k-1"})
        third = client.post("/v1/risks", json=asked(), headers={"Idempotency-Key": "k-2"})
    assert again == first
    assert other.status_code == 409
    assert third.status_code == 200
    assert len(rows(home)) == 2


def test_a_repeated_key_is_not_answered_by_another_model(
    served: Any, fitted: Any, as_champion: Any, asked: Any, home: Any
) -> None:
    header = {"Idempotency-Key": "k-1"}
    with served(as_champion(fitted(), version="1")) as client:
        assert client.post("/v1/risks", json=asked(), headers=header).status_code == 200
    with served(as_champion(fitted(), version="2")) as client:
        refused = client.post("/v1/risks", json=asked(), headers=header)
    assert refused.status_code == 409
    assert "model changed" in refused.json()["detail"]


def test_the_log_is_a_predictions_table_with_the_outcomes_joined(
    served: Any, champion: Any, asked: Any, home: Any
) -> None:
    with served(champion) as client:
        for number, code in enumerate("AHMZ"):
            groups = {"group_scheme": "england_2001", "ethnic_category": code}
            client.post("/v1/risks", json=asked(pregnancy_id=f"P-{number}", groups=groups))
        irish = {"group_scheme": "england_2001", "ethnic_category": "B"}
        later = client.post("/v1/risks", json=asked(pregnancy_id="P-0", groups=irish)).json()
        client.post("/v1/risks", json=asked(pregnancy_id=None, groups=None))
    observed = pl.DataFrame(
        {"pregnancy_id": ["P-0", "P-1", "P-9"], "outcome": ["preterm_birth"] * 3, "observed": [True, False, True]}
    )
    table = logged_predictions(home, Settings(), observed)
    assert validate(table).collect().equals(table)
    pseudonyms = Pseudonyms.at(home)
    seen = {row["pregnancy_id"]: row for row in table.iter_rows(named=True)}
    assert [seen[pseudonyms.of(f"P-{n}")]["observed"] for n in range(4)] == [True, False, None, None]
    assert [seen[pseudonyms.of(f"P-{n}")]["ethnic_group"] for n in range(4)] == [
        "White",
        "Asian",
        "Black",
        "Not stated",
    ]
    assert seen[pseudonyms.of("P-0")]["ethnic_category"] == "B"
    assert seen[pseudonyms.of("P-0")]["risk"] == later["outcomes"]["preterm_birth"]["risk"]
    assert table.height == 5
    assert table["group_scheme"].unique().to_list() == ["england_2001"]
    assert table["is_simulated"].all()


def test_outcomes_that_do_not_say_whose_they_are_are_refused(served: Any, champion: Any, asked: Any, home: Any) -> None:
    with pytest.raises(UnjoinableOutcomes, match="outcome"):
        logged_predictions(home, Settings(), pl.DataFrame({"pregnancy_id": ["P-0"], "observed": [True]}))
    twice = pl.DataFrame({"pregnancy_id": ["P-0"] * 2, "outcome": ["preterm_birth"] * 2, "observed": [True, False]})
    with pytest.raises(UnjoinableOutcomes, match="2 rows"):
        logged_predictions(home, Settings(), twice)


@pytest.mark.parametrize(
    ("pregnancy", "outcome", "says"),
    [
        (
            "P-0",
            "preterm",
            "1 of 1 names .* .'preterm'. are no outcome .* there are: .*preterm_birth",
        ),
        ("P-0", "9434765919", "1 of 1 names in the column outcome are no outcome"),
        ("P-9", "preterm_birth", "none of the 1 pregnancy_ids is in the log"),
    ],
)
def test_outcomes_of_which_none_is_of_the_log_are_refused(
    served: Any, champion: Any, asked: Any, home: Any, pregnancy: str, outcome: str, says: str
) -> None:
    with served(champion) as client:
        client.post("/v1/risks", json=asked(pregnancy_id="P-0"))
    observed = pl.DataFrame({"pregnancy_id": [pregnancy], "outcome": [outcome], "observed": [True]})
    with pytest.raises(UnjoinableOutcomes, match=says) as refusal:
        logged_predictions(home, Settings(), observed)
    assert pregnancy not in str(refusal.value)
    assert "9434765919" not in str(refusal.value)


def test_an_empty_log_is_an_empty_table(home: Any) -> None:
    assert logged_predictions(home, Settings()).height == 0


@pytest.mark.parametrize("replaced", [False, True])
def test_a_log_that_is_removed_under_the_service_refuses_the_risk(
    served: Any, champion: Any, asked: Any, home: Any, replaced: bool
) -> None:
    file: Path = home.root / "service.db"
    aside = home.root / "aside.db"
    with served(champion) as client:
        log = client.app.state.serving.log
        assert client.post("/v1/risks", json=asked()).status_code == 200
        assert log.is_answering()
        file.rename(aside)
        if replaced:
            file.write_bytes(b"")
        refused = client.post("/v1/risks", json=asked())
        assert not log.is_answering()
        aside.rename(file)
        after = client.post("/v1/risks", json=asked())
        assert log.is_answering()
    assert refused.status_code == 503
    assert "service.db was removed or replaced" in refused.json()["detail"]
    assert after.status_code == 200
    assert len(rows(home)) == 2


def test_a_lost_key_is_not_replaced_while_the_log_has_rows(served: Any, champion: Any, asked: Any, home: Any) -> None:
    key: Path = home.root / "pseudonym.key"
    with served(champion) as client:
        assert client.post("/v1/risks", json=asked()).status_code == 200
    kept = key.read_bytes()
    key.unlink()
    observed = pl.DataFrame({"pregnancy_id": ["P-1"], "outcome": ["preterm_birth"], "observed": [True]})
    with pytest.raises(LostKey, match="restore it"):
        logged_predictions(home, Settings(), observed)
    with served(champion) as client:
        refused = client.post("/v1/risks", json=asked())
        assert not client.app.state.serving.log.is_answering()
        assert not key.exists()
        key.write_bytes(kept)
        key.chmod(0o600)
        after = client.post("/v1/risks", json=asked())
    assert refused.status_code == 503
    assert "pseudonym.key is missing" in refused.json()["detail"]
    assert after.status_code == 200
    assert len({row["pregnancy_pseudonym"] for row in rows(home)}) == 1


def test_a_method_that_a_client_made_up_is_not_in_the_journal(served: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with served() as client:
        client.request("P9434765919", "/v1/risks")
    journal = capfd.readouterr()
    assert "9434765919" not in journal.out + journal.err
    assert "other" in journal.out
