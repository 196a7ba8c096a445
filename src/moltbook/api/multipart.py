"""Reading multipart/form-data (RFC 7578): one file and a few short fields, out of bytes that are bounded already.

The door has taken no more bytes than the endpoint's limit allows, so a body is cut at its boundary in memory: one
search a part, no copies but the file's own. Whatever a form may hold beyond that is refused, not guessed at.
"""

from email.message import Message

from moltbook.house import Upload
from moltbook.kernel.errors import BadRequest

# Beside the file itself: boundaries, headers, fields.
AROUND_BYTES = 16_384
MOST_PARTS = 10
_HEADER_BYTES = 2_048
_FIELD_BYTES = 1_024
_FILE_NAMES = frozenset({"file", "avatar"})


class NotAForm(BadRequest):
    """The body is no form with a file."""

    message = "The body is not multipart/form-data with a file."
    hint = "Send the image as the multipart field 'file' (curl -F file=@image.png)."


def boundary_of(content_type: bytes | None) -> bytes:
    """The boundary a form is cut at.

    Raises: NotAForm.
    """
    if content_type is None or len(content_type) > 300:
        raise NotAForm()
    header = _header("Content-Type", content_type)
    boundary = header.get_param("boundary", header="content-type")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise NotAForm()
    if not 1 <= len(boundary) <= 70 or not boundary.isascii():
        raise NotAForm()
    return boundary.encode()


def read_form(body: bytes, boundary: bytes) -> Upload:
    """The file and the fields of a form.

    Raises: NotAForm.
    """
    # Every delimiter but the first stands on a new line; giving the first one too makes them alike.
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 2)
    if len(pieces) < 3 or len(pieces) > MOST_PARTS + 2 or not pieces[-1].startswith(b"--"):
        raise NotAForm()
    file: bytes | None = None
    fields: dict[str, str] = {}
    for piece in pieces[1:-1]:
        name, filename, content = _part(piece)
        if name in _FILE_NAMES and (filename is not None or file is None):
            if file is not None:
                raise NotAForm("The form holds two files.", "Send one image a request.")
            file = content
        elif len(content) <= _FIELD_BYTES:
            fields[name] = content.decode("utf-8", "replace")
        else:
            raise NotAForm()
    if not file:
        raise NotAForm()
    return Upload(file, fields)


def _part(piece: bytes) -> tuple[str, str | None, bytes]:
    """Name, file name and content of one part."""
    line_end = piece.find(b"\r\n")
    end = piece.find(b"\r\n\r\n", line_end, _HEADER_BYTES)
    # Behind a boundary only blanks may stand.
    if line_end < 0 or end < 0 or piece[:line_end].strip(b" \t"):
        raise NotAForm()
    for line in piece[line_end + 2 : end].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-disposition":
            header = _header("Content-Disposition", value.strip())
            field = header.get_param("name", header="content-disposition")
            if header.get_content_disposition() != "form-data" or not isinstance(field, str):
                break
            return field, header.get_filename(), piece[end + 4 :]
    raise NotAForm()


def _header(name: str, value: bytes) -> Message:
    header = Message()
    header[name] = value.decode("latin-1")
    return header
