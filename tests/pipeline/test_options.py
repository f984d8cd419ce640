import json
from pathlib import Path

import pytest

from dialer.dialects import V1, V4, Dialect
from pipeline.faults import Faults
from pipeline.option_reader import zones_of
from pipeline.options import RunOptions, read_options
from records.wrapping import Wrapping
from suppression.categories import Categories
from transforms.lists import ListSettings

HERE = "http://127.0.0.1:8080"


@pytest.fixture(autouse=True)
def key_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAL_KEY", "k3y")


def words(**changes: str | None) -> list[str]:
    """A command line that can be used, with some options changed, or left out where None."""
    options = {"input": "x", "campaign": "c", "api_key": "env:DIAL_KEY", "output": "out", **changes}
    return [f"--{name}={value}" for name, value in options.items() if value is not None]


def options_of(*more: str, **changes: str | None) -> RunOptions:
    return read_options([*words(**changes), *more])


def faults_of(*more: str, **changes: str | None) -> tuple[str, ...]:
    with pytest.raises(Faults) as caught:
        options_of(*more, **changes)
    return caught.value.faults


def test_what_is_left_out_has_the_documented_defaults() -> None:
    options = options_of()

    assert options.inputs == ("x",)
    assert (options.campaign, options.campaign_field) == ("c", None)
    assert options.schema.sent_names == ("PhoneNumber", "Name", "Priority", "ExpiryDate")
    assert options.time_zone == "Asia/Kolkata"
    assert options.dialect == V1
    assert options.url == f"https://{V1.host}{V1.path}"
    assert options.bulk_parameter == "bulkData"
    assert (options.pace_secs, options.batch_size, options.timeout_secs) == (30.0, 200, 60.0)
    assert options.lists == ListSettings((), "IN", allow_empty=False)
    assert (options.lists.category, options.lists.means) == (None, Categories.IGNORED)
    assert options.lists.refresh_secs == 60.0
    assert not options.resends
    assert (options.output, options.ledger) == ("out", "out/ledger")
    assert not options.new_run
    assert options.beam == ()


def test_where_leads_are_in_the_records_of_files_is_taken() -> None:
    assert options_of().wrapping is None
    options = options_of("--record_path=RESPONSE", "--record_pairs=a:b:c", "--record_pairs=d:e:f")

    assert options.wrapping == Wrapping("RESPONSE", ("a:b:c", "d:e:f"))


def test_what_is_no_path_or_no_pairs_is_named_for_files_too() -> None:
    faults = faults_of("--record_path=a..b", "--record_pairs=a")

    assert [fault.split(":")[0] for fault in faults] == ["--record_path", "--record_pairs"]


def test_what_is_given_is_taken() -> None:
    options = options_of(
        *("--new_run", "--dnd_allow_empty", "--dnd=a", "--dnd=b", "--input=y"),
        campaign=None,
        campaign_field="Campaign",
        api="V1",
        api_url=HERE,
        bulk_parameter="BulkData",
        pace_secs="0.5",
        batch_size="1",
        timeout_secs="5",
        dnd_max_age_hours="24",
        dnd_refresh_secs="0.5",
        on_unknown="resend",
        ledger="elsewhere",
        time_zone="Asia/Dubai",
    )

    assert options.inputs == ("x", "y")
    assert (options.campaign, options.campaign_field) == (None, "Campaign")
    assert options.url == HERE + V1.path
    assert options.bulk_parameter == "BulkData"
    assert (options.pace_secs, options.batch_size, options.timeout_secs) == (0.5, 1, 5.0)
    assert options.lists == ListSettings(
        ("a", "b"), "IN", allow_empty=True, max_age_hours=24.0, refresh_secs=0.5
    )
    assert options.resends
    assert options.new_run
    assert options.ledger == "elsewhere"
    assert options.time_zone == "Asia/Dubai"


def test_an_empty_command_line_names_everything_that_it_lacks() -> None:
    with pytest.raises(Faults) as caught:
        read_options([])

    starts = sorted(fault.split(":")[0] for fault in caught.value.faults)
    assert starts == [
        "--api_key is missing",
        "--campaign is missing",
        "--input is missing",
        "--output is missing",
    ]


def test_faults_of_all_kinds_are_named_together() -> None:
    faults = faults_of(
        *("--imput=x", "--runner=FlinkRunner", "--campaign_field=Campaign"),
        api="v5",
        pace_secs="1",
        batch_size="201",
        time_zone="Asia/Kolkatta",
        on_unknown="resent",
    )

    assert faults == (
        "there is no option --imput (did you mean --input?)",
        "--api 'v5' is not known; known: v1, v4",
        "--runner FlinkRunner has its workers outside of this process, where a local --ledger and"
        " --output are out of reach: run here, with --runner DirectRunner",
        "--campaign and --campaign_field exclude each other: give one",
        "--time_zone 'Asia/Kolkatta' is not known (did you mean Asia/Kolkata?)",
        "--pace_secs 1 is too short: v1 allows a request every 30 s"
        " (less only with a dialer on this machine)",
        "--batch_size '201' must be a whole number from 1 to 200",
        "--on_unknown 'resent' must be hold or resend (did you mean resend?)",
    )


@pytest.mark.parametrize(
    "name",
    [
        *("input", "campaign", "campaign_field", "api_key", "output", "ledger", "dnd", "api"),
        *("api_url", "bulk_parameter", "pace_secs", "batch_size", "timeout_secs", "on_unknown"),
        *("lead_schema", "time_zone", "dnd_category", "dnd_category_means"),
    ],
)
@pytest.mark.parametrize("blank", ["", "  "])
def test_an_empty_value_is_named(name: str, blank: str) -> None:
    assert f"--{name} is empty" in faults_of(**{name: blank})


@pytest.mark.parametrize("name", ["campaign", "output", "ledger", "bulk_parameter", "time_zone"])
def test_a_value_that_is_no_utf_8_is_named_and_not_repeated(name: str) -> None:
    assert f"--{name} is no UTF-8 text" in faults_of(**{name: "caf\udce9"})


@pytest.mark.parametrize(
    "name", ["pace_secs", "timeout_secs", "dnd_max_age_hours", "dnd_refresh_secs"]
)
@pytest.mark.parametrize(
    "value",
    [
        *("nan", "NaN", "inf", "-inf", "-1", "-0", "+1", "1e999", "1e-3", "0x10", "1_0", "1,5"),
        *("३०", "３０", " 5", "5 ", "5s", "9" * 5000, "1.2.3", "."),
    ],
)
def test_what_is_no_plain_number_of_seconds_or_hours_is_refused(name: str, value: str) -> None:
    (fault,) = faults_of("--dnd=list", api_url=HERE, **{name: value})

    assert fault.startswith(f"--{name} ")
    assert " must be a number, " in fault
    assert len(fault) < 120


@pytest.mark.parametrize(("value", "secs"), [("1e3", 1000.0), ("30.", 30.0), ("3600", 3600.0)])
def test_plain_numbers_are_read(value: str, secs: float) -> None:
    assert options_of(pace_secs=value).pace_secs == secs


@pytest.mark.parametrize(
    "value", ["0", "201", "-1", "1.0", "1e2", "nan", "١٠", "²", "9" * 5000, "two"]
)
def test_a_batch_size_beyond_its_bounds_is_refused(value: str) -> None:
    (fault,) = faults_of(batch_size=value)

    assert fault.startswith("--batch_size ")
    assert fault.endswith("must be a whole number from 1 to 200")
    assert len(fault) < 120


@pytest.mark.parametrize("value", ["1", "200", "007"])
def test_a_batch_size_within_its_bounds_is_taken(value: str) -> None:
    assert options_of(batch_size=value).batch_size == int(value)


def test_a_pace_below_the_gap_is_for_this_machine_alone() -> None:
    assert options_of(pace_secs="0", api_url=HERE).pace_secs == 0.0
    assert options_of(pace_secs="0.2", api_url="http://localhost:1").pace_secs == 0.2
    (fault,) = faults_of(pace_secs="29.9", api_url="https://dialer.example")
    assert fault.startswith("--pace_secs 29.9 is too short: v1 allows a request every 30 s")
    assert options_of(pace_secs="30", api_url="https://dialer.example").pace_secs == 30.0


# The second version of the API

V4_WORDS = {"api": "v4", "api_user": "desk"}


def test_v4_has_limits_and_fields_of_its_own() -> None:
    options = options_of(**V4_WORDS)

    assert options.dialect == V4
    assert options.url == f"https://{V4.host}{V4.path}"
    assert options.parameters == (("userName", "desk"),)
    assert (options.pace_secs, options.batch_size) == (12.0, 500)
    assert options_of(**V4_WORDS, pace_secs="20", batch_size="400").batch_size == 400


def test_what_the_operator_sets_of_v4_becomes_form_fields() -> None:
    options = options_of("--v4_check_duplicate", v4_action="start", **V4_WORDS)
    assert options.parameters == (
        ("userName", "desk"),
        ("action", "start"),
        ("checkDuplicate", "true"),
    )
    assert dict(options_of(v4_check_duplicate="false", **V4_WORDS).parameters) == {
        "userName": "desk",
        "checkDuplicate": "false",
    }


def test_v1_has_no_fields_of_its_own() -> None:
    assert options_of().parameters == ()


def test_v4_asks_for_a_user_and_a_check_does_not() -> None:
    assert faults_of(api="v4") == ("--api_user is missing: v4 asks for the account's user",)
    assert faults_of(api="v4", api_user=" ") == ("--api_user is empty",)
    options = read_options(words(api="v4", api_key=None, output=None), is_check=True)
    assert (options.parameters, options.batch_size) == ((), 500)


def test_options_of_v4_beside_v1_are_named_all_at_once() -> None:
    assert faults_of("--v4_check_duplicate", api_user="desk", v4_action="start") == (
        "--api_user goes with --api v4, not with v1",
        "--v4_action goes with --api v4, not with v1",
        "--v4_check_duplicate goes with --api v4, not with v1",
    )


def test_values_that_v4_does_not_know_are_named_with_its_limits() -> None:
    assert faults_of(
        api="v4",
        v4_action="starts",
        v4_check_duplicate="ture",
        bulk_parameter="USERNAME",
        pace_secs="11.9",
        batch_size="501",
    ) == (
        "--api_user is missing: v4 asks for the account's user",
        "--v4_action 'starts' must be start (did you mean start?)",
        "--v4_check_duplicate 'ture' must be true or false (did you mean true?)",
        "--bulk_parameter 'USERNAME' must be letters, digits and _, and none of apiKey,"
        " campaignName, userName, action, checkDuplicate",
        "--pace_secs 11.9 is too short: v4 allows a request every 12 s"
        " (less only with a dialer on this machine)",
        "--batch_size '501' must be a whole number from 1 to 500",
    )


def test_of_a_version_that_is_not_known_no_options_are_said_to_be_wrong() -> None:
    (fault,) = faults_of(api="v5", api_user="desk", v4_action="start")
    assert fault == "--api 'v5' is not known; known: v1, v4"


@pytest.mark.parametrize(
    ("api", "other"), [({}, V4), ({"api": "v4", "api_user": "desk"}, V1)], ids=["v1", "v4"]
)
def test_an_address_of_the_other_version_is_refused(api: dict[str, str], other: Dialect) -> None:
    (fault,) = faults_of(api_url=f"https://dialer.example{other.path}/", **api)
    assert fault.startswith(f"--api_url: it is an address of {other.name}, and --api is ")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://dialer.example", "--api_url: plain http is for this machine only: use https://"),
        ("http://10.0.0.1", "--api_url: plain http is for this machine only: use https://"),
        (
            "ftp://dialer.example",
            "--api_url: it must begin with https:// (or http:// for this machine) and a host",
        ),
        ("https://u:p@dialer.example", "--api_url: it must not hold a user name or password"),
    ],
)
def test_an_address_that_would_bare_the_key_is_refused(url: str, expected: str) -> None:
    assert faults_of(api_url=url) == (expected,)


def test_on_this_machine_plain_http_will_do() -> None:
    assert options_of(api_url="http://[::1]:9/prefix").url == f"http://[::1]:9/prefix{V1.path}"


@pytest.mark.parametrize(
    "reference",
    [
        *("S3CRETKEY", "env:S3CRETKEY", "env:S3-CRETKEY", "env=S3CRETKEY", "file:S3CRETKEY"),
        *("secret:S3CRETKEY", "ENV:S3CRETKEY", "S3CRETKEY ", "secret:projects/S3CRETKEY/secrets/s"),
    ],
)
def test_a_key_given_as_the_value_is_refused_and_never_repeated(reference: str) -> None:
    (fault,) = faults_of(api_key=reference)

    assert fault.startswith("--api_key ")
    assert "S3CRET" not in fault


@pytest.mark.parametrize("name", ["api_key", "CAMPAIGN_NAME", "bulk\ndata", "a&b", "x" * 65])
def test_a_bulk_parameter_that_would_spoil_the_request_is_refused(name: str) -> None:
    (fault,) = faults_of(bulk_parameter=name)
    assert fault.startswith("--bulk_parameter ")


@pytest.mark.parametrize("name", ["PhoneNumber", "mobile no."])
def test_the_phones_own_column_names_no_campaign(name: str) -> None:
    (fault,) = faults_of(campaign=None, campaign_field=name)
    assert fault == f"--campaign_field {name!r} is the column of the phone number"


@pytest.mark.parametrize(
    "name", ["time_zone", "on_unknown", "pace_secs", "batch_size", "api", "timeout_secs"]
)
def test_a_number_given_in_the_wrong_place_is_not_repeated(name: str) -> None:
    said = " ".join(faults_of(**{name: "+91 98765 12345"}))
    assert f"--{name}" in said
    assert "98765" not in said


def test_the_time_zone_is_that_of_the_schemas_region(tmp_path: Path) -> None:
    nepal = lead_schema(tmp_path, region="NP")
    assert options_of(lead_schema=nepal).time_zone == "Asia/Kathmandu"


def test_a_region_with_several_time_zones_asks_for_one(tmp_path: Path) -> None:
    american = lead_schema(tmp_path, region="US")

    (fault,) = faults_of(lead_schema=american)
    assert fault.startswith("--time_zone is missing: the region US has ")
    assert options_of(lead_schema=american, time_zone="America/Denver").time_zone == (
        "America/Denver"
    )


def test_without_an_expiry_no_time_zone_is_asked_for(tmp_path: Path) -> None:
    american = lead_schema(tmp_path, region="US", has_expiry=False)

    assert options_of(lead_schema=american).time_zone == zones_of("US")[0]


@pytest.mark.parametrize(
    "name",
    ["IST5", "zone.tab", "Asia", "../etc/passwd", "/etc/localtime", "x" * 5000, "GMT+5:30", "UTC "],
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    (fault,) = faults_of(time_zone=name)

    assert fault.startswith("--time_zone '")
    assert "is not known" in fault
    assert len(fault) < 120


@pytest.mark.parametrize(
    ("given", "sign"),
    [
        *(("tab", "\t"), ("comma", ","), ("Semicolon", ";"), ("PIPE", "|"), ("\t", "\t")),
        *(("~", "~"), ("^", "^"), (":", ":"), ("\\", "\\"), ("\x01", "\x01"), (";", ";")),
    ],
)
def test_the_delimiter_of_csv_is_one_character_or_a_word_for_it(given: str, sign: str) -> None:
    assert options_of(csv_delimiter=given).csv_delimiter == sign
    assert options_of("--csv_delimiter", given).csv_delimiter == sign
    assert options_of().csv_delimiter is None


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", '"', "'", "a", "7", "\n", "\r", "\r\n", "\\t", "::", ",;", "tabs", "none"),
        *("§", "٣", "\xa0", "\ud83d", "9876512345"),
    ],
)
def test_what_separates_no_cells_is_refused_with_what_is_right(given: str) -> None:
    (fault,) = faults_of(csv_delimiter=given)

    assert fault.startswith("--csv_delimiter ")
    assert "right is tab, comma, semicolon or pipe, or one character" in fault
    assert "9876512345" not in fault
    assert fault.isprintable()


def test_events_have_no_delimiter() -> None:
    faults = faults_of(
        "--input_subscription=projects/p/subscriptions/s", input=None, csv_delimiter="tab"
    )

    assert "--csv_delimiter does not go with --input_subscription" in faults


def test_a_bad_schema_names_all_its_faults_along_with_those_of_other_options(
    tmp_path: Path,
) -> None:
    path = tmp_path / "lead.avsc"
    fields = [
        {"name": "Phone", "type": "string"},
        {"name": "Rank", "type": "int", "minimum": 9, "maximum": 1},
        {"name": "Rank", "type": "nonsense"},
    ]
    path.write_text(json.dumps({"type": "record", "name": "Lead", "fields": fields}))

    faults = faults_of(lead_schema=str(path), api="v9")

    assert len(faults) >= 3
    assert all(fault.startswith((f"--lead_schema {path}: ", "--api ")) for fault in faults)


@pytest.mark.parametrize("content", [b"", b"no json", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_schema_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lead.avsc"
    path.write_bytes(content)

    assert all(
        fault.startswith(f"--lead_schema {path}") for fault in faults_of(lead_schema=str(path))
    )


def test_a_schema_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.avsc")
    assert faults_of(lead_schema=missing) == (
        f"--lead_schema {missing} cannot be read: No such file or directory",
    )
    assert faults_of(lead_schema=str(tmp_path)) == (
        f"--lead_schema {tmp_path} cannot be read: Is a directory",
    )


def test_outcomes_of_this_process_stay_on_this_machine() -> None:
    assert faults_of(output="gs://bucket/out", ledger="gs://bucket/ledger") == (
        "--output must be a folder of this machine, where the job runs",
    )


@pytest.mark.parametrize("ledger", ["gs://bucket/led ger", "s3://bucket/a/b"])
def test_a_ledger_may_stand_in_a_bucket(ledger: str) -> None:
    assert options_of(ledger=ledger).ledger == ledger


@pytest.mark.parametrize("ledger", ["ftp://bucket/a", "gs://", "gs:///", "http://h/l"])
def test_a_ledger_of_another_kind_is_refused_before_anything_is_opened(ledger: str) -> None:
    assert faults_of(ledger=ledger) == (
        f"--ledger {ledger} is no place in a bucket: write gs://BUCKET/... or s3://BUCKET/...",
    )


def test_what_is_said_of_lists_needs_a_list() -> None:
    said = ("dnd_max_age_hours", "dnd_category", "dnd_refresh_secs")
    assert faults_of(**dict.fromkeys(said, "5")) == tuple(
        f"--{name} needs a list: name it with --dnd" for name in said
    )


@pytest.mark.parametrize(
    ("means", "meaning"),
    [
        (None, Categories.UNSAID),
        ("blocked", Categories.BLOCKED),
        ("allowed", Categories.ALLOWED),
    ],
)
def test_the_campaigns_category_and_what_a_column_of_categories_says_are_taken(
    means: str | None, meaning: Categories
) -> None:
    lists = options_of(dnd="a", dnd_category="8", dnd_category_means=means).lists

    assert (lists.category, lists.means) == (8, meaning)


@pytest.mark.parametrize("category", ["0", "9", "-1", "1.0", "1,2", "two", "٣", "1\n"])
def test_what_is_no_category_is_refused(category: str) -> None:
    assert faults_of(dnd="a", dnd_category=category) == (
        f"--dnd_category {category!r} must be a whole number, 1 to 8",
    )


def test_what_categories_mean_is_one_of_two_words_and_needs_a_category() -> None:
    assert faults_of(dnd="a", dnd_category_means="alowed") == (
        "--dnd_category_means 'alowed' must be blocked or allowed (did you mean allowed?)",
        "--dnd_category_means needs --dnd_category: which category the campaign is",
    )


@pytest.mark.parametrize("secs", ["0", "86401"])
def test_lists_are_looked_at_now_and_then(secs: str) -> None:
    assert faults_of(dnd="a", dnd_refresh_secs=secs) == (
        f"--dnd_refresh_secs '{secs}' must be a number, from 0.1 to 86400",
    )


@pytest.mark.parametrize(
    "beam", [["--runner=DirectRunner"], ["--runner", "FnApiRunner"], ["--direct_num_workers=2"]]
)
def test_options_of_beam_that_leave_the_job_here_pass(beam: list[str]) -> None:
    assert options_of(*beam).beam == tuple(beam)


@pytest.mark.parametrize(
    "beam",
    [
        *(["--runner=DataflowRunner"], ["--runner", "FlinkRunner"], ["--runner", "PrismRunner"]),
        *(["--direct_running_mode", "multi_processing"], ["--direct_running_mode=multi_threading"]),
    ],
)
def test_options_of_beam_that_take_the_job_elsewhere_are_refused(beam: list[str]) -> None:
    (fault,) = faults_of(*beam)

    assert fault.startswith(beam[0].split("=")[0])
    assert "outside of this process" in fault


def lead_schema(folder: Path, *, region: str, has_expiry: bool = True) -> str:
    path = folder / f"{region}.avsc"
    phone = {"type": "string", "logicalType": "phone-number", "region": region}
    clock = {"type": "string", "logicalType": "wall-clock", "format": "%Y-%m-%d %H:%M:%S"}
    fields: list[dict[str, object]] = [{"name": "Phone", "type": phone, "role": "phone"}]
    if has_expiry:
        fields.append({"name": "Until", "type": ["null", clock], "default": None})
    path.write_text(json.dumps({"type": "record", "name": "Lead", "fields": fields}))
    return str(path)


def check_options_of(*more: str, **changes: str | None) -> RunOptions:
    return read_options([*words(**changes), *more], is_check=True)


def check_faults_of(*more: str, **changes: str | None) -> tuple[str, ...]:
    with pytest.raises(Faults) as caught:
        check_options_of(*more, **changes)
    return caught.value.faults


def test_a_check_needs_neither_a_key_nor_an_output() -> None:
    options = check_options_of(api_key=None, output=None)

    assert (options.key_reference, options.output, options.ledger) == ("", None, "")
    assert check_options_of().ledger == "out/ledger"


def test_what_is_given_to_a_check_is_held_to_the_same_rules() -> None:
    assert check_faults_of(api_key="S3CRETKEY", output="gs://b/o", batch_size="0") == faults_of(
        api_key="S3CRETKEY", output="gs://b/o", batch_size="0"
    )
    assert check_faults_of(api_key="env:NO_SUCH_KEY") == faults_of(api_key="env:NO_SUCH_KEY")
    assert check_faults_of("--imput=y", campaign=None) == faults_of("--imput=y", campaign=None)


def test_a_check_does_not_ask_for_a_secret_over_the_network() -> None:
    reference = "secret:projects/p/secrets/s/versions/1"

    assert check_options_of(api_key=reference).key_reference == reference
    assert len(check_faults_of(api_key="secret:projects/p/secrets/s")) == 1


def test_a_check_is_for_files() -> None:
    faults = check_faults_of("--input_subscription=projects/p/subscriptions/s", input=None)

    assert faults == ("check is for files of leads: leave out --input_subscription",)
    assert check_faults_of("--flush_secs=1", "--streaming") == (
        "--flush_secs needs --input_subscription",
        "--streaming needs --input_subscription: files are no stream",
    )
