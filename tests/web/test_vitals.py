"""How the daemon is, told to whoever asks: alive, ready with reasons, and in numbers that Prometheus reads."""

from __future__ import annotations

import asyncio
import json

from prometheus_client.parser import text_string_to_metric_families

from monitor.ports import Batch, SetTimer

TOKEN = "a-token-of-many-letters-0123456789"


async def numbers(visitor, **headers) -> dict[tuple[str, ...], float]:
    status, text = await visitor.get("/metrics", **headers)
    assert status == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_daemon_that_keeps_up_is_ready_and_counted(visiting, growing):
    log, folder = growing
    async with visiting(folder, None, log) as visitor:
        found = await numbers(visitor)
        assert found["monitor_trouble",] == 0
        assert found["monitor_deliveries", "desk", "dead"] == 1
        assert found["monitor_feeds", "working"] == 1
        assert found["monitor_lag_events", "match"] > 0
        assert found["monitor_parked_events", "match"] == 0
        assert found["monitor_late_seconds", "poll"] == 0


async def test_what_is_late_makes_it_unready_and_is_named(visiting, growing, monkeypatch):
    from monitor.web import vitals

    monkeypatch.setattr(vitals, "BEHIND", -1.0)
    log, folder = growing
    await log.commit(Batch(0, timers=(SetTimer("poll", "post", 0.0),)))
    async with visiting(folder, None, log) as visitor:
        status, text = await visitor.get("/readyz")
        said = json.loads(text)
        assert (status, said["ready"]) == (503, False)
        assert [reason.partition(" is ")[0] for reason in said["reasons"]] == ["match", "poll"]


async def test_trouble_is_told_without_asking_a_log_that_does_not_answer(visiting, recorded):
    async with visiting(recorded, None, Deaf(), "the disk is full") as visitor:
        status, text = await visitor.get("/readyz")
        assert (status, json.loads(text)["reasons"]) == (503, ["the server is away", "the disk is full"])
        found = await numbers(visitor)
        assert found["monitor_trouble",] == 2
        assert ("monitor_lag_events", "match") not in found
        assert (await visitor.get("/healthz"))[0] == 200


async def test_a_log_that_is_only_slow_is_not_waited_for(visiting, recorded, monkeypatch):
    from monitor.web import vitals

    monkeypatch.setattr(vitals, "PATIENCE", 0.05)
    async with visiting(recorded, None, Slow()) as visitor:
        status, text = await visitor.get("/readyz")
        assert (status, "no answer" in text) == (503, True)


async def test_a12_without_the_token_reasons_and_numbers_are_nobodys(visiting, recorded):
    async with visiting(recorded, TOKEN, Deaf()) as visitor:
        status, text = await visitor.get("/readyz")
        assert (status, json.loads(text)) == (503, {"ready": False})
        assert (await visitor.get("/metrics"))[0] == 401
        status, text = await visitor.get("/readyz", authorization=f"Bearer {TOKEN}")
        assert json.loads(text)["reasons"] == ["the server is away"]


class Deaf:
    """A log whose server is away."""

    partitions = 1
    trouble = "the server is away"

    async def behind(self, *_):
        raise AssertionError("asked")


class Slow:
    """A log that takes its time."""

    partitions = 1
    trouble = ""

    async def behind(self, *_):
        await asyncio.sleep(60)
