"""What a worker opens when it starts. None of it can keep the service from starting: the safety rule must answer."""

from __future__ import annotations

from models.early_warning import SHIPPED_CHARTS, Chart, load_chart
from models.home import Home, Settings
from records.errors import EquipartumError
from serving.champions import RegistryChampions
from serving.database.prediction_log import PredictionLog
from serving.state import Serving

__all__ = ["load_all_charts", "open_serving"]


def open_serving(home: Home, settings: Settings) -> Serving:
    """Champions are read in the background; until then, and where the registry is away, no risk is answered."""
    champions = RegistryChampions(home, settings)
    champions.start()
    charts, refused = load_all_charts(home)
    return Serving(
        home=home,
        settings=settings,
        champions=champions,
        log=PredictionLog(home, settings),
        charts=charts,
        refused_charts=refused,
    )


def load_all_charts(home: Home) -> tuple[dict[str, Chart], dict[str, str]]:
    """Shipped charts, then the home's own, which replace a shipped one of the same id; and the files that are none.

    A site's broken file is named by its stem and refuses alone.
    """
    charts: dict[str, Chart] = {}
    refused: dict[str, str] = {}
    for folder in (SHIPPED_CHARTS, home.charts):
        for path in sorted(folder.glob("*.toml")):
            try:
                chart = load_chart(path)
            except EquipartumError as refusal:
                refused[path.stem] = str(refusal)
            else:
                charts[chart.id] = chart
    return {name: chart for name, chart in charts.items() if name not in refused}, refused
