package dev.ballast.cli;

import dev.ballast.detection.ProbeMetrics;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Snapshot;
import dev.ballast.proxy.ProxyServer;
import dev.ballast.proxy.ProxySettings;
import dev.ballast.proxy.SyncReport;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An LB server that serves what a file says, and what it says next as soon as it has changed. A file that can't be served
 * changes nothing: the last good one stays in use, and the log and {@code /report} say what is wrong with the new one.
 *
 * <p>It probes the backends of pools with a health check by itself, once its listeners are bound, and lays its verdicts over what the file says.
 *
 * <p>Its state belongs to one thread, which reads the file, and by turns lays verdicts.
 */
final class StaticRole {
  private static final Logger log = LoggerFactory.getLogger(StaticRole.class);
  private static final long LOOK_MILLIS = 200;

  private final Shell shell;
  private final ProxySettings settings;
  private final Farewell farewell;
  private final WatchedFile file;
  private final StaticConfiguration configuration;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("ballast-config").daemon().factory());
  private final StaticProbes probes;
  private @Nullable VerdictOverlay overlay;
  private @Nullable ProxyServer server;
  private final AtomicReference<SyncReport> report = new AtomicReference<>(SyncReport.NONE);

  StaticRole(
      Shell shell,
      ProxySettings settings,
      ProbingSettings probing,
      String file,
      Farewell farewell) {
    this.shell = shell;
    this.farewell = farewell;
    this.file = new WatchedFile(shell, file);
    this.configuration =
        new StaticConfiguration(settings.fleet(), settings.instance(), shell.clock());
    var verdicts = new Gathering<BackendStatus>(thread, System::nanoTime, this::lay);
    this.probes =
        new StaticProbes(
            probing, shell.clock(), System::nanoTime, found -> verdicts.add(found.name(), found));
    this.settings = settings.withSync(report::get, () -> {}).withMoreMetrics(this::metrics);
  }

  /**
   * Starts it.
   *
   * @throws CommandFailed when the file can't be served
   */
  void start(ClosingStack started) throws IOException {
    StaticConfiguration.Loaded first = first();
    ProxyServer proxy = LbRole.proxy(settings);
    started.add(() -> proxy.close(farewell.timeout()));
    server = proxy;
    use(proxy, first);
    started.add(probes);
    started.add(thread::shutdownNow);
    thread.execute(() -> probes.follow(first.snapshot()));
    var _ =
        thread.scheduleWithFixedDelay(
            () -> {
              look(proxy);
              tellDoubt();
            },
            LOOK_MILLIS,
            LOOK_MILLIS,
            TimeUnit.MILLISECONDS);
    started.add(() -> farewell.leave(proxy));
  }

  private void tellDoubt() {
    try {
      probes.tellDoubt();
    } catch (RejectedExecutionException stopped) {
      log.debug("The prober has ended", stopped);
    }
  }

  private StaticConfiguration.Loaded first() {
    try {
      return configuration.load(file.read());
    } catch (StaticConfiguration.Rejected rejected) {
      throw new CommandFailed(file.name() + " can't be served:\n" + rejected.text());
    }
  }

  private void look(ProxyServer proxy) {
    try {
      DocumentInput changed = file.look();
      if (changed != null) {
        StaticConfiguration.Loaded next = configuration.load(changed);
        use(proxy, next);
        probes.follow(next.snapshot());
      }
    } catch (StaticConfiguration.Rejected rejected) {
      keep(proxy, rejected.text());
    } catch (CommandFailed unreadable) {
      keep(proxy, Failures.text(unreadable));
    } catch (RuntimeException mistake) {
      log.error("{} can't be used", file.name(), mistake);
    }
  }

  private void use(ProxyServer proxy, StaticConfiguration.Loaded loaded) {
    Snapshot snapshot = over(loaded.snapshot());
    Instant now = shell.clock().instant();
    report.set(new SyncReport("static", true, "file", now, file.name(), null));
    proxy.use(snapshot);
    loaded.warnings().forEach(warning -> log.warn("{}", warning));
    log.info(
        "{} is in use as revision {}: {} load balancers, {} pools",
        file.name(),
        snapshot.revision(),
        snapshot.loadBalancers().count(),
        snapshot.pools().count());
  }

  private List<MetricSnapshot> metrics() {
    return probes.counters().map(ProbeMetrics::of).orElse(List.of());
  }

  private Snapshot over(Snapshot configured) {
    VerdictOverlay before = overlay;
    if (before == null) {
      overlay = new VerdictOverlay(configured);
      return configured;
    }
    return before.over(configured);
  }

  private void lay(List<BackendStatus> verdicts) {
    try {
      StaticProbes.tell(verdicts);
      Objects.requireNonNull(overlay).with(verdicts).ifPresent(Objects.requireNonNull(server)::use);
    } catch (RuntimeException mistake) {
      log.error("{} verdicts can't be used", verdicts.size(), mistake);
    }
  }

  private void keep(ProxyServer proxy, String mistakes) {
    String inUse = proxy.revision().map(Object::toString).orElse("nothing");
    log.warn("{} is not taken, {} stays in use:\n{}", file.name(), inUse, mistakes);
    SyncReport before = report.get();
    report.set(
        new SyncReport(
            before.mode(),
            false,
            before.source(),
            before.lastContact(),
            file.name() + " is not taken: " + mistakes,
            null));
  }
}
