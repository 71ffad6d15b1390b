package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.MILLI;
import static dev.ballast.orchestrator.VirtualTime.SECOND;

import dev.ballast.configdb.Observation;
import dev.ballast.detection.Target;
import dev.ballast.detection.Transition;
import dev.ballast.detection.Watched;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One simulated orchestrator: the real desk, the real observer, and their surroundings as {@link Orchestrator} puts them together. */
final class VirtualMember implements Desk.Hands, VirtualProbing.Hearing {
  /** In any second: by {@link BatchPace} there can't be more. */
  private static final int MOST_TRANSACTIONS = 35;

  private final VirtualWorld world;
  private final VirtualTime time;
  private final VirtualProcess process;
  private final VirtualMembership membership;
  private final VirtualProbing probing;
  private final Desk desk;
  private final VirtualProcess.Line deskLine;
  private final VirtualProcess.Line writerLine;
  private final WaitingStatuses waiting = new WaitingStatuses();
  private final List<Runnable> whenIdle = new ArrayList<>();
  private final Set<Resource> tried = Collections.newSetFromMap(new IdentityHashMap<>());
  private final ArrayDeque<Long> transactions = new ArrayDeque<>();
  private final Set<String> busy = new HashSet<>();

  /** In the order of names: that of an immutable set differs from run to run. */
  private final Map<String, Runnable> evidence = new TreeMap<>();

  private @Nullable Snapshot latest;
  private @Nullable Snapshot used;
  private long lastFed;
  private long unfedUntil;

  VirtualMember(String name, VirtualWorld world) {
    this.world = world;
    this.time = world.time;
    this.process = new VirtualProcess(name, time);
    this.membership = new VirtualMembership(time, this, world.database);
    this.probing = new VirtualProbing(time, process, world.servers, this);
    this.desk = new Desk(this, () -> Instant.EPOCH.plusNanos(time.now()), time::now);
    this.deskLine = process.new Line(desk::turn);
    this.writerLine = process.new Line(() -> {});
    process.after(SECOND, this::tick);
    process.after(time.random.nextLong(500 * MILLI), () -> askLbServers(true));
    feed(world.database.snapshot());
  }

  String name() {
    return process.name;
  }

  VirtualProcess process() {
    return process;
  }

  VirtualMembership membership() {
    return membership;
  }

  /** Whether it is neither dead nor about to end. */
  boolean isStaying() {
    return !process.isDead() && !membership.isLeaving();
  }

  long lastDoubt() {
    return probing.lastDoubt();
  }

  void poke() {
    membership.poke();
  }

  void atDesk(Consumer<Desk> task) {
    deskLine.execute(() -> task.accept(desk));
  }

  private void tick() {
    atDesk(Desk::tick);
    process.after(SECOND, this::tick);
  }

  /** No controller is reached until then. */
  void starve(long until) {
    unfedUntil = Math.max(unfedUntil, until);
    time.at(unfedUntil + time.between(20 * MILLI, SECOND), () -> feed(world.database.snapshot()));
  }

  /** A snapshot is on its way. */
  void feed(Snapshot snapshot) {
    lastFed = Math.max(lastFed, time.now() + time.between(MILLI, 500 * MILLI));
    time.at(
        lastFed,
        () -> {
          boolean isNews = latest == null || snapshot.revision().n() > latest.revision().n();
          if (time.now() >= unfedUntil && isNews) {
            latest = snapshot;
            atDesk(
                one -> {
                  if (used == null) {
                    process.after(time.random.nextLong(20 * MILLI), membership::join);
                  }
                  used = snapshot;
                  one.use(snapshot);
                });
          }
        });
  }

  @Override
  public void watch(Target target, Watched.Known known) {
    time.note("%s watches %s, known as %s", name(), target.id(), known.verdict());
    world.checks.watched(target.id());
    boolean isNew = known.equals(Watched.Known.NOTHING);
    probing.watch(target, known, isNew ? 0 : fallsOnRecord(target.id()));
  }

  private int fallsOnRecord(String id) {
    if (used == null || id.startsWith(Subject.OfLbServer.PREFIX)) {
      return 0;
    }
    return used.find(new ItemKey(Kind.BACKEND_STATUS, id))
        .map(item -> (BackendStatus) item.resource())
        .map(VirtualMember::falls)
        .orElse(0);
  }

  private static int falls(BackendStatus status) {
    long past = status.history().stream().filter(one -> one.verdict() == Verdict.UNHEALTHY).count();
    return (int) past + (status.verdict() == Verdict.UNHEALTHY ? 1 : 0);
  }

  @Override
  public void forget(String id) {
    probing.forget(id);
  }

  @Override
  public void vouch(String id, long at) {
    evidence.put("vouched " + id, () -> probing.vouched(id, at));
  }

  @Override
  public void accuse(String id) {
    evidence.put("accused " + id, () -> probing.accused(id));
  }

  @Override
  public void asked(Target target) {
    world.checks.asked(this, target);
  }

  @Override
  public void became(VirtualProbing.Probed who, Transition transition) {
    time.note("%s: %s is %s: %s", name(), who.target.id(), transition.to(), transition.reason());
    world.checks.became(this, who, transition);
    atDesk(one -> one.became(who.target, transition));
  }

  @Override
  public void write(Observation observation) {
    time.note("%s wants to write %s %s", name(), observation.status(), observation.fence());
    writerLine.execute(
        () -> {
          waiting.offer(observation);
          pump();
        });
  }

  private void pump() {
    long left = waiting.left(time.now());
    if (left == 0) {
      List<Observation> batch = waiting.take(time.now());
      count();
      world.database.observe(
          this, batch, revision -> written(batch, revision), () -> failed(batch));
    } else if (left < Long.MAX_VALUE) {
      process.after(left, this::pump);
    }
  }

  private void count() {
    transactions.add(time.now());
    while (transactions.getFirst() <= time.now() - SECOND) {
      transactions.removeFirst();
    }
    if (transactions.size() > MOST_TRANSACTIONS) {
      time.complain(name() + " writes more than " + MOST_TRANSACTIONS + " times in a second");
    }
  }

  private void written(List<Observation> batch, Revision revision) {
    atDesk(one -> one.settled(batch, revision));
    writerLine.execute(
        () -> {
          waiting.written(time.now());
          if (waiting.size() == 0) {
            List.copyOf(whenIdle).forEach(Runnable::run);
            whenIdle.clear();
          }
          pump();
        });
  }

  private void failed(List<Observation> batch) {
    batch.forEach(one -> tried.add(one.status()));
    writerLine.execute(
        () -> {
          waiting.failed(time.now());
          pump();
        });
  }

  /** Whether it has been handed in before, and nobody knows what became of it. */
  boolean isTried(Resource status) {
    return tried.contains(status);
  }

  /** Goes on once nothing waits to be written, or after so long. */
  void awaitIdle(long atMost, Runnable then) {
    var once =
        new Runnable() {
          private boolean isDone;

          @Override
          public void run() {
            if (!isDone) {
              isDone = true;
              then.run();
            }
          }
        };
    writerLine.execute(
        () -> {
          if (waiting.size() == 0) {
            once.run();
          } else {
            whenIdle.add(once);
            process.after(atMost, once);
          }
        });
  }

  /** Every half second, as {@link Evidence} does it. */
  private void askLbServers(boolean isFull) {
    List<String> suspects =
        probing.suspects().stream()
            .filter(id -> !id.startsWith(Subject.OfLbServer.PREFIX))
            .toList();
    atDesk(
        one -> {
          if (isFull || !suspects.isEmpty()) {
            one.living().forEach(server -> askWhatItSees(server, suspects));
          }
          if (isFull) {
            one.ownLbServers().forEach(this::askHowItIs);
          }
        });
    process.after(500 * MILLI, () -> askLbServers(!isFull));
  }

  private void askWhatItSees(LbServer server, List<String> suspects) {
    long askedAt = time.now();
    ask(
        "sees " + server.name(),
        server,
        () -> {
          Observations seen = world.sees(server, suspects);
          return one -> {
            one.observed(server, seen, askedAt);
            evidence.values().forEach(Runnable::run);
            evidence.clear();
          };
        });
  }

  private void askHowItIs(LbServer server) {
    ask(
        "is " + server.name(),
        server,
        () -> {
          LbServerFacts facts = world.facts(server);
          return one -> one.reported(server, facts);
        });
  }

  private void ask(
      String what, LbServer server, java.util.function.Supplier<Consumer<Desk>> answer) {
    if (!busy.add(what)) {
      return;
    }
    String address = server.admin().substring("http://".length());
    time.after(
        time.between(MILLI / 2, 80 * MILLI),
        () -> {
          if (world.servers.state(address).isBad() || world.servers.isCut(name(), address)) {
            process.after(900 * MILLI, () -> busy.remove(what));
            return;
          }
          Consumer<Desk> task = answer.get();
          process.after(
              time.between(MILLI / 2, 80 * MILLI),
              () -> {
                busy.remove(what);
                atDesk(task);
              });
        });
  }
}
