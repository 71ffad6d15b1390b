"""How the benchmark of probing is judged and reported. Run by ./test."""

import unittest

import probing


def result(**more):
    usual = {
        "targets": 10_000,
        "seconds": 60.0,
        "sent": 600_000,
        "failed": 0,
        "failures": "{}",
        "verdicts": 0,
        "healthy": 10_000,
        "loopCores": 0.4,
        "processCores": 0.42,
        "lateP50Millis": 0.1,
        "lateP99Millis": 1.25,
        "lateMaxMillis": 9.0,
        "pauses": 0,
        "heapMiB": 100.0,
        "residentMiB": 250.0,
    }
    return {**usual, **more}


class ProbingTest(unittest.TestCase):
    def test_is_content_with_what_is_as_it_should_be(self):
        self.assertEqual([], list(probing.faults_of(result())))

    def test_fails_if_probes_fail_or_do_not_go_out(self):
        for change in ({"failed": 1}, {"verdicts": 1}, {"healthy": 9_999}, {"sent": 560_000}, {"processCores": 1.01}):
            self.assertEqual(1, len(list(probing.faults_of(result(**change)))), change)

    def test_shows_both_kinds_side_by_side(self):
        table = probing.table({"tcp": result(processCores=0.9), "http": result()})
        self.assertIn("| **CPU of the whole process, cores** | **0.90** | **0.42** |", table)
        self.assertIn("| … µs per probe | 90 | 42 |", table)
        self.assertIn("| … p99 | 1.25 ms | 1.25 ms |", table)
        self.assertIn("| … KiB per target | 10.2 | 10.2 |", table)


if __name__ == "__main__":
    unittest.main()
