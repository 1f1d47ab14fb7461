"""The sample files of the demo: what an office of builders and planners stores, in several scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.demo.documents import archive, docx, eml, pdf, png, xlsx


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample file.

    Attributes:
        path: below the samples' folder, with slashes.
        content: the same every time.
        values: its tags, the first one first.
    """

    path: str
    content: bytes
    values: tuple[str, ...]


def samples() -> Iterator[Sample]:
    """Yield the sample files, more than 200 of them."""
    yield from _invoices()
    yield from _delivery_notes()
    yield from _site_photos()
    yield from _client_letters()
    yield from _contracts()
    yield from _lists()
    yield from _in_other_scripts()


def _invoices() -> Iterator[Sample]:
    for number in range(1101, 1189):
        values = ("Invoice 2026", "Harbour Street") if number % 3 == 0 else ("Invoice 2026",)
        lines = [f"Invoice {number}", "Scaffolding and facade works", f"Total: {number * 3 % 900 + 80}.00 EUR"]
        yield Sample(f"Invoices/Invoice 2026-{number}.pdf", pdf("Example Ltd", lines), values)


def _delivery_notes() -> Iterator[Sample]:
    for week in range(20, 47):
        content = pdf("Delivery note", [f"Week {week}", "Bricks, mortar, insulation", "Received in good order"])
        yield Sample(f"Deliveries/Delivery notes, week {week}.pdf", content, ("Harbour Street", "Delivery"))


def _site_photos() -> Iterator[Sample]:
    views = ("Façade north", "Façade south", "Courtyard", "Entrance hall", "Roof edge", "Stairwell", "Cellar")
    stages = ("before scaffolding", "after scaffolding", "detail 1", "detail 2", "handover")
    pairs = [(view, stage) for view in views for stage in stages]
    for seed, (view, stage) in enumerate(pairs):
        yield Sample(f"Photos/{view}, {stage}.png", png(320, 214, seed), ("Site photos", "Harbour Street"))


def _client_letters() -> Iterator[Sample]:
    for number in range(1, 26):
        text = ["Dear Ms Okafor,", f"please find enclosed the papers for lot {number}.", "Kind regards"]
        yield Sample(f"Client 4711/Letter {number:02}.docx", docx(text), ("Client 4711",))
    for number in range(1, 16):
        subject = f"Re: Scaffolding, final amount, lot {number}"
        mail = eml(subject, "tom@example.com", "The amount is agreed.\n\nTom\n")
        yield Sample(f"Client 4711/RE Scaffolding, lot {number}.eml", mail, ("Client 4711", "Correspondence"))


def _contracts() -> Iterator[Sample]:
    trades = ("Carpentry", "Electrical works", "Painting", "Plumbing", "Roofing", "Scaffolding", "Tiling", "Windows")
    for trade in trades:
        content = docx([f"Contract: {trade}", "Between Example Ltd and the contractor", "Signed on 12 November 2026"])
        yield Sample(f"Contracts/{trade}, signed.docx", content, ("Contract", "Signed"))
        yield Sample(f"Contracts/{trade}, draft.docx", docx([f"Draft: {trade}"]), ("Contract", "Draft"))


def _lists() -> Iterator[Sample]:
    head = ["Item", "Quantity", "Unit price"]
    for lot in range(1, 11):
        rows = [head] + [[f"Item {n}", str(n * lot), f"{n * 3}.50"] for n in range(1, 30)]
        yield Sample(f"Lists/Quantities and unit prices, lot {lot}.xlsx", xlsx(rows), ("Lot " + str(lot),))
        lines = "\r\n".join(",".join(row) for row in rows).encode()
        yield Sample(f"Lists/Quantities, lot {lot}.csv", lines, ("Lot " + str(lot), "Harbour Street"))
    minutes = b"Minutes\n\nPresent: everybody.\nNext meeting: in two weeks.\n"
    for week in range(40, 46):
        yield Sample(f"Minutes/Site meeting, week {week}.txt", minutes * (week - 38), ("Minutes",))
    yield Sample("Minutes/All minutes.zip", archive({"week 40.txt": minutes * 2}), ("Minutes",))


def _in_other_scripts() -> Iterator[Sample]:
    named = (
        ("Übergabeprotokoll Hafenstraße.docx", "Hafenstraße"),
        ("Größenübersicht Türen.xlsx", "Hafenstraße"),
        ("見積書 2026-11.pdf", "見積書"),
        ("請求書 東京支店.pdf", "見積書"),
        ("合同 2026 修订版.docx", "合同"),
        ("فاتورة 1187 شارع الميناء.pdf", "فواتير 2026"),
        ("عقد الصيانة.docx", "فواتير 2026"),
        ("Смета на фасадные работы.xlsx", "Смета"),
        ("Акт приёмки.pdf", "Смета"),
        ("Σχέδιο ισογείου.pdf", "Σχέδια"),
        ("हिन्दी चालान.pdf", "Invoice 2026"),
        ("계약서 최종본.docx", "Contract"),
        ("חוזה חתום.pdf", "Contract"),
        ("Devis façade – côté cour.pdf", "Devis"),
        ("Plan 🏗️ rez-de-chaussée.pdf", "Devis"),
    )
    for name, value in named:
        content = {
            ".pdf": pdf("Example Ltd", [name]),
            ".docx": docx([name]),
            ".xlsx": xlsx([[name]]),
        }[name[name.rindex(".") :]]
        yield Sample(f"International/{name}", content, (value,))
