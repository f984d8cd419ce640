"""The options of the main job: names, meanings and defaults, in the order that `--help` shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialer.dialects import DIALECTS, USER_OPTION
from pipeline.api_versions import shown_gaps, shown_limits, shown_users, shown_versions


@dataclass(frozen=True, slots=True)
class Option:
    """One option of the command line.

    Attributes:
        name: with its two hyphens.
        metavar: what stands for its value in the help; empty: it takes none.
        help: what it means, and its default.
        is_repeatable: whether it may be given more than once.
        bare: what stands for a value that is not given; empty: one must be.
    """

    name: str
    metavar: str
    help: str
    is_repeatable: bool = False
    bare: str = ""


def _settings() -> Iterator[Option]:
    """The options of single versions of the API; two versions may share one."""
    known = {s.option: s for each in DIALECTS.values() for s in each.settings}
    for setting in known.values():
        versions = [each.name for each in DIALECTS.values() if setting in each.settings]
        yield Option(
            setting.option,
            setting.metavar,
            f"{setting.help} (with {' or '.join(versions)} only)",
            bare=setting.bare,
        )


Groups = Sequence[tuple[str, tuple[Option, ...]]]
"""Options under titles."""

GROUPS: Groups = (
    (
        "leads",
        (
            Option(
                "--input",
                "GLOB",
                "files of leads: CSV with a header row, JSON lines, a JSON array, Avro or Parquet;"
                " compressed or not; local or in a bucket. Quote the glob. May be repeated",
                is_repeatable=True,
            ),
            Option("--campaign", "NAME", "the dialer's campaign that all leads are added to"),
            Option(
                "--campaign_field",
                "COLUMN",
                "instead of --campaign: the column (or JSON key) that names each lead's campaign",
            ),
            Option(
                "--record_path",
                "PATH",
                "where in a wrapped record (of JSON or Avro) or message the lead is, or the list of leads:"
                " keys with dots, as in message.data",
            ),
            Option(
                "--record_pairs",
                "PATH:NAME:VALUE",
                "where a lead is a list of names and values: the list, the key of its names, and the"
                " key of its values. May be repeated",
                is_repeatable=True,
            ),
            Option(
                "--csv_delimiter",
                "SIGN",
                "what separates the cells of every CSV input: one character, or tab, comma, semicolon,"
                " pipe (default: that of them under which the header has a phone column)",
            ),
            Option(
                "--lead_schema",
                "FILE",
                "Avro schema of a lead (default: the built-in schemas/lead.avsc)",
            ),
            Option(
                "--time_zone",
                "ZONE",
                "zone of the dialer's wall clock, as in Asia/Kolkata (default: that of the schema's"
                " region, where it has but one)",
            ),
        ),
    ),
    (
        "leads as events, instead of --input",
        (
            Option(
                "--input_subscription",
                "NAME",
                "a Pub/Sub subscription, projects/P/subscriptions/S: each message is a lead, or an"
                " array of leads, in JSON or Avro",
            ),
            Option("--campaign_attribute", "NAME", "the attribute that names each lead's campaign"),
            Option(
                "--timestamp_attribute",
                "NAME",
                "the attribute that says when a lead's event happened, in RFC 3339 or milliseconds since"
                " 1970 (default: when it was published)",
            ),
            Option(
                "--message_schemas",
                "PATH",
                "Avro schemas of messages: a file, or a folder of REVISION.avsc (default: Pub/Sub's"
                " schema service)",
            ),
            Option(
                "--flush_secs",
                "SECONDS",
                "how long a lead waits for others to share its request (default: 30)",
            ),
            Option(
                "--dedupe_window_hours",
                "HOURS",
                "how long a delivered lead makes later messages of the same campaign and number"
                " duplicates (default: 24)",
            ),
            Option("--idle_secs", "SECONDS", "end after so many quiet seconds (default: never)"),
            Option(
                "--outcomes_topic",
                "NAME",
                "publish each outcome to projects/P/topics/T, with the attributes status and reason;"
                " then --output may be left out, if --ledger is given",
            ),
            Option(
                "--streaming",
                "",
                "run as a stream: with --runner DataflowRunner on Dataflow, with --runner PrismRunner on"
                " this machine",
            ),
        ),
    ),
    (
        "do-not-disturb lists",
        (
            Option(
                "--dnd",
                "FILE",
                "a list of numbers that must not be called: text, CSV, or an index that `suppression"
                " build` made; here or in a bucket. May be repeated; without any, nothing is screened",
                is_repeatable=True,
            ),
            Option(
                "--dnd_max_age_hours",
                "HOURS",
                "stop where a list is older than this, by its own date or else its file's (default:"
                " any age)",
            ),
            Option("--dnd_allow_empty", "", "let a list pass that holds no number at all"),
            Option(
                "--dnd_category",
                "NUMBER",
                "what the campaign is about, 1 to 8 (1 banking, 2 property, 3 education, 4 health,"
                " 5 goods and cars, 6 media and IT, 7 travel, 8 food): numbers that are blocked for"
                " other categories only are called (default: every listed number is blocked)",
            ),
            Option(
                "--dnd_category_means",
                "WHAT",
                "with --dnd_category: whether the categories in lists of text or CSV are those that a"
                " number is blocked for, or those it allows: blocked or allowed (default: blocked, but"
                " a column of preferences must be told)",
            ),
            Option(
                "--dnd_refresh_secs",
                "SECONDS",
                "how often lists are looked at again for a new version (default: 60)",
            ),
        ),
    ),
    (
        "the dialer",
        (
            Option("--api", "VERSION", f"the API's version: {shown_versions()}"),
            Option(USER_OPTION, "NAME", f"the account's user, which {shown_users()} asks for"),
            Option(
                "--api_url",
                "URL",
                "the dialer's address (default: the vendor's host of that version);"
                " plain http only to this machine",
            ),
            Option(
                "--ca_file",
                "FILE",
                "certificates, as PEM, of the authorities that may vouch for the dialer: these and no others"
                " (default: those that this system trusts)",
            ),
            Option(
                "--api_key",
                "REFERENCE",
                "where the key is, never the key itself: env:NAME, file:PATH or"
                " secret:projects/P/secrets/S/versions/V",
            ),
            Option(
                "--bulk_parameter",
                "NAME",
                "form field of the rows (default: bulkData; some accounts: BulkData)",
            ),
            Option(
                "--pace_secs",
                "SECONDS",
                f"least time between two requests (default: the API's: {shown_gaps()})",
            ),
            Option(
                "--batch_size",
                "LEADS",
                f"most leads in a request (default: the API's limit: {shown_limits()})",
            ),
            Option(
                "--timeout_secs",
                "SECONDS",
                "time that one request, with its answer, may take (default: 60)",
            ),
            Option(
                "--on_unknown",
                "WHAT",
                "what to do with a lead whose answer never came: hold (default), or resend, which may"
                " call it twice",
            ),
            *_settings(),
        ),
    ),
    (
        "results",
        (
            Option(
                "--output",
                "FOLDER",
                "where outcomes, runs and the ledger are kept (on Dataflow: gs://BUCKET/...)",
            ),
            Option(
                "--ledger",
                "FOLDER",
                "the account's ledger, a folder or gs://BUCKET/... or s3://BUCKET/... (default:"
                " OUTPUT/ledger); jobs of one account must share one",
            ),
            Option(
                "--new_run",
                "",
                "start a new run even if an earlier one in this output is unfinished",
            ),
        ),
    ),
)

OPTIONS: dict[str, Option] = {option.name: option for _, options in GROUPS for option in options}
"""By name."""
