"""The main job's options: read, checked as a whole, and every fault named at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.dialects import Dialect
from pipeline.api_reader import ApiReader
from pipeline.ca_file import read_ca_file
from pipeline.command_line import split
from pipeline.csv_delimiter import read_csv_delimiter
from pipeline.event_options import EventOptions, read_event_options
from pipeline.faults import Faults
from pipeline.list_options import read_list_settings
from pipeline.option_reader import OptionReader
from pipeline.place_reader import PlaceReader
from pipeline.placement import Placement, read_placement
from records.wrapping import Wrapping
from schemas.lead_schema import LeadSchema
from transforms.lists import ListSettings


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of the main job, checked.

    Attributes:
        inputs: globs of lead files; none where leads come as events.
        wrapping: where in the files' records the leads are, if they are not the leads themselves.
        csv_delimiter: what separates the cells of CSV files, or None: each file's header says so.
        events: how leads come as events, or None.
        campaign: one campaign for all leads, or None.
        campaign_field: the column that names each lead's campaign, or None.
        schema_text: the lead schema as JSON.
        schema: the same, read.
        time_zone: the zone of the dialer's wall clock.
        dialect: the version of the API.
        url: where requests go.
        authorities: certificates, as PEM, of those who may vouch for the dialer; empty: the system's.
        key_reference: where the key is; empty where none is needed.
        parameters: the form fields that this version of the API has beside the others, by name.
        bulk_parameter: the form field of the rows.
        pace_secs: the least gap between two requests.
        batch_size: the most leads in a request.
        timeout_secs: the time that one whole request may take.
        lists: the do-not-disturb lists.
        resends: whether unknown leads are sent again.
        output: where outcomes, runs and the ledger are kept: a folder, or for a job whose workers
            are elsewhere a place in a bucket. None: outcomes go to a topic alone.
        ledger: the account's ledger: a folder, or a place in a bucket; empty where none is needed.
        new_run: whether to start a new run where one is unfinished.
        placement: where the job runs.
        beam: Beam's own arguments.
    """

    inputs: tuple[str, ...]
    wrapping: Wrapping | None
    csv_delimiter: str | None
    events: EventOptions | None
    campaign: str | None
    campaign_field: str | None
    schema_text: str
    schema: LeadSchema
    time_zone: str
    dialect: Dialect
    url: str
    authorities: str
    key_reference: str
    parameters: tuple[tuple[str, str], ...]
    bulk_parameter: str
    pace_secs: float
    batch_size: int
    timeout_secs: float
    lists: ListSettings
    resends: bool
    output: str | None
    ledger: str
    new_run: bool
    placement: Placement
    beam: tuple[str, ...]

    @property
    def dnd(self) -> tuple[str, ...]:
        """The files of the do-not-disturb lists."""
        return self.lists.names


def read_options(arguments: Sequence[str], *, is_check: bool = False) -> RunOptions:
    """Read the command line of the main job.

    Args:
        arguments: its words, without the program and the verb.
        is_check: whether nothing will be posted: then neither a key nor an output is
            needed, and leads come from files alone.

    Raises:
        Faults: it cannot be used; every fault is named. No input was opened.
    """
    faults: list[str] = []
    given = split(arguments, faults)
    reader = OptionReader(given, faults)
    events = read_event_options(given, reader, faults)
    if is_check and "--input_subscription" in given.values:
        faults.append("check is for files of leads: leave out --input_subscription")
    api = ApiReader(given, reader, faults)
    url = api.url()
    schema_text, schema = reader.schema()
    placement = read_placement(
        given.beam,
        is_streaming="--streaming" in given.values,
        is_of_events=events is not None,
        faults=faults,
    )
    has_topic = events is not None and events.outcomes_topic is not None
    places = PlaceReader(given, reader, placement, faults)
    output = places.output(is_needed=not (has_topic or is_check))
    options = RunOptions(
        inputs=() if events else reader.inputs(),
        wrapping=None if events else reader.wrapping(),
        csv_delimiter=read_csv_delimiter(given, faults),
        events=events,
        campaign=reader.campaign(),
        campaign_field=reader.campaign_field(schema)
        or (events.campaign_column if events else None),
        schema_text=schema_text,
        schema=schema,
        time_zone=reader.time_zone(schema),
        dialect=api.dialect,
        url=url,
        authorities=read_ca_file(reader, url, faults),
        key_reference=reader.key(placement, is_used=not is_check),
        parameters=api.parameters(is_used=not is_check),
        bulk_parameter=api.bulk_parameter(),
        pace_secs=api.pace(url),
        batch_size=api.batch_size(),
        timeout_secs=reader.timeout(),
        lists=read_list_settings(given, reader, schema.region, faults),
        resends=reader.resends(),
        output=output,
        ledger=places.ledger(output, is_needed=has_topic),
        new_run="--new_run" in given.values,
        placement=placement,
        beam=given.beam,
    )
    if events:
        places.inputs()
    if faults:
        raise Faults(faults)
    return options
