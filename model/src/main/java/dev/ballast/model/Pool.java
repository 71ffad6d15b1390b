package dev.ballast.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Backends that do the same work, with the algorithm that picks among them. Its backends are items of their own.
 *
 * @param panicThresholdPercent 0 to 100: when a smaller share than this is eligible, all are used but the draining and the
 *     disabled; 0 turns that off
 * @param resilience what holds when backends fail or are slow
 * @param transport how its backends are spoken to
 * @param preference which of its backends come first
 */
public record Pool(
    String name,
    Algorithm algorithm,
    Optional<HealthCheck> healthCheck,
    Timeouts timeouts,
    int panicThresholdPercent,
    Resilience resilience,
    BackendTransport transport,
    Optional<Sticky> sticky,
    Preference preference)
    implements Resource {
  public static final int DEFAULT_PANIC_THRESHOLD_PERCENT = 50;
  public static final int BACKEND_LIMIT = 50_000;

  public Pool {
    Names.requireName(name);
    Ranges.requirePercent("panicThreshold", panicThresholdPercent, 0, 100);
  }

  /** One with the default resilience, in clear, not sticky. */
  public Pool(
      String name,
      Algorithm algorithm,
      Optional<HealthCheck> healthCheck,
      Timeouts timeouts,
      int panicThresholdPercent) {
    this(
        name,
        algorithm,
        healthCheck,
        timeouts,
        panicThresholdPercent,
        Resilience.defaults(),
        BackendTransport.CLEAR,
        Optional.empty(),
        Preference.NONE);
  }

  public Pool with(Resilience other) {
    return with(other, transport, sticky, preference);
  }

  public Pool with(BackendTransport other) {
    return with(resilience, other, sticky, preference);
  }

  public Pool with(Sticky how) {
    return with(resilience, transport, Optional.of(how), preference);
  }

  public Pool with(Preference other) {
    return with(resilience, transport, sticky, other);
  }

  private Pool with(
      Resilience bearing, BackendTransport spoken, Optional<Sticky> staying, Preference preferred) {
    return new Pool(
        name,
        algorithm,
        healthCheck,
        timeouts,
        panicThresholdPercent,
        bearing,
        spoken,
        staying,
        preferred);
  }

  @Override
  public Kind kind() {
    return Kind.POOL;
  }

  /** The certificates that it names, each once. */
  public List<String> certificatesReached() {
    return Stream.concat(
            transport.tls().stream(),
            healthCheck.stream().flatMap(check -> check.connection().tls().stream()))
        .flatMap(tls -> Stream.concat(tls.authority().stream(), tls.certificate().stream()))
        .distinct()
        .toList();
  }

  /** What holds when backends fail or are slow. */
  public record Resilience(
      Retries retries, CircuitBreaker breaker, OutlierEjection ejection, SlowStart slowStart) {
    private static final Resilience DEFAULTS =
        new Resilience(
            Retries.defaults(),
            CircuitBreaker.defaults(),
            OutlierEjection.defaults(),
            SlowStart.NONE);

    public static Resilience defaults() {
      return DEFAULTS;
    }
  }

  /** How backends are spoken to. */
  public record BackendTransport(Optional<BackendTls> tls, Optional<ProxyProtocol> proxyProtocol) {
    public static final BackendTransport CLEAR =
        new BackendTransport(Optional.empty(), Optional.empty());
  }
}
