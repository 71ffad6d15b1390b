package dev.ballast.proxy;

/** What is counted of one pool by one event loop: all of it now, none of it ever. */
enum PoolCounter {
  IN_FLIGHT("pool_in_flight", "Exchanges and streams of the pool now"),
  WAITING("pool_waiting", "Exchanges and streams that wait for room in the pool now"),
  CONNECTIONS("pool_connections", "Connections to backends of the pool now"),
  IDLE("pool_idle_connections", "Idle connections to backends of the pool now"),
  RETRYING(
      "pool_retrying",
      "Exchanges and streams of the pool now whose retry has not come to an answer");

  private final String metric;
  private final String help;

  PoolCounter(String metric, String help) {
    this.metric = metric;
    this.help = help;
  }

  String metric() {
    return metric;
  }

  String help() {
    return help;
  }
}
