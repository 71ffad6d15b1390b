package dev.ballast.sync;

import dev.ballast.model.InvalidInput;
import dev.ballast.model.LbServer;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Wire;
import dev.ballast.sync.ControllerConnection.Listed;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a copy of a view of the configuration: from disk at once, then from a controller by list + watch, by polling, or
 * both. It never gives up and never takes away what it has: while no controller answers, the last snapshot stays in use.
 *
 * <p>One thread owns the connection and the {@link Follower} that decides; the listener is called on it. Limits: {@value
 * #SILENCE_SECONDS} s of silence end a watch; waits between tries are those of {@link Backoff}. Thread-safe.
 */
public final class SyncClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SyncClient.class);
  private static final int SILENCE_SECONDS = 6;
  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(SILENCE_SECONDS);
  private static final Duration SLOW_RETRY = Duration.ofSeconds(5);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

  private final SyncSettings settings;
  private final SnapshotListener listener;
  private final LongSupplier nanoTime;
  private final Backoff backoff;
  private final HttpClient http;
  private final List<ControllerConnection> controllers;
  private final Follower follower = new Follower();
  private final SyncJournal journal;
  private final SnapshotFile file;
  private final SnapshotKeeper keeper;
  private final Optional<Registration> registration;
  private final Thread thread;

  private final Semaphore wakeUps = new Semaphore(0);
  private volatile boolean isClosed;
  private volatile boolean isAccepted;

  /** The follower's thread alone reads and writes it. */
  private boolean isUnused;

  private SyncClient(
      SyncSettings settings,
      SnapshotListener listener,
      Optional<LbServer> registrant,
      InstantSource clock,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.settings = settings;
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.backoff = new Backoff(random);
    this.journal = new SyncJournal(settings.mode(), clock);
    this.file = new SnapshotFile(settings.stateFile());
    this.keeper = new SnapshotKeeper(file);
    this.http = client(settings);
    this.controllers =
        settings.controllers().stream()
            .map(uri -> new ControllerConnection(http, uri, settings.token(), settings.view()))
            .toList();
    this.registration = registrant.map(server -> new Registration(http, settings, server, random));
    this.thread = Thread.ofVirtual().name("sync").unstarted(this::run);
  }

  /**
   * Starts to follow. A good snapshot on disk is given to the listener before this returns.
   *
   * @param registrant the LB server to register, again at every new contact: the database behind the controller may have
   *     forgotten it
   * @param nanoTime as {@link System#nanoTime}
   * @throws IllegalArgumentException when the CA file can't be used
   */
  public static SyncClient start(
      SyncSettings settings,
      SnapshotListener listener,
      Optional<LbServer> registrant,
      InstantSource clock,
      LongSupplier nanoTime,
      RandomGenerator random) {
    var client = new SyncClient(settings, listener, registrant, clock, nanoTime, random);
    client.startFromDisk();
    client.thread.start();
    return client;
  }

  private static HttpClient client(SyncSettings settings) {
    var builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    settings.caFile().map(Trust::in).ifPresent(builder::sslContext);
    return builder.build();
  }

  public SyncStatus status() {
    return journal.status();
  }

  /** Uses the list that is held, however implausible it looks; when none is held, nothing happens. */
  public void acceptHeld() {
    if (status().held().isPresent()) {
      isAccepted = true;
      wakeUps.release();
    }
  }

  private void startFromDisk() {
    file.read()
        .ifPresent(
            snapshot -> {
              follower.start(snapshot);
              keeper.alreadyKept(snapshot);
              use(snapshot, SnapshotSource.DISK);
            });
  }

  private void run() {
    int turn = 0;
    while (!isClosed) {
      var controller = controllers.get(turn % controllers.size());
      try {
        follow(controller);
      } catch (Unanswered failure) {
        journal.disconnected(failure.why());
        follower.disconnected();
        turn += failed(failure);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        unused(e);
      }
    }
  }

  /** A mistake of the listener's, or of ours, must not end the following: what came is listed and offered again. */
  private void unused(RuntimeException mistake) {
    LOG.error("The last snapshot could not be used; it is listed again", mistake);
    journal.disconnected("the last snapshot could not be used: " + mistake);
    follower.lost();
    isUnused = true;
    pause(SLOW_RETRY);
  }

  /** Waits as the failure demands; answers how many controllers to move on. */
  private int failed(Unanswered failure) {
    return switch (failure.remedy()) {
      case LIST -> {
        follower.lost();
        yield 0;
      }
      case MEND -> {
        pause(SLOW_RETRY);
        yield 1;
      }
      case RETRY -> {
        pause(backoff.next());
        yield 1;
      }
    };
  }

  /** Follows one controller; returns when another list, or another try with it, is due. */
  private void follow(ControllerConnection controller) throws Unanswered, InterruptedException {
    if (settings.mode() == SyncMode.PULL) {
      list(controller);
      pause(follower.held().isPresent() ? SLOW_RETRY : settings.pullInterval());
      return;
    }
    if (follower.mustList()) {
      list(controller);
      if (follower.held().isPresent()) {
        pause(SLOW_RETRY);
        follower.lost();
        return;
      }
    }
    watch(controller);
  }

  private void list(ControllerConnection controller) throws Unanswered, InterruptedException {
    if (isAccepted) {
      isAccepted = false;
      follower.accept();
    }
    boolean wasConnected = journal.isConnected();
    Optional<String> known = follower.current().map(Snapshot::checksum).filter(_ -> !isUnused);
    Listed listed = controller.list(known);
    reached(controller, wasConnected);
    journal.listed();
    switch (listed) {
      case Listed.Same(var revision) -> take(follower.unchanged(revision), SnapshotSource.POLL);
      case Listed.Fresh(var snapshot) -> take(follower.listed(snapshot), SnapshotSource.POLL);
    }
    isUnused = false;
  }

  private void watch(ControllerConnection controller) throws Unanswered, InterruptedException {
    boolean wasConnected = journal.isConnected();
    try (Watch watch = controller.watch(follower.current().orElseThrow().revision())) {
      reached(controller, wasConnected);
      long reconcileAt = nanoTime.getAsLong() + settings.pullInterval().toNanos();
      long silentAt = nanoTime.getAsLong() + SILENCE_LIMIT.toNanos();
      while (!follower.mustList() && !isClosed) {
        long now = nanoTime.getAsLong();
        if (silentAt - now <= 0) {
          throw new Unanswered(Unanswered.Remedy.RETRY, controller.controller() + " is silent");
        }
        if (settings.mode() == SyncMode.PUSH_PULL && reconcileAt - now <= 0) {
          if (isOutOfStep(controller)) {
            return;
          }
          reconcileAt = nanoTime.getAsLong() + settings.pullInterval().toNanos();
        }
        var line = watch.next(Duration.ofNanos(Math.max(1, Math.min(silentAt, reconcileAt) - now)));
        if (line.isPresent()) {
          silentAt = nanoTime.getAsLong() + SILENCE_LIMIT.toNanos();
          heard(line.get());
        }
      }
    } finally {
      follower.disconnected();
    }
  }

  /**
   * Asks behind the watch whether we have what the controller has. Where not, either a change is on its way or something
   * went wrong; the list is right in both cases, and a new watch goes on from it.
   */
  private boolean isOutOfStep(ControllerConnection controller)
      throws Unanswered, InterruptedException {
    journal.listed();
    var listed = controller.list(follower.current().map(Snapshot::checksum));
    if (listed instanceof Listed.Fresh(var snapshot)) {
      take(follower.listed(snapshot), SnapshotSource.POLL);
      return true;
    }
    return false;
  }

  private void heard(String line) throws Unanswered {
    backoff.reset();
    journal.contact();
    try {
      take(follower.heard(Wire.readLine(line)), SnapshotSource.WATCH);
    } catch (InvalidInput e) {
      follower.lost();
      throw new Unanswered(
          Unanswered.Remedy.RETRY, "a line of the watch can't be read: " + e.getMessage());
    }
  }

  private void take(Follower.Step step, SnapshotSource source) {
    switch (step) {
      case Follower.Step.Use(Snapshot snapshot) -> {
        use(snapshot, source);
        keeper.keep(snapshot);
      }
      case Follower.Step.Keep() -> {}
      case Follower.Step.Relist(String why) -> {
        journal.mismatch();
        LOG.info("Listing again: {}", why);
      }
      case Follower.Step.Hold(String why) -> LOG.warn("Held: {}", why);
    }
    journal.held(follower.held());
  }

  private void use(Snapshot snapshot, SnapshotSource source) {
    listener.use(snapshot, source);
    journal.used(snapshot.revision(), source);
  }

  private void reached(ControllerConnection controller, boolean wasConnected) {
    journal.connected(controller.controller());
    backoff.reset();
    if (!wasConnected) {
      LOG.info("Following {}", controller.controller());
      registration.ifPresent(Registration::renew);
    }
  }

  /** Waits, unless somebody wakes us. */
  private void pause(Duration time) {
    try {
      if (wakeUps.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS)) {
        wakeUps.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops following, and writes the last snapshot to disk if it is not there yet. */
  @Override
  public void close() {
    isClosed = true;
    wakeUps.release();
    thread.interrupt();
    try {
      thread.join(CLOSE_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    registration.ifPresent(Registration::close);
    http.shutdownNow();
    keeper.close();
  }
}
