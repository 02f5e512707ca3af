"""Tests of scripts/lib/ran.py, which scripts/check runs. By themselves: python3 -m unittest ran_test."""
import json
import pathlib
import subprocess
import tempfile
import unittest

RAN = pathlib.Path(__file__).resolve().parents[2] / "scripts/lib/ran.py"


def test(name, kind="function"):
    return {"kind": "test", "payload": {"id": name, "kind": kind, "name": name}, "version": 0}


def event(kind, name=None, **more):
    return {"kind": "event", "payload": {"kind": kind, "messages": [], "testID": name, **more}, "version": 0}


def issue(name, is_known=False):
    return event("issueRecorded", name, issue={"isKnown": is_known}, messages=[{"symbol": "fail", "text": "1 != 2"}])


def passed(name):
    return [event("testStarted", name), event("testEnded", name)]


class RanTests(unittest.TestCase):
    def ran(self, *events, cut=0):
        with tempfile.NamedTemporaryFile("w") as file:
            text = "".join(json.dumps(each) + "\n" for each in events)
            file.write(text[:len(text) - cut])
            file.flush()
            return subprocess.run([RAN, file.name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_counts_the_tests_and_not_the_suites(self):
        run = self.ran(test("S", "suite"), test("a"), test("b"), event("runStarted"), event("testStarted", "S"),
                       *passed("a"), *passed("b"), event("testEnded", "S"), event("runEnded"))
        self.assertEqual((run.stdout, run.returncode), ("2\n", 0))

    def test_a_known_issue_is_not_a_failure(self):
        run = self.ran(test("a"), event("testStarted", "a"), issue("a", is_known=True), event("testEnded", "a"),
                       event("runEnded"))
        self.assertEqual((run.stdout, run.returncode), ("1\n", 0))

    def refused(self, run, *reasons):
        self.assertEqual((run.stdout, run.returncode), ("", 1))
        self.assertEqual(run.stderr.splitlines(), [f"scripts/lib/ran.py: {reason}" for reason in reasons])

    def test_refuses_a_run_of_no_test(self):
        self.refused(self.ran(event("runStarted"), event("runEnded")), "no test ran")

    def test_refuses_a_run_that_skipped_a_test(self):
        self.refused(self.ran(test("a"), test("b"), event("testSkipped", "b"), *passed("a"), event("runEnded")),
                     "b was skipped")

    def test_refuses_a_failure_and_says_what_failed(self):
        self.refused(self.ran(test("a"), event("testStarted", "a"), issue("a"), event("testEnded", "a"), event("runEnded")),
                     "a failed: 1 != 2")

    def test_names_the_test_without_its_place(self):
        name = "M.S/f(_:)/File.swift:5:3"
        self.refused(self.ran(test(name), event("testStarted", name), issue(name), event("testEnded", name),
                              event("runEnded")), "M.S/f(_:) failed: 1 != 2")

    def test_names_the_place_of_an_issue_that_belongs_to_no_test(self):
        found = issue("a")
        del found["payload"]["testID"]
        found["payload"]["issue"]["sourceLocation"] = {"fileID": "M/File.swift", "line": 81}
        self.refused(self.ran(test("a"), event("testStarted", "a"), found, event("testEnded", "a"), event("runEnded")),
                     "M/File.swift:81 failed: 1 != 2")

    def test_refuses_a_run_that_crashed_and_names_the_test(self):
        self.refused(self.ran(test("a"), test("b"), *passed("a"), event("testStarted", "b"), event("runEnded"), cut=20),
                     "b did not end", "the run did not end")

    def test_refuses_a_run_that_did_not_start(self):
        run = subprocess.run([RAN, "/nonexistent"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.refused(run, "the run did not end")


if __name__ == "__main__":
    unittest.main()
