"""The terminal's way in: `remediator …` and `python -m remediator …`."""


def main() -> None:
    """Run the command line; imported late so that `import remediator` stays cheap."""
    from remediator.cli.app import app

    app()


if __name__ == "__main__":
    main()
