package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Revision;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Parts of the control plane die, freeze and come back, while requests go through. */
class OutageIT {
  private static final Traffic.Shape LIGHT = new Traffic.Shape(2, Duration.ofMillis(5));
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<String, String> backends = new TreeMap<>();
  private Deployment system;

  @BeforeEach
  void start(TestInfo test) {
    system = Deployment.ofTwo("outage-" + test.getTestMethod().orElseThrow().getName());
    backends.put("b1", system.startBackend("b1"));
    backends.put("b2", system.startBackend("b2"));
    system.applied(Web.of(backends));
    system.lbs().forEach(LbProcess::awaitReady);
    system.lbs().forEach(this::awaitOnDisk);
  }

  /** An LB server writes its snapshot to disk behind the change, at most once a second. */
  private void awaitOnDisk(LbProcess lb) {
    Path file = system.stateOf(lb.name()).resolve(lb.name() + ".snapshot");
    await(lb.name() + " has its snapshot on disk")
        .atMost(PATIENCE)
        .ignoreException(NoSuchFileException.class)
        .until(() -> Files.readString(file).contains(Web.HOST));
  }

  @AfterEach
  void stop() {
    system.close();
  }

  @Test
  void shouldServeWithoutControllerAndDatabaseAndConvergeWhenAllComeBack() throws Exception {
    Deployment.Controller controller = system.controllers().getFirst();
    LbProcess lb1 = system.lbs().getFirst();
    try (var traffic =
        Traffic.start(Place.HERE, Web.HOST, java.util.List.of(lb1.at(Web.HTTP)), LIGHT)) {
      controller.process().kill();
      awaitRequests(traffic);
      Finished toNobody = apply("dead-controller.yaml");
      assertThat(toNobody.exitCode()).as(toNobody.all()).isEqualTo(4);
      assertThat(toNobody.err()).contains(controller.api().server().toString());

      LbProcess lb2 = restart(system.lbs().getLast());
      assertThat(lb2.report().path("sync").path("source").asString()).isEqualTo("disk");
      assertServes(lb2);

      system.restartController(controller);
      system.stopPostgres();
      awaitRequests(traffic);
      Finished toNoDatabase = apply("dead-database.yaml");
      assertThat(toNoDatabase.exitCode()).as(toNoDatabase.all()).isEqualTo(1);
      assertThat(toNoDatabase.err()).contains("database").contains("not reachable");

      system.startPostgres();
      awaitConvergence("after-all-came-back");
      awaitRequests(traffic);
      traffic.newPhase();
      Figures.print("outage_requests_failed", traffic.failures().total());
      traffic.failures().orFail();
    }
  }

  /** A process that is stopped looks alive to the kernel: connections stay open, and nothing comes. */
  @Test
  void shouldServeAndConvergeWhenTheControllerFreezes() {
    Deployment.Controller controller = system.controllers().getFirst();
    try (var traffic = Traffic.start(Place.HERE, Web.HOST, system.at(Web.HTTP), LIGHT)) {
      controller.process().signal("STOP");
      system
          .lbs()
          .forEach(
              lb -> await(lb.name() + " notices").atMost(PATIENCE).until(() -> !isConnected(lb)));
      awaitRequests(traffic);
      controller.process().signal("CONT");
      awaitConvergence("after-the-freeze");
      traffic.failures().orFail();
    }
  }

  @Test
  void shouldRecoverWhenAllDieAtOnceAndTheDatabaseComesLast() throws Exception {
    Deployment.Controller controller = system.controllers().getFirst();
    controller.process().kill();
    system.lbs().forEach(lb -> lb.process().kill());
    system.stopPostgres();

    for (LbProcess lb : system.lbs()) {
      assertServes(restart(lb));
    }
    var second = system.launchController("controller", controller.api().server().getHost());
    second.process().awaitOutput("trying again", PATIENCE);
    system.startPostgres();
    second.api().awaitReady();
    awaitConvergence("after-the-database-came-last");
  }

  /** Another database behind the same controller: most likely a mistake, and in any case no reason to stop serving. */
  @Test
  void shouldHoldOnToItsConfigurationWhenTheDatabaseIsSuddenlyAnEmptyOne() throws Exception {
    Deployment.Controller controller = system.controllers().getFirst();
    try (var traffic = Traffic.start(Place.HERE, Web.HOST, system.at(Web.HTTP), LIGHT)) {
      controller.process().kill();
      system.replacePostgres();
      system.restartController(controller);
      for (LbProcess lb : system.lbs()) {
        await(lb.name() + " holds on")
            .atMost(PATIENCE)
            .until(() -> !lb.report().path("held").asString("").isEmpty());
      }
      awaitRequests(traffic);

      system.api().apply(Web.of(backends)).orFail();
      awaitConvergence("after-another-database");
      awaitRequests(traffic);
    }
  }

  @Test
  void shouldTakeAnEmptyConfigurationWhenItIsToldTo() throws Exception {
    Deployment.Controller controller = system.controllers().getFirst();
    controller.process().kill();
    system.replacePostgres();
    system.restartController(controller);
    LbProcess lb = system.lbs().getFirst();
    await("it holds on")
        .atMost(PATIENCE)
        .until(() -> !lb.report().path("held").asString("").isEmpty());

    await("it has registered again, so that it is known by name")
        .atMost(PATIENCE)
        .until(() -> system.ballast("accept", lb.name()).exitCode() == 0);

    lb.awaitInUse(system.api().revision(), PATIENCE);
    assertThat(lb.report().path("listeners")).isEmpty();
  }

  private static boolean isConnected(LbProcess lb) {
    return lb.report().path("sync").path("connected").asBoolean();
  }

  /** Stops and starts it under the same name, address and data. */
  private LbProcess restart(LbProcess lb) {
    lb.process().kill();
    LbProcess again = system.startLb(lb.name(), lb.address());
    again.awaitReady();
    return again;
  }

  private Finished apply(String fileName) throws java.io.IOException {
    var file =
        Files.writeString(system.directory().resolve(fileName), "kind: Pool\nname: another\n");
    return system.ballast("apply", "-f", file.toString());
  }

  /** A change reaches everybody: each LB server and each controller has its revision. */
  private void awaitConvergence(String pool) {
    long started = System.nanoTime();
    await("the change is accepted")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> system.api().apply("kind: Pool\nname: " + pool + "\n").status() == 200);
    Revision revision = system.api().revision();
    system.lbs().forEach(lb -> lb.awaitInUse(revision, PATIENCE));
    await("everybody is at the same revision")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(system.lbs())
                    .extracting(LbProcess::revision)
                    .containsOnly(system.api().revision()));
    Figures.print("outage_converged_ms_" + pool, (System.nanoTime() - started) / 1e6);
  }

  private static void awaitRequests(Traffic traffic) {
    Tally phase = traffic.newPhase();
    await("requests are answered").atMost(PATIENCE).until(() -> phase.total() >= 300);
    traffic.failures().orFail();
  }

  private static void assertServes(LbProcess lb) throws Exception {
    try (var connection = HttpConnection.open(Place.HERE, lb.at(Web.HTTP), Duration.ofSeconds(5))) {
      assertThat(connection.get(Web.HOST, "/").status()).isEqualTo(200);
    }
  }
}
