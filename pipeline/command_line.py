"""Splitting a command line into our options and Beam's, with every slip named at once."""

import argparse
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from pipeline.faults import Faults
from pipeline.option_table import GROUPS, OPTIONS, Groups

_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")
_NO_VALUE = "\0"
_LONGEST_QUOTE = 40


@dataclass(frozen=True, slots=True)
class Help:
    """What `--help` says of a verb, beside the options.

    Attributes:
        usage: how it is called, behind the program's name.
        description: what it does.
        epilog: how it ends.
    """

    usage: str
    description: str
    epilog: str


RUN_HELP = Help(
    "[run] --input GLOB --campaign NAME --api_key REFERENCE --output FOLDER ...",
    """\
Deliver a file of sales leads to the dialer's bulk API: validated, screened, within the API's limits
(v1: 200 leads every 30 seconds), none lost and none twice, however often the run is stopped and started
again.
""",
    """\
Beam's own pipeline options may follow.
Exit status: 0 every record has an outcome; 1 stopped with leads pending (give the same command again
to go on); 2 nothing was posted, and the message says what to mend.
""",
)

CHECK_HELP = Help(
    "check --input GLOB --campaign NAME ...",
    """\
Read, validate and screen files of sales leads as `run` does, with the same options, and post nothing:
what each file was read as, which leads would not be sent and why, how many requests the others take,
and how long. Nothing is written but the cache of lists, no ledger is read, no network is used but for
inputs and lists in a bucket. --api_key and --output may be left out; leads that an earlier run delivered
are not known.
""",
    """\
Beam's own pipeline options may follow.
Exit status: 0 every record would be sent; 3 some would not; 1 stopped; 2 it could not begin, and the
message says what to mend.
""",
)


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line gives.

    Attributes:
        values: of each of our options that is there, its values in order (a flag's are empty texts).
        beam: the arguments that are Beam's.
    """

    values: dict[str, list[str]]
    beam: tuple[str, ...]

    def one(self, name: str) -> str | None:
        """The value of an option; None where it is not there."""
        values = self.values.get(name)
        return values[-1] if values else None


class _QuietParser(argparse.ArgumentParser):
    """A parser that raises what others print."""

    def error(self, message: str) -> NoReturn:
        raise Faults([message])


def split(arguments: Sequence[str], faults: list[str]) -> Given:
    """Sort the arguments.

    Args:
        arguments: the words of the command line behind the verb.
        faults: is added to: unknown options with the nearest right name, lacking values, options
            that stand twice, words that belong to nothing.
    """
    words = _plain_words(arguments, faults)
    given, rest = _own_parser().parse_known_args(words)
    values: dict[str, list[str]] = {}
    for name, option in OPTIONS.items():
        found = getattr(given, name[2:])
        if not found:
            continue
        if option.bare:
            found = [option.bare if value == _NO_VALUE else value for value in found]
        if option.metavar and _NO_VALUE in found:
            faults.append(
                f"{name} needs a value ({option.metavar});"
                f" one that begins with a hyphen is written {name}=-..."
            )
            continue
        if len(found) > 1 and option.metavar and not option.is_repeatable:
            faults.append(f"{name} stands {len(found)} times; give it once")
        values[name] = found
    return Given(values, tuple(_beam_arguments(rest, words, faults)))


def help_text(prog: str, help_of: Help = RUN_HELP, groups: Groups = GROUPS) -> str:
    """What `--help` prints of a verb."""
    return _own_parser(prog, help_of, groups).format_help()


def nearest(name: str, known: Sequence[str]) -> str:
    """A hint at the known name nearest to a wrong one; empty where none is near.

    >>> nearest("--imput", ["--input", "--output"])
    ' (did you mean --input?)'
    """
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" (did you mean {near[0]}?)" if near else ""


def shortened(value: str) -> str:
    """A value as a message quotes it: not without end, and without what could be a phone number.

    >>> shortened("x" * 100), shortened("9876512345")
    ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...', '******')
    """
    masked = _NUMBER.sub("******", value)
    return masked if len(masked) <= _LONGEST_QUOTE else masked[:_LONGEST_QUOTE] + "..."


def is_utf8(text: str) -> bool:
    """Whether a word of the system is text that outcomes and blocks of leads can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _own_parser(
    prog: str = "python -m pipeline", help_of: Help = RUN_HELP, groups: Groups = GROUPS
) -> argparse.ArgumentParser:
    parser = _QuietParser(
        prog=prog,
        usage=f"{prog} {help_of.usage}",
        description=help_of.description,
        epilog=help_of.epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    for title, options in groups:
        group = parser.add_argument_group(title)
        for option in options:
            if option.metavar:
                group.add_argument(
                    option.name,
                    metavar=option.metavar,
                    help=option.help,
                    action="append",
                    nargs="?",
                    const=_NO_VALUE,
                )
            else:
                group.add_argument(option.name, help=option.help, action="append_const", const="")
    return parser


def _plain_words(arguments: Sequence[str], faults: list[str]) -> list[str]:
    """The words without the few that would make the parser give up at once."""
    words = []
    for word in arguments:
        name, sign, _ = word.partition("=")
        if word == "--":
            faults.append("there is no option --")
        elif sign and name in OPTIONS and not OPTIONS[name].metavar:
            faults.append(f"{name} takes no value")
            words.append(name)
        else:
            words.append(word)
    return words


def _beam_arguments(rest: Sequence[str], words: Sequence[str], faults: list[str]) -> list[str]:
    """The arguments that Beam knows; what nobody knows becomes a fault."""
    # Beam takes a second to load, which some verbs have no need of.
    from apache_beam.options.pipeline_options import PipelineOptions

    parser = _QuietParser(add_help=False, allow_abbrev=False, conflict_handler="resolve")
    for options in _all_subclasses(PipelineOptions):
        if "_add_argparse_args" in vars(options):
            options._add_argparse_args(parser)
    try:
        _, unknown = parser.parse_known_args(list(rest))
    except Faults as error:
        faults.extend(error.faults)
        return []
    known = [*OPTIONS, *parser._option_string_actions]
    faults.extend(dict.fromkeys(_unknown_words(unknown, words, known)))
    return [word for word in rest if word not in unknown]


def _unknown_words(
    unknown: Sequence[str], words: Sequence[str], known: Sequence[str]
) -> Iterator[str]:
    """Say what is wrong with words that nobody knows.

    A word that is no option's name is not repeated: it may be the key, given by mistake.
    """
    for word in unknown:
        name = word.split("=")[0]
        before = words[: words.index(word)]
        if word.startswith("-"):
            if before and before[-1] in OPTIONS and OPTIONS[before[-1]].metavar:
                continue  # meant as that option's value, which is said to be missing
            yield f"there is no option {shortened(name)}{nearest(name, known)}"
            continue
        option = next((each.split("=")[0] for each in reversed(before) if each[:1] == "-"), None)
        if option is None:
            yield "the first word belongs to no option"
        elif option in known:
            yield f"a word behind {option} belongs to no option: quote globs, and values with blanks"


def _all_subclasses(options: type) -> list[type[Any]]:
    direct: list[type[Any]] = options.__subclasses__()
    return direct + [below for each in direct for below in _all_subclasses(each)]
