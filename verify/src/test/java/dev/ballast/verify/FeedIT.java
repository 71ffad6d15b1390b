package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import dev.ballast.model.View;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import tools.jackson.databind.JsonNode;

/** From the tables to the watchers: nothing lost, whoever writes and whatever is in the way. */
class FeedIT {
  private static final List<String> VIEWS = List.of("all", "fleet:default", "dns", "targets");
  private static final int CRASHES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<Follower> followers = new ArrayList<>();
  private Deployment system;

  @BeforeEach
  void start(TestInfo test) {
    system = Deployment.create("feed-" + test.getTestMethod().orElseThrow().getName());
  }

  @AfterEach
  void stop() {
    followers.forEach(Follower::close);
    system.close();
  }

  @Test
  void shouldServeByPollingWhileAnIdleTransactionIsOpenAndThenMoveToTheWal() throws Exception {
    Api first = system.startController("first").api();
    try (Connection idle = DriverManager.getConnection(system.databaseUrl())) {
      idle.createStatement().execute("SET application_name = 'forgotten'");
      idle.createStatement().execute("CREATE TABLE public.unrelated (n int)");
      idle.setAutoCommit(false);
      idle.createStatement().execute("INSERT INTO public.unrelated VALUES (1)");

      long started = System.nanoTime();
      Api late = system.startController("late").api();
      Figures.print("feed_ready_beside_idle_transaction_ms", (System.nanoTime() - started) / 1e6);
      await("the late controller polls, and says who blocks it")
          .atMost(PATIENCE)
          .untilAsserted(() -> assertPollsBecauseOf(late.feed(), "forgotten"));
      assertSees(late, first.apply("kind: Pool\nname: beside-the-idle\n").revision());

      idle.commit();
      await("it moves to the WAL").atMost(PATIENCE).until(() -> mode(late).equals("wal"));
      assertSees(late, first.apply("kind: Pool\nname: after-the-idle\n").revision());
    }
  }

  @Test
  void shouldGiveEveryWatcherWhatTheTablesHave() throws Exception {
    var controllers =
        List.of(system.startController("one").api(), system.startController("two").api());
    controllers.forEach(this::follow);
    try (var writers = Writers.start(controllers, 20_260_101)) {
      Api late = system.startController("late").api();
      follow(late);
      writers.awaitEnd();
      assertThat(writers.unavailable()).isZero();
      assertAllHaveTheTables();
      print("feed", writers);
    }
  }

  @Test
  void shouldLoseNothingThatWasAcknowledgedWhenTheDatabaseCrashes() throws Exception {
    var controllers =
        List.of(system.startController("one").api(), system.startController("two").api());
    controllers.forEach(this::follow);
    try (var writers = Writers.start(controllers, 20_260_102)) {
      for (int crash = 1; crash <= CRASHES; crash++) {
        int enough = crash * 80;
        await("writes").atMost(PATIENCE).until(() -> writers.answered() >= enough);
        system.crashPostgres();
      }
      writers.awaitEnd();
      assertThat(Tables.history(system.databaseUrl())).containsAll(writers.committed());
      assertAllHaveTheTables();
      print("feed_crash", writers);
      Figures.print("feed_crash_writes_unavailable", writers.unavailable());
    }
  }

  private static void print(String prefix, Writers writers) {
    Figures.print(prefix + "_writes_committed", writers.committed().size());
    Figures.print(prefix + "_writes_refused", writers.refused());
  }

  private void follow(Api api) {
    VIEWS.forEach(view -> followers.add(Follower.start(api, view)));
  }

  private void assertAllHaveTheTables() throws Exception {
    Snapshot tables = Tables.read(system.databaseUrl());
    for (Follower follower : followers) {
      assertSees(follower.api(), tables.revision());
      Snapshot expected = View.parse(follower.view()).select(tables);
      assertThat(follower.api().snapshot(follower.view()))
          .as("list of " + follower.view())
          .isEqualTo(expected);
      await("the watch of " + follower.view())
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(follower.snapshot()).isEqualTo(expected));
    }
    Figures.print("feed_changes_followed", followers.stream().mapToInt(Follower::changes).sum());
  }

  private static void assertPollsBecauseOf(JsonNode feed, String application) {
    assertThat(feed.path("mode").asString()).isEqualTo("poll");
    assertThat(feed.path("reason").asString()).contains(application);
  }

  private static String mode(Api api) {
    return api.feed().path("mode").asString();
  }

  private static void assertSees(Api api, Revision revision) {
    await(api.server() + " has " + revision)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> api.revision().isAtLeast(revision));
  }
}
