package dev.ballast.verify;

import static dev.ballast.verify.FaultKind.DELAY_WORKER;
import static dev.ballast.verify.FaultKind.JUMP_CLOCK;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The engines under test, each set up so that it keeps what it acknowledges, and the faults that its promise covers.
 *
 * <p>Of the twelve faults each engine gets all but what can't be done to it: etcd is a Go program, which reads its clocks past
 * libc, so libfaketime does not reach it (and its leases run by the monotonic clock anyway). A killed process loses nothing
 * that it has handed to the kernel; a machine without power, which would lose what was not synchronised, is not among the faults.
 *
 * <p>The time to live is 300 ms. etcd grants whole seconds, and no less than one and a half times its election timeout: 1 s.
 */
enum LockEngineCase {
  POSTGRES("PostgreSQL", 1, 300, 7),
  REDIS("Redis", 1, 300, 7),
  REDLOCK("Redlock over 5 Redis", 5, 300, 7),
  ETCD("etcd", 1, 1000, 5),
  ETCD_CLUSTER("etcd, 3 members", 3, 1000, 5);

  private final String title;
  private final int nodes;
  private final int ttlMillis;
  private final int ttls;

  LockEngineCase(String title, int nodes, int ttlMillis, int ttls) {
    this.title = title;
    this.nodes = nodes;
    this.ttlMillis = ttlMillis;
    this.ttls = ttls;
  }

  String title() {
    return title;
  }

  int nodes() {
    return nodes;
  }

  Duration ttl() {
    return Duration.ofMillis(ttlMillis);
  }

  /** How long a schedule is, in times to live. */
  int ttls() {
    return ttls;
  }

  /** The faults that are done to it. */
  Set<FaultKind> kinds() {
    return isEtcd() ? EnumSet.complementOf(EnumSet.of(JUMP_CLOCK)) : EnumSet.allOf(FaultKind.class);
  }

  private boolean isEtcd() {
    return this == ETCD || this == ETCD_CLUSTER;
  }

  /** The faults that are done to it in a network. */
  Set<FaultKind> kinds(boolean hasCables) {
    var kinds = EnumSet.copyOf(kinds());
    if (hasCables) {
      kinds.remove(DELAY_WORKER);
    }
    return kinds;
  }

  /**
   * The URL of an engine with these nodes. Its calls get half of the time to live; those of PostgreSQL a second, for its driver
   * counts in seconds.
   *
   * @param login empty, or {@code USER:PASSWORD@}
   */
  String url(List<InetSocketAddress> addresses, String login) {
    String hosts =
        addresses.stream()
            .map(address -> address.getHostString() + ":" + address.getPort())
            .collect(Collectors.joining(","));
    String timeout = "timeout=" + ttlMillis / 2 + "ms";
    return switch (this) {
      case POSTGRES -> "postgres://" + login + hosts + "/ballast?connectTimeout=1&socketTimeout=1";
      case REDIS -> "redis://" + hosts + "?" + timeout;
      case REDLOCK -> "redlock://" + hosts + "?" + timeout + "&max-ttl=" + ttlMillis + "ms";
      case ETCD, ETCD_CLUSTER -> "etcd://" + hosts + "?" + timeout;
    };
  }
}
