package dev.ballast.proxy;

import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An LB server: serves whatever snapshot it was last given, over HTTP/1.1 and TCP.
 *
 * <p>Idea: one control thread turns snapshots into the form that requests are served from and swaps one reference; event loops
 * read that reference once per request. Connections, and the handles of backends, outlive every swap. Nothing is reloaded.
 *
 * <p>Safe for all threads.
 */
public final class ProxyServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration DRAIN_LOOK = Duration.ofMillis(20);

  private final ProxySettings settings;
  private final ScheduledThreadPoolExecutor control;
  private final Transport transport;
  private final LogWriter log;
  private final Loops loops;
  private final Names names;
  private final Compiler compiler;
  private final AtomicReference<CompiledSnapshot> inUse =
      new AtomicReference<>(CompiledSnapshot.NONE);
  private final TlsReleases releases;
  private final Listeners listeners;
  private final RevisionGate revisions;
  private final AdminServer admin;
  private @Nullable Snapshot given;
  private @Nullable ScheduledFuture<?> nextEvaluation;
  private volatile boolean isLeaving;
  private final AtomicBoolean isStopping = new AtomicBoolean();

  private ProxyServer(ProxySettings settings, Transport transport) throws IOException {
    this.settings = settings;
    this.transport = transport;
    this.control = new ScheduledThreadPoolExecutor(1, ProxyServer::controlThread);
    control.setRemoveOnCancelPolicy(true);
    control.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.log =
        LogWriter.start(
            settings.accessLog(),
            settings.limits(),
            settings.eventLoops(),
            settings.surroundings().clock());
    this.loops =
        Loops.start(
            settings.eventLoops(),
            transport,
            settings.limits(),
            new Admission(settings.limits(), settings.surroundings().random().nextLong()),
            log,
            settings.surroundings().ticker(),
            settings.surroundings().random());
    this.names = new Names(settings.nameServers(), settings.limits(), this::evaluateSoon);
    var secrets = new OpenedSecrets(settings.secrets().dataKey(), settings.secrets().fleetKeys());
    var tls = new TlsCompiler(secrets.ticketKeys());
    var bookkeeper = new Bookkeeper(settings.limits(), loops.count());
    this.compiler =
        new Compiler(
            new PoolCompiler(
                loops,
                names,
                tls,
                secrets,
                settings.surroundings().random(),
                settings.extensions(),
                settings.place(),
                this::evaluateSoon),
            tls,
            secrets,
            bookkeeper);
    this.releases = new TlsReleases(control, settings.limits());
    this.listeners =
        new Listeners(
            settings.addresses().listeners(),
            settings.addresses().portOffset(),
            loops,
            transport,
            settings.limits(),
            inUse,
            control);
    this.revisions = new RevisionGate(settings.limits().of(Limit.WAITING_REPORTS));
    this.admin =
        AdminServer.start(
            settings,
            this,
            revisions,
            new ProxyMetrics(
                loops,
                names,
                inUse,
                listeners,
                revisions,
                bookkeeper,
                log,
                settings.moreMetrics()));
  }

  private static Thread controlThread(Runnable work) {
    return Thread.ofPlatform().name("ballast-control").daemon().unstarted(work);
  }

  /**
   * Starts it with nothing to serve yet.
   *
   * @throws IOException if the admin port can't be bound
   */
  public static ProxyServer start(ProxySettings settings) throws IOException {
    return start(settings, Transport.of(settings.transport()));
  }

  static ProxyServer start(ProxySettings settings, Transport transport) throws IOException {
    return new ProxyServer(settings, transport);
  }

  /** Serves by this snapshot from now on; returns when it is in use. */
  public void use(Snapshot snapshot) {
    onControl(
        () -> {
          evaluate(snapshot);
          given = snapshot;
          return snapshot;
        });
  }

  /** Compiles, swaps, and lets sockets and names follow. On the control thread. */
  private void evaluate(Snapshot snapshot) {
    if (isStopping.get()) {
      return;
    }
    Instant now = settings.surroundings().clock().instant();
    CompiledSnapshot next = compiler.compile(snapshot, now);
    listeners.beforeSwap(next);
    inUse.set(next);
    listeners.afterSwap(next);
    releases.later(compiler.contextsGone());
    names.retain(compiler.hostsInUse());
    revisions.open(snapshot.revision());
    scheduleNextEvaluation(now);
  }

  /** The same snapshot once more, because time has passed or a name was resolved. */
  private void evaluateAgain() {
    Snapshot snapshot = given;
    if (snapshot != null) {
      try {
        evaluate(snapshot);
      } catch (RuntimeException e) {
        LOG.error("Revision {} can't be evaluated again", snapshot.revision(), e);
      }
    }
  }

  /** Grace, overrides, ejections and slow starts end by time alone. */
  private void scheduleNextEvaluation(Instant now) {
    if (nextEvaluation != null) {
      nextEvaluation.cancel(false);
    }
    nextEvaluation =
        compiler
            .nextChange()
            .map(due -> Math.max(1, Duration.between(now, due).toMillis() + 1))
            .map(millis -> control.schedule(this::evaluateAgain, millis, TimeUnit.MILLISECONDS))
            .orElse(null);
  }

  private void evaluateSoon() {
    if (!isStopping.get()) {
      control.execute(this::evaluateAgain);
    }
  }

  private <T> T onControl(Callable<T> work) {
    Future<T> result = control.submit(work);
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted before the snapshot was in use", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    }
  }

  /** The revision in use. */
  public Optional<Revision> revision() {
    return Optional.ofNullable(revisions.current());
  }

  /** Whether a snapshot is in use and at least one of its listeners is bound. */
  public boolean isReady() {
    return !isLeaving && !isStopping.get() && revisions.current() != null && listeners.isAnyBound();
  }

  /** What {@code /report} shows. */
  public Report report() {
    return report(true);
  }

  /** The same, perhaps without the pools: then it costs as much as there are listeners, however many backends there are. */
  Report report(boolean hasPools) {
    return Reports.of(settings, this, transport, inUse.get(), listeners, hasPools);
  }

  /** What this LB server has itself observed of these backends, {@code POOL/BACKEND} each. */
  Observations observations(List<String> asked) {
    return Observations.of(
        settings.instance(), inUse.get(), asked, loops.all().getFirst().nowNanos());
  }

  public InetSocketAddress adminAddress() {
    return admin.address();
  }

  /** Is no longer ready from now on, and serves and follows as before: whoever sends clients here shall stop doing so. */
  public void leave() {
    if (!isLeaving) {
      isLeaving = true;
      LOG.info("LB server {} is leaving: not ready any more", settings.name());
    }
  }

  /** Whether it was told to leave. */
  boolean isLeaving() {
    return isLeaving;
  }

  /** Lets this time pass, while everything is served. */
  public void serveOn(Duration time) {
    try {
      settings.surroundings().ticker().sleep(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops at once. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }

  /**
   * Stops accepting after all that the kernel has queued was accepted; lets what is in flight finish for as long as
   * {@code drain}; then closes. Repeating it does nothing.
   */
  public void close(Duration drain) {
    if (!isStopping.compareAndSet(false, true)) {
      return;
    }
    onControl(listeners::close)
        .orTimeout(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(e -> null)
        .join();
    loops.onEach(Loop::retireOpen, STOP_TIMEOUT);
    awaitQuiet(drain);
    loops.onEach(Loop::stopOpen, STOP_TIMEOUT);
    admin.close();
    names.close();
    loops.stop(STOP_TIMEOUT);
    log.close();
    onControl(
        () -> {
          releases.now(compiler.close());
          return true;
        });
    control.shutdownNow();
    LOG.info("LB server {} has stopped", settings.name());
  }

  private void awaitQuiet(Duration atMost) {
    long deadlineNanos = settings.surroundings().ticker().nanoTime() + atMost.toNanos();
    while (loops.sum(Counter.CONNECTIONS_OPEN) > 0
        && deadlineNanos - settings.surroundings().ticker().nanoTime() > 0) {
      try {
        settings.surroundings().ticker().sleep(DRAIN_LOOK.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
