"""The dialer and the promise: what is sent, when, and what became of it. No Beam in here."""
