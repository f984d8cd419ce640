"""Killed at any moment, and started again by the same command: nothing twice, nothing lost."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.program.conftest import GAP_SECS, Pair
from tests.program.program import check_truth, leads, statuses
from tests.program.strict_dialer import Exchange, confirm

SEEDS = range(3)
ABREAST = 3
KILLS = 3
BATCH = 5
LEADS = 45
ANSWER_SECS = 0.1


def unhurried(exchange: Exchange) -> None:
    exchange.wait(ANSWER_SECS)
    confirm(exchange)


def test_killed_at_random_moments_it_loses_nothing_and_posts_nothing_twice(
    make_pair: Callable[[], Pair],
) -> None:
    """One pair a seed, all abreast: half of it is waiting."""
    pairs = [make_pair() for _ in SEEDS]
    with ThreadPoolExecutor(ABREAST) as pool:
        list(pool.map(_kill_and_finish, pairs, SEEDS))


def _kill_and_finish(pair: Pair, seed: int) -> None:
    program, dialer = pair
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
