package dev.ballast.orchestrator;

import dev.ballast.configdb.Observation;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.HealthCheck;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Judgement;
import dev.ballast.model.LbServer;
import dev.ballast.model.Pool;
import dev.ballast.model.ProbePace;
import dev.ballast.model.Resource;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Timeouts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Everything that one schedule is about: orchestrators, the database, servers to be watched, and what is configured. */
final class VirtualWorld implements VirtualDatabase.Listener {
  /** Under this name its troubles are known. */
  static final String DATABASE = "database";

  final VirtualTime time;
  final VirtualServers servers;
  final VirtualDatabase database;
  final VirtualTally tally = new VirtualTally();
  final VirtualTroubles troubles = new VirtualTroubles();
  final VirtualChecks checks;
  final List<VirtualMember> members = new ArrayList<>();
  final Map<String, VirtualServers.Forwarding> forwarding = new HashMap<>();
  final List<String> pools = List.of("web", "api");
  private final Map<String, String> instances = new HashMap<>();
  private int hosts;

  VirtualWorld(long seed, boolean isTraced) {
    time = new VirtualTime(seed, isTraced);
    servers = new VirtualServers(time);
    var partitions = new HashSet<Integer>();
    for (String pool : pools) {
      for (int i = 0; i < 12; i++) {
        partitions.add(
            new Subject.OfBackend(backend(pool, i, 1), Optional.empty(), "").partition());
      }
    }
    for (int i = 0; i < 3; i++) {
      partitions.add(new Subject.OfLbServer(lbServer(i, "any")).partition());
    }
    database = new VirtualDatabase(time, partitions, this);
    checks = new VirtualChecks(this);
  }

  /** Sets up pools, backends, LB servers and orchestrators. */
  void begin(int memberCount, int backendCount, int lbServerCount) {
    var all = new ArrayList<Resource>();
    for (String pool : pools) {
      all.add(pool(pool, Optional.of(check(pool, "/healthz"))));
      for (int i = 0; i < backendCount; i++) {
        all.add(backend(pool, i, ++hosts));
      }
    }
    for (int i = 0; i < lbServerCount; i++) {
      String name = "lb-" + i;
      instances.put(name, "first");
      forwarding.put(name, servers.new Forwarding(name));
      all.add(lbServer(i, "first"));
    }
    database.begin(all);
    for (int i = 0; i < memberCount; i++) {
      birth("m" + i);
    }
  }

  VirtualMember birth(String name) {
    members.removeIf(member -> member.name().equals(name));
    var member = new VirtualMember(name, this);
    members.add(member);
    return member;
  }

  /** Web backends have to answer twice in a row to be trusted again, and are asked every second; the others every half second. */
  private static HealthCheck check(String pool, String path) {
    boolean isWeb = pool.equals("web");
    Duration interval = Duration.ofMillis(isWeb ? 1_000 : 500);
    Duration timeout = Duration.ofMillis(isWeb ? 500 : 450);
    Judgement usual = Judgement.DEFAULT;
    return new HealthCheck(
        HealthCheck.Type.HTTP,
        HealthCheck.Question.of(path),
        HealthCheck.Connection.PLAIN,
        ProbePace.of(interval, timeout),
        new Judgement(isWeb ? 2 : 1, usual.fall(), usual.rule(), usual.accrual()));
  }

  private static Pool pool(String name, Optional<HealthCheck> check) {
    return new Pool(
        name,
        new Algorithm.RoundRobin(),
        check,
        Timeouts.defaults(),
        Pool.DEFAULT_PANIC_THRESHOLD_PERCENT);
  }

  private static Backend backend(String pool, int number, int host) {
    return new Backend(
        pool, "b" + number, new BackendAddress("10.0.0." + host, 8080), 1, "", AdminState.ENABLED);
  }

  private static LbServer lbServer(int number, String instance) {
    return new LbServer(
        "lb-" + number,
        "default",
        instance,
        "10.1.0." + number,
        "http://10.1.0." + number + ":7071",
        "1",
        Instant.EPOCH);
  }

  /** Moves a backend to an address that was never used. */
  void move(String pool, int number) {
    database.configure(List.of(backend(pool, number, ++hosts)), List.of());
  }

  /** The same backend again, as it was or at a new address. */
  void restore(Backend backend) {
    database.configure(List.of(backend), List.of());
  }

  void remove(Backend backend) {
    database.configure(List.of(), List.of(backend.key()));
  }

  void withoutCheck(String pool) {
    database.configure(List.of(pool(pool, Optional.empty())), List.of());
  }

  void withCheck(String pool, String path) {
    database.configure(List.of(pool(pool, Optional.of(check(pool, path)))), List.of());
  }

  /** An LB server is started again: another process under the same name. */
  void restart(int lbServer, String instance) {
    instances.put("lb-" + lbServer, instance);
    servers.become("10.1.0." + lbServer + ":7071", VirtualServers.State.ALIVE);
    database.configure(List.of(lbServer(lbServer, instance)), List.of());
  }

  List<Backend> backends() {
    Snapshot now = database.snapshot();
    return now.pools().flatMap(pool -> now.backends(pool.name())).toList();
  }

  static String address(Backend backend) {
    return backend.address().host() + ":" + backend.address().port();
  }

  /** All addresses that are watched now. */
  List<String> addresses() {
    var all = new ArrayList<String>();
    backends().forEach(backend -> all.add(address(backend)));
    database
        .snapshot()
        .lbServers()
        .forEach(server -> all.add(server.admin().substring("http://".length())));
    return all;
  }

  Observations sees(LbServer server, List<String> suspects) {
    var addresses = new HashMap<String, String>();
    backends().forEach(backend -> addresses.put(backend.name(), address(backend)));
    var one = forwarding.get(server.name());
    return one == null
        ? new Observations(java.util.Set.of(), Map.of())
        : one.sees(addresses, suspects);
  }

  LbServerFacts facts(LbServer server) {
    return new LbServerFacts(
        instances.getOrDefault(server.name(), ""), true, Optional.empty(), true, 0, "", "", "");
  }

  Optional<Backend> find(String pool, int number) {
    return database
        .snapshot()
        .find(ItemKey.backend(pool, "b" + number))
        .map(item -> (Backend) item.resource());
  }

  /** How often a share got another owner. */
  long handOvers() {
    return checks.fates().stream()
        .mapToInt(fate -> fate.partition)
        .distinct()
        .mapToLong(partition -> database.group.share(partition).tenures.size() - 1)
        .sum();
  }

  @Override
  public void observed(
      VirtualMember member,
      List<Observation> written,
      List<Observation> unchanged,
      Snapshot before) {
    checks.observed(member, written, unchanged, before);
  }

  @Override
  public void refused() {
    tally.refused++;
  }

  @Override
  public void changed(Snapshot now) {
    checks.changed(now);
    members.forEach(member -> member.feed(now));
  }
}
