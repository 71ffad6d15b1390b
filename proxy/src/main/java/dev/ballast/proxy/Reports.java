package dev.ballast.proxy;

import dev.ballast.balancing.Eligibility;
import dev.ballast.balancing.Preferred;
import dev.ballast.balancing.Standing;
import dev.ballast.model.Revision;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Draws up the {@link Report}. */
final class Reports {
  private Reports() {}

  static Report of(
      ProxySettings settings,
      ProxyServer server,
      Transport transport,
      CompiledSnapshot inUse,
      Listeners listeners,
      boolean hasPools) {
    SyncReport sync = settings.sync().get();
    return new Report(
        settings.name(),
        settings.instance(),
        settings.fleet(),
        settings.place().zone().isEmpty() ? null : settings.place().zone(),
        settings.place().ordinal(),
        settings.version(),
        server.isReady(),
        server.revision().map(Revision::toString).orElse(null),
        sync.held(),
        settings.eventLoops(),
        transport.name(),
        TlsLibrary.description(),
        sync(sync, settings.surroundings().clock().instant()),
        inUse.listeners().stream().map(listener -> listener(listener, listeners)).toList(),
        hasPools ? pools(inUse) : List.of());
  }

  private static List<Report.Pool> pools(CompiledSnapshot inUse) {
    return inUse.pools().values().stream()
        .sorted((a, b) -> a.name().compareTo(b.name()))
        .map(Reports::pool)
        .toList();
  }

  static Report.Sync sync(SyncReport sync, Instant now) {
    Instant heard = sync.lastContact();
    return new Report.Sync(
        sync.mode(),
        sync.connected(),
        sync.source(),
        heard == null ? null : heard.toString(),
        heard == null ? null : Math.max(0, Duration.between(heard, now).toMillis()),
        sync.detail());
  }

  private static Report.Listener listener(
      PortCompiler.ConfiguredListener listener, Listeners listeners) {
    BindFailure unbound = listeners.failure(listener);
    BindFailure failure = unbound == null ? listener.trouble() : unbound;
    return new Report.Listener(
        listener.loadBalancer(),
        listener.name(),
        listener.port(),
        listener.protocol().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        unbound == null ? "bound" : "failed",
        failure == null ? null : failure.reason(),
        failure == null ? null : failure.remedy());
  }

  private static Report.Pool pool(PoolPlan pool) {
    Eligibility eligibility = pool.eligibility();
    List<Report.Backend> backends = new ArrayList<>(pool.members().size());
    for (int i = 0; i < pool.members().size(); i++) {
      backends.add(backend(pool, i));
    }
    BindFailure unreachable = pool.handle().trouble();
    BindFailure trouble = unreachable == null ? pool.trouble() : unreachable;
    Preferred preferred = eligibility.preferred();
    return new Report.Pool(
        pool.name(),
        eligibility.isPanic(),
        pool.handle().panicThreshold(),
        backends.stream().filter(Report.Backend::eligible).count(),
        preferred.priority().isPresent() ? preferred.priority().getAsInt() : null,
        preferred.zone().isEmpty() ? null : (int) preferred.ownPercent(),
        trouble == null ? null : trouble.reason(),
        trouble == null ? null : trouble.remedy(),
        backends);
  }

  private static Report.Backend backend(PoolPlan pool, int index) {
    PoolMember member = pool.members().get(index);
    BackendHandle handle = member.handle();
    return new Report.Backend(
        member.id(),
        handle.address().toString(),
        text(handle.host().current()),
        pool.eligibility().isEligible(index),
        word(pool.eligibility().standings().get(index)),
        pool.reason(index),
        member.backend().weight(),
        handle.read(BackendCounter.IN_FLIGHT),
        handle.read(BackendCounter.REQUESTS),
        handle.read(BackendCounter.FAILURES));
  }

  /** {@code unknown-and-new}, as everywhere outside of the code. */
  static String word(Standing standing) {
    return standing.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static @Nullable String text(@Nullable InetAddress address) {
    return address == null ? null : address.getHostAddress();
  }
}
