"""What one worker holds for every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from models.early_warning.chart import Chart
from models.home import Home, Settings
from serving.champion import Champions
from serving.database.prediction_log import PredictionLog

__all__ = ["Serving", "serving_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Serving:
    """``charts`` by id; ``refused_charts`` are files of the home that are no chart, each with the reason."""

    home: Home
    settings: Settings
    champions: Champions
    log: PredictionLog
    charts: Mapping[str, Chart] = field(default_factory=dict)
    refused_charts: Mapping[str, str] = field(default_factory=dict)

    def is_ready(self) -> bool:
        return self.champions.is_loaded() and self.log.is_answering()

    def close(self) -> None:
        self.champions.close()
        self.log.close()


def serving_of(request: Request) -> Serving:
    serving: Serving = request.app.state.serving
    return serving
