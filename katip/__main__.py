"""`python -m katip`: the operator's command."""

from katip.cli.main import main

if __name__ == "__main__":
    main(prog_name="katip")
