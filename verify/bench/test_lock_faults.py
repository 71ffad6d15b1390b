"""How schedules of faults on locks are reported. Run by ./test."""

import re
import unittest
from pathlib import Path

import lock_faults

KINDS = Path(__file__).resolve().parents[1] / "src/test/java/dev/ballast/verify/FaultKind.java"


def verdict(engine="Redis", **more):
    usual = {"ttl": 300, "network": "proxies", "seed": 1, "faults": [], "grants": 10, "refused": 0, "violations": 0}
    return {"engine": engine, **usual, "withoutFence": 0, "recoveryMillis": 100, "tookMillis": 2000, **more}


class LockFaultsTest(unittest.TestCase):
    def test_counts_by_engine_and_over_all(self):
        verdicts = [
            verdict(refused=2, withoutFence=2, network="cables"),
            verdict(violations=1, recoveryMillis=900),
            verdict("etcd", ttl=1000),
        ]
        table = lock_faults.engines(verdicts)
        self.assertIn("| Redis | 300 ms | 2 | 1 | 20 | 2 | **1** | 1 | 900 ms | 900 ms |", table)
        self.assertIn("| etcd | 1000 ms | 1 | 0 | 10 | 0 | **0** | 0 | 100 ms | 100 ms |", table)
        self.assertIn("| all |  | 3 | 1 | 30 | 2 | **1** | 1 | 100 ms | 900 ms |", table)

    def test_counts_faults_by_kind(self):
        table = lock_faults.faults([verdict(faults=["DRIFT", "DRIFT", "KILL_NODE"]), verdict("etcd", faults=["DRIFT"])])
        self.assertRegex(table, r"drifts within the bound[^|]*\| 2 \| 1 \| 3 \|")
        self.assertRegex(table, r"killed \(-9\), started again \| 1 \| 0 \| 1 \|")

    def test_knows_every_kind_of_fault(self):
        declared = re.findall(r"^  ([A-Z_]+)\(\s*\"", KINDS.read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual(sorted(declared), sorted(lock_faults.KINDS))


if __name__ == "__main__":
    unittest.main()
