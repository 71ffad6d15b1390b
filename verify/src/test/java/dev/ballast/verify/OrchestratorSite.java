package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;

/**
 * A system with three orchestrators, {@code o3} behind a proxy on its way to the database, and backends that remember when they were
 * probed. Every backend that has not {@link #kill died} by the test's hand has to be healthy since it first was, and every LB
 * server ready.
 */
final class OrchestratorSite implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofSeconds(1);
  static final Duration LEASE = Duration.ofSeconds(3);

  private static final String GROUP = "orchestrators";
  private static final int BACKENDS = 30;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Deployment system;
  private final TcpProxy wayToDatabase;
  private final Map<String, OrchestratorProcess> orchestrators = new TreeMap<>();
  private final Map<String, ProbedBackend> alive = new LinkedHashMap<>();
  private final Set<String> dead = new TreeSet<>();

  /** Since when every backend is healthy and every LB server ready, by their rows. */
  private final Map<String, Instant> wellSince = new TreeMap<>();

  private final List<ProbedBackend> all = new ArrayList<>();
  private final StatusTable table;

  OrchestratorSite(String name) {
    system = Deployment.ofTwo(name);
    URI database = URI.create(system.databaseUrl().substring("jdbc:".length()));
    wayToDatabase = new TcpProxy(new InetSocketAddress(database.getHost(), database.getPort()));
    for (int i = 0; i < BACKENDS; i++) {
      var backend = new ProbedBackend("b" + i);
      all.add(backend);
      alive.put(backend.name(), backend);
    }
    start("o1");
    start("o2");
    startBehindProxy("o3");
    system.applied(documents());
    system.lbs().forEach(LbProcess::awaitReady);
    table = StatusTable.open(system.databaseUrl());
    awaitWell();
    awaitShared();
  }

  private String documents() {
    var text = new StringBuilder(Web.loadBalancer());
    text.append(
        "kind: Pool\nname: echo\n---\nkind: Pool\nname: web\nhealthCheck: {path: /healthz}\nbackends:\n");
    alive.forEach(
        (name, backend) ->
            text.append("  - {name: %s, address: \"%s\"}\n".formatted(name, backend.address())));
    return text.toString();
  }

  Deployment system() {
    return system;
  }

  /** Of the test's thread alone. */
  StatusTable table() {
    return table;
  }

  OrchestratorProcess orchestrator(String name) {
    return orchestrators.get(name);
  }

  void start(String name) {
    orchestrators.put(name, system.startOrchestrator(name));
  }

  /** Lets those go on that are frozen, starts those again that have ended, each with its name, and waits until all have shares. */
  void restart() {
    wake();
    for (OrchestratorProcess one : List.copyOf(orchestrators.values())) {
      if (!one.process().isAlive()) {
        if (one.name().equals("o3")) {
          startBehindProxy(one.name());
        } else {
          start(one.name());
        }
      }
    }
    awaitShared();
  }

  private void startBehindProxy(String name) {
    URI database = URI.create(system.databaseUrl().substring("jdbc:".length()));
    String url =
        system
            .databaseUrl()
            .replace(
                database.getHost() + ":" + database.getPort(), "127.0.0.1:" + wayToDatabase.port());
    orchestrators.put(name, system.startOrchestrator(name, url));
  }

  /** {@code o3} reaches the database no more, and does not notice at once. */
  void cutFromDatabase() {
    wayToDatabase.set(true, true, 0);
  }

  /** What {@code o3} sends to the database arrives there, and it hears no answer. */
  void muteDatabase() {
    wayToDatabase.set(false, true, 0);
  }

  /** What was under way arrives, late. */
  void heal() {
    wayToDatabase.set(false, false, 0);
  }

  private void awaitWell() {
    await("all backends are healthy, and all LB servers ready")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              var rows = table.read();
              assertThat(rows).hasSize(BACKENDS + system.lbs().size());
              assertThat(rows.values())
                  .allMatch(
                      row -> row.verdict().equals("healthy") || row.verdict().equals("ready"));
              rows.forEach((name, row) -> wellSince.put(name, row.since()));
            });
  }

  /** Each of the orchestrators that run has a share, and together they have all. */
  void awaitShared() {
    await("all have shares, and together all of them")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreException(UncheckedIOException.class)
        .untilAsserted(
            () -> {
              int sum = 0;
              for (OrchestratorProcess one : orchestrators.values()) {
                if (one.process().isAlive()) {
                  assertThat(one.shares()).as(one.name()).isPositive();
                  sum += one.shares();
                }
              }
              assertThat(sum).isEqualTo(256);
            });
  }

  /** Who watches a backend. */
  private String ownerOf(String backend) {
    var crc = new CRC32();
    crc.update(("web/" + backend).getBytes(StandardCharsets.UTF_8));
    return table.owner(GROUP, (int) (crc.getValue() % 256));
  }

  /** The backends alive that this orchestrator watches. */
  List<ProbedBackend> watchedBy(String orchestrator) {
    return alive.values().stream()
        .filter(backend -> ownerOf(backend.name()).contains(orchestrator))
        .toList();
  }

  /** Ends a backend for good. */
  void kill(ProbedBackend backend) {
    alive.remove(backend.name());
    dead.add("web/" + backend.name());
    wellSince.remove("web/" + backend.name());
    backend.die();
  }

  /** How long it takes until the database has it that the backend is dead. */
  double convictedAfterMillis(ProbedBackend backend, Instant died) {
    Instant seen =
        table.awaitRow(
            "web/" + backend.name(),
            row -> row.verdict().equals("unhealthy"),
            Duration.ofSeconds(30));
    return Duration.between(died, seen).toNanos() / 1e6;
  }

  List<ProbedBackend> alive() {
    return List.copyOf(alive.values());
  }

  /** No verdict on what is alive has changed since it was first well, and all that died is known to be dead. */
  void assertVerdicts() {
    var rows = table.read();
    var wrong = new TreeMap<String, StatusTable.Row>(rows);
    wellSince.forEach(
        (name, since) ->
            wrong.computeIfPresent(name, (_, row) -> row.since().equals(since) ? null : row));
    dead.forEach(
        name ->
            wrong.computeIfPresent(
                name, (_, row) -> row.verdict().equals("unhealthy") ? null : row));
    assertThat(wrong).as("verdicts that are wrong, or once were").isEmpty();
  }

  private void wake() {
    orchestrators.values().stream()
        .map(OrchestratorProcess::process)
        .filter(Running::isAlive)
        .forEach(process -> process.signal("CONT"));
  }

  @Override
  public void close() {
    wake();
    heal();
    table.close();
    system.close();
    wayToDatabase.close();
    all.forEach(ProbedBackend::close);
  }
}
