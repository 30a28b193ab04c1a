"""The log against a model of it that fits on two pages: whatever is done in whatever order, both say the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from monitor.core.events import FeedMoved, Recorded
from monitor.errors import Conflict, Fenced
from monitor.ports import Append, Batch, Claim, Consumed, Finish, Head, SetTimer
from monitor.store import RedisLog, consumers, open_log

START = datetime(2026, 11, 23, tzinfo=UTC)
ENTITIES = st.sampled_from(["a", "b", "c"])
PAYLOADS = st.sampled_from([None, b"", b"x", b"y"])


@dataclass
class Timer:
    """A timer as it should be; times are seconds since the start."""

    due: float
    payload: bytes = b""
    token: str = ""
    until: float = 0.0
    newer: float | None = None
    replaced: bool = False


@dataclass
class Model:
    time: float = 0.0
    events: list[Recorded] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)
    timers: dict[str, Timer] = field(default_factory=dict)
    acked: set[str] = field(default_factory=set)
    parked: dict[str, str] = field(default_factory=dict)

    def set_timer(self, member: str, delay: float, payload: bytes | None, only_sooner: bool) -> None:
        due, timer = self.time + delay, self.timers.get(member)
        if timer is None:
            timer = self.timers[member] = Timer(due)
        elif timer.token:
            timer.newer = min(due, timer.newer) if only_sooner and timer.newer is not None else due
            timer.replaced = timer.replaced or payload is not None
        else:
            timer.due = min(due, timer.due) if only_sooner else due
        timer.payload = timer.payload if payload is None else payload

    def claimable(self) -> dict[str, Timer]:
        return {m: t for m, t in self.timers.items() if (t.until if t.token else t.due) <= self.time}

    def claimed(self, claim: Claim, lease: float) -> None:
        timer = self.timers[claim.member]
        if timer.newer is not None and timer.newer <= self.time:
            timer.newer, timer.replaced = None, False
        timer.token, timer.until = claim.token, self.time + lease

    def finish(self, member: str, delay: float | None, payload: bytes | None) -> None:
        timer = self.timers[member]
        times = [time for time in (timer.newer, None if delay is None else self.time + delay) if time is not None]
        if not times:
            del self.timers[member]
            return
        keeps = payload is None or timer.replaced
        self.timers[member] = Timer(min(times), timer.payload if keeps else payload)

    def next_due(self) -> float | None:
        open_ = [t.until if t.token else t.due for t in self.timers.values() if not t.token or t.until <= self.time]
        return min(open_) - self.time if open_ else None


class Laws(RuleBasedStateMachine):
    def __init__(self, admin: str, server: str, folder: Path) -> None:
        super().__init__()
        with redis.Redis.from_url(admin) as client:
            client.flushall()
        self.model, self.runner = Model(), asyncio.Runner()
        self.opening = open_log(server, data_dir=folder, now=lambda: START + timedelta(seconds=self.model.time))
        self.log: RedisLog = self.do(self.opening.__aenter__())
        self.turns = self.log.consume("match", 0, limit=3)
        self.claims: list[Claim] = []
        self.hand: list[Consumed] = []
        self.past: list[tuple[Batch, list[Recorded]]] = []

    def do(self, what: Awaitable[Any]) -> Any:
        async def run() -> Any:
            return await what

        return self.runner.run(run())

    def teardown(self) -> None:
        self.do(self.turns.aclose())
        self.do(self.opening.__aexit__(None, None, None))
        self.runner.close()

    @rule(seconds=st.sampled_from([0.5, 1.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.model.time += seconds

    @rule(entities=st.sets(ENTITIES, min_size=1), texts=st.lists(st.text(max_size=3), min_size=1, max_size=3))
    def decide(self, entities: set[str], texts: list[str]) -> None:
        events = tuple(FeedMoved(at=START, feed="f", url="u", to=text) for text in texts)
        heads = {entity: self.model.heads.get(entity, Head()) for entity in sorted(entities)}
        batch = Batch(0, tuple(Append(entity, head, events, entity.encode()) for entity, head in heads.items()))
        recorded = self.do(self.log.commit(batch))
        self.past.append((batch, recorded))
        self.model.events += recorded
        for event in recorded:
            self.model.heads[event.entity] = Head(event.version, event.hash, event.entity.encode())

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def decide_the_same_again(self, data: st.DataObject) -> None:
        batch, recorded = data.draw(st.sampled_from(self.past[-3:]))
        assert self.do(self.log.commit(batch)) == recorded

    @precondition(lambda self: self.model.heads)
    @rule(data=st.data(), fresh=ENTITIES)
    def decide_on_old_news(self, data: st.DataObject, fresh: str) -> None:
        stale = data.draw(st.sampled_from(sorted(self.model.heads)))
        other = FeedMoved(at=START, feed="f", url="u", to="another decision")
        appends = {
            fresh: Append(fresh, self.model.heads.get(fresh, Head()), (other,)),
            stale: Append(stale, Head(), (other,)),
        }
        with pytest.raises(Conflict):
            self.do(self.log.commit(Batch(0, tuple(appends.values()), (SetTimer("poll", "conflict", 0),))))

    @rule(member=ENTITIES, delay=st.sampled_from([-1, 0, 1, 9]), payload=PAYLOADS, only_sooner=st.booleans())
    def set_timer(self, member: str, delay: float, payload: bytes | None, only_sooner: bool) -> None:
        self.do(self.log.commit(Batch(0, timers=(SetTimer("poll", member, delay, payload, only_sooner),))))
        self.model.set_timer(member, delay, payload, only_sooner)

    @rule(limit=st.integers(1, 3), lease=st.sampled_from([2.0, 30.0]))
    def claim(self, limit: int, lease: float) -> None:
        claimable = self.model.claimable()
        claims = self.do(self.log.claim("poll", 0, limit, lease))
        assert len(claims) == min(limit, len(claimable))
        for claim in claims:
            assert claim.payload == claimable[claim.member].payload
            assert claim.due == START + timedelta(seconds=claimable[claim.member].due)
            self.model.claimed(claim, lease)
        self.claims += claims

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), delay=st.sampled_from([None, 0, 3]), payload=PAYLOADS)
    def finish(self, data: st.DataObject, delay: float | None, payload: bytes | None) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        batch = Batch(0, finish=Finish(claim, delay, payload))
        timer = self.model.timers.get(claim.member)
        if timer and timer.token == claim.token:
            self.do(self.log.commit(batch))
            self.model.finish(claim.member, delay, payload)
        else:
            with pytest.raises(Fenced):
                self.do(self.log.commit(batch))

    @rule()
    def read(self) -> None:
        self.hand = self.do(anext(self.turns))
        open_ = [e for e in self.model.events if e.id not in self.model.acked and e.id not in self.model.parked]
        assert [one.recorded for one in self.hand] == open_[: len(self.hand)]
        assert self.hand or not open_

    @precondition(lambda self: self.hand)
    @rule(data=st.data(), parking=st.booleans())
    def settle(self, data: st.DataObject, parking: bool) -> None:
        consumed = data.draw(st.sampled_from(self.hand))
        name = consumed.recorded.id
        settle = self.log.park(consumed, "no") if parking else self.log.commit(Batch(0, ack=consumed.ack))
        if name in self.model.acked or (name in self.model.parked and not parking):
            with pytest.raises(Fenced):
                self.do(settle)
        else:
            self.do(settle)
            self.model.parked |= {name: "no"} if parking else {}
            self.model.acked |= set() if parking else {name}

    @precondition(lambda self: self.model.parked)
    @rule(data=st.data())
    def unpark(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.parked)))
        assert self.do(self.log.unpark("match", name))
        del self.model.parked[name]
        self.hand = []

    @invariant()
    def both_say_the_same(self) -> None:
        for entity, head in self.model.heads.items():
            assert self.do(self.log.load(0, entity)) == head
            assert self.do(self.log.history(0, entity)) == [e for e in self.model.events if e.entity == entity]
        assert self.do(self.log.next_due("poll", 0)) == self.model.next_due()
        settled = len(self.model.acked) + len(self.model.parked)
        assert self.do(self.log.lag("match", 0)) == len(self.model.events) - settled
        assert {event.id for event, _ in self.do(self.log.parked("match"))} == set(self.model.parked)


def test_the_log_is_like_its_model(admin: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "IDLE_MILLISECONDS", 1)
    run_state_machine_as_test(
        lambda: Laws(admin, server, tmp_path),
        settings=settings(
            max_examples=4, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
