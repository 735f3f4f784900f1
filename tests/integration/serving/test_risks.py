from __future__ import annotations

import json


def test_a_risk(served, champion, asked):
    with served(champion) as client:
        got = client.post("/v1/risks", json=asked())
        print(got.headers)
        print(json.dumps(got.json(), indent=1))
        assert got.status_code == 200
