package dev.ballast.verify;

import dev.ballast.locks.Claim;
import dev.ballast.locks.EngineUnavailable;
import dev.ballast.locks.Lease;
import dev.ballast.locks.LeaseLost;
import dev.ballast.locks.Locks;
import dev.ballast.locks.LocksSettings;
import dev.ballast.locks.NotAcquired;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A process with clients of a lock in it: each takes the lock, reads the register, thinks, writes what it read plus one, and
 * releases; again and again. It is told what to do on standard input and tells what happens on standard output, a line each; the
 * register, too, is asked that way ({@link WorkerRegister}), so that no fault of the network gets between. Its times are {@link System#nanoTime},
 * which is one clock for all processes of a Linux machine.
 *
 * <pre>
 *   begin NAME SEED      all clients work until "end"; the answer to that is "ended"
 *   last NAME MILLIS     each client works once, within the time: "last CLIENT ok MILLIS" or "last CLIENT failed WHY"; then "lasted"
 *   rate FACTOR          the speed of this process's clock from now on
 *   list NAME            "held COUNT" claims there are on it, or "held -1 WHY"
 *   answer ID …          the register's
 *   grant CLIENT TOKEN ASKED ANSWERED       a client was given the lock
 *   mine CLIENT TOKEN TIME                  isStillMine, asked at this time, said yes
 * </pre>
 *
 * Arguments: URL of the engine, owner, time to live and drift in thousandths, number of clients. Ends with its input.
 */
final class LockWorker {
  private static final Duration TURN = Duration.ofSeconds(5);

  /** Who got no answer of the register by then goes on, while its write may still come: shorter than late writes are late. */
  private static final Duration HASTE = Duration.ofMillis(150);

  private static final long RETRY_NANOS = Duration.ofMillis(20).toNanos();

  private final DriftingClock clock = new DriftingClock();
  private final WorkerRegister register = new WorkerRegister(this::say);
  private final PrintStream out;
  private final List<Thread> working = new ArrayList<>();
  private final Locks locks;
  private final String owner;
  private final int clients;
  private volatile boolean isEnding;

  private LockWorker(
      PrintStream out, String url, String owner, Duration ttl, int drift, int clients) {
    this.out = out;
    var settings = new LocksSettings(owner, ttl, drift, clock, new SecureRandom());
    this.locks = new Locks(FaultEngines.connect(url, clock), settings);
    this.owner = owner;
    this.clients = clients;
  }

  /** Runs until the end of its input. */
  public static void main(String... arguments) throws IOException {
    var out = System.out;
    System.setOut(System.err);
    var worker =
        new LockWorker(
            out,
            arguments[0],
            arguments[1],
            Duration.ofMillis(Long.parseLong(arguments[2])),
            Integer.parseInt(arguments[3]),
            Integer.parseInt(arguments[4]));
    worker.say("ready");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      worker.handle(line.split(" "));
    }
    Runtime.getRuntime().halt(0);
  }

  /** A line is written at once and whole, or, if the process is killed, not at all. */
  private void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    synchronized (this) {
      out.write(bytes, 0, bytes.length);
      out.flush();
    }
  }

  private void handle(String... words) {
    switch (words[0]) {
      case "begin" -> begin(words[1], Long.parseLong(words[2]));
      case "end" -> {
        isEnding = true;
        inBackground("end", this::sayWhenEnded);
      }
      case "last" -> inBackground("last", () -> last(words[1], Long.parseLong(words[2])));
      case "rate" -> clock.setRate(Double.parseDouble(words[1]));
      case "list" -> inBackground("list", () -> list(words[1]));
      case "answer" -> register.answer(words);
      default -> throw new IllegalArgumentException("unknown: " + String.join(" ", words));
    }
  }

  private static Thread inBackground(String name, Runnable action) {
    return Thread.ofPlatform().daemon().name(name).start(action);
  }

  private void begin(String name, long seed) {
    isEnding = false;
    register.setPatience(HASTE);
    var random = new SplittableRandom(seed);
    for (int i = 0; i < clients; i++) {
      String client = owner + "." + i;
      var own = random.split();
      working.add(inBackground(client, () -> workUntilEnd(client, name, own)));
    }
  }

  private void sayWhenEnded() {
    joinAll();
    say("ended");
  }

  private void joinAll() {
    try {
      for (Thread thread : working) {
        thread.join();
      }
      working.clear();
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private void workUntilEnd(String client, String name, SplittableRandom random) {
    while (!isEnding) {
      try {
        work(client, name, TURN, random);
        LockSupport.parkNanos(random.nextLong(Duration.ofMillis(20).toNanos()));
      } catch (NotAcquired | EngineUnavailable | LeaseLost | IllegalStateException e) {
        say("trouble " + client + " " + e);
        LockSupport.parkNanos(RETRY_NANOS);
      } catch (InterruptedException _) {
        return;
      }
    }
  }

  /** Once through the section that the lock protects. */
  private void work(String client, String name, Duration wait, SplittableRandom random)
      throws NotAcquired, InterruptedException {
    long asked = System.nanoTime();
    try (Lease lease = locks.acquire(Claim.exclusive(name), wait)) {
      long token = lease.token();
      say("grant " + client + " " + token + " " + asked + " " + System.nanoTime());
      boolean looks = random.nextInt(3) == 0;
      var read = register.read(client, token);
      int steps = random.nextInt(8) == 0 ? 12 : 1 + random.nextInt(4);
      for (int i = 0; i < steps; i++) {
        look(client, lease);
        LockSupport.parkNanos(random.nextLong(Duration.ofMillis(12).toNanos()));
      }
      if (look(client, lease) || !looks) {
        register.write(client, token, read);
      }
      look(client, lease);
    }
  }

  private boolean look(String client, Lease lease) {
    long now = System.nanoTime();
    boolean isMine = lease.isStillMine();
    if (isMine) {
      say("mine " + client + " " + lease.token() + " " + now);
    }
    return isMine;
  }

  private void last(String name, long millis) {
    register.setPatience(Duration.ofMillis(millis));
    var random = new SplittableRandom(millis);
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < clients; i++) {
      String client = owner + "." + i;
      var own = random.split();
      threads.add(inBackground(client, () -> once(client, name, Duration.ofMillis(millis), own)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
    say("lasted");
  }

  private void once(String client, String name, Duration wait, SplittableRandom random) {
    long start = System.nanoTime();
    try {
      work(client, name, wait, random);
      long took = Duration.ofNanos(System.nanoTime() - start).toMillis();
      say("last " + client + " ok " + took);
    } catch (NotAcquired | EngineUnavailable | LeaseLost | IllegalStateException e) {
      say("last " + client + " failed " + e);
    } catch (InterruptedException _) {
      say("last " + client + " failed interrupted");
    }
  }

  private void list(String name) {
    try {
      var held = locks.list(name);
      say("held " + held.size() + " " + held);
    } catch (EngineUnavailable e) {
      say("held -1 " + e);
    }
  }
}
