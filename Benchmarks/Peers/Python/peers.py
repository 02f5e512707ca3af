#!/usr/bin/env python3
"""Python's part of the peers: queue.Queue and threading.Thread. ../README.md is the contract."""

import argparse
import json
import os
import platform
import sys
import threading

from shapes import SHAPES

CONTENDER = "python-queue"


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print("peers: " + message, file=sys.stderr)
        sys.exit(2)


def number(least):
    def parse(text):
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text}: a number from {least} on is needed")
        return int(text)

    return parse


def parse(arguments):
    parser = Parser(prog="peers.py", allow_abbrev=False)
    parser.add_argument("contender", choices=[CONTENDER])
    parser.add_argument("shape", choices=list(SHAPES))
    for key, least, default in [("producers", 1, 1), ("consumers", 1, 1), ("batch", 1, 1), ("capacity", 1, 1024),
                                ("ms", 1, 100), ("warmup-ms", 0, 20), ("work-ns", 0, 0), ("rate", 1, 100_000)]:
        parser.add_argument("--" + key, type=number(least), default=default)
    parser.add_argument("--payload", choices=["8", "64", "256", "object"], default="8")
    parser.add_argument("--wait", choices=["block", "spin"], default="block")
    parser.add_argument("--pin", action="store_true")
    return parser.parse_args(arguments)


def fail(hook):
    """The other threads would wait for this one for good."""
    sys.__excepthook__(hook.exc_type, hook.exc_value, hook.exc_traceback)
    os._exit(1)


def main(arguments):
    if arguments == ["--list"]:
        print(CONTENDER, platform.python_version(), "parks", sep="\t")
        return
    threading.excepthook = fail
    options = parse(arguments)
    if options.payload in ("64", "256") or (options.shape == "queue" and options.batch > 1):
        found = {"outcome": "absent"}  # an int is an object of its own size; there is no bulk call
    else:
        run = SHAPES[options.shape]
        if options.warmup_ms > 0 and options.shape != "idle":
            run(options, options.warmup_ms)
        found = run(options, options.ms)
    print(json.dumps(found, separators=(",", ":")))


if __name__ == "__main__":
    main(sys.argv[1:])
