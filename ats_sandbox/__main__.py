"""The entry point of `ats-sandbox`, also as `python -m ats_sandbox`: `up` starts at once, the rest is Typer's."""

from __future__ import annotations

import sys

from ats_sandbox.exits import INTERRUPTED, OWN_ERROR, came_of_interrupt, say_error


def main() -> None:
    """Run the command that the arguments name."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - whatever it is: Python's own code for it, 1, would say that the connector failed
        if came_of_interrupt(error):
            sys.exit(INTERRUPTED)
        sys.excepthook(*sys.exc_info())
        say_error("ats-sandbox: a mistake of ats-sandbox itself; it says nothing about what was tested. Please report the lines above.")
        sys.exit(OWN_ERROR)


def _run() -> None:
    if sys.argv[1:2] == ["up"]:
        import gc

        # A sixth of a start would go into looking for garbage among what stays; `up` looks for it again later.
        gc.disable()
        from ats_sandbox.up_options import read_plainly

        options = read_plainly(sys.argv[2:])
        if options is not None:
            from ats_sandbox.up import run_until_stopped

            run_until_stopped(options)
            return
    from ats_sandbox.cli import main as whole_command

    whole_command()


if __name__ == "__main__":
    main()
