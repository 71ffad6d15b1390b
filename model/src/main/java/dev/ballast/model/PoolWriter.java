package dev.ballast.model;

import tools.jackson.databind.node.ObjectNode;

/** Writes pools and backends. */
final class PoolWriter {
  private PoolWriter() {}

  static void write(ObjectNode node, Pool pool) {
    algorithm(node.put("name", pool.name()).putObject("algorithm"), pool.algorithm());
    pool.healthCheck()
        .ifPresent(check -> HealthCheckWriter.write(node.putObject("healthCheck"), check));
    Timeouts timeouts = pool.timeouts();
    node.putObject("timeouts")
        .put("connect", Durations.text(timeouts.connect()))
        .put("firstByte", Durations.text(timeouts.firstByte()))
        .put("idle", Durations.text(timeouts.idle()))
        .put("overall", Durations.text(timeouts.overall()));
    node.put("panicThreshold", pool.panicThresholdPercent() + "%");
    resilience(node, pool.resilience());
    preference(node, pool.preference());
    pool.sticky().ifPresent(sticky -> sticky(node.putObject("sticky"), sticky));
    pool.transport().tls().ifPresent(tls -> tls(node.putObject("tls"), tls));
    pool.transport()
        .proxyProtocol()
        .ifPresent(version -> node.put("proxyProtocol", Codec.text(version)));
  }

  private static void algorithm(ObjectNode node, Algorithm algorithm) {
    node.put("type", algorithm.type());
    switch (algorithm) {
      case Algorithm.RoundRobin _,
          Algorithm.WeightedRoundRobin _,
          Algorithm.Random _,
          Algorithm.WeightedRandom _,
          Algorithm.LeastConnections _,
          Algorithm.WeightedLeastConnections _ -> {}
      case Algorithm.PowerOfTwoChoices few -> node.put("choices", few.choices());
      case Algorithm.LeastResponseTime least ->
          node.put("choices", least.choices()).put("decay", Durations.text(least.decay()));
      case Algorithm.LeastLoad least ->
          node.put("choices", least.choices()).put("expiry", Durations.text(least.expiry()));
      case Algorithm.Hash hash -> hash(node, hash);
      case Algorithm.Custom custom -> custom(node, custom);
    }
  }

  private static void custom(ObjectNode node, Algorithm.Custom custom) {
    node.put("factory", custom.factory());
    custom.by().ifPresent(by -> part(node, by));
    if (!custom.parameters().isEmpty()) {
      ObjectNode parameters = node.putObject("parameters");
      custom.parameters().forEach(parameters::put);
    }
  }

  private static void part(ObjectNode node, RequestPart by) {
    node.put("by", Codec.text(by.kind()));
    if (!by.name().isEmpty()) {
      node.put("name", by.name());
    }
  }

  private static void hash(ObjectNode node, Algorithm.Hash hash) {
    part(node, hash.by());
    node.put("over", hash.over().type());
    switch (hash.over()) {
      case KeyTable.Maglev(int size) -> node.put("tableSize", size);
      case KeyTable.RingHash(int points) -> node.put("points", points);
      case KeyTable.Rendezvous() -> {}
    }
    if (hash.boundPercent() > 0) {
      node.put("boundedLoad", hash.boundPercent() + "%");
    }
  }

  private static void resilience(ObjectNode node, Pool.Resilience resilience) {
    var defaults = Pool.Resilience.defaults();
    Retries retries = resilience.retries();
    if (!retries.equals(defaults.retries())) {
      ObjectNode written =
          node.putObject("retries")
              .put("attempts", retries.attempts())
              .put("budget", retries.budgetPercent() + "%")
              .put("budgetMin", retries.budgetMin());
      if (!retries.statuses().equals(defaults.retries().statuses())) {
        written.set("status", ResourceWriter.texts(StatusRange.texts(retries.statuses())));
      }
    }
    CircuitBreaker breaker = resilience.breaker();
    if (!breaker.equals(defaults.breaker())) {
      node.putObject("circuitBreaker")
          .put("connections", breaker.connections())
          .put("requests", breaker.requests())
          .put("pending", breaker.pending())
          .put("queueTimeout", Durations.text(breaker.queueTimeout()));
    }
    if (!resilience.ejection().equals(defaults.ejection())) {
      ejection(node.putObject("outlierEjection"), resilience.ejection());
    }
    SlowStart slowStart = resilience.slowStart();
    if (!slowStart.equals(defaults.slowStart())) {
      node.putObject("slowStart")
          .put("window", Durations.text(slowStart.window()))
          .put("minWeight", slowStart.minPercent() + "%");
    }
  }

  private static void ejection(ObjectNode node, OutlierEjection ejection) {
    node.put("consecutiveFailures", ejection.consecutiveFailures());
    int tenths = ejection.successRateDeviations();
    if (tenths % 10 == 0) {
      node.put("successRateDeviations", tenths / 10);
    } else {
      node.put("successRateDeviations", tenths / 10.0);
    }
    node.put("minHosts", ejection.minHosts())
        .put("minRequests", ejection.minRequests())
        .put("interval", Durations.text(ejection.interval()))
        .put("baseEjection", Durations.text(ejection.baseEjection()))
        .put("maxEjection", Durations.text(ejection.maxEjection()))
        .put("maxEjected", ejection.maxEjectedPercent() + "%");
  }

  private static void preference(ObjectNode node, Preference preference) {
    if (preference.failoverPercent() != Preference.DEFAULT_FAILOVER_PERCENT) {
      node.putObject("failover").put("below", preference.failoverPercent() + "%");
    }
    if (preference.isForOwnZone()) {
      node.putObject("zonePreference").put("spillBelow", preference.spillPercent() + "%");
    }
    if (preference.isForSubset()) {
      node.putObject("subset").put("size", preference.subsetSize());
    }
  }

  private static void sticky(ObjectNode node, Sticky sticky) {
    switch (sticky) {
      case Sticky.Cookie cookie ->
          node.putObject("cookie")
              .put("name", cookie.name())
              .put("path", cookie.path())
              .put("lifetime", Durations.text(cookie.lifetime()))
              .put("secure", cookie.isSecure());
      case Sticky.Header(String name) -> node.putObject("header").put("name", name);
    }
  }

  static void tls(ObjectNode node, BackendTls tls) {
    node.put("verify", tls.isVerified());
    tls.authority().ifPresent(authority -> node.put("authority", authority));
    tls.serverName().ifPresent(name -> node.put("serverName", name));
    tls.certificate().ifPresent(certificate -> node.put("certificate", certificate));
  }

  /** All of a backend but its pool, as it stands in the list of its pool's document. */
  static ObjectNode backend(ObjectNode node, Backend backend) {
    node.put("name", backend.id())
        .put("address", backend.address().toString())
        .put("weight", backend.weight());
    if (!backend.zone().isEmpty()) {
      node.put("zone", backend.zone());
    }
    if (backend.priority() > 0) {
      node.put("priority", backend.priority());
    }
    if (backend.adminState() != AdminState.ENABLED) {
      node.put("adminState", Codec.text(backend.adminState()));
    }
    return node;
  }
}
