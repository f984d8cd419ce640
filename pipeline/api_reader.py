"""Reading the options of the dialer's API: which version it is, its address, its limits and fields."""

import re

from dialer.address import check_api_url, is_this_machine, request_url
from dialer.dialects import BULK_PARAMETER, DEFAULT, DIALECTS, USER_OPTION
from pipeline.command_line import Given, nearest, shortened
from pipeline.option_reader import LONGEST_SECS, OptionReader

_FORM_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_SMALL_NUMBER = re.compile(r"[0-9]{1,9}")


class ApiReader:
    """Reads them one after the other, and goes on after a fault with something that fits.

    Attributes:
        dialect: the version of the API.
    """

    def __init__(self, given: Given, reader: OptionReader, faults: list[str]) -> None:
        """Read what is given, the version first; `faults` is added to."""
        self._given = given
        self._reader = reader
        self._faults = faults
        name = (reader.text("--api") or DEFAULT.name).lower()
        self._is_known = name in DIALECTS
        if not self._is_known:
            known = ", ".join(DIALECTS)
            faults.append(f"--api {shortened(name)!r} is not known; known: {known}")
        self.dialect = DIALECTS.get(name, DEFAULT)

    def url(self) -> str:
        """The address of requests."""
        url = self._reader.text("--api_url")
        if url is not None:
            wrong = check_api_url(url) or self._faults_of_path(url)
            self._faults.extend(f"--api_url: {fault}" for fault in wrong)
            if wrong:
                url = None
        return request_url(url, self.dialect)

    def parameters(self, *, is_used: bool) -> tuple[tuple[str, str], ...]:
        """The form fields of the version's own: its account's user, and its settings.

        Args:
            is_used: whether there is any use for a user; else it may be left out.
        """
        if not self._is_known:
            return ()  # whose options they are cannot be said
        if is_used and USER_OPTION in self.dialect.own_options:
            self._must_have_user()
        every = dict.fromkeys(name for each in DIALECTS.values() for name in each.own_options)
        given = {name: value for name in every if (value := self._reader.text(name)) is not None}
        found = [self._parameter(name, value) for name, value in given.items()]
        return tuple(each for each in found if each is not None)

    def bulk_parameter(self) -> str:
        """The form field of the rows: a name that no other field of the request has."""
        name = self._reader.text("--bulk_parameter")
        if name is None:
            return BULK_PARAMETER
        taken = self.dialect.parameters
        if not _FORM_FIELD.fullmatch(name) or name.lower() in map(str.lower, taken):
            self._faults.append(
                f"--bulk_parameter {shortened(name)!r} must be letters, digits and _, and none of"
                f" {', '.join(taken)}"
            )
        return name

    def pace(self, url: str) -> float:
        """The least gap between two requests, in seconds."""
        secs = self._reader.number(
            "--pace_secs", self.dialect.gap_secs, least=0.0, most=LONGEST_SECS
        )
        if secs < self.dialect.gap_secs and not is_this_machine(url):
            self._faults.append(
                f"--pace_secs {secs:g} is too short: {self.dialect.name} allows a request every"
                f" {self.dialect.gap_secs:g} s (less only with a dialer on this machine)"
            )
        return secs

    def batch_size(self) -> int:
        """The most leads in a request."""
        value = self._reader.text("--batch_size")
        if value is None:
            return self.dialect.max_rows
        number = int(value) if _SMALL_NUMBER.fullmatch(value) else 0
        if not 1 <= number <= self.dialect.max_rows:
            self._faults.append(
                f"--batch_size {shortened(value)!r} must be a whole number from 1 to"
                f" {self.dialect.max_rows}"
            )
            return self.dialect.max_rows
        return number

    def _must_have_user(self) -> None:
        if USER_OPTION not in self._given.values:
            self._faults.append(
                f"{USER_OPTION} is missing: {self.dialect.name} asks for the account's user"
            )

    def _parameter(self, option: str, value: str) -> tuple[str, str] | None:
        """The form field that an option of some version's own gives; None: it is at fault."""
        if option not in self.dialect.own_options:
            versions = [each.name for each in DIALECTS.values() if option in each.own_options]
            self._faults.append(
                f"{option} goes with --api {' or '.join(versions)}, not with {self.dialect.name}"
            )
            return None
        if option == USER_OPTION:
            return self.dialect.user_parameter, value
        setting = next(each for each in self.dialect.settings if each.option == option)
        if value not in setting.values:
            right, hint = " or ".join(setting.values), nearest(value, setting.values)
            self._faults.append(f"{option} {shortened(value)!r} must be {right}{hint}")
            return None
        return setting.parameter, value

    def _faults_of_path(self, url: str) -> list[str]:
        """An address may end with the path of its own version, or with none."""
        others = [each for each in DIALECTS.values() if each is not self.dialect]
        return [
            f"it is an address of {each.name}, and --api is {self.dialect.name}: leave out its path"
            for each in others
            if url.rstrip("/").endswith(each.path)
        ]
