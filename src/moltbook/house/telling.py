"""Logs: one line a fact, to stderr, with nothing in them that opens a door."""

import logging
import sys

import structlog


def configure_logs(level: str = "info") -> None:
    """Log as `time level event key=value …`; tracebacks are plain, so that no local variable is ever printed.

    Of what libraries log by themselves only warnings and worse, whatever a library sets up for all when it is imported.
    """
    logging.basicConfig(format="%(asctime)s [%(levelname)s] %(message)s logger=%(name)s", datefmt="%H:%M:%S")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                exception_formatter=structlog.dev.plain_traceback,
                pad_event_to=0,
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
