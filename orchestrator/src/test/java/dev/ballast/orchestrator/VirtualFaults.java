package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.MILLI;
import static dev.ballast.orchestrator.VirtualTime.SECOND;

import dev.ballast.model.Backend;
import dev.ballast.orchestrator.VirtualServers.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The faults of one schedule, drawn from its seed: each of them with its end, and all of them over at {@link #END}. */
final class VirtualFaults {
  static final long BEGIN = 3 * SECOND;
  static final long END = 40 * SECOND;

  private static final long TTL = VirtualGroup.TTL;
  private static final List<State> STATES =
      List.of(State.KILLED, State.FROZEN, State.WRONG, State.SLOW, State.SLUGGISH);

  private final VirtualWorld world;
  private final VirtualTime time;
  private final int backendCount;
  private final int lbServerCount;
  private int restarts;

  /** Kinds of faults. */
  enum Kind {
    SERVER,
    FLAPPING,
    MASS,
    PAUSE,
    HICCUP,
    KILL,
    LEAVE,
    DATABASE_CUT,
    DATABASE_SLOW,
    DATABASE_DOWN,
    CONTROLLER_CUT,
    CABLES_CUT,
    BURST,
    FALSE_EJECTION,
    MOVE,
    REMOVE,
    ADD,
    UNCHECK,
    CHECK_OTHERWISE,
    LB_SERVER
  }

  VirtualFaults(VirtualWorld world, int backendCount, int lbServerCount) {
    this.world = world;
    this.time = world.time;
    this.backendCount = backendCount;
    this.lbServerCount = lbServerCount;
  }

  /** Plans them: of a few kinds, often one close upon another. */
  void plan() {
    var kinds = new ArrayList<>(Arrays.asList(Kind.values()));
    kinds.removeIf(_ -> time.chance(0.6));
    int count = kinds.isEmpty() ? 0 : 1 + time.random.nextInt(14);
    long last = 0;
    for (int i = 0; i < count; i++) {
      boolean isClose = last > 0 && time.chance(0.5);
      long at =
          isClose
              ? Math.min(END, last + time.between(MILLI, 3 * SECOND))
              : time.random.nextLong(BEGIN, END - SECOND);
      Kind kind = time.one(kinds);
      time.at(at, () -> strike(kind));
      last = at;
    }
  }

  private long end(long least, long most) {
    return Math.min(END, time.now() + time.between(least, most));
  }

  private void strike(Kind kind) {
    time.note("fault: %s", kind);
    VirtualMember member = member();
    switch (kind) {
      case SERVER -> server(time.one(world.addresses()), end(50 * MILLI, 20 * SECOND));
      case FLAPPING -> flap(time.one(world.addresses()), 2 + time.random.nextInt(6));
      case MASS -> mass();
      case PAUSE -> pause(member);
      case HICCUP -> hesitate(member);
      case KILL -> kill(member);
      case LEAVE -> leave(member);
      case DATABASE_CUT -> cutDatabase(member);
      case DATABASE_SLOW -> slowDatabase();
      case DATABASE_DOWN -> stopDatabase();
      case CONTROLLER_CUT -> cutController(member);
      case CABLES_CUT -> cutCables(member, end(100 * MILLI, 12 * SECOND));
      case BURST -> cutCables(member, end(100 * MILLI, 2 * SECOND));
      case FALSE_EJECTION -> ejectFalsely();
      case MOVE -> world.move(time.one(world.pools), time.random.nextInt(backendCount));
      case REMOVE -> remove();
      case ADD -> world.move(time.one(world.pools), backendCount + time.random.nextInt(2));
      case UNCHECK -> uncheck(time.one(world.pools));
      case CHECK_OTHERWISE ->
          world.withCheck(time.one(world.pools), "/other-" + time.random.nextInt(3));
      case LB_SERVER -> restart(time.random.nextInt(lbServerCount));
    }
  }

  /** One that is there, and stays. */
  private VirtualMember member() {
    return time.one(staying());
  }

  private List<VirtualMember> staying() {
    return world.members.stream().filter(VirtualMember::isStaying).toList();
  }

  private void server(String address, long until) {
    world.servers.become(address, time.one(STATES));
    boolean isForGood = time.chance(0.1);
    if (!isForGood) {
      time.at(until, () -> world.servers.become(address, State.ALIVE));
    }
  }

  private void flap(String address, int times) {
    State bad = time.one(STATES);
    long at = time.now();
    for (int i = 0; i < times && at < END; i++) {
      time.at(at, () -> world.servers.become(address, bad));
      at = Math.min(END, at + time.between(200 * MILLI, 4 * SECOND));
      time.at(at, () -> world.servers.become(address, State.ALIVE));
      at = Math.min(END, at + time.between(200 * MILLI, 4 * SECOND));
    }
  }

  private void mass() {
    State bad = time.one(STATES);
    long until = end(SECOND, 25 * SECOND);
    for (String address : world.addresses()) {
      if (time.chance(0.6)) {
        world.servers.become(address, bad);
        time.at(until, () -> world.servers.become(address, State.ALIVE));
      }
    }
  }

  private void trouble(String whose, long until, long probesAgain) {
    world.troubles.add(whose, time.now(), until, probesAgain);
  }

  private void pause(VirtualMember member) {
    long until = end(100 * MILLI, 10 * SECOND);
    time.note("%s is paused until %.3f s", member.name(), until / 1e9);
    member.process().pause(until - time.now());
    trouble(member.name(), until + 500 * MILLI, time.now() + TTL + 200 * MILLI);
  }

  /** Servers hesitate just before an orchestrator stands still: too shortly to be convicted for that. */
  private void hesitate(VirtualMember member) {
    long length = time.random.nextLong(600 * MILLI, 900 * MILLI);
    long until = Math.min(END, time.now() + length);
    for (String address : world.addresses()) {
      if (time.chance(0.2) && !world.servers.state(address).isBad()) {
        world.servers.become(address, State.FROZEN);
        time.at(until, () -> world.servers.become(address, State.ALIVE));
      }
    }
    time.at(
        until - time.random.nextLong(50 * MILLI),
        () -> {
          if (member.isStaying()) {
            pause(member);
          }
        });
  }

  private void kill(VirtualMember member) {
    if (staying().size() == 1) {
      return;
    }
    time.note("%s is killed", member.name());
    member.process().kill();
    long gone = time.now() + TTL + 200 * MILLI;
    trouble(member.name(), gone, gone);
    bearAgain(member.name());
  }

  private void leave(VirtualMember member) {
    if (staying().size() == 1) {
      return;
    }
    time.note("%s leaves", member.name());
    member.membership().leave();
    bearAgain(member.name());
  }

  private void bearAgain(String name) {
    time.at(end(100 * MILLI, 8 * SECOND), () -> world.birth(name));
  }

  private void cutDatabase(VirtualMember member) {
    long until = end(200 * MILLI, 8 * SECOND);
    world.database.cut(member.name(), until);
    trouble(member.name(), until + 2_500 * MILLI, time.now() + TTL + 200 * MILLI);
  }

  private void slowDatabase() {
    long until = end(500 * MILLI, 8 * SECOND);
    world.database.slow(until);
    trouble(VirtualWorld.DATABASE, until + 5 * SECOND, until + 5 * SECOND);
  }

  private void stopDatabase() {
    long until = end(200 * MILLI, 6 * SECOND);
    world.database.stop(until);
    trouble(VirtualWorld.DATABASE, until + 5 * SECOND, until + 5 * SECOND);
  }

  private void cutController(VirtualMember member) {
    long until = end(200 * MILLI, 12 * SECOND);
    member.starve(until);
    trouble(member.name(), until + 1_600 * MILLI, until + 1_600 * MILLI);
  }

  private void cutCables(VirtualMember member, long until) {
    double share = time.chance(0.5) ? 1 : 0.3;
    for (String address : world.addresses()) {
      if (time.chance(share)) {
        world.servers.cut(member.name(), address, until);
      }
    }
  }

  private void ejectFalsely() {
    if (!world.forwarding.isEmpty()) {
      var all = new ArrayList<>(world.forwarding.values());
      String id = time.one(world.backends()).name();
      time.one(all).eject(id, end(SECOND, 5 * SECOND));
    }
  }

  private void remove() {
    Backend backend = time.one(world.backends());
    world.remove(backend);
    time.at(
        end(10 * MILLI, 5 * SECOND),
        () -> {
          if (time.chance(0.7)) {
            world.restore(backend);
          } else {
            world.move(backend.pool(), time.random.nextInt(backendCount));
          }
        });
  }

  private void uncheck(String pool) {
    world.withoutCheck(pool);
    time.at(end(10 * MILLI, 8 * SECOND), () -> world.withCheck(pool, "/healthz"));
  }

  private void restart(int number) {
    String instance = "another-" + ++restarts;
    if (time.chance(0.5)) {
      world.servers.become("10.1.0." + number + ":7071", State.KILLED);
      time.at(end(100 * MILLI, 10 * SECOND), () -> world.restart(number, instance));
    } else {
      world.restart(number, instance);
    }
  }
}
