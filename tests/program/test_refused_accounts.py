"""A wrong key, and a campaign that the dialer does not know: it says the same of both."""

from tests.program.pages import KEY
from tests.program.program import Program, check_truth, leads, phone, statuses
from tests.program.strict_dialer import StrictDialer


def test_a_wrong_key_costs_one_request_and_the_right_one_finishes_the_rest(
    program: Program, dialer: StrictDialer
) -> None:
    program.write_leads("leads.jsonl", leads(500))
    program.key = "the-wrong-key"

    done = program.run()

    assert done.status == 1
    assert len(dialer.arrivals) == 1
    assert "no user found" in done.err
    assert "--api_key" in done.err
    assert "Spring offers" in done.err
    assert "same command" in done.err
    assert "the-wrong-key" not in done.said
    program.key = KEY
    outcomes = program.finish()
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 500}
    assert len(dialer.arrivals) == 1 + 3


def test_a_key_that_became_wrong_between_two_starts_costs_no_campaign_its_leads(
    program: Program, dialer: StrictDialer
) -> None:
    mixed = [{"Team": f"team {at % 3}", "Phone": phone(at)} for at in range(30)]
    program.write_leads("leads.jsonl", mixed)
    given = ("--campaign_field", "Team")
    first = program.start(*given)
    dialer.wait_for_arrivals(1)
    first.stop_politely()
    arrived = len(dialer.arrivals)
    program.key = "the-wrong-key"

    assert program.run(*given).status == 1
    assert len(dialer.arrivals) == arrived + 1

    program.key = KEY
    assert statuses(program.finish(*given)) == {"delivered.ok": 30}


def test_one_campaign_that_is_not_known_fails_alone_among_several(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.campaigns = {"good", "better"}
    names = ["good", "unheard of", "better"]
    mixed = [{"Team": names[at % 3], "Phone": phone(at)} for at in range(30)]
    program.write_leads("leads.jsonl", mixed)

    outcomes = program.finish("--campaign_field", "Team", "--batch_size", "5")

    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 20, "failed.campaign_refused": 10}
    failed = [outcome for outcome in outcomes if outcome["status"] == "failed"]
    assert {outcome["campaign"] for outcome in failed} == {"unheard of"}
    assert [arrival.campaign for arrival in dialer.arrivals].count("unheard of") == 1


def test_a_campaign_that_is_not_known_holds_up_the_others_once_even_where_it_comes_first(
    program: Program, dialer: StrictDialer
) -> None:
    """Nothing tells it from a wrong key until another campaign succeeds, so that one goes first then."""
    dialer.campaigns = {"good"}
    mixed = [{"Team": ["unheard of", "good"][at % 2], "Phone": phone(at)} for at in range(20)]
    program.write_leads("leads.jsonl", mixed)

    done = program.run("--campaign_field", "Team")

    assert done.status == 1
    assert "unheard of" in done.err
    assert len(dialer.arrivals) == 1
    outcomes = program.finish("--campaign_field", "Team")
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 10, "failed.campaign_refused": 10}
    assert len(dialer.arrivals) == 3
