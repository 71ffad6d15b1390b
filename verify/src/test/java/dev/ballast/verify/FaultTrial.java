package dev.ballast.verify;

import dev.ballast.verify.FaultSchedule.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One schedule on a cluster, with a lock and registers of its own: clients work while things go wrong, then all is healed,
 * everybody has to get the lock once more, and nothing may be left.
 */
final class FaultTrial implements AutoCloseable {
  /** Within what every client must have had the lock again after all was healed. */
  private static final Duration RECOVERY = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final FaultHistory history = new FaultHistory();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final Map<Integer, Duration> late = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final List<Future<?>> delayed = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
  private final FaultCluster cluster;
  private final FaultSchedule schedule;
  private final String name;
  private boolean isWorking = true;

  FaultTrial(FaultCluster cluster, FaultSchedule schedule) {
    this.cluster = cluster;
    this.schedule = schedule;
    this.name = "trial-" + schedule.seed();
  }

  FaultVerdict run() {
    long begun = System.nanoTime();
    cluster.listen(this::hear);
    cluster.sayAll("begin " + name + " " + schedule.seed());
    new FaultTimeline(this::begin, this::end).run(schedule);
    cluster.awaitReady();
    endWork();
    awaitAll("ended", PATIENCE);
    int grants = history.grants();
    long healed = System.nanoTime();
    cluster.sayAll("last " + name + " " + RECOVERY.toMillis());
    awaitAll("lasted", RECOVERY.plus(PATIENCE));
    var recovery = Duration.ofNanos(System.nanoTime() - healed);
    awaitNothingHeld();
    close();
    delayed.stream()
        .filter(write -> write.state() != Future.State.SUCCESS)
        .forEach(write -> violations.add("a late write failed: " + write));
    violations.addAll(history.violations(schedule.keepsBelief()));
    return new FaultVerdict(
        schedule,
        grants,
        history.fenced().refusedWrites(),
        violations,
        history.violationsWithoutFence(),
        recovery,
        Duration.ofNanos(System.nanoTime() - begun));
  }

  private synchronized void endWork() {
    isWorking = false;
    cluster.sayAll("end");
  }

  private synchronized void joinWork(FaultWorker worker) {
    if (isWorking) {
      worker.say("begin " + name + " " + (schedule.seed() + worker.name().hashCode()));
    }
  }

  private void begin(Fault fault) {
    if (fault.kind() == FaultKind.LATE_WRITE) {
      late.put(fault.target(), fault.duration());
    }
    cluster.begin(fault);
  }

  private void end(Fault fault) {
    if (fault.kind() == FaultKind.LATE_WRITE) {
      late.remove(fault.target());
    }
    cluster.end(fault);
  }

  /** Called by one thread for each worker. */
  private void hear(FaultWorker worker, String line) {
    String[] words = line.split(" ");
    switch (words[0]) {
      case "grant" ->
          history.granted(words[1], number(words[2]), number(words[3]), number(words[4]));
      case "mine" -> history.believed(number(words[2]), number(words[3]));
      case "read" -> read(worker, words);
      case "write" -> {
        var delay = late.remove(worker.number());
        if (delay == null) {
          write(worker, words);
        } else {
          delayed.add(
              later.schedule(() -> write(worker, words), delay.toMillis(), TimeUnit.MILLISECONDS));
        }
      }
      case "done" -> {
        String id = id(worker, words);
        history.fenced().returned(id, number(words[2]));
        history.plain().returned(id, number(words[2]));
      }
      case "ready" -> joinWork(worker);
      case "last" -> {
        if (words[2].equals("failed")) {
          violations.add("not live: " + line + " within " + RECOVERY);
        }
      }
      case "ended", "lasted", "held" -> heard.add(line);
      case "trouble" -> {} // Clients may fail while things are broken; the end shows whether they
      // recover.
      default -> violations.add("a worker said: " + line);
    }
  }

  private static long number(String word) {
    return Long.parseLong(word);
  }

  private static String id(FaultWorker worker, String... words) {
    return worker.name() + "/" + words[1];
  }

  private void read(FaultWorker worker, String... words) {
    String id = id(worker, words);
    long token = number(words[3]);
    long invoked = number(words[4]);
    var fenced = history.fenced().read(id, token, invoked).map(String::valueOf).orElse("refused");
    long plain = history.plain().read(id, token, invoked).orElseThrow();
    worker.say("answer " + words[1] + " " + fenced + " " + plain);
  }

  private void write(FaultWorker worker, String... words) {
    String id = id(worker, words);
    long token = number(words[3]);
    long invoked = number(words[6]);
    boolean isWritten =
        !words[4].equals("refused") && history.fenced().write(id, token, number(words[4]), invoked);
    history.plain().write(id, token, number(words[5]), invoked);
    worker.say("answer " + words[1] + " " + (isWritten ? "ok" : "refused") + " ok");
  }

  private void awaitAll(String what, Duration patience) {
    for (int i = 0; i < FaultCluster.WORKERS; i++) {
      if (await(what, patience) == null) {
        violations.add("no '" + what + "' of every worker within " + patience);
        return;
      }
    }
  }

  private @Nullable String await(String what, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      for (long left = patience.toNanos(); left > 0; left = end - System.nanoTime()) {
        String line = heard.poll(left, TimeUnit.NANOSECONDS);
        if (line != null && line.startsWith(what)) {
          return line;
        }
      }
      return null;
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** What nobody gave back must have run out by itself. */
  private void awaitNothingHeld() {
    var patience = cluster.engine().ttl().multipliedBy(3).plus(PATIENCE.dividedBy(10));
    long end = System.nanoTime() + patience.toNanos();
    String left = "";
    while (end - System.nanoTime() > 0) {
      cluster.say(0, "list " + name);
      left = await("held", PATIENCE);
      if (left == null || left.startsWith("held 0")) {
        break;
      }
      var ignored = await("nothing", LOOK);
    }
    if (left == null || !left.startsWith("held 0")) {
      violations.add("left behind: " + left);
    }
  }

  @Override
  public void close() {
    later.close();
  }
}
