"""Small documents that really open, the same bytes every time they are made."""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from email.message import EmailMessage
from xml.sax.saxutils import escape

_EPOCH = (2026, 1, 1, 0, 0, 0)


def pdf(title: str, lines: list[str]) -> bytes:
    """Return a PDF of one A4 page (ISO 32000-1, section 7.5); what isn't Latin-1 stands as `?`."""
    text = [f"BT /F1 18 Tf 60 770 Td ({_pdf_text(title)}) Tj ET"]
    text += [f"BT /F1 11 Tf 60 {730 - 18 * number} Td ({_pdf_text(line)}) Tj ET" for number, line in enumerate(lines)]
    stream = "\n".join(text).encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def png(width: int, height: int, seed: int) -> bytes:
    """Return a picture of hills under a sky, another one for each seed (PNG specification, 3rd edition)."""
    sky = (150 + seed * 37 % 90, 190 + seed * 17 % 50, 210 + seed * 29 % 40)
    near = (60 + seed * 53 % 90, 100 + seed * 31 % 80, 60 + seed * 11 % 70)
    ridge = [
        int(height * (0.55 + 0.12 * math.sin(x / width * 6 + seed) + 0.05 * math.sin(x / width * 17 + seed * 2)))
        for x in range(width)
    ]
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            shade = y * 40 // height
            color = near if y > ridge[x] else sky
            rows += bytes(max(0, channel - shade) for channel in color)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def docx(paragraphs: list[str]) -> bytes:
    """Return a Word document (ECMA-376, part 1, section 11.3.10)."""
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return _office(
        "word/document.xml",
        main,
        f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body>'
        "</w:document>",
        {},
    )


def xlsx(rows: list[list[str]]) -> bytes:
    """Return an Excel workbook with one sheet (ECMA-376, part 1, section 12.3)."""
    cells = "".join(
        f'<row r="{number}">'
        + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row)
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    sheet_ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    relations = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    return _office(
        "xl/workbook.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        f'<workbook {sheet_ns} {relations}><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        {
            "xl/worksheets/sheet1.xml": f"<worksheet {sheet_ns}><sheetData>{cells}</sheetData></worksheet>",
            "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
        },
        {"/xl/worksheets/sheet1.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"},
    )


def eml(subject: str, sender: str, text: str) -> bytes:
    """Return a message (RFC 5322)."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "office@example.com"
    message["Subject"] = subject
    message["Date"] = "Thu, 19 Nov 2026 11:40:00 +0000"
    message.set_content(text)
    return message.as_bytes()


def archive(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return out.getvalue()


def _office(
    main_name: str, main_type: str, main: str, parts: Mapping[str, str], part_types: Mapping[str, str] | None = None
) -> bytes:
    """Return an Open Packaging Conventions package (ECMA-376, part 2)."""
    types = {f"/{main_name}": main_type, **(part_types or {})}
    overrides = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in types.items())
    content_types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>"
    )
    files = {
        "[Content_Types].xml": content_types,
        "_rels/.rels": _relations("officeDocument", main_name),
        main_name: main,
        **parts,
    }
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return archive({name: (head + text).encode() for name, text in files.items()})


def _relations(kind: str, target: str) -> str:
    base = "http://schemas.openxmlformats.org/"
    return (
        f'<Relationships xmlns="{base}package/2006/relationships"><Relationship Id="rId1"'
        f' Type="{base}officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
    )


def _pdf_text(text: str) -> str:
    latin = text.encode("latin-1", "replace").decode("latin-1")
    return latin.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
