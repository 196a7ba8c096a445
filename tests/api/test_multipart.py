"""Forms: what a client may send, and what is refused instead of guessed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moltbook.api.multipart import NotAForm, boundary_of, read_form
from tests.world import form

FILE = b"\x89PNG\r\n--not the edge\r\n\x00\xff\r\n"


def read(body, header):
    return read_form(body, boundary_of(header.encode()))


@pytest.mark.parametrize("field", ["file", "avatar"])
def test_a_file_comes_through_byte_for_byte(field):
    body, headers = form(FILE, field, type="banner", more="é")
    upload = read(body, headers["content-type"])
    assert (upload.file, upload.fields) == (FILE, {"type": "banner", "more": "é"})


@given(st.binary(min_size=1, max_size=300))
def test_any_file_comes_through(file):
    body, headers = form(file)
    assert read(body, headers["content-type"]).file == file


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(body):
    for whole in (body, b"--x" + body, b"--x\r\nContent-Disposition: form-data; " + body + b"\r\n--x--"):
        try:
            read_form(whole, b"x")
        except NotAForm:
            continue


def test_a_preamble_and_an_epilogue_are_passed_over():
    body, headers = form(FILE)
    assert read(b"hello\r\n" + body + b"bye", headers["content-type"]).file == FILE


def test_a_quoted_boundary_is_a_boundary():
    body = b"--a b\r\ncontent-disposition: FORM-DATA; filename=x; NAME=file\r\n\r\nhello\r\n--a b--"
    assert read(body, 'multipart/form-data; charset=utf-8; boundary="a b"').file == b"hello"


@pytest.mark.parametrize(
    "header",
    ["", "application/json", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x",
     "multipart/form-data; boundary=" + "x" * 71, "multipart/form-data; boundary=é", "x" * 400],
)  # fmt: skip
def test_another_kind_of_body_is_refused(header):
    with pytest.raises(NotAForm):
        boundary_of(header.encode())
    with pytest.raises(NotAForm):
        boundary_of(None)


PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="p"\r\n\r\nhello\r\n'


@pytest.mark.parametrize(
    "body",
    [b"", b"hello", b"--x--", PART, PART + PART + b"--x--", PART * 30 + b"--x--", b"--x\r\nhello\r\n--x--",
     PART.replace(b"form-data", b"attachment") + b"--x--", PART.replace(b"name", b"nome") + b"--x--",
     PART.replace(b"hello", b"") + b"--x--",
     PART.replace(b"file", b"other", 1).replace(b"hello", b"h" * 2000) + b"--x--",
     PART.replace(b"\r\n\r\n", b"\r\nX: " + b"x" * 5000 + b"\r\n\r\n") + b"--x--",
     PART.replace(b"--x", b"--xy") + b"--x--"],
)  # fmt: skip
def test_a_form_that_is_none_is_refused(body):
    with pytest.raises(NotAForm):
        read_form(body, b"x")
