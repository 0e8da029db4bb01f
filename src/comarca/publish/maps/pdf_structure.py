"""What a PDF file says of itself: title, language, bookmarks, and what each page is for programs that read aloud."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def marked(contents: bytes) -> bytes:
    """Mark the contents of a page as one piece, which `tag_pages` refers to."""
    return b"/Content <</MCID 0>> BDC\n" + contents + b"\nEMC\n"


def tag_pages(writer: PdfWriter, pictures: Mapping[int, str]) -> None:
    """Tell programs that read aloud what each page is: a picture with its title, or text.

    Parameters
    ----------
    writer : pypdf.PdfWriter
        The file; the contents of its pages are `marked`.
    pictures : mapping
        Number of a page, from 1 -> its title; all others are text.
    """
    root, document = DictionaryObject(), DictionaryObject()
    root_place, document_place = writer._add_object(root), writer._add_object(document)
    kinds, tree = ArrayObject(), ArrayObject()
    for place, page in enumerate(writer.pages):
        title = pictures.get(place + 1)
        element = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/StructElem"),
                NameObject("/S"): NameObject("/Figure" if title else "/P"),
                NameObject("/P"): document_place,
                NameObject("/Pg"): page.indirect_reference,
                NameObject("/K"): NumberObject(0),
            }
        )
        if title:
            element[NameObject("/Alt")] = TextStringObject(title)
        kinds.append(writer._add_object(element))
        tree.extend([NumberObject(place), ArrayObject([kinds[-1]])])
        page[NameObject("/StructParents")] = NumberObject(place)
        page[NameObject("/Tabs")] = NameObject("/S")
    document.update(_named(Type="StructElem", S="Document") | {NameObject("/P"): root_place, NameObject("/K"): kinds})
    numbers = writer._add_object(DictionaryObject({NameObject("/Nums"): tree}))
    roles = DictionaryObject(_named(Content="Span"))
    root.update(_named(Type="StructTreeRoot"))
    root.update({NameObject("/K"): document_place, NameObject("/ParentTree"): numbers, NameObject("/RoleMap"): roles})
    writer.root_object[NameObject("/StructTreeRoot")] = root_place
    writer.root_object[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})


def finish(writer: PdfWriter, title: str, language: str) -> None:
    """Say title, language and program.

    Parameters
    ----------
    writer : pypdf.PdfWriter
        The file.
    title, language : str
        What the file is called; ``en``, ``es`` or ``pt``.
    """
    writer.metadata = {"/Title": title, "/Producer": "comarca"}
    writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    writer.create_viewer_preferences()[NameObject("/DisplayDocTitle")] = BooleanObject(True)


def structured(files: Sequence[bytes], names: Sequence[str], *, title: str, language: str) -> PdfWriter:
    """Join files of text pages and give them bookmarks, tags, title and language.

    Parameters
    ----------
    files : sequence of bytes
        PDF files.
    names : sequence of str
        Of its pages, for the bookmarks.
    title, language : str
        As in `finish`.

    Returns
    -------
    pypdf.PdfWriter
        The file, to be written.
    """
    writer = PdfWriter()
    for file in files:
        writer.append(io.BytesIO(file), import_outline=False)
    for number, (page, name) in enumerate(zip(writer.pages, names, strict=True)):
        contents = page.get_contents()
        stream = DecodedStreamObject()
        stream.set_data(marked(contents.get_data() if contents is not None else b""))
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
        writer.add_outline_item(title=name, page_number=number)
    tag_pages(writer, {})
    finish(writer, title, language)
    return writer


def _named(**names: str) -> dict[NameObject, NameObject]:
    return {NameObject(f"/{key}"): NameObject(f"/{value}") for key, value in names.items()}
