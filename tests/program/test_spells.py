"""What strangers write into a lead is data: it is never evaluated, no path, no log, no part of a request."""

import re

from tests.program.program import ROOT, Program, check_truth, leads, phone
from tests.program.strict_dialer import StrictDialer

WORD = "pwned"
SPELLS = (
    "{0.__class__.__init__.__globals__} pwned",
    "%s%n%(pwned)s",
    "$(touch pwned) `touch pwned`; touch pwned | touch pwned",
    "../../../../pwned",
    "/pwned",
    "gs://pwned/x",
    "__import__('os').system('touch pwned')",
    "=cmd|' /C pwned'!A0",
    "x,=HYPERLINK(pwned),y",
    "${jndi:ldap://127.0.0.1/pwned}",
    "{{7*7}} pwned",
    "\x1b]0;pwned\x07\x1b[2J\x1b[31m",
    "[bold red]pwned[/bold red]",
    "pwned'; DROP TABLE leads; --",
    "a&api_key=pwned&campaign_name=pwned",
    "%26api_key%3Dpwned",
    "\r\nX-Pwned: pwned\r\n\r\nPOST /pwned HTTP/1.1",
    "env:STRICT_DIAL_KEY pwned",
    '"}]},"pwned":[{"',
    "<script>pwned</script>",
    "<!DOCTYPE x [<!ENTITY pwned SYSTEM 'file:///etc/passwd'>]>",
)
ODD = "\x1b[31m {0} $(touch x)"
"""A column's name: it is shown where the program says how it read a file, but for its control codes."""


def test_what_a_lead_holds_is_never_evaluated_and_stands_in_no_path_and_on_no_terminal(
    program: Program, dialer: StrictDialer
) -> None:
    """As a name, as a campaign, and in a column that nobody asked for."""
    written = [
        {"PhoneNumber": phone(at), "Name": spell, "Campaign": f"{at} {spell}", ODD: spell}
        for at, spell in enumerate(SPELLS)
    ]
    wrong = [{"PhoneNumber": spell, "Name": "x", "Campaign": "c"} for spell in SPELLS]
    program.write_leads("leads.jsonl", [*leads(2, Campaign="c"), *written, *wrong])
    dialer.gap_secs = program.pace_secs = 0.05

    outcomes = program.finish("--campaign_field", "Campaign")

    check_truth(dialer, outcomes)
    # Each came to the dialer in the form's own fields, and as it was, but for its blanks.
    named = {
        _squeezed(row[arrival.names.index("Name")]): _squeezed(arrival.campaign)
        for arrival in dialer.arrivals
        for row in arrival.rows
    }
    for at, spell in enumerate(SPELLS):
        assert named[_squeezed(spell)] == _squeezed(f"{at} {spell}")
    said = "".join(running.wait().said for running in program.running)
    assert WORD not in said.lower()
    assert r"\x1b[31m {0} $(touch x)" in said
    assert "\x1b" not in said
    # What was made is what is always made, under names of the program's own.
    made = [path.relative_to(program.output).as_posix() for path in program.output.rglob("*")]
    own = re.compile(
        r"lock|ledger(/\.reserve|/ledger\.json|/\d{9}\.\d-(claim|answer))?|runs(/[\w-]+\.json)?"
        r"|outcomes(/[\w-]+(/[\w-]+\.jsonl)?)?"
    )
    assert not [name for name in made if not own.fullmatch(name)]
    assert not [path for path in (*ROOT.iterdir(), *program.folder.iterdir()) if WORD in path.name]


def _squeezed(text: str) -> str:
    return "".join(text.split())
