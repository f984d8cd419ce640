"""The emulator is found or named, and a command beside it has its address."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.standins.emulator import EmulatorFailed, emulator, find_emulator, running_emulator

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that the path leads to."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    find_emulator.cache_clear()
    return tmp_path


@pytest.fixture(autouse=True)
def found_anew() -> None:
    find_emulator.cache_clear()


def put(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def put_gcloud(folder: Path) -> None:
    put(folder / "gcloud", f"echo {folder}/sdk")


def put_emulator(folder: Path, script: str) -> None:
    put(folder / "sdk/platform/pubsub-emulator/bin/cloud-pubsub-emulator", script)


def beside_one(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.standins.emulator", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_without_gcloud_it_says_what_to_install_and_runs_nothing(folder: Path) -> None:
    done = beside_one("/bin/sh", "-c", f": > {folder}/ran")

    assert done.returncode == 1
    assert "install the Google Cloud CLI" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "ran").exists()


def test_without_the_component_it_says_what_to_install(folder: Path) -> None:
    put_gcloud(folder)

    done = beside_one("/bin/sh", "-c", f": > {folder}/ran")

    assert done.returncode == 1
    assert "gcloud components install pubsub-emulator" in done.stderr
    assert not (folder / "ran").exists()


def test_without_java_it_says_so(folder: Path) -> None:
    put_gcloud(folder)
    put_emulator(folder, "exit 1")

    done = beside_one("/bin/sh", "-c", f": > {folder}/ran")

    assert done.returncode == 1
    assert "needs Java" in done.stderr
    assert not (folder / "ran").exists()


@pytest.mark.parametrize(
    "script", ["echo no such luck; exit 1", "echo no such luck: BindException; exec /bin/sleep 300"]
)
def test_an_emulator_that_does_not_start_is_reported_with_its_words(
    folder: Path, script: str
) -> None:
    put_gcloud(folder)
    put(folder / "java", "")
    put_emulator(folder, script)

    with pytest.raises(EmulatorFailed, match="no such luck"), emulator():
        pass


def test_without_a_command_it_only_looks(folder: Path) -> None:
    assert beside_one().returncode == 1
    put_gcloud(folder)
    put(folder / "java", "")
    put_emulator(folder, f": > {folder}/ran")
    assert beside_one().returncode == 0
    assert not (folder / "ran").exists()


def test_an_emulator_that_the_environment_names_is_used_if_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", address)
        assert running_emulator() == address

    with pytest.raises(EmulatorFailed, match=f"{address}, and nothing answers there"):
        running_emulator()


@pytest.mark.parametrize("address", ["[::1", "127.0.0.1:many"])
def test_what_is_no_address_is_reported(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", address)

    with pytest.raises(EmulatorFailed, match="nothing answers there"):
        running_emulator()


@pytest.mark.usefixtures("emulator_is_here")
def test_a_command_beside_the_emulator_has_its_address_and_gives_its_status() -> None:
    done = beside_one("/bin/sh", "-c", 'echo "$PUBSUB_EMULATOR_HOST $PUBSUB_PROJECT_ID"; exit 3')

    host, project = done.stdout.split()
    assert done.returncode == 3, done.stderr
    assert host.startswith("127.0.0.1:")
    assert host not in os.environ.get("PUBSUB_EMULATOR_HOST", "")
    assert project == "demo"
