"""How the benchmarks of locks are reported. Run by ./test."""

import unittest

import locks


def turns(per_second, p50=1000.0, p99=2000.0, failed=0):
    return [{"perSecond": value, "p50": p50, "p99": p99, "failed": failed} for value in per_second]


class LocksTest(unittest.TestCase):
    def test_shows_throughput_beside_ballast_with_the_same_server(self):
        table = locks.throughput(
            {
                "Ballast, Redis": {"8 one": turns([900, 1000, 1400])},
                "Redisson RLock": {"8 one": turns([1500], failed=2)},
            }
        )
        self.assertIn("| locks a second | 8, one name | failed |", table)
        self.assertIn("| Ballast, Redis | 1,000 | 0 |", table)
        self.assertIn("| Redisson RLock | 1,500 (×1.50) | 2 |", table)

    def test_shows_latencies_in_milliseconds(self):
        table = locks.latency({"Ballast, etcd": {"1 one": turns([1], 1234.0, 56789.0)}})
        self.assertIn("| p50 / p99 in ms | 1 client |", table)
        self.assertIn("| Ballast, etcd | 1.23 / 57 |", table)

    def test_shows_how_long_a_death_is_felt(self):
        table = locks.rebalancing({"redis": {"partitions": 101, "millis": 3456.7}})
        self.assertIn("| redis | 101 | 3,457 ms |", table)

    def test_names_contenders_to_stand_beside(self):
        for name, beside in locks.BESIDE.items():
            self.assertIn(name, locks.CONTENDERS)
            self.assertIn(beside, locks.CONTENDERS)


if __name__ == "__main__":
    unittest.main()
