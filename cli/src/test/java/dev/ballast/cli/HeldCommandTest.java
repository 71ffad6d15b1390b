package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.ballast.locks.Claim;
import dev.ballast.locks.Lease;
import dev.ballast.locks.LockEngine;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.MemoryEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signals, interrupts and lost leases at whatever moment of a command's life, its start included. */
class HeldCommandTest {
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** As long as no other sleep of this machine. */
  private static final String NAP = "86401.25";

  private static final List<String> SLEEP = List.of("sleep", NAP);
  private static final int ROUNDS = 40;
  private static final long SPAWN_NANOS = Duration.ofMillis(25).toNanos();

  @TempDir Path directory;
  private final Random random = new Random();
  private final MemoryEngine engine = new MemoryEngine(System::nanoTime);
  private final CutEngine cut = new CutEngine(engine);
  private final List<Locks> clients = new ArrayList<>();
  private final Locks locks = client(cut.way(), Duration.ofMinutes(1));

  private Locks client(LockEngine way, Duration ttl) {
    var client = new Locks(way, LocksSettings.of("me", System::nanoTime, random).withTtl(ttl));
    clients.add(client);
    return client;
  }

  @AfterEach
  void end() {
    clients.forEach(Locks::close);
    sleepers().forEach(ProcessHandle::destroyForcibly);
  }

  private static List<ProcessHandle> sleepers() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().commandLine().orElse("").contains(NAP))
        .toList();
  }

  private Lease take() {
    return locks.tryAcquire(Claim.exclusive("jobs")).orElseThrow();
  }

  /** A command under way on a thread of its own. */
  private final class Running {
    final AtomicReference<HeldCommand> held = new AtomicReference<>();
    final FutureTask<Integer> task;
    final Thread thread;

    Running(List<String> command, Lease lease) {
      Callable<Integer> run =
          () -> {
            held.set(new HeldCommand(new TestShell(directory).shell(), command, GRACE));
            return held.get().run(lease);
          };
      task = new FutureTask<>(run);
      thread = Thread.ofPlatform().start(task);
      await().pollInterval(Duration.ofNanos(1000)).until(() -> held.get() != null);
    }

    int exitCode() throws Exception {
      return task.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldHandOnASignalThatCameBeforeTheCommandWasThere() throws Exception {
    try (var lease = take()) {
      var held = new HeldCommand(new TestShell(directory).shell(), SLEEP, GRACE);
      held.signalled(Signals.TERM);
      assertThat(held.run(lease)).isEqualTo(HeldCommand.FIRST_SIGNAL_EXIT + Signals.TERM);
      assertThat(Thread.interrupted()).isFalse();
      assertThat(held.signal()).isEqualTo(Signals.TERM);
    }
    assertThat(sleepers()).isEmpty();
  }

  @Test
  void shouldEndTheCommandAtWhateverMomentOfItsStartASignalComes() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      try (var lease = take()) {
        var running = new Running(SLEEP, lease);
        LockSupport.parkNanos(random.nextLong(SPAWN_NANOS));
        running.held.get().signalled(Signals.TERM);
        assertThat(running.exitCode())
            .as("round %d", i)
            .isEqualTo(HeldCommand.FIRST_SIGNAL_EXIT + Signals.TERM);
      }
      assertThat(sleepers()).isEmpty();
    }
  }

  @Test
  void shouldEndTheCommandAtWhateverMomentOfItsStartItIsInterrupted() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      try (var lease = take()) {
        var running = new Running(SLEEP, lease);
        LockSupport.parkNanos(random.nextLong(SPAWN_NANOS));
        running.thread.interrupt();
        assertThat(catchThrowable(running::exitCode))
            .as("round %d", i)
            .hasCauseInstanceOf(InterruptedException.class);
      }
      assertThat(sleepers()).isEmpty();
    }
  }

  @Test
  void shouldEndTheCommandAtWhateverMomentOfItsStartTheLockIsBroken() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      try (var lease = take()) {
        var running = new Running(SLEEP, lease);
        LockSupport.parkNanos(random.nextLong(SPAWN_NANOS));
        engine.breakLock("jobs");
        assertThat(running.exitCode()).as("round %d", i).isEqualTo(ExitCode.LOST.number());
      }
      assertThat(sleepers()).isEmpty();
    }
  }

  /** The command and what it has started, none of which heeds TERM. */
  @Test
  void shouldHaveKilledAllBeforeTheEngineLetsTheNextOneIn() throws Exception {
    var soon = client(cut.way(), Duration.ofSeconds(5));
    String script =
        "trap '' TERM; (trap '' TERM; while :; do sleep 0.05; done) & echo $$ $! > pid; while :; do sleep 0.05; done";
    try (var lease = soon.tryAcquire(Claim.exclusive("jobs")).orElseThrow()) {
      var running = new Running(List.of("sh", "-c", script), lease);
      var commands = pids();
      var next = client(engine, Duration.ofMinutes(1));
      cut.cut();
      var deadline = lease.remaining();
      long from = System.nanoTime();
      try (var _ = next.acquire(Claim.exclusive("jobs"), Duration.ofSeconds(20))) {
        assertThat(commands).noneMatch(HeldCommandTest::runs);
      }
      assertThat(running.exitCode()).isEqualTo(ExitCode.LOST.number());
      assertThat(deadline).isLessThan(Duration.ofNanos(System.nanoTime() - from));
    }
  }

  /** Whether it does anything: one that is dead may not have been reaped by whoever has inherited it. */
  private static boolean runs(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException _) {
      return false;
    }
  }

  private List<ProcessHandle> pids() throws IOException {
    Path file = directory.resolve("pid");
    await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(file) && Files.size(file) > 2);
    var pids = new ArrayList<ProcessHandle>();
    for (String pid : Files.readString(file).strip().split(" ", -1)) {
      pids.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
    }
    return pids;
  }
}
