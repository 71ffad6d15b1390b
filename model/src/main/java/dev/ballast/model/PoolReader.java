package dev.ballast.model;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads pools and backends. */
final class PoolReader {
  private static final BackendAddress PLACEHOLDER_ADDRESS = new BackendAddress("placeholder", 1);
  private static final Pattern TENTHS = Pattern.compile("([0-9]{1,2})(?:\\.([0-9]))?");

  private PoolReader() {}

  static Optional<Pool> pool(Fields fields) {
    String name = fields.name("name");
    var algorithm =
        fields.mapping("algorithm").map(AlgorithmReader::read).orElseGet(Algorithm.RoundRobin::new);
    var healthCheck = fields.mapping("healthCheck").flatMap(HealthCheckReader::read);
    var timeouts =
        fields.mapping("timeouts").flatMap(PoolReader::timeouts).orElse(Timeouts.defaults());
    int panic = fields.percent("panicThreshold", Pool.DEFAULT_PANIC_THRESHOLD_PERCENT, 0, 100);
    var resilience = resilience(fields);
    var sticky = fields.mapping("sticky").flatMap(PoolReader::sticky);
    var tls = fields.mapping("tls").flatMap(PoolReader::tls);
    var proxyProtocol = fields.constant("proxyProtocol", ProxyProtocol.class);
    var transport = new Pool.BackendTransport(tls, proxyProtocol);
    var preference = preference(fields);
    return fields.make(
        () ->
            new Pool(
                name,
                algorithm,
                healthCheck,
                timeouts,
                panic,
                resilience,
                transport,
                sticky,
                preference));
  }

  private static Preference preference(Fields fields) {
    int failover =
        fields
            .mapping("failover")
            .map(how -> threshold(how, "below", Preference.DEFAULT_FAILOVER_PERCENT))
            .orElse(Preference.DEFAULT_FAILOVER_PERCENT);
    int spill =
        fields
            .mapping("zonePreference")
            .map(how -> threshold(how, "spillBelow", Preference.DEFAULT_SPILL_PERCENT))
            .orElse(0);
    int subset = fields.mapping("subset").map(PoolReader::subsetSize).orElse(0);
    return new Preference(failover, spill, subset);
  }

  private static int threshold(Fields fields, String key, int unlessSaid) {
    int percent = fields.percent(key, unlessSaid, 1, 100);
    fields.finish();
    return percent;
  }

  private static int subsetSize(Fields fields) {
    int size = fields.requiredInteger("size", 1, Preference.MOST_SUBSET);
    fields.finish();
    return size;
  }

  private static Optional<Timeouts> timeouts(Fields fields) {
    var defaults = Timeouts.defaults();
    var connect = fields.duration("connect", defaults.connect());
    var firstByte = fields.duration("firstByte", defaults.firstByte());
    var idle = fields.duration("idle", defaults.idle());
    var overall = fields.duration("overall", defaults.overall());
    fields.finish();
    return fields.make(() -> new Timeouts(connect, firstByte, idle, overall));
  }

  private static Pool.Resilience resilience(Fields fields) {
    var defaults = Pool.Resilience.defaults();
    return new Pool.Resilience(
        fields.mapping("retries").flatMap(PoolReader::retries).orElse(defaults.retries()),
        fields.mapping("circuitBreaker").flatMap(PoolReader::breaker).orElse(defaults.breaker()),
        fields.mapping("outlierEjection").flatMap(PoolReader::ejection).orElse(defaults.ejection()),
        fields.mapping("slowStart").flatMap(PoolReader::slowStart).orElse(defaults.slowStart()));
  }

  private static Optional<Retries> retries(Fields fields) {
    var defaults = Retries.defaults();
    int attempts = fields.integer("attempts", defaults.attempts(), 0, 5);
    int budget = fields.percent("budget", defaults.budgetPercent(), 0, 100);
    int budgetMin = fields.integer("budgetMin", defaults.budgetMin(), 0, 1_000);
    var statuses =
        fields.has("status")
            ? StatusRange.read(fields, "status", Retries.STATUS_LIMIT)
            : defaults.statuses();
    fields.finish();
    return fields.make(() -> new Retries(attempts, budget, budgetMin, statuses));
  }

  private static Optional<CircuitBreaker> breaker(Fields fields) {
    var defaults = CircuitBreaker.defaults();
    int connections = fields.integer("connections", defaults.connections(), 1, 1_000_000);
    int requests = fields.integer("requests", defaults.requests(), 1, 1_000_000);
    int pending = fields.integer("pending", defaults.pending(), 0, 1_000_000);
    var queueTimeout = fields.duration("queueTimeout", defaults.queueTimeout());
    fields.finish();
    return fields.make(() -> new CircuitBreaker(connections, requests, pending, queueTimeout));
  }

  private static Optional<OutlierEjection> ejection(Fields fields) {
    var defaults = OutlierEjection.defaults();
    int failures = fields.integer("consecutiveFailures", defaults.consecutiveFailures(), 0, 10_000);
    int deviations =
        fields
            .text("successRateDeviations", PoolReader::tenths)
            .orElse(defaults.successRateDeviations());
    int minHosts = fields.integer("minHosts", defaults.minHosts(), 2, 10_000);
    int minRequests = fields.integer("minRequests", defaults.minRequests(), 1, 1_000_000);
    var interval = fields.duration("interval", defaults.interval());
    var base = fields.duration("baseEjection", defaults.baseEjection());
    var longest = fields.duration("maxEjection", defaults.maxEjection());
    int maxEjected = fields.percent("maxEjected", defaults.maxEjectedPercent(), 0, 100);
    fields.finish();
    return fields.make(
        () ->
            new OutlierEjection(
                failures, deviations, minHosts, minRequests, interval, base, longest, maxEjected));
  }

  /** {@code 1.9}: a number with one decimal, in tenths. */
  private static int tenths(String text) {
    var parts = TENTHS.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a number with at most one decimal: 1.9");
    }
    String tenths = parts.group(2);
    return 10 * Integer.parseInt(parts.group(1)) + (tenths == null ? 0 : Integer.parseInt(tenths));
  }

  private static Optional<SlowStart> slowStart(Fields fields) {
    var window = fields.duration("window", SlowStart.NONE.window());
    int least = fields.percent("minWeight", SlowStart.NONE.minPercent(), 1, 100);
    fields.finish();
    return fields.make(() -> new SlowStart(window, least));
  }

  private static Optional<Sticky> sticky(Fields fields) {
    var cookie = fields.mapping("cookie").flatMap(PoolReader::cookie);
    var header = fields.mapping("header").flatMap(PoolReader::header);
    fields.finish();
    if (fields.has("cookie") == fields.has("header")) {
      return fields.problem("", "has either cookie or header");
    }
    return Stream.concat(cookie.stream(), header.stream()).findFirst();
  }

  private static Optional<Sticky> cookie(Fields fields) {
    String name = fields.text("name", HttpSyntax::cookieName).orElse(Sticky.Cookie.DEFAULT_NAME);
    String path = fields.text("path", HttpSyntax::cookiePath).orElse(Sticky.Cookie.DEFAULT_PATH);
    var lifetime = fields.duration("lifetime", Duration.ZERO);
    boolean isSecure = fields.fact("secure", false);
    fields.finish();
    return fields.make(() -> new Sticky.Cookie(name, path, lifetime, isSecure));
  }

  private static Optional<Sticky> header(Fields fields) {
    String name = fields.required("name", HttpSyntax::writableFieldName, "placeholder");
    fields.finish();
    return fields.make(() -> new Sticky.Header(name));
  }

  static Optional<BackendTls> tls(Fields fields) {
    boolean isVerified = fields.fact("verify", true);
    var authority = fields.optionalName("authority");
    var serverName = fields.text("serverName", LoadBalancerReader::host);
    var certificate = fields.optionalName("certificate");
    fields.finish();
    return fields.make(() -> new BackendTls(isVerified, authority, serverName, certificate));
  }

  /** A backend by its name within the pool; the caller knows the pool. */
  static Optional<Backend> backend(Fields fields, String pool) {
    String id = fields.name("name");
    var address = fields.required("address", BackendAddress::parse, PLACEHOLDER_ADDRESS);
    int weight = fields.integer("weight", Backend.DEFAULT_WEIGHT, 0, Backend.WEIGHT_LIMIT);
    String zone = fields.name("zone", "");
    int priority = fields.integer("priority", 0, 0, Backend.LAST_PRIORITY);
    var adminState = fields.constant("adminState", AdminState.class).orElse(AdminState.ENABLED);
    return fields.make(() -> new Backend(pool, id, address, weight, zone, priority, adminState));
  }
}
