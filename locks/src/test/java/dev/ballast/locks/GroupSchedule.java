package dev.ballast.locks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One seeded run of the members of a consumer group, which join, leave, die, are paused and change weights: at no time two of
 * them may believe to own a partition, and once the faults have ended each partition is soon where it belongs, and stays.
 */
final class GroupSchedule {
  private static final long FAULTS_END = 2500 * VirtualWorld.MILLI;
  private static final long SETTLED = FAULTS_END + 4 * VirtualLease.TTL.toNanos();
  private static final long END = SETTLED + 4 * VirtualLease.TTL.toNanos();
  private static final int PARTITIONS = 6;
  private static final GroupSettings SETTINGS =
      GroupSettings.of("g", "x", PARTITIONS).withHandOver(Duration.ofMillis(60));

  private final VirtualWorld world;
  private final VirtualEngine engine;
  private final Mutation mutation;
  private final boolean isBounded;
  private final List<Member> members = new ArrayList<>();
  private final Map<Integer, FencedResource> fences = new HashMap<>();
  private int starts;

  GroupSchedule(long seed, Mutation mutation) {
    world = new VirtualWorld(seed);
    this.mutation = mutation;
    isBounded = mutation != Mutation.NONE || world.random.nextInt(5) != 0;
    engine = new VirtualEngine(world, rate(), Set.of());
  }

  private double rate() {
    double half = isBounded ? 0.024 : 0.3;
    return 1 - half + 2 * half * world.random.nextDouble();
  }

  VirtualWorld world() {
    return world;
  }

  int starts() {
    return starts;
  }

  GroupSchedule run() {
    int count = 2 + world.random.nextInt(3);
    for (int i = 0; i < count; i++) {
      birth("m" + i);
    }
    fault();
    world.run(FAULTS_END);
    world.calm();
    world.run(SETTLED);
    checkSettled();
    int settled = starts;
    world.run(END);
    checkSettled();
    if (starts != settled) {
      world.violation("partitions moved though nothing had changed");
    }
    return this;
  }

  private void birth(String name) {
    var member = new Member(world.new Machine(name, rate()));
    members.add(member);
    engine.listen(member.process, member::woken);
    member.process.after(world.between(0, 100), member::join);
  }

  private void fault() {
    world.after(
        world.between(10, 400),
        () -> {
          if (world.isFaulty()) {
            strike(members.get(world.random.nextInt(members.size())));
            fault();
          }
        });
  }

  private void strike(Member member) {
    switch (world.random.nextInt(8)) {
      case 0 -> engine.down(world.between(5, 500));
      case 1 -> {
        if (!member.process.isDead()) {
          member.process.kill();
          birth(member.process.name);
        }
      }
      case 2 -> engine.jump(-world.between(1, 300));
      case 3 -> member.leave();
      case 4 -> member.process.pause(world.between(1, 600));
      case 5 -> {
        if (!isBounded) {
          engine.jump(world.between(1, 300));
        }
      }
      default -> member.weight(1 + 9 * world.random.nextInt(2));
    }
  }

  /** Each partition has one owner, the first in rank among those who live; and nobody else stands in its queue. */
  private void checkSettled() {
    if (!world.violations.isEmpty()) {
      return;
    }
    var nodes =
        members.stream()
            .filter(member -> !member.process.isDead() && !member.isLeaving)
            .map(member -> new Rendezvous.Node(member.process.name, member.weight))
            .toList();
    for (int i = 0; i < PARTITIONS; i++) {
      int partition = i;
      var owners = members.stream().filter(member -> member.believes(partition)).toList();
      var wanted = Rendezvous.first(SETTINGS.partitions().get(i), nodes);
      if (owners.size() != 1
          || wanted == null
          || !owners.getFirst().process.name.equals(wanted.name())) {
        world.violation(
            "partition %d is owned by %s, wanted by %s of %s".formatted(i, owners, wanted, nodes));
      }
    }
    var held = engine.table.list(GroupView.partitionName("g", ""), engine.clock());
    if (held.size() != PARTITIONS) {
      world.violation("claimed though nobody wants it: " + held);
    }
  }

  /** A member, driven as {@link Membership} and {@link ConsumerGroup} drive it. */
  private final class Member implements GroupMember.Work {
    final VirtualWorld.Machine process;
    private VirtualLease lease;
    private @Nullable GroupMember core;
    private final Map<Integer, Long> works = new HashMap<>();
    private int weight = 1;
    private boolean isLeaving;
    private boolean isCalling;
    private boolean isPoked;
    private long turn;

    Member(VirtualWorld.Machine process) {
      this.process = process;
      this.lease = lease();
    }

    @Override
    public String toString() {
      return process.name;
    }

    private VirtualLease lease() {
      return new VirtualLease(
          world, engine, process, LeaseId.of(process.client, world.random), mutation, this::lost);
    }

    boolean believes(int partition) {
      return works.containsKey(partition) && !process.isDead() && lease.isMine();
    }

    void woken(LeaseId id) {
      if (id.equals(lease.id)) {
        isPoked = true;
        ring();
      }
    }

    void weight(int changed) {
      weight = changed;
      process.step(this::ring);
    }

    /** Leaves, and comes back as a new one. */
    void leave() {
      if (!isLeaving && !process.isDead()) {
        isLeaving = true;
        process.step(this::ring);
      }
    }

    private void join() {
      if (isLeaving) {
        gone();
        return;
      }
      var joined =
          new GroupSettings("g", process.name, weight, SETTINGS.partitions(), SETTINGS.handOver());
      lease = lease();
      var joining = lease;
      lease.open(
          List.of(GroupMember.memberClaim(joined, joined.weight(), false)),
          false,
          answers -> {
            if (answers.getFirst() instanceof Answer.Granted) {
              isCalling = false;
              core =
                  new GroupMember(
                      joining.id, joined, joined.weight(), VirtualLease.TTL, this, process.clock());
              ring();
            } else {
              joining.close();
              again();
            }
          },
          this::again,
          () -> {
            joining.disown();
            again();
          });
    }

    private void again() {
      process.after(30 * VirtualWorld.MILLI, this::join);
    }

    private void gone() {
      birth(process.name);
      process.kill();
    }

    private void lost() {
      works.clear();
      if (core != null) {
        core = null;
        turn++;
        again();
      }
    }

    private void ring() {
      if (core != null && !isCalling) {
        loop(core);
      }
    }

    private void loop(GroupMember current) {
      if (current != core) {
        return;
      }
      long now = process.clock();
      if (!lease.isMine()) {
        works.clear();
        lease.close();
        core = null;
        again();
        return;
      }
      current.weight(weight);
      if (isLeaving) {
        current.leave(now);
      }
      if (isPoked) {
        isPoked = false;
        current.poked(now);
      }
      take(current, current.next(now));
    }

    private void take(GroupMember current, GroupMember.Step step) {
      turn++;
      world.log("%s: %s", process.name, step);
      switch (step) {
        case GroupMember.Step.Look() ->
            call(
                current,
                step,
                now -> engine.table.list(GroupView.prefix("g"), now),
                holdings -> {
                  if (!current.looked(holdings, process.clock())) {
                    lease.renewNow();
                  }
                });
        case GroupMember.Step.Claims claims ->
            call(
                current,
                step,
                now -> engine.claim(lease(current), claims.claims(), true, now),
                answers -> current.claimed(claims, answers, process.clock()));
        case GroupMember.Step.Release release ->
            call(
                current,
                step,
                now -> {
                  engine.table.release(lease(current), release.names(), now);
                  return true;
                },
                _ -> current.released(release));
        case GroupMember.Step.Wake(var others) -> {
          engine.wake(others);
          pause(current, 1);
        }
        case GroupMember.Step.Pause(long nanos) -> pause(current, nanos);
        case GroupMember.Step.Leave() -> {
          core = null;
          lease.close();
          again();
        }
      }
    }

    /** Until the next step, unless it is rung for before. */
    private void pause(GroupMember current, long nanos) {
      long mine = turn;
      process.after(
          nanos,
          () -> {
            if (mine == turn) {
              loop(current);
            }
          });
    }

    private LeaseId lease(GroupMember current) {
      return current.lease();
    }

    private <T> void call(
        GroupMember current,
        GroupMember.Step step,
        java.util.function.LongFunction<T> operation,
        java.util.function.Consumer<T> answered) {
      if (isCalling) {
        world.violation(process.name + " asks though it is in a call");
      }
      isCalling = true;
      var asking = lease;
      engine.call(
          process,
          operation,
          answer -> {
            if (current == core) {
              isCalling = false;
              answered.accept(answer);
              loop(current);
            }
          },
          asking::lost,
          () -> {
            if (current == core) {
              isCalling = false;
              boolean isForgotten =
                  mutation == Mutation.FORGET_DOUBT && step instanceof GroupMember.Step.Release;
              current.failed(isForgotten ? new GroupMember.Step.Look() : step, process.clock());
              loop(current);
            }
          });
    }

    @Override
    public void start(int partition, long token) {
      starts++;
      world.log("%s starts %d with %d", process.name, partition, token);
      works.put(partition, token);
      if (!lease.isMine()) {
        works.remove(partition);
        return;
      }
      var others =
          members.stream().filter(other -> other != this && other.believes(partition)).toList();
      if (isBounded && !others.isEmpty()) {
        world.violation("%s starts %d, which %s still owns".formatted(this, partition, others));
      }
      try {
        fences.computeIfAbsent(partition, _ -> new FencedResource()).check(token);
      } catch (StaleToken e) {
        if (isBounded) {
          world.violation("%s starts %d: %s".formatted(this, partition, e.getMessage()));
        }
      }
    }

    @Override
    public void stop(int partition) {
      var stopping = core;
      var token = works.get(partition);
      if (token == null || stopping == null) {
        return; // The lease was lost when this began, and so is all else.
      }
      if (mutation == Mutation.RELEASE_BEFORE_STOPPED) {
        stopping.stopped(partition, token);
      }
      process.after(
          world.strikes(0.1) ? world.between(50, 300) : world.between(0, 40),
          () -> {
            works.remove(partition, token);
            if (stopping == core) {
              var ended =
                  mutation == Mutation.CONFUSE_ENDS ? works.getOrDefault(partition, token) : token;
              stopping.stopped(partition, ended);
              ring();
            }
          });
    }

    @Override
    public void lose(int partition) {
      works.remove(partition);
    }
  }
}
