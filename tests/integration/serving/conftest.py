"""Small fitted models and the bare application over them, each test with a home of its own."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import lightgbm as lgb
import numpy as np
import pytest
from starlette.applications import Starlette

from models.calibrator import Calibrator
from models.design import ModelDesign
from models.encoding import Encoding
from models.explanation import Explainer
from models.home import Home, Settings
from models.model_files import save_risk_model
from models.offer_policy import OfferPolicy
from models.outcomes import OUTCOMES
from models.release import ReleaseTags
from models.risk_model import CalibrationBand, IntendedPopulation, RiskBand, RiskModel
from serving.app import create_app
from serving.champion import Champion, Champions, FixedChampions
from serving.database.prediction_log import PredictionLog
from serving.opening import load_all_charts
from serving.state import Serving

PREDICTORS = (
    "maternal_age",
    "body_mass_index",
    "smoking_status",
    "parity",
    "previous_preterm_birth",
    "chronic_hypertension",
    "deprivation_quintile",
)


def fit_model(outcome: str = "preterm_birth", point: str = "booking", **changes: Any) -> RiskModel:
    """A booster on made-up women in whom age, body mass index, smoking and deprivation matter."""
    definition = changes.pop("definition", OUTCOMES[outcome].definitions[0].name)
    encoding = Encoding.of(PREDICTORS)
    generator = np.random.default_rng(7)
    rows = np.full((3000, len(encoding.columns)), np.nan)
    for index, column in enumerate(encoding.columns):
        rows[:, index] = (
            generator.normal(28, 6, 3000)
            if column.concept in ("maternal_age", "body_mass_index")
            else generator.integers(0, 2, 3000)
        )
    rows[generator.random(rows.shape) < 0.1] = np.nan
    names = list(encoding.names)
    log_odds = (
        -3
        + 0.08 * (np.nan_to_num(rows[:, 1], nan=28) - 28)
        + np.nan_to_num(rows[:, names.index("smoking_status=current")])
        + 0.5 * np.nan_to_num(rows[:, names.index("deprivation_quintile")])
    )
    happened = generator.random(3000) < 1 / (1 + np.exp(-log_odds))
    booster = lgb.train(
        {"objective": "binary", "max_depth": 4, "num_leaves": 16, "verbose": -1, "num_threads": 1, "seed": 1},
        lgb.Dataset(rows, happened.astype(float)),
        40,
    )
    given: dict[str, Any] = {
        "design": ModelDesign(
            outcome=outcome,
            definition=definition,
            prediction_point=point,
            source="simulated",
            predictors=PREDICTORS,
        ),
        "data_digest": "d" * 64,
        "encoding": encoding,
        "booster_text": booster.model_to_string(),
        "calibrator": Calibrator(kind="platt", intercept=-0.1, slope=0.9),
        "offer_policy": OfferPolicy(kind="absolute", threshold=0.1),
        "bands": (
            RiskBand(name="lower", low=0.0),
            RiskBand(name="intermediate", low=0.05),
            RiskBand(name="higher", low=0.1),
        ),
        "calibration_bands": (
            CalibrationBand(low=0.0, high=0.08, observed=0.05, lower=0.04, upper=0.06),
            CalibrationBand(low=0.08, high=1.01, observed=0.15, lower=0.13, upper=0.17),
        ),
        "intended_population": IntendedPopulation(
            source="simulated",
            description="made-up births",
            births=3000,
            events=int(happened.sum()),
            group_scheme="england_2001",
            is_simulated=True,
        ),
        "average_risk": float(happened.mean()),
    }
    return RiskModel(**{**given, **changes})


def champion_of(model: RiskModel, version: str = "3") -> Champion:
    tags = ReleaseTags(
        design_digest=model.design.digest,
        data_digest=model.data_digest,
        model_digest=model.digest,
        source="simulated",
        definition=str(model.design.outcome_definition),
        is_simulated=model.intended_population.is_simulated,
        blocking_findings=(),
        status="adequate",
        audit_id="20260101T000000-abcdef01",
    )
    return Champion(version=version, model=model, explainer=Explainer.of(model), tags=tags)


@pytest.fixture(scope="session")
def fitted() -> Callable[..., RiskModel]:
    return fit_model


@pytest.fixture(scope="session")
def champion() -> Champion:
    """The champion of preterm birth at booking, of simulated births."""
    return champion_of(fit_model())


@pytest.fixture(scope="session")
def as_champion() -> Callable[..., Champion]:
    return champion_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "home").prepare()


class Client:
    """Sends requests to an application in this process, one after the other or, by `at_once`, together."""

    def __init__(self, app: Starlette, runner: asyncio.Runner) -> None:
        self.app = app
        self._runner = runner
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://service"
        )

    def post(self, path: str, **content: Any) -> httpx.Response:
        return self._runner.run(self._client.post(path, **content))

    def get(self, path: str, **content: Any) -> httpx.Response:
        return self._runner.run(self._client.get(path, **content))

    def request(self, method: str, path: str, **content: Any) -> httpx.Response:
        return self._runner.run(self._client.request(method, path, **content))

    def at_once(self, path: str, contents: Sequence[dict[str, Any]]) -> list[httpx.Response]:
        async def together() -> list[httpx.Response]:
            return await asyncio.gather(*(self._client.post(path, **content) for content in contents))

        return self._runner.run(together())


Served = Callable[..., AbstractContextManager[Client]]


async def _entered(lifespan: AbstractAsyncContextManager[Any]) -> None:
    await lifespan.__aenter__()


async def _left(lifespan: AbstractAsyncContextManager[Any]) -> None:
    await lifespan.__aexit__(None, None, None)


@pytest.fixture
def served(home: Home) -> Served:
    """`with served(champion, ..., mode="demo") as client:` runs the application over those champions."""

    @contextmanager
    def serve(*held: Champion, champions: Champions | None = None, **settings: Any) -> Iterator[Client]:
        chosen = Settings(**{"mode": "demo", **settings})

        def open_serving() -> Serving:
            charts, refused = load_all_charts(home)
            return Serving(
                charts=charts,
                refused_charts=refused,
                home=home,
                settings=chosen,
                champions=champions or FixedChampions(by_name={c.name: c for c in held}),
                log=PredictionLog(home, chosen),
            )

        app = create_app(open_serving)
        with asyncio.Runner() as runner:
            lifespan = app.router.lifespan_context(app)
            runner.run(_entered(lifespan))
            try:
                yield Client(app, runner)
            finally:
                runner.run(_left(lifespan))

    return serve


@pytest.fixture
def asked() -> Callable[..., dict[str, Any]]:
    """A request as a clinical system sends it; named members replace its own."""

    def request(**changes: Any) -> dict[str, Any]:
        return {
            "prediction_point": "booking",
            "outcomes": ["preterm_birth"],
            "pregnancy_id": "P-1",
            "facts": {
                "maternal_age": {"value": 31, "unit": "a"},
                "body_mass_index": {"value": 37.4, "unit": "kg/m2"},
                "smoking_status": {"value": "never"},
                "parity": {"value": 1},
                "previous_preterm_birth": {"value": None},
                "deprivation_quintile": {"value": 1},
            },
            "groups": {"group_scheme": "england_2001", "ethnic_category": "M"},
        } | changes

    return request


def _registry(home: Home) -> Any:
    """MLflow takes seconds to import, and few of these tests need it."""
    from training.registry import Registry

    return Registry(home, Settings())


@pytest.fixture(scope="session")
def empty_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry without a model: MLflow takes seconds to make its tables, so each test copies these."""
    home = Home(root=tmp_path_factory.mktemp("registry"))
    _registry(home).versions()
    return home.root / "registry.db"


@pytest.fixture
def registry(home: Home, empty_registry: Path) -> Any:
    shutil.copy(empty_registry, home.root / "registry.db")
    return _registry(home)


@pytest.fixture
def register(registry: Any, tmp_path: Path) -> Callable[..., Any]:
    """Registers a model as retraining does, and promotes it."""

    def registered(model: RiskModel, name: tuple[str, str] = ("preterm_birth", "booking"), **changes: Any) -> Any:
        tags = ReleaseTags(
            design_digest=model.design.digest,
            data_digest=model.data_digest,
            model_digest=model.digest,
            source="simulated",
            definition=str(model.design.outcome_definition),
            is_simulated=True,
            blocking_findings=(),
            status="adequate",
            audit_id="a-1",
        )
        saved = tmp_path / f"saved-{model.digest[:8]}"
        save_risk_model(model, saved)
        with registry.run("retrain") as run:
            run.log_model_folder(saved)
            run.log_text(json.dumps(changes.get("audit", {"figures": [], "gaps": []})), "audit/audit.json")
            run.log_text("# The card\n", "model_card.md")
        return registry.promote(registry.register(run, *name, tags))

    return registered
