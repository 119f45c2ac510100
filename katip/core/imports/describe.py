"""A list's columns as a Markdown table, for the documentation and for the command line."""

from katip.core.imports.spec import ImportSpec


def describe(spec: ImportSpec) -> str:
    """Return the table of a list's columns: name, whether it is required, other names, what it holds."""
    lines = [spec.about, "", "| column | required | also called | content |", "|---|---|---|---|"]
    for column in spec.columns:
        aliases = ", ".join(f"`{alias}`" for alias in column.aliases)
        lines.append(f"| `{column.name}` | {'yes' if column.required else 'no'} | {aliases} | {column.help} |")
    return "\n".join(lines)
