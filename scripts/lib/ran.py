#!/usr/bin/env python3
"""Prints how many tests ran, from the events that the test runner writes.

The runner reports success even if no test ran or if tests were skipped. Here both are failures, as are a failed test and a
run that was not completed. The status is then 1, and standard error says what is wrong.

Usage: scripts/lib/ran.py EVENTS
  EVENTS   the file that 'swift test --event-stream-version 0 --event-stream-output-path EVENTS' wrote
"""
import json
import sys


class Run:
    """A run of tests. Its file has a line of JSON for each event. After a crash, the last line may be incomplete."""

    def __init__(self, path):
        self.passed, self.running, self.skipped, self.issues = set(), set(), [], []
        self.is_over = False
        functions = set()
        for record in self.records(path):
            payload = record["payload"]
            kind, test = payload["kind"], payload.get("testID", payload.get("id"))
            if kind == "function":
                functions.add(test)
            elif kind == "testStarted" and test in functions:
                self.running.add(test)
            elif kind == "testEnded" and test in functions:
                self.running.discard(test)
                self.passed.add(test)
            elif kind == "testSkipped":
                self.skipped.append(test)
            elif kind == "issueRecorded" and not payload["issue"]["isKnown"]:
                self.issues.append((self.culprit(test, payload), " ".join(m["text"] for m in payload["messages"])))
            elif kind == "runEnded":
                self.is_over = True

    @staticmethod
    def culprit(test, payload):
        """The test, without its location; the issue's location if it came from a thread that belongs to no test."""
        if test is not None:
            return test.rsplit("/", 1)[0]
        place = payload["issue"].get("sourceLocation", {})
        return f"{place.get('fileID', 'an unknown place')}:{place.get('line', 0)}"

    @staticmethod
    def records(path):
        """The recorded events. There is no file if the run did not start because the tests did not build."""
        try:
            with open(path, errors="replace") as file:
                for line in file:
                    yield json.loads(line)
        except (FileNotFoundError, json.JSONDecodeError):
            pass

    def wrong(self):
        """The faults of the run, a line for each."""
        yield from (f"{test} failed: {text}" for test, text in self.issues)
        yield from (f"{test} was skipped" for test in self.skipped)
        yield from (f"{test} did not end" for test in sorted(self.running))
        if not self.is_over:
            yield "the run did not end"
        elif not self.passed:
            yield "no test ran"


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    run = Run(sys.argv[1])
    wrong = list(run.wrong())
    if wrong:
        sys.exit("\n".join(f"scripts/lib/ran.py: {line}" for line in wrong))
    print(len(run.passed))


if __name__ == "__main__":
    main()
