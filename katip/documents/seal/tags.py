"""The seal's field in the tagged tree of a PDF.

PDF/A-2 forbids that a field is hidden, PDF/UA-1 demands that one which is not hidden stands in the tree as a form
(ISO 14289-1, 7.18.1 and 7.18.4). So the field of the seal, which shows nothing, stands there with its words.
"""

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

# pyHanko leaves these without types.
_Array: Any = generic.ArrayObject
_Dictionary: Any = generic.DictionaryObject
_Indirect: Any = generic.IndirectObject
_Number: Any = generic.NumberObject
_Stream: Any = generic.StreamObject


def field_empty(writer: IncrementalPdfFileWriter, field: generic.Reference) -> None:
    """Give the field's widget an appearance that shows nothing: ISO 19005-2, 6.4.1 wants every field to have one."""
    nothing = {
        pdf_name("/Type"): pdf_name("/XObject"),
        pdf_name("/Subtype"): pdf_name("/Form"),
        pdf_name("/BBox"): _Array([_Number(0)] * 4),
        pdf_name("/Resources"): _Dictionary(),
    }
    shown = writer.add_object(_Stream(nothing, stream_data=b""))
    _widget(writer, field)["/AP"] = _Dictionary({pdf_name("/N"): shown})


def field_tag(writer: IncrementalPdfFileWriter, field: generic.Reference, page: generic.Reference, words: str) -> None:
    """Put the field's widget (`field`, on `page`) at the end of the document's tree, if it has one."""
    if "/StructTreeRoot" not in writer.root:
        return
    tree: Any = writer.root["/StructTreeRoot"]
    above = tree.raw_get("/K")
    above_ref: Any = above.reference if isinstance(above, generic.IndirectObject) else above.raw_get(0).reference
    parent: Any = above_ref.get_object()
    if isinstance(parent, generic.ArrayObject):  # an array of its own as the root's children
        above_ref = parent.raw_get(0).reference
        parent = above_ref.get_object()
    number = int(tree.get("/ParentTreeNextKey", 0))
    element = writer.add_object(
        _Dictionary(
            {
                pdf_name("/Type"): pdf_name("/StructElem"),
                pdf_name("/S"): pdf_name("/Form"),
                pdf_name("/P"): _Indirect(above_ref.idnum, above_ref.generation, writer),
                pdf_name("/Pg"): _Indirect(page.idnum, page.generation, writer),
                pdf_name("/Alt"): pdf_string(words),
                pdf_name("/K"): _Dictionary(
                    {
                        pdf_name("/Type"): pdf_name("/OBJR"),
                        pdf_name("/Obj"): _Indirect(field.idnum, field.generation, writer),
                        pdf_name("/Pg"): _Indirect(page.idnum, page.generation, writer),
                    }
                ),
            }
        )
    )
    _child_add(writer, parent, element)
    _number_add(writer, tree, number, element)
    _widget(writer, field)["/StructParent"] = _Number(number)
    writer.mark_update(above_ref)
    writer.update_container(tree)


def _widget(writer: IncrementalPdfFileWriter, field: generic.Reference) -> Any:
    return _Indirect(field.idnum, field.generation, writer).get_object()


def _child_add(writer: IncrementalPdfFileWriter, parent: Any, element: generic.IndirectObject) -> None:
    children = parent.raw_get("/K") if "/K" in parent else _Array()
    held = parent.get("/K", children)
    if isinstance(held, generic.ArrayObject):
        held.append(element)
        writer.update_container(held)
        parent[pdf_name("/K")] = children
    else:
        parent[pdf_name("/K")] = _Array([children, element])


def _number_add(
    writer: IncrementalPdfFileWriter,
    tree: Any,
    number: int,
    element: generic.IndirectObject,
) -> None:
    """The way back from the widget: `number` is beyond all that are there, so it comes last in the number tree."""
    numbers = tree["/ParentTree"]
    pair = [_Number(number), element]
    if "/Nums" in numbers:
        numbers["/Nums"].extend(pair)
        writer.update_container(numbers["/Nums"])
    else:
        limits = _Array([_Number(number), _Number(number)])
        leaf = _Dictionary({pdf_name("/Limits"): limits, pdf_name("/Nums"): _Array(pair)})
        numbers["/Kids"].append(writer.add_object(leaf))
        writer.update_container(numbers["/Kids"])
    writer.update_container(numbers)
    tree[pdf_name("/ParentTreeNextKey")] = _Number(number + 1)
