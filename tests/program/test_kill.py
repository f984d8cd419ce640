"""Killed at any moment, and started again by the same command: nothing twice, nothing lost."""

import random
import time

import pytest

from tests.program.conftest import GAP_SECS
from tests.program.program import Program, check_truth, leads, statuses
from tests.program.strict_dialer import Exchange, StrictDialer, confirm

KILLS = 3
BATCH = 5
LEADS = 65
ANSWER_SECS = 0.1


def unhurried(exchange: Exchange) -> None:
    exchange.wait(ANSWER_SECS)
    confirm(exchange)


def forgotten(dialer: StrictDialer) -> int:
    """How many of the leads that were taken had their answer lost by a kill; now they are unknown."""
    return sum(status == "unknown" for status, _ in dialer.expected.values())


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_moments_it_loses_nothing_and_posts_nothing_twice(
    program: Program, dialer: StrictDialer, seed: int
) -> None:
    chance = random.Random(seed)
    dialer.replies += [unhurried] * LEADS
    program.write_leads("leads.jsonl", leads(LEADS))
    for _ in range(KILLS):
        before = len(dialer.arrivals)
        running = program.start("--batch_size", f"{BATCH}")
        if chance.random() < 0.75:
            dialer.wait_for_arrivals(before + chance.randint(1, 2))
            time.sleep(chance.uniform(0, ANSWER_SECS + GAP_SECS))
        else:
            running.wait_until_said("ledger of this account")
            time.sleep(chance.uniform(0, 0.3))
        running.kill()

    outcomes = program.finish("--batch_size", f"{BATCH}")

    unknown = [outcome for outcome in outcomes if outcome["status"] == "unknown"]
    lost_batches = {outcome["request_id"] for outcome in unknown}
    assert len(lost_batches) <= KILLS
    assert all(outcome["reason"] == "no_answer" for outcome in unknown)
    # What a kill has made unknown was taken, or on its way; the dialer itself cannot know that.
    for outcome in unknown:
        dialer.expected[outcome["campaign"], outcome["phone"]] = ("unknown", "killed")
    check_truth(dialer, outcomes)
    assert len(outcomes) == LEADS
    assert set(statuses(outcomes)) <= {"delivered.ok", "unknown.no_answer"}
