"""A dialer to practise on: it answers as the vendor documents, on this machine, and calls nobody.

`submission.py` reads a request, `rules.py` is what a well-behaved dialer answers, `faults.py` and
`plan.py` what it may be made to do instead, `replies.py` how that looks on the wire, `account.py` what
it remembers, `server.py` the HTTP server.
"""

from dialer.simulator.account import Arrival
from dialer.simulator.faults import Fault, PlannedFault
from dialer.simulator.plan import FaultPlan, FaultPlanError
from dialer.simulator.rules import Rules
from dialer.simulator.server import Simulator

__all__ = [
    "Arrival",
    "Fault",
    "FaultPlan",
    "FaultPlanError",
    "PlannedFault",
    "Rules",
    "Simulator",
]
