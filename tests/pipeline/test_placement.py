"""Where a job may run, and what of this machine it can use there."""

from pathlib import Path

import pytest

from pipeline.faults import Faults
from pipeline.options import RunOptions, read_options
from pipeline.placement import Drive
from transforms.publish_outcomes import TAKEN_ATTRIBUTES

ON_DATAFLOW = (
    *("--streaming", "--runner=DataflowRunner", "--project=demo-project", "--region=r"),
    "--temp_location=gs://bucket/temp",
)
ELSEWHERE = {
    "input_subscription": "projects/demo-project/subscriptions/s",
    "campaign": "c",
    "api_key": "env:DIAL_KEY",
    "output": "gs://bucket/out",
}


@pytest.fixture
def binary(tmp_path: Path) -> str:
    """Names something that could be Prism."""
    path = tmp_path / "prism"
    path.touch(mode=0o700)
    return f"--prism_location={path}"


@pytest.fixture(autouse=True)
def key_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAL_KEY", "k3y")


def options_of(*more: str, **changes: str | None) -> RunOptions:
    given = {**ELSEWHERE, "output": "out", **changes}
    words = [f"--{name}={value}" for name, value in given.items() if value is not None]
    return read_options([*words, *more])


def faults_of(*more: str, **changes: str | None) -> tuple[str, ...]:
    with pytest.raises(Faults) as caught:
        options_of(*more, **changes)
    return caught.value.faults


@pytest.mark.parametrize("more", [[], ["--streaming"], ["--streaming", "--runner=directrunner"]])
def test_events_are_read_round_by_round_on_this_machine(more: list[str]) -> None:
    assert options_of(*more).placement.drive is Drive.LOOP


def test_a_stream_on_prism_is_this_process_and_may_use_what_is_local(binary: str) -> None:
    options = options_of("--streaming", "--runner", "PrismRunner", binary)
    assert options.placement.drive is Drive.PRISM
    assert (options.output, options.ledger) == ("out", "out/ledger")


def test_what_dataflow_needs_to_know_is_asked_for_at_once() -> None:
    faults = faults_of("--streaming", "--runner=DataflowRunner", output="gs://bucket/out")
    for name in ("--project", "--region", "--temp_location"):
        assert f"{name} is missing: Dataflow needs it" in faults


def test_a_stream_on_dataflow_keeps_everything_where_its_workers_are() -> None:
    options = options_of(
        *ON_DATAFLOW,
        "--dnd=gs://bucket/dnd.txt",
        output="gs://bucket/out/",
        api_key="secret:projects/p/secrets/s/versions/1",
    )
    assert options.placement.drive is Drive.NATIVE
    assert options.ledger == "gs://bucket/out/ledger"


@pytest.mark.parametrize("runner", ["DataflowRunner", "FlinkRunner"])
def test_what_is_local_is_named_where_the_workers_are_elsewhere(runner: str) -> None:
    faults = faults_of(
        *ON_DATAFLOW,
        *(f"--runner={runner}", "--dnd=list.txt", "--dnd=gs://b/list.txt"),
        ledger="ledger",
        message_schemas="schemas",
    )
    unfit = [fault for fault in faults if fault.startswith("--runner")]
    assert bool(unfit) == (runner == "FlinkRunner")
    (key,) = [fault for fault in faults if fault.startswith("--api_key")]
    local = [fault for fault in faults if fault not in (*unfit, key)]
    assert [fault.split(" is ")[0] for fault in local] == [
        "--output out",
        "--ledger ledger",
        "--dnd list.txt",
        "--message_schemas",
    ]
    assert all(f"out of reach of {runner}'s workers" in fault for fault in (*local, key))
    assert key.startswith("--api_key env:... is")
    assert "secret:projects/P/secrets/S/versions/V" in key
    assert "gs://BUCKET/..." in local[0]


def test_a_local_key_file_is_refused_there_by_its_kind_alone() -> None:
    faults = faults_of(*ON_DATAFLOW, api_key="file:/none/k3y")
    assert any(fault.startswith("--api_key file:... is out of reach") for fault in faults)


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (["--runner=DataflowRunner"], "reads a subscription as a stream: give --streaming"),
        (["--runner=PrismRunner"], "reads a subscription as a stream: give --streaming"),
        (["--runner=FlinkRunner", "--streaming"], "cannot read Pub/Sub: give --runner Dataflow"),
        (["--runner=SparkRunner"], "cannot read Pub/Sub: give --runner DataflowRunner"),
        (["--direct_running_mode=multi_processing"], "--direct_running_mode multi_processing has"),
    ],
)
def test_a_runner_that_cannot_do_the_job_is_refused_with_one_that_can(
    more: list[str], fault: str
) -> None:
    assert any(fault in each for each in faults_of(*more))


@pytest.mark.parametrize("more", ["--environment_type=DOCKER", "--job_endpoint=localhost:1"])
def test_prism_with_workers_elsewhere_is_refused(more: str, binary: str) -> None:
    (fault,) = faults_of("--streaming", "--runner=PrismRunner", binary, more)
    assert fault.startswith(more.split("=")[0])


def test_prism_that_is_not_there_is_refused_before_anything_begins(tmp_path: Path) -> None:
    location = f"--prism_location={tmp_path}"
    (fault,) = faults_of("--streaming", "--runner=PrismRunner", location)
    assert fault.startswith(f"--prism_location {tmp_path} is no program: `make prism`")


def test_files_are_no_stream() -> None:
    (fault,) = faults_of("--streaming", "--input=a.csv", input_subscription=None)
    assert fault.startswith("--streaming needs --input_subscription")


def test_with_a_topic_for_outcomes_no_output_is_needed_but_a_ledger_is() -> None:
    topic = "projects/demo-project/topics/t"
    options = options_of(output=None, ledger="ledger", outcomes_topic=topic)
    assert (options.output, options.ledger) == (None, "ledger")
    (fault,) = faults_of(output=None, outcomes_topic=topic)
    assert fault == "--ledger is missing: without --output, say where it is"


def test_a_topic_is_written_out() -> None:
    (fault,) = faults_of(outcomes_topic="t")
    assert fault == "--outcomes_topic must be written projects/P/topics/T"


@pytest.mark.parametrize("name", sorted(TAKEN_ATTRIBUTES))
def test_an_attribute_that_messages_of_outcomes_cannot_have_is_refused(name: str) -> None:
    topic = "projects/demo-project/topics/t"
    (fault,) = faults_of(campaign=None, campaign_attribute=name, outcomes_topic=topic)
    assert fault.startswith(f"--campaign_attribute {name} does not go with --outcomes_topic")
    assert "status, timeout or topic; have it published under another name" in fault


def test_without_a_topic_for_outcomes_an_attribute_may_have_any_name() -> None:
    options = options_of(campaign=None, campaign_attribute="status")
    assert options.events is not None
    assert options.events.messages.campaign_attribute == "status"
