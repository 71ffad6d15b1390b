"""How the health timeline is reported. Run by ./test."""

import re
import unittest
from pathlib import Path

import health

FAULTS = Path(__file__).resolve().parents[1] / "src/test/java/dev/ballast/verify/HealthFault.java"


def sample(fault="FROZEN", used=2000.0, spread=20.0):
    return {"fault": fault, "pool": "retried", "verdictMillis": used - spread, "storedMillis": used - 5, "usedMillis": used, "spreadMillis": spread}


class HealthTest(unittest.TestCase):
    def test_takes_the_smallest_value_that_enough_do_not_exceed(self):
        self.assertEqual(health.quantile([3, 1, 2], 0.5), 2)
        self.assertEqual(health.quantile(list(range(1, 101)), 0.99), 99)
        self.assertEqual(health.quantile([7], 0.99), 7)

    def test_shows_times_by_fault(self):
        table = health.times([sample(used=1000.0), sample(used=3000.0)])
        self.assertRegex(table, r"frozen \(SIGSTOP\) \| 2 \|.*\| 1,000 / 3,000 / 3,000 \| 20 / 20 / 20 \|")

    def test_says_which_targets_are_missed(self):
        requests = [{"fault": "KILLED", "pool": "retried", "sent": 10, "failed": 1, "slowestMillis": 5.0}]
        text = health.targets([sample(used=3100.0), sample("KILLED", used=900.0, spread=51.0)], requests)
        self.assertIn("frozen (SIGSTOP), fault to every LB server: p99 3,100 ms, wanted 3,000 ms: **missed**", text)
        self.assertIn("killed: refuses, fault to verdict: at most 849 ms, wanted 1,200 ms: met", text)
        self.assertIn("killed: refuses, verdict to every LB server: p99 51 ms, wanted 50 ms: **missed**", text)
        self.assertIn("killed: refuses, requests failed with retries: 1, wanted 0: **missed**", text)
        self.assertIn("answers 503, requests failed with retries: 0, wanted 0: met", text)

    def test_knows_every_fault(self):
        declared = re.findall(r"^  ([A-Z_]+)\(\"", FAULTS.read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual(sorted(declared), sorted(health.FAULTS))


if __name__ == "__main__":
    unittest.main()
