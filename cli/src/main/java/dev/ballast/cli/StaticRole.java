package dev.ballast.cli;

import dev.ballast.model.Snapshot;
import dev.ballast.proxy.ProxyServer;
import dev.ballast.proxy.ProxySettings;
import dev.ballast.proxy.SyncReport;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An LB server that serves what a file says, and what it says next as soon as it has changed. A file that can't be served
 * changes nothing: the last good one stays in use, and the log and {@code /report} say what is wrong with the new one.
 */
final class StaticRole {
  private static final Logger log = LoggerFactory.getLogger(StaticRole.class);
  private static final long LOOK_MILLIS = 200;

  private final Shell shell;
  private final ProxySettings settings;
  private final Farewell farewell;
  private final WatchedFile file;
  private final StaticConfiguration configuration;
  private final AtomicReference<SyncReport> report = new AtomicReference<>(SyncReport.NONE);

  StaticRole(Shell shell, ProxySettings settings, String file, Farewell farewell) {
    this.shell = shell;
    this.settings = settings;
    this.farewell = farewell;
    this.file = new WatchedFile(shell, file);
    this.configuration =
        new StaticConfiguration(settings.fleet(), settings.instance(), shell.clock());
  }

  /**
   * Starts it.
   *
   * @throws CommandFailed when the file can't be served
   */
  void start(ClosingStack started) throws IOException {
    StaticConfiguration.Loaded first = first();
    ProxyServer proxy = LbRole.proxy(settings.withSync(report::get, () -> {}));
    started.add(() -> proxy.close(farewell.timeout()));
    use(proxy, first);
    started.add(watching(proxy)::shutdownNow);
    started.add(() -> farewell.leave(proxy));
  }

  private StaticConfiguration.Loaded first() {
    try {
      return configuration.load(file.read());
    } catch (StaticConfiguration.Rejected rejected) {
      throw new CommandFailed(file.name() + " can't be served:\n" + rejected.text());
    }
  }

  private ScheduledExecutorService watching(ProxyServer proxy) {
    var watching =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("ballast-config").daemon().factory());
    var _ =
        watching.scheduleWithFixedDelay(
            () -> look(proxy), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    return watching;
  }

  private void look(ProxyServer proxy) {
    try {
      DocumentInput changed = file.look();
      if (changed != null) {
        use(proxy, configuration.load(changed));
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
    Snapshot snapshot = loaded.snapshot();
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
