package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.MILLI;
import static dev.ballast.orchestrator.VirtualTime.SECOND;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.configdb.Observation;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The configuration database: one transaction after the other, each raising the revision, with statuses fenced by the tokens of the {@link
 * VirtualGroup}; and the way to it, which may be cut.
 */
final class VirtualDatabase {
  final VirtualGroup group;
  private final VirtualTime time;
  private final Listener listener;
  private final Map<String, Long> cutUntil = new LinkedHashMap<>();
  private Snapshot snapshot = Snapshot.of(new Revision("00000000", 1), List.of());
  private long freeAt;
  private long downUntil;
  private long slowUntil;

  /** Hears of every transaction, as it takes effect. */
  interface Listener {
    /**
     * Statuses were written.
     *
     * @param written those that are other than what stood there before
     * @param unchanged those that are not
     */
    void observed(
        VirtualMember member,
        List<Observation> written,
        List<Observation> unchanged,
        Snapshot before);

    void changed(Snapshot now);

    /** A status was refused, as its share is another's. */
    void refused();
  }

  VirtualDatabase(VirtualTime time, Set<Integer> partitions, Listener listener) {
    this.time = time;
    this.group = new VirtualGroup(time, partitions);
    this.listener = listener;
  }

  Snapshot snapshot() {
    return snapshot;
  }

  void cut(String member, long until) {
    cutUntil.merge(member, until, Math::max);
  }

  void stop(long until) {
    downUntil = Math.max(downUntil, until);
  }

  void slow(long until) {
    slowUntil = Math.max(slowUntil, until);
  }

  private boolean isReached(VirtualMember member) {
    return time.now() >= downUntil && time.now() >= cutUntil.getOrDefault(member.name(), 0L);
  }

  /** Asks the lock engine something. Without an answer the question may have been answered or not. */
  <T> void call(
      VirtualMember member, Supplier<T> question, Consumer<T> answered, Runnable unanswered) {
    time.after(
        latency(),
        () -> {
          if (isReached(member)) {
            T answer = question.get();
            answer(member, () -> answered.accept(answer), unanswered);
          } else {
            giveUp(member, unanswered);
          }
        });
  }

  private void answer(VirtualMember member, Runnable answered, Runnable unanswered) {
    time.after(
        latency(),
        () -> {
          if (isReached(member)) {
            member.process().whenAwake(answered);
          } else {
            giveUp(member, unanswered);
          }
        });
  }

  private void giveUp(VirtualMember member, Runnable unanswered) {
    member.process().after(time.between(20 * MILLI, 800 * MILLI), unanswered);
  }

  private long latency() {
    return time.between(MILLI / 5, 10 * MILLI);
  }

  /** Writes statuses in one transaction. */
  void observe(
      VirtualMember member,
      List<Observation> handed,
      Consumer<Revision> answered,
      Runnable unanswered) {
    time.after(
        latency(),
        () -> {
          if (!isReached(member)) {
            giveUp(member, unanswered);
            return;
          }
          transaction(
              commitAt -> {
                List<Observation> valid = fenced(handed, commitAt);
                time.at(
                    commitAt,
                    () -> {
                      Revision revision = write(member, valid);
                      answer(member, () -> answered.accept(revision), unanswered);
                    });
              });
        });
  }

  /** Runs once those before have ended; it is told when it will end itself. */
  private void transaction(Consumer<Long> task) {
    boolean isSlow = time.now() < slowUntil;
    long length =
        isSlow ? time.between(50 * MILLI, 2 * SECOND) : time.between(MILLI / 2, 20 * MILLI);
    long begin = Math.max(time.now(), freeAt);
    long commitAt = begin + length;
    freeAt = commitAt + 1;
    time.at(begin, () -> task.accept(commitAt));
  }

  private List<Observation> fenced(List<Observation> handed, long commitAt) {
    var valid = new ArrayList<Observation>();
    for (Observation one : handed) {
      if (holds(one.fence(), commitAt)) {
        valid.add(one);
      } else {
        listener.refused();
        time.note("refused %s %s", one.fence(), one.status().key());
      }
    }
    return valid;
  }

  private boolean holds(Fence fence, long commitAt) {
    return group.holds(fence, commitAt);
  }

  private Revision write(VirtualMember member, List<Observation> valid) {
    List<Observation> there = valid.stream().filter(one -> isThere(one.status())).toList();
    Map<Boolean, List<Observation>> byChange =
        there.stream()
            .collect(
                Collectors.partitioningBy(one -> !find(one.status().key()).contains(one.status())));
    List<Observation> written = byChange.getOrDefault(true, List.of());
    Snapshot before = snapshot;
    apply(written.stream().map(Observation::status).toList(), List.of());
    listener.observed(member, written, byChange.getOrDefault(false, List.of()), before);
    return snapshot.revision();
  }

  private List<Resource> find(ItemKey key) {
    return snapshot.find(key).map(Item::resource).stream().toList();
  }

  private boolean isThere(Resource status) {
    return switch (status) {
      case BackendStatus backend -> snapshot.find(backend.key().as(Kind.BACKEND)).isPresent();
      case LbServerStatus server ->
          find(server.key().as(Kind.LB_SERVER)).stream()
              .anyMatch(one -> ((LbServer) one).instance().equals(server.instance()));
      default -> false;
    };
  }

  /** What stands there in the beginning. */
  void begin(List<? extends Resource> resources) {
    apply(resources, List.of());
  }

  /** What somebody configures. The status of what goes, goes too. */
  void configure(List<? extends Resource> upserts, List<ItemKey> deletes) {
    transaction(
        commitAt ->
            time.at(
                commitAt,
                () -> {
                  Set<ItemKey> all = new HashSet<>(deletes);
                  deletes.forEach(key -> all.add(key.as(Kind.BACKEND_STATUS)));
                  all.removeIf(key -> snapshot.find(key).isEmpty());
                  apply(upserts, List.copyOf(all));
                }));
  }

  private void apply(List<? extends Resource> upserts, List<ItemKey> deletes) {
    if (upserts.isEmpty() && deletes.isEmpty()) {
      return;
    }
    Revision next = snapshot.revision().withN(snapshot.revision().n() + 1);
    List<Item> items = upserts.stream().map(resource -> new Item(resource, next.n())).toList();
    snapshot = snapshot.apply(new Change(next, snapshot.revision(), items, deletes));
    listener.changed(snapshot);
  }
}
