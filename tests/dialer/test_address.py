import pytest

from dialer.address import check_api_url, request_url, split_url
from dialer.dialects import V1


@pytest.mark.parametrize(
    "url",
    [
        "https://dialer.example",
        "https://dialer.example:8443/prefix/",
        "https://192.0.2.7",
        "https://[2001:db8::1]:443",
        "http://127.0.0.1:8080",
        "http://127.9.9.9",
        "http://localhost:1",
        "http://LOCALHOST",
        "http://[::1]:8080",
    ],
)
def test_https_anywhere_and_http_to_this_machine_can_be_used(url: str) -> None:
    assert check_api_url(url) == []


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://dialer.example", "plain http"),
        ("http://127.0.0.1.evil.example", "plain http"),
        ("http://localhost.example", "plain http"),
        ("http://0.0.0.0:80", "plain http"),
        ("http://127.1:80", "plain http"),
        ("ftp://127.0.0.1", "https://"),
        ("dialer.example", "https://"),
        ("127.0.0.1:8080", "https://"),
        ("", "https://"),
        ("https://", "https://"),
        ("https://user:pw@dialer.example", "user name"),
        ("https://dialer.example/?", "query"),
        ("https://dialer.example/#", "fragment"),
        ("https://dialer.example:99999", "port"),
        ("https://dialer.example:x", "port"),
        ("https://dialer.example:0", "port"),
        ("https://[::1", "cannot be read"),
        ("https://dia ler.example", "blanks"),
        ("https://dialer.example\r\nX: y", "ASCII"),
        ("https://dïaler.example", "xn--"),
        ("https://:443", "host"),
        ("https://dialer..example", "host"),
        (f"https://{'a' * 64}.example", "host"),
    ],
)
def test_any_other_address_is_a_fault_in_words(url: str, fault: str) -> None:
    (said,) = check_api_url(url)
    assert fault in said


def test_all_faults_are_named_at_once_and_nothing_of_the_address_is_repeated() -> None:
    url = "http://user:secret@dialer.example/?api_key=secret#x"
    assert len(check_api_url(url)) == 4
    with pytest.raises(ValueError, match="cannot be used") as caught:
        split_url(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (None, f"https://{V1.host}{V1.path}"),
        ("http://127.0.0.1:8080", f"http://127.0.0.1:8080{V1.path}"),
        ("http://127.0.0.1:8080/", f"http://127.0.0.1:8080{V1.path}"),
        ("https://proxy.example/dial/", f"https://proxy.example/dial{V1.path}"),
        (f"https://d.example{V1.path}", f"https://d.example{V1.path}"),
        (f"https://d.example{V1.path}/", f"https://d.example{V1.path}"),
    ],
)
def test_the_dialects_path_is_appended_unless_it_is_there(base: str | None, url: str) -> None:
    assert request_url(base, V1) == url
