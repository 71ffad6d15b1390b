package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/**
 * A whole system whose backends can be made to fail: a controller, an orchestrator, two LB servers, and two pools of the same backends that are
 * probed apart: {@code retried} with all defaults, {@code once} without retries.
 *
 * <pre>
 *   victim   killed, frozen, made to answer 503
 *   distant  on a machine of its own, whose cable can be unplugged
 *   steady   serves on
 * </pre>
 */
final class HealthSite implements AutoCloseable {
  static final String RETRIED = "retried";
  static final String ONCE = "once";
  static final List<String> POOLS = List.of(RETRIED, ONCE);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Deployment system;
  private final String victimHost = Addresses.next();
  private final Lan lan;
  private final Lan.Machine distant;
  private final StatusTable table;
  private Running victim;

  private HealthSite(Deployment system, Lan lan, Duration firstByte) throws Exception {
    this.system = system;
    this.lan = lan;
    this.distant = lan.machine("distant");
    system.startOrchestrator("orchestrator");
    this.victim = system.launchBackend("victim", victimHost);
    system.launchBackend(distant.place(), "distant", distant.address());
    system.applied(documents(system.startBackend("steady"), firstByte));
    system.lbs().forEach(LbProcess::awaitReady);
    this.table = StatusTable.open(system.databaseUrl());
    awaitHealthy();
  }

  /**
   * @param firstByte how long LB servers wait for a backend that they can't replace
   */
  static HealthSite start(String name, Duration firstByte) {
    return Place.run(
        Place.HERE, () -> new HealthSite(Deployment.ofTwo(name), Lan.joined(), firstByte));
  }

  /** Recovery is asked for more often than by default, and ejections are short, so that rounds are; nothing else differs. */
  private String documents(String steady, Duration firstByte) {
    String backends =
        """
        healthCheck: {path: /healthz, unhealthyInterval: 100ms}
        outlierEjection: {baseEjection: 1s, maxEjection: 1s}
        backends:
          - {name: victim, address: "%s:%d"}
          - {name: distant, address: "%s:%d"}
          - {name: steady, address: "%s:%d"}
        """
            .formatted(
                victimHost,
                Web.BACKEND_HTTP,
                distant.address(),
                Web.BACKEND_HTTP,
                steady,
                Web.BACKEND_HTTP);
    return """
        kind: LoadBalancer
        name: retried
        domain: retried.example.test
        listeners:
          - {name: http, port: 8080, protocol: http}
        routes:
          - {pool: retried}
        ---
        kind: LoadBalancer
        name: once
        domain: once.example.test
        listeners:
          - {name: http, port: 8080, protocol: http}
        routes:
          - {pool: once}
        ---
        kind: Pool
        name: retried
        timeouts: {firstByte: %dms}
        %s---
        kind: Pool
        name: once
        timeouts: {firstByte: 2s}
        retries: {attempts: 0}
        %s"""
        .formatted(firstByte.toMillis(), backends, backends);
  }

  Deployment system() {
    return system;
  }

  /** Of the test's thread alone. */
  StatusTable table() {
    return table;
  }

  SteadyClient client(String pool, Duration period) {
    return SteadyClient.start(pool + ".example.test", system.at(Web.HTTP), period);
  }

  /** Whom the fault befalls. */
  static String backend(HealthFault fault) {
    return fault == HealthFault.CUT ? "distant" : "victim";
  }

  void inflict(HealthFault fault) {
    switch (fault) {
      case KILLED -> victim.signal("KILL");
      case FROZEN -> victim.signal("STOP");
      case UNAVAILABLE -> faults("POST", "?errors=1&healthy=false");
      case CUT -> distant.cutSilently();
    }
  }

  void heal(HealthFault fault) {
    switch (fault) {
      case KILLED -> victim = system.launchBackend("victim", victimHost);
      case FROZEN -> victim.signal("CONT");
      case UNAVAILABLE -> faults("DELETE", "");
      case CUT -> distant.heal();
    }
  }

  private void faults(String method, String query) {
    var where = URI.create("http://" + victimHost + ":" + Web.BACKEND_HTTP + "/faults" + query);
    var request =
        HttpRequest.newBuilder(where).method(method, HttpRequest.BodyPublishers.noBody()).build();
    try (var http = HttpClient.newHttpClient()) {
      assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Every backend is healthy, to the database and to every LB server. */
  void awaitHealthy() {
    await("all backends are healthy")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(
            () -> {
              var rows = table.read();
              for (String pool : POOLS) {
                for (String backend : List.of("victim", "distant", "steady")) {
                  var row = rows.get(pool + "/" + backend);
                  assertThat(row).as(pool + "/" + backend).isNotNull();
                  assertThat(row.verdict()).as(pool + "/" + backend).isEqualTo("healthy");
                }
              }
            });
    await("all LB servers use them")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                system.lbs().stream()
                    .allMatch(
                        lb ->
                            POOLS.stream()
                                .allMatch(
                                    pool ->
                                        lb.standings(pool).values().stream()
                                            .allMatch("healthy"::equals))));
  }

  @Override
  public void close() {
    victim.signal("CONT");
    table.close();
    system.close();
    lan.close();
  }
}
